//! Slices and arrays. Nothing in Helm writes into one, so a list is a type and a frozen slice.

use crate::{Type, Value};

/// A slice or array with its Go type.
#[derive(Debug)]
pub struct List<'h> {
    ty: &'static Type,
    items: &'h [Value<'h>],
}

impl<'h> List<'h> {
    pub(crate) fn new(ty: &'static Type, items: &'h [Value<'h>]) -> Self {
        List { ty, items }
    }

    /// The Go type of the whole list, such as `[]interface {}`.
    #[must_use]
    pub fn ty(&self) -> &'static Type {
        self.ty
    }

    /// The type of the elements.
    #[must_use]
    pub fn elem(&self) -> &'static Type {
        match self.ty.underlying() {
            Type::Slice(elem) | Type::Array(_, elem) => elem,
            _ => &Type::Any,
        }
    }

    /// The elements.
    #[must_use]
    pub fn items(&self) -> &'h [Value<'h>] {
        self.items
    }

    /// How many elements there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }
}
