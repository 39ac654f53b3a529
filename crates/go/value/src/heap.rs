//! The arena of one render.

use std::cell::Cell;
use std::sync::atomic::{AtomicU64, Ordering};

use bumpalo::Bump;
use typed_arena::Arena;

use crate::{KeyedMap, List, Map, MapMethods, Object, Struct, Tree, Type, Value};

/// The most a render may allocate unless it is given another limit, in bytes: ten times what the
/// largest known chart needs, and a bound on what a template bomb can take.
pub const HEAP_LIMIT: usize = 512 << 20;

/// Where the values of one render live; freed at once when it is dropped.
///
/// Allocation never fails by itself: the interpreter asks [`Heap::over_limit`] at every step, and
/// functions that make much out of little ask [`Heap::has_room`] first.
pub struct Heap {
    bump: Bump,
    /// Objects own memory outside the arena, so they must be dropped, which a bump arena never does.
    objects: Arena<Box<dyn Object>>,
    id: u64,
    limit: usize,
    /// What of the limit is for the arena: the rest was reserved for what lives beside it.
    room: Cell<usize>,
    /// Steps of work that functions did and nobody has counted yet.
    work: Cell<u64>,
}

impl Heap {
    /// An empty heap with the default limit.
    #[must_use]
    pub fn new() -> Self {
        Self::with_limit(HEAP_LIMIT)
    }

