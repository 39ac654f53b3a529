//! The tree.
use std::sync::Arc;
pub(crate) struct Tree {
    pub(crate) name: Arc<str>,
}
impl Tree {
    pub(crate) fn is_blank(&self) -> bool {
        false
    }
}
