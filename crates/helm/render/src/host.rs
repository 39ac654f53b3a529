//! What functions reach while a chart is rendered: the host they are given, and this render's state.

use std::cell::RefCell;
use std::sync::Arc;

use foldhash::HashMap;
use pintle_go_time::Time;
use pintle_go_value::Tree;
use pintle_helm_chart::Warning;
use pintle_helm_sprig::Generator;

/// How often one template may be included while it is being included: Helm's `recursionMaxNums`.
pub const INCLUDE_LIMIT: usize = 1000;

/// Reads objects of a cluster for the function `lookup`.
pub trait Lookup: Send + Sync {
    /// One object, or all of a kind as a list if `name` is empty; an empty map if there is none.
    /// The error is its text.
    fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Tree, String>;
}

/// What functions reach in one render.
pub struct RenderHost {
    generator: Arc<dyn Generator + Send + Sync>,
    pub(crate) lookup: Option<Arc<dyn Lookup>>,
    pub(crate) lint: bool,
    dns: bool,
    included: RefCell<HashMap<Box<[u8]>, usize>>,
    /// What Helm would write to its log.
    pub(crate) log: RefCell<Vec<Warning>>,
}

impl RenderHost {
    /// The host of one render.
    #[must_use]
    pub fn new(options: &crate::RenderOptions) -> Self {
        RenderHost {
            generator: options.generator.clone(),
            lookup: options.lookup.clone(),
            lint: options.lint,
            dns: options.enable_dns,
            included: RefCell::default(),
            log: RefCell::default(),
        }
    }

    /// Counts an include in; false if there are too many of that name already.
    pub(crate) fn enter(&self, name: &[u8]) -> bool {
        let mut included = self.included.borrow_mut();
        match included.get_mut(name) {
            Some(count) if *count > INCLUDE_LIMIT => return false,
            Some(count) => *count += 1,
            None => {
                included.insert(name.into(), 1);
            }
        }
        true
    }

    /// Counts an include out.
    pub(crate) fn leave(&self, name: &[u8]) {
        if let Some(count) = self.included.borrow_mut().get_mut(name) {
            *count -= 1;
        }
    }
}

impl Generator for RenderHost {
    fn random(&self, bytes: &mut [u8]) {
        self.generator.random(bytes);
    }

    fn now(&self) -> Time {
        self.generator.now()
    }

    fn host_address(&self, name: &[u8]) -> String {
        if self.dns { self.generator.host_address(name) } else { String::new() }
    }
}
