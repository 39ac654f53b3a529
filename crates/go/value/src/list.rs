//! Slices and arrays. Sprig's `sortAlpha` sorts a `[]string` where it lies; nothing else in Helm
//! writes into one.

use std::cell::Cell;

use crate::{Heap, Type, Value};

/// A slice or array with its Go type.
#[derive(Debug)]
pub struct List<'h> {
    ty: &'static Type,
    /// Frozen: what is written are other items.
    items: Cell<&'h [Value<'h>]>,
    /// The list that this is a part of, and where it begins there: they share what is written.
    within: Option<(&'h List<'h>, usize)>,
}

impl<'h> List<'h> {
    pub(crate) fn new(ty: &'static Type, items: &'h [Value<'h>]) -> Self {
        List { ty, items: Cell::new(items), within: None }
    }

    /// A part of a list, seen as a list of the type given (Go's `list[from:to]`).
    ///
    /// # Panics
    /// The list is shorter.
    pub fn part(&'h self, heap: &'h Heap, ty: &'static Type, from: usize, to: usize) -> Value<'h> {
        let items = Cell::new(&self.items()[from..to]);
        // A part of a part is one of the whole.
        let (whole, start) = self.within.unwrap_or((self, 0));
        Value::List(heap.bump().alloc(List { ty, items, within: Some((whole, start + from)) }))
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

    /// The elements, as they are now.
    #[must_use]
    pub fn items(&self) -> &'h [Value<'h>] {
        let items = self.items.get();
        match self.within {
            Some((whole, from)) => &whole.items.get()[from..from + items.len()],
            None => items,
        }
    }

    /// Puts others in the place of the elements, as many: whoever holds this list sees them.
    pub fn write(&self, heap: &'h Heap, items: &'h [Value<'h>]) {
        debug_assert_eq!(items.len(), self.len(), "as many as there are");
        match self.within {
            Some((whole, from)) => {
                let mut all = whole.items.get().to_vec();
                all[from..from + items.len()].copy_from_slice(items);
                whole.items.set(heap.values(&all));
            }
            None => self.items.set(items),
        }
    }

    /// How many elements there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.items.get().len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.items.get().is_empty()
    }
}
