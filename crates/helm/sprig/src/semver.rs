//! Versions (sprig `semver.go`).

use pintle_go_semver::{Constraints, Version};
use pintle_go_template::{CallError, Func, func};
use pintle_go_value::{Heap, Value};

use crate::Generator;
use crate::objects::VersionObject;
use crate::table::Table;

/// Text as the version reader takes it; what is not UTF-8 is no version, and stays none.
fn read(text: &[u8]) -> Result<Version, CallError> {
    Version::parse(&String::from_utf8_lossy(text))
        .map_err(|error| CallError::new(error.to_string()))
}

fn semver<'h>(heap: &'h Heap, text: &[u8]) -> Result<Value<'h>, CallError> {
    Ok(heap.object(VersionObject { version: read(text)?, pointer: true }))
}

/// What reading a constraint counts, in steps.
const CONSTRAINT_STEPS: u64 = 60;

fn semver_compare(heap: &Heap, constraint: &[u8], version: &[u8]) -> Result<bool, CallError> {
    heap.charge(CONSTRAINT_STEPS);
    let constraints = Constraints::parse(&String::from_utf8_lossy(constraint))
        .map_err(|error| CallError::new(error.to_string()))?;
    Ok(constraints.check(&read(version)?))
}

impl<H: Generator + ?Sized + 'static> Table<H> {
    /// Versions.
    pub(crate) const SEMVER: &'static [Func<H>] = &[
        func!("semver", semver, heap, (&[u8])),
        func!("semverCompare", semver_compare, heap, (&[u8], &[u8])),
    ];
}