    /// An empty heap that is over its limit past `limit` bytes.
    #[must_use]
    pub fn with_limit(limit: usize) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Heap {
            bump: Bump::new(),
            objects: Arena::new(),
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            limit,
            room: Cell::new(limit),
            work: Cell::new(0),
        }
    }

    pub(crate) fn bump(&self) -> &Bump {
        &self.bump
    }

    /// Tells this heap, and so this render, from every other of the process; never 0.
    #[must_use]
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Bytes taken so far.
    #[must_use]
    pub fn allocated(&self) -> usize {
        self.bump.allocated_bytes()
    }

    /// The limit in bytes.
    #[must_use]
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Whether more was taken than the limit allows.
    #[must_use]
    pub fn over_limit(&self) -> bool {
        self.allocated() > self.room.get()
    }

    /// Whether `bytes` more would stay within the limit.
    #[must_use]
    pub fn has_room(&self, bytes: usize) -> bool {
        self.allocated().saturating_add(bytes) <= self.room.get()
    }

    /// Counts bytes that live as long as this heap, but beside it: parsed texts, say.
    pub fn reserve(&self, bytes: usize) {
        self.room.set(self.room.get().saturating_sub(bytes));
    }

    /// Notes work that a function did, in steps of the interpreter (some twenty nanoseconds each):
    /// comparing, searching and the like, which takes time and no memory.
    pub fn charge(&self, steps: u64) {
        self.work.set(self.work.get().saturating_add(steps));
    }

    /// The work noted since the last call: the interpreter counts it after each function.
    #[inline]
    pub fn take_work(&self) -> u64 {
        self.work.take()
    }

    /// Copies bytes onto the heap.
    pub fn bytes(&self, bytes: &[u8]) -> &[u8] {
        self.bump.alloc_slice_copy(bytes)
    }

    /// Copies a string onto the heap.
    pub fn str(&self, text: &str) -> &str {
        self.bump.alloc_str(text)
    }

    /// A string value, copied.
    pub fn string(&self, bytes: impl AsRef<[u8]>) -> Value<'_> {
        Value::String(self.bytes(bytes.as_ref()))
    }

    /// Copies handles into a slice on the heap.
    pub fn values<'h>(&'h self, values: &[Value<'h>]) -> &'h [Value<'h>] {
        self.bump.alloc_slice_copy(values)
    }

    /// A list of the given slice or array type.
    pub fn list<'h>(&'h self, ty: &'static Type, items: &[Value<'h>]) -> Value<'h> {
        self.list_of(ty, self.values(items))
    }

    /// A list over items that are on the heap already: a sub-slice, say.
    pub fn list_of<'h>(&'h self, ty: &'static Type, items: &'h [Value<'h>]) -> Value<'h> {
        Value::List(self.bump.alloc(List::new(ty, items)))
    }

    /// A `[]string`.
    pub fn strings<'h, S: AsRef<[u8]>>(&'h self, items: impl IntoIterator<Item = S>) -> Value<'h> {
        let items: Vec<Value<'h>> = items.into_iter().map(|item| self.string(item)).collect();
        self.list(&Type::STRINGS, &items)
    }

    /// An empty `map[string]interface {}`.
    pub fn map(&self) -> &Map<'_> {
        self.map_of(&Type::MAP, 0)
    }

    /// An empty map with string keys, of the given type, with room for `capacity` entries.
    pub fn map_of<'h>(&'h self, ty: &'static Type, capacity: usize) -> &'h Map<'h> {
        self.bump.alloc(Map::new(self, ty, capacity))
    }

    /// The same map seen as another type, with that type's methods: what is set in one shows in the
    /// other, as after a conversion in Go.
    pub fn converted<'h>(
        &'h self,
        map: &Map<'h>,
        ty: &'static Type,
        methods: Option<&'static dyn MapMethods>,
    ) -> &'h Map<'h> {
        self.bump.alloc(map.converted(ty, methods))
    }

    /// A frozen map with other than string keys; the entries are in Go's order already.
    pub fn keyed_map<'h>(
        &'h self,
        ty: &'static Type,
        entries: &[(Value<'h>, Value<'h>)],
    ) -> Value<'h> {
        let entries = self.bump.alloc_slice_copy(entries);
        Value::KeyedMap(self.bump.alloc(KeyedMap::new(ty, entries)))
    }

    /// A struct.
    pub fn structure<'h>(
        &'h self,
        ty: &'static Type,
        fields: &[(&'h str, Value<'h>)],
    ) -> Value<'h> {
        let fields = self.bump.alloc_slice_copy(fields);
        Value::Struct(self.bump.alloc(Struct::new(ty, fields)))
    }

    /// A pointer to a value.
    pub fn pointer<'h>(&'h self, to: Value<'h>) -> Value<'h> {
        Value::Pointer(self.bump.alloc(to))
    }

    /// A `complex128`.
    pub fn complex(&self, re: f64, im: f64) -> Value<'_> {
        Value::Complex(self.bump.alloc((re, im)))
    }

    /// An object.
    pub fn object(&self, object: impl Object) -> Value<'_> {
        let kept: &mut dyn Object = self.objects.alloc(Box::new(object)).as_mut();
        Value::Object(kept)
    }

    /// A tree as values: maps and lists are built anew, strings and keys are borrowed from the tree.
    pub fn tree<'h>(&'h self, tree: &'h Tree) -> Value<'h> {
        match tree {
            Tree::Null => Value::Nil,
            Tree::Bool(value) => Value::Bool(*value),
            Tree::Int(value) => Value::int64(*value),
            Tree::Float(value) => Value::float64(*value),
            Tree::String(text) => Value::str(text),
            Tree::Bytes(text) => Value::String(text),
            Tree::List(items) => {
                let items =
                    self.bump.alloc_slice_fill_iter(items.iter().map(|item| self.tree(item)));
                self.list_of(&Type::LIST, items)
            }
            Tree::Map(entries) => Value::Map(self.tree_map(&Type::MAP, entries)),
        }
    }

    /// The entries of a tree's map as a map of the given type (`common.Values`, say).
    pub fn tree_map<'h>(&'h self, ty: &'static Type, entries: &'h crate::TreeMap) -> &'h Map<'h> {
        let map = self.map_of(ty, entries.len());
        for (key, value) in entries {
            map.insert(key.as_bytes(), self.tree(value));
        }
        map
    }
}

impl Default for Heap {
    fn default() -> Self {
        Self::new()
    }
}
