//! What a reader makes of a text: an owned tree, or values on a heap.

use std::borrow::Cow;
use std::sync::Arc;

use crate::Error;
use pintle_go_value::{Heap, Tree, TreeMap, Type, Value};

/// A scalar as the text has it, before JSON makes every number a `float64`.
#[derive(Clone, Debug)]
pub(crate) enum Scalar<'t> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(Cow<'t, str>),
}

/// encoding/json's `maxNestingDepth`.
pub(crate) const JSON_DEPTH_LIMIT: usize = 10_000;

/// How deep a [`Tree`] may nest. Trees are cloned, merged and dropped by recursion on any thread;
/// this many levels take a tenth of the smallest stack. Go's limit is that of JSON.
pub const TREE_DEPTH_LIMIT: usize = 1000;

/// How many nodes of one YAML document, or values of one JSON or TOML text, are read. Go has no
/// limit; two bytes of text can be a node, which takes a hundred. A values file of Helm's largest
/// size has as many only if it is made for it.
pub const NODE_LIMIT: usize = 2_000_000;

/// The error past [`NODE_LIMIT`].
pub(crate) fn too_many() -> Error {
    Error::limit(format!("exceeded the limit of {NODE_LIMIT} values in one text"))
}

/// Makes values of type `Node` out of what a reader finds in a text that lives for `'t`.
pub(crate) trait Build<'t> {
    type Node;

    /// The deepest nesting, [`JSON_DEPTH_LIMIT`] at most.
    const DEPTH_LIMIT: usize;

    fn scalar(&mut self, scalar: Scalar<'t>) -> Self::Node;

    fn list(&mut self, items: std::vec::Drain<'_, Self::Node>) -> Self::Node;

    /// The keys are sorted, each comes once.
    fn map(&mut self, entries: std::vec::Drain<'_, (Cow<'t, str>, Self::Node)>) -> Self::Node;
}

/// The error past a depth limit: encoding/json's words, and the number where it is ours.
pub(crate) fn too_deep(limit: usize) -> Error {
    match limit {
        JSON_DEPTH_LIMIT => Error::new("exceeded max depth"),
        limit => Error::new(format!("exceeded max depth of {limit}")),
    }
}

/// Sorts entries by key; of equal keys the last stays.
pub(crate) fn sort_entries<N>(entries: &mut Vec<(Cow<'_, str>, N)>, from: usize) {
    let Some(fresh) = entries.get_mut(from..) else { return };
    if fresh.windows(2).all(|pair| pair[0].0 < pair[1].0) {
        return;
    }
    fresh.sort_by(|a, b| a.0.cmp(&b.0));
    let mut kept = from;
    for at in from..entries.len() {
        let last_of_its_key = entries.get(at + 1).is_none_or(|next| next.0 != entries[at].0);
        if last_of_its_key {
            entries.swap(kept, at);
            kept += 1;
        }
    }
    entries.truncate(kept);
}

#[expect(clippy::cast_precision_loss, reason = "JSON makes every number a float64, in Go as here")]
fn float_of(scalar: &Scalar<'_>) -> Option<f64> {
    match scalar {
        Scalar::Int(value) => Some(*value as f64),
        Scalar::Uint(value) => Some(*value as f64),
        Scalar::Float(value) => Some(*value),
        _ => None,
    }
}

/// Builds a [`Tree`].
pub(crate) struct TreeBuilder {
    /// Whether integers stay what they are.
    pub(crate) exact: bool,
}

impl<'t> Build<'t> for TreeBuilder {
    type Node = Tree;

    const DEPTH_LIMIT: usize = TREE_DEPTH_LIMIT;

    fn scalar(&mut self, scalar: Scalar<'t>) -> Tree {
        match scalar {
            Scalar::Null => Tree::Null,
            Scalar::Bool(value) => Tree::Bool(value),
            Scalar::Text(text) => Tree::String(text.into()),
            Scalar::Int(value) if self.exact => Tree::Int(value),
            number => Tree::Float(float_of(&number).unwrap_or_default()),
        }
    }

    fn list(&mut self, items: std::vec::Drain<'_, Tree>) -> Tree {
        Tree::List(Arc::new(items.collect()))
    }

    fn map(&mut self, entries: std::vec::Drain<'_, (Cow<'t, str>, Tree)>) -> Tree {
        let entries: TreeMap = entries.map(|(key, value)| (Arc::from(key), value)).collect();
        Tree::Map(Arc::new(entries))
    }
}

/// Builds values on a heap; strings that stand in the text are borrowed from it.
pub(crate) struct HeapBuilder<'h> {
    pub(crate) heap: &'h Heap,
}

impl<'h> HeapBuilder<'h> {
    fn bytes(&self, text: Cow<'h, str>) -> &'h [u8] {
        match text {
            Cow::Borrowed(text) => text.as_bytes(),
            Cow::Owned(text) => self.heap.bytes(text.as_bytes()),
        }
    }
}

impl<'h> Build<'h> for HeapBuilder<'h> {
    type Node = Value<'h>;

    const DEPTH_LIMIT: usize = JSON_DEPTH_LIMIT;

    fn scalar(&mut self, scalar: Scalar<'h>) -> Value<'h> {
        match scalar {
            Scalar::Null => Value::Nil,
            Scalar::Bool(value) => Value::Bool(value),
            Scalar::Text(text) => Value::String(self.bytes(text)),
            number => Value::float64(float_of(&number).unwrap_or_default()),
        }
    }

    fn list(&mut self, items: std::vec::Drain<'_, Value<'h>>) -> Value<'h> {
        self.heap.list(&Type::LIST, items.as_slice())
    }

    fn map(&mut self, entries: std::vec::Drain<'_, (Cow<'h, str>, Value<'h>)>) -> Value<'h> {
        let map = self.heap.map_of(&Type::MAP, entries.len());
        for (key, value) in entries {
            map.insert(self.bytes(key), value);
        }
        Value::Map(map)
    }
}
