//! The parser.
use std::sync::Arc;

use crate::ParseError;
use crate::ast::Tree;

/// Which functions there are beside the builtins.
pub(crate) trait Names {
    /// The place of the function of that name.
    fn position(&self, name: &str) -> Option<u32>;
}

pub(crate) fn parse(
    name: &Arc<str>,
    text: Arc<[u8]>,
    names: &dyn Names,
) -> Result<Vec<Arc<Tree>>, ParseError> {
    let _ = (text, names);
    Ok(vec![Arc::new(Tree { name: name.clone() })])
}
