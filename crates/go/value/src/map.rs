//! Maps: string-keyed ones are mutable and shared, any other kind is frozen.

use std::cell::{Ref, RefCell};
use std::fmt;

use bumpalo::collections::Vec as BumpVec;

use crate::{Heap, Method, Type, Value};

/// Up to this many entries a look at each is faster than a binary search, since keys of other lengths
/// are told apart without comparing bytes.
const SMALL: usize = 24;

/// A map with string keys: mutable, aliased, kept sorted by key bytes, as Go prints maps.
///
/// A sorted vector beats a tree here: charts' maps are small, are read far more often than written,
/// and arrive in order from the reader, where an insert is a push.
pub struct Map<'h> {
    ty: &'static Type,
    /// Whether the values are found in interfaces: asked at every field of every template.
    of_any: bool,
    methods: Option<&'static dyn MapMethods>,
    entries: &'h Entries<'h>,
}

type Entries<'h> = RefCell<Sorted<'h>>;

/// Maps with more entries take a key that comes between others into a tail first: moving all that
/// stand behind it, for each of a hundred thousand keys, takes many seconds.
const LARGE: usize = 4096;

/// How many entries the tail may have before it is sorted in.
const TAIL: usize = 512;

/// The entries, sorted by key; of a large map, those that came late stand sorted behind the others.
struct Sorted<'h> {
    list: BumpVec<'h, (&'h [u8], Value<'h>)>,
    late: usize,
}

impl<'h> Sorted<'h> {
    /// Where a key is, or where it would have to be put in.
    fn find(&self, key: &[u8]) -> Result<usize, usize> {
        if self.late == 0 {
            return find(&self.list, key);
        }
        let (early, late) = self.list.split_at(self.list.len() - self.late);
        let found = find(early, key).ok();
        found.map_or_else(
            || find(late, key).map(|at| early.len() + at).map_err(|at| early.len() + at),
            Ok,
        )
    }

    fn put(&mut self, at: usize, key: &'h [u8], value: Value<'h>) {
        if self.late > 0 {
            self.list.insert(at, (key, value));
            self.late += 1;
        } else if self.list.len() > LARGE {
            self.list.push((key, value));
            self.late = 1;
        } else {
            self.list.insert(at, (key, value));
        }
        if self.late > TAIL {
            self.settle();
        }
    }

    /// Sorts the tail in: two sorted runs, which the sort merges.
    fn settle(&mut self) {
        if self.late > 0 {
            self.late = 0;
            self.list.sort_by_key(|(key, _)| *key);
        }
    }
}

/// The methods of a named map type, such as Helm's `common.Values`.
pub trait MapMethods: Sync {
    /// The exported method `name`, if the type has one.
    fn method(&self, name: &str) -> Option<&'static Method>;

    /// Calls the method `name` of a map with arguments that its [`Method`] accepts. An error is the
    /// text of the Go error that the method ends with.
    fn call<'h>(
        &self,
        heap: &'h Heap,
        map: &'h Map<'h>,
        name: &str,
        args: &[Value<'h>],
    ) -> Result<Value<'h>, String>;
}

impl<'h> Map<'h> {
    pub(crate) fn new(heap: &'h Heap, ty: &'static Type, capacity: usize) -> Self {
        let list = BumpVec::with_capacity_in(capacity, heap.bump());
        let entries = RefCell::new(Sorted { list, late: 0 });
        Map { ty, of_any: is_of_any(ty), methods: None, entries: heap.bump().alloc(entries) }
    }

    /// The same map seen as another type: what is set in one shows in the other, as after a
    /// conversion in Go.
    pub(crate) fn converted(
        &self,
        ty: &'static Type,
        methods: Option<&'static dyn MapMethods>,
    ) -> Self {
        Map { ty, of_any: is_of_any(ty), methods, entries: self.entries }
    }

