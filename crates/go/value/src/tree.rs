//! The owned form of values: what charts, values files and `--set` hold between renders.

use std::collections::BTreeMap;
use std::sync::Arc;

/// A map of a [`Tree`], sorted by key.
pub type TreeMap = BTreeMap<Arc<str>, Tree>;

/// A value outside any render: JSON's kinds, with Go's two kinds of number.
///
/// Maps and lists are copy-on-write: a clone shares them, `Arc::make_mut` splits off what is
/// changed. Merging values into a chart of a hundred subcharts so copies the paths that differ.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Tree {
    /// `nil`
    #[default]
    Null,
    /// `bool`
    Bool(bool),
    /// `int64`: from `--set`; numbers in YAML are [`Tree::Float`].
    Int(i64),
    /// `float64`
    Float(f64),
    /// `string`
    String(Arc<str>),
    /// A `string` that is not UTF-8: what `--set-file` read. Never holds what [`Tree::String`] can.
    Bytes(Arc<[u8]>),
    /// `[]interface {}`
    List(Arc<Vec<Tree>>),
    /// `map[string]interface {}`
    Map(Arc<TreeMap>),
}

impl Tree {
    /// An empty map.
    #[must_use]
    pub fn map() -> Self {
        Tree::Map(Arc::default())
    }

    /// The map, if this is one.
    #[must_use]
    pub fn as_map(&self) -> Option<&TreeMap> {
        match self {
            Tree::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The map to change, split off from those that share it; none if this is not a map.
    pub fn as_map_mut(&mut self) -> Option<&mut TreeMap> {
        match self {
            Tree::Map(map) => Some(Arc::make_mut(map)),
            _ => None,
        }
    }

    /// The list, if this is one.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Tree]> {
        match self {
            Tree::List(items) => Some(items),
            _ => None,
        }
    }

    /// The text, if this is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Tree::String(text) => Some(text),
            _ => None,
        }
    }

    /// The boolean, if this is one.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Tree::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// The value under `key`, if this is a map that has it.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Tree> {
        self.as_map()?.get(key)
    }

    /// Whether this is `nil`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Tree::Null)
    }
}

impl From<bool> for Tree {
    fn from(value: bool) -> Self {
        Tree::Bool(value)
    }
}

impl From<i64> for Tree {
    fn from(value: i64) -> Self {
        Tree::Int(value)
    }
}

impl From<f64> for Tree {
    fn from(value: f64) -> Self {
        Tree::Float(value)
    }
}

impl From<&str> for Tree {
    fn from(text: &str) -> Self {
        Tree::String(text.into())
    }
}

impl From<&[u8]> for Tree {
    /// Go's string of these bytes.
    fn from(bytes: &[u8]) -> Self {
        std::str::from_utf8(bytes).map_or_else(|_| Tree::Bytes(bytes.into()), Tree::from)
    }
}

impl From<Vec<Tree>> for Tree {
    fn from(items: Vec<Tree>) -> Self {
        Tree::List(Arc::new(items))
    }
}

impl From<TreeMap> for Tree {
    fn from(entries: TreeMap) -> Self {
        Tree::Map(Arc::new(entries))
    }
}
