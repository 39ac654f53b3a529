//! One way to run a template with all functions, on a generator that is not random.

use std::cell::Cell;
use std::sync::LazyLock;

use pintle_go_template::{CallError, Exec, FuncMap, MissingKey, Session, Set};
use pintle_go_time::Time;
use pintle_go_value::{Heap, Value};
use pintle_helm_sprig::{Generator, tables};

/// Bytes of a small generator (splitmix64), and a clock that stands still.
pub(crate) struct Seeded {
    state: Cell<u64>,
    now: i64,
}

/// A Tuesday evening in November 2023.
pub(crate) const NOW: i64 = 1_700_000_000;

impl Seeded {
    /// Each seed has a year of its own.
    pub(crate) fn new(seed: u64) -> Self {
        let year = 365 * 86_400;
        Seeded { state: Cell::new(seed), now: NOW + year * (seed as i64 - 1) }
    }
}

impl Generator for Seeded {
    fn random(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let seed = self.state.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
            self.state.set(seed);
            let mut word = seed;
            word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            chunk.copy_from_slice(&(word ^ word >> 31).to_le_bytes()[..chunk.len()]);
        }
    }

    fn now(&self) -> Time {
        Time::unix(self.now, 0)
    }
}

pub(crate) static FUNCS: LazyLock<FuncMap<Seeded>> =
    LazyLock::new(|| FuncMap::new(&tables::<Seeded>()));

/// What a template named `t` gives, as Helm runs it.
pub(crate) fn run_in(
    session: &Session,
    text: &str,
    data: impl for<'h> FnOnce(&'h Heap) -> Value<'h>,
    seed: u64,
) -> Result<Vec<u8>, String> {
    let mut set = Set::new("t", &FUNCS).with_missing_key(MissingKey::Zero);
    set.parse("t", text.as_bytes()).map_err(|error| error.to_string())?;
    let mut out = Vec::new();
    let host = Seeded::new(seed);
    Exec::new(&set, session, &host)
        .execute_template("t", data(session.heap()), &mut out)
        .map_err(|error: CallError| error.to_string())?;
    Ok(out)
}

pub(crate) fn run(text: &str) -> Result<String, String> {
    run_seeded(text, 1)
}

pub(crate) fn run_seeded(text: &str, seed: u64) -> Result<String, String> {
    let session = Session::new();
    let out = run_in(&session, text, |_| Value::Nil, seed)?;
    Ok(String::from_utf8_lossy(&out).into_owned())
}

pub(crate) fn ok(text: &str) -> String {
    run(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}