    /// The methods of the map's type.
    #[inline]
    #[must_use]
    pub fn methods(&self) -> Option<&'static dyn MapMethods> {
        self.methods
    }

    /// The Go type of the whole map, such as `map[string]interface {}` or `common.Values`.
    #[must_use]
    pub fn ty(&self) -> &'static Type {
        self.ty
    }

    /// The type of the values.
    #[must_use]
    pub fn elem(&self) -> &'static Type {
        match self.ty.underlying() {
            Type::Map(_, elem) => elem,
            _ => &Type::Any,
        }
    }

    /// Whether the values are of type `interface {}`.
    #[inline]
    #[must_use]
    pub fn holds_interfaces(&self) -> bool {
        self.of_any
    }

    /// The value under `key`.
    #[inline]
    #[must_use]
    pub fn get(&self, key: &[u8]) -> Option<Value<'h>> {
        let entries = self.entries.borrow();
        if entries.list.len() <= SMALL {
            let entry = entries.list.iter().find(|(have, _)| is_same(have, key));
            return entry.map(|(_, value)| *value);
        }
        entries.find(key).ok().map(|at| entries.list[at].1)
    }

    /// Sets `key`, and gives the value that was there.
    ///
    /// The key must live on the heap; [`Heap::bytes`] puts it there.
    pub fn insert(&self, key: &'h [u8], value: Value<'h>) -> Option<Value<'h>> {
        let mut entries = self.entries.borrow_mut();
        // In order, as readers and Go's own sorted dumps deliver: no search, no move.
        if entries.late == 0 && entries.list.last().is_none_or(|(last, _)| *last < key) {
            entries.list.push((key, value));
            return None;
        }
        match entries.find(key) {
            Ok(at) => Some(std::mem::replace(&mut entries.list[at].1, value)),
            Err(at) => {
                entries.put(at, key, value);
                None
            }
        }
    }

    /// Removes `key`, and gives the value that was there.
    pub fn remove(&self, key: &[u8]) -> Option<Value<'h>> {
        let mut entries = self.entries.borrow_mut();
        entries.settle();
        let at = find(&entries.list, key).ok()?;
        Some(entries.list.remove(at).1)
    }

    /// Whether `key` is there.
    #[must_use]
    pub fn contains_key(&self, key: &[u8]) -> bool {
        self.entries.borrow().find(key).is_ok()
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.borrow().list.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.borrow().list.is_empty()
    }

    /// The entry at a place in key order. For walks that must see concurrent changes, and copy
    /// nothing; [`Map::snapshot`] is for those that must not.
    #[must_use]
    pub fn at(&self, index: usize) -> Option<(&'h [u8], Value<'h>)> {
        self.settled().get(index).copied()
    }

    /// All entries in key order, copied: later changes of the map do not show in it, as with Go's
    /// `internal/fmtsort`, which `range` and `Printf` walk.
    #[must_use]
    pub fn snapshot(&self, heap: &'h Heap) -> &'h [(&'h [u8], Value<'h>)] {
        heap.bump().alloc_slice_copy(&self.settled())
    }

    /// The entries, all in order.
    #[inline]
    fn settled(&self) -> Ref<'_, [(&'h [u8], Value<'h>)]> {
        if self.entries.borrow().late > 0 {
            self.entries.borrow_mut().settle();
        }
        Ref::map(self.entries.borrow(), |entries| entries.list.as_slice())
    }

    /// Calls `visit` with each entry in key order, without copying. The map must not be changed
    /// from inside: such a change is refused by the cell with a panic, so keep `visit` pure.
    pub fn for_each(&self, mut visit: impl FnMut(&'h [u8], Value<'h>)) {
        for (key, value) in self.settled().iter() {
            visit(key, *value);
        }
    }
}

fn is_of_any(ty: &Type) -> bool {
    matches!(ty.underlying(), Type::Map(_, Type::Any))
}

/// Whether two keys are equal. Keys are short, so a call to compare memory costs more than comparing
/// words, of which the last may overlap the first.
#[inline]
fn is_same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    if let (Some(first), Some(last)) = (a.first_chunk::<8>(), a.last_chunk::<8>()) {
        return b.first_chunk() == Some(first)
            && b.last_chunk() == Some(last)
            && (a.len() <= 16 || a == b);
    }
    if let (Some(first), Some(last)) = (a.first_chunk::<4>(), a.last_chunk::<4>()) {
        return b.first_chunk() == Some(first) && b.last_chunk() == Some(last);
    }
    a.iter().eq(b)
}

fn find(entries: &[(&[u8], Value<'_>)], key: &[u8]) -> Result<usize, usize> {
    entries.binary_search_by(|(have, _)| (*have).cmp(key))
}

impl fmt::Debug for Map<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut map = f.debug_map();
        for (key, value) in self.settled().iter() {
            map.entry(&String::from_utf8_lossy(key), value);
        }
        map.finish()
    }
}

/// A map whose keys are not strings, such as `map[int]string`: frozen, its entries already in the
/// order of Go's `internal/fmtsort`.
#[derive(Debug)]
pub struct KeyedMap<'h> {
    ty: &'static Type,
    entries: &'h [(Value<'h>, Value<'h>)],
}

impl<'h> KeyedMap<'h> {
    pub(crate) fn new(ty: &'static Type, entries: &'h [(Value<'h>, Value<'h>)]) -> Self {
        KeyedMap { ty, entries }
    }

    /// The Go type of the whole map.
    #[must_use]
    pub fn ty(&self) -> &'static Type {
        self.ty
    }

    /// The types of the keys and of the values.
    #[must_use]
    pub fn key_and_elem(&self) -> (&'static Type, &'static Type) {
        match self.ty.underlying() {
            Type::Map(key, elem) => (key, elem),
            _ => (&Type::Any, &Type::Any),
        }
    }

    /// The entries, in order.
    #[must_use]
    pub fn entries(&self) -> &'h [(Value<'h>, Value<'h>)] {
        self.entries
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Small maps and large ones, keys in any order, changes and removals between.
    #[test]
    fn keys_are_in_order_however_they_come() {
        for count in [10, LARGE, LARGE + 1, LARGE + TAIL + 2, 20_000] {
            let heap = Heap::new();
            let (map, mut want) = (heap.map(), BTreeMap::new());
            for at in 0..count {
                // Odd and prime to the number of keys, so that each comes once, far from the last.
                let number = at * 7919 % count;
                let key = heap.bytes(format!("{number:06}").as_bytes());
                assert_eq!(map.insert(key, Value::int(0)).is_some(), want.contains_key(key));
                want.insert(key, number);
                if at % 7 == 0 {
                    assert!(map.contains_key(key) && map.get(key).is_some());
                    map.insert(key, Value::int(1));
                }
                if at % 1000 == 999 {
                    assert!(map.remove(key).is_some() && map.get(key).is_none());
                    want.remove(key);
                }
            }
            let keys: Vec<&[u8]> = map.snapshot(&heap).iter().map(|(key, _)| *key).collect();
            assert_eq!(map.len(), want.len());
            assert!(keys.iter().eq(want.keys()), "{count}");
        }
    }
}
