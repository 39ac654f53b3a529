//! Merging a chart's default values with what a user gives (`pkg/chart/common/util/coalesce.go`).
//!
//! Runs on the arena's maps and not on trees, since Helm's merge aliases maps: the nested tables of
//! `global` are shared between a chart and its subcharts, so what a subchart's defaults add to them
//! shows in the parent too. Go walks maps in random order; here it is the order of the keys.

use pintle_go_value::{Heap, Map, Tree, TreeMap, Type, Value};

use crate::{ChartError, Instance, Warning};

/// The type of `.Values`, and of the data that templates get.
pub const COMMON_VALUES: Type = Type::Named("common.Values", &Type::MAP);

/// The key under which values reach every subchart.
pub(crate) const GLOBAL_KEY: &[u8] = b"global";

/// Helm's `CoalesceValues`: `values` over the chart's defaults, then the same for each subchart
/// below its name. Nulls given by the user remove keys.
pub fn coalesce_values<'s, 'h: 's>(
    heap: &'s Heap,
    chart: &Instance<'h>,
    values: &'s Tree,
    warnings: &mut Vec<Warning>,
) -> Result<&'s Map<'s>, ChartError> {
    let dest =
        heap.map_of(&COMMON_VALUES, values.as_map().map_or(0, pintle_go_value::TreeMap::len));
    for (key, value) in values.as_map().into_iter().flatten() {
        dest.insert(key.as_bytes(), copy_tree(heap, value, false));
    }
    coalesce_into(heap, chart, dest, false, warnings)?;
    Ok(dest)
}

/// Helm's `MergeValues`: the same, but nulls stay.
pub fn merge_values<'s, 'h: 's>(
    heap: &'s Heap,
    chart: &Instance<'h>,
    values: &'s Tree,
    warnings: &mut Vec<Warning>,
) -> Result<&'s Map<'s>, ChartError> {
    let dest = heap.map();
    for (key, value) in values.as_map().into_iter().flatten() {
        dest.insert(key.as_bytes(), copy_tree(heap, value, false));
    }
    coalesce_into(heap, chart, dest, true, warnings)?;
    Ok(dest)
}

/// Coalesces into a map that is the caller's own already.
pub(crate) fn coalesce_into<'s, 'h: 's>(
    heap: &'s Heap,
    chart: &Instance<'h>,
    dest: &'s Map<'s>,
    merge: bool,
    warnings: &mut Vec<Warning>,
) -> Result<(), ChartError> {
    let mut merger = Merger { heap, warnings };
    merger.chart(chart, dest, "", merge)
}

/// Default values as they come: from a chart's file, or from an earlier merge.
#[derive(Clone, Copy)]
pub(crate) enum Source<'h> {
    Tree(&'h TreeMap),
    Map(&'h Map<'h>),
}

/// One value of a [`Source`].
#[derive(Clone, Copy)]
enum Item<'h> {
    Tree(&'h Tree),
    /// Copied where it is kept.
    Value(Value<'h>),
}

impl<'h> Item<'h> {
    fn is_null(self) -> bool {
        match self {
            Item::Tree(tree) => tree.is_null(),
            Item::Value(value) => value.is_nil(),
        }
    }

    fn table(self) -> Option<Source<'h>> {
        match self {
            Item::Tree(tree) => tree.as_map().map(Source::Tree),
            Item::Value(value) => value.as_map().map(Source::Map),
        }
    }

    /// A deep copy; `clean` leaves nulls in maps out.
    fn copy<'s>(self, heap: &'s Heap, clean: bool) -> Value<'s>
    where
        'h: 's,
    {
        match self {
            Item::Tree(tree) => copy_tree(heap, tree, clean),
            Item::Value(value) => copy_value(heap, value, clean),
        }
    }

    /// `%v`; `clean` leaves nulls in maps out.
    fn text(self, clean: bool) -> String {
        let heap = Heap::new();
        show(self.copy(&heap, clean))
    }
}

impl<'h> Source<'h> {
    /// Whether there is a value of that name.
    pub(crate) fn has(self, key: &[u8]) -> bool {
        match self {
            Source::Tree(entries) => {
                std::str::from_utf8(key).is_ok_and(|key| entries.contains_key(key))
            }
            Source::Map(map) => map.contains_key(key),
        }
    }

    fn for_each(self, mut visit: impl FnMut(&'h [u8], Item<'h>)) {
        match self {
            Source::Tree(entries) => {
                entries.iter().for_each(|(key, tree)| visit(key.as_bytes(), Item::Tree(tree)));
            }
            Source::Map(map) => map.for_each(|key, value| visit(key, Item::Value(value))),
        }
    }
}

/// `%v`
pub(crate) fn show(value: Value<'_>) -> String {
    let mut text = Vec::new();
    // A value too deep or too long to print is cut, which is enough for a warning.
    let _ = pintle_go_fmt::write_value(&mut text, value);
    String::from_utf8_lossy(&text).into_owned()
}

fn concat_prefix(prefix: &str, name: &str) -> String {
    if prefix.is_empty() { name.to_owned() } else { format!("{prefix}.{name}") }
}

/// A deep copy whose strings are borrowed from the tree.
fn copy_tree<'s>(heap: &'s Heap, tree: &'s Tree, clean: bool) -> Value<'s> {
    match tree {
        Tree::Map(entries) => {
            let map = heap.map_of(&Type::MAP, entries.len());
            for (key, value) in entries.iter() {
                if !(clean && value.is_null()) {
                    map.insert(key.as_bytes(), copy_tree(heap, value, clean));
                }
            }
            Value::Map(map)
        }
        other => heap.tree(other),
    }
}

/// Helm's `copystructure.Copy`, with `cleanNilValues` in the same go.
fn copy_value<'s, 'h: 's>(heap: &'s Heap, value: Value<'h>, clean: bool) -> Value<'s> {
    match value {
        Value::Map(map) => Value::Map(copy_map(heap, map, clean)),
        Value::List(list) => {
            let items: Vec<Value<'s>> =
                list.items().iter().map(|item| copy_value(heap, *item, false)).collect();
            heap.list(list.ty(), &items)
        }
        Value::String(text) => Value::String(text),
        Value::Bytes(bytes) => Value::Bytes(bytes),
        Value::Bool(value) => Value::Bool(value),
        Value::Int(kind, value) => Value::Int(kind, value),
        Value::Uint(kind, value) => Value::Uint(kind, value),
        Value::Float(kind, value) => Value::Float(kind, value),
        Value::NilOf(ty) => Value::NilOf(ty),
        // Values of charts are JSON's kinds; nothing else can come here.
        _ => Value::Nil,
    }
}

pub(crate) fn copy_map<'s, 'h: 's>(heap: &'s Heap, map: &Map<'h>, clean: bool) -> &'s Map<'s> {
    let copy = heap.map_of(map.ty(), map.len());
    map.for_each(|key, value| {
        if !(clean && value.is_nil()) {
            copy.insert(key, copy_value(heap, value, clean));
        }
    });
    copy
}

struct Merger<'s, 'w> {
    heap: &'s Heap,
    warnings: &'w mut Vec<Warning>,
}

impl<'s> Merger<'s, '_> {
    fn warn(&mut self, text: String) {
        self.warnings.push(Warning::info(text));
    }

    fn chart<'h: 's>(
        &mut self,
        chart: &Instance<'h>,
        dest: &'s Map<'s>,
        prefix: &str,
        merge: bool,
    ) -> Result<(), ChartError> {
        self.defaults(chart, dest, prefix, merge);
        for sub in &chart.dependencies {
            let name = sub.name.as_bytes();
            let table = match dest.get(name) {
                None => {
                    let table = self.heap.map();
                    dest.insert(name, Value::Map(table));
                    table
                }
                Some(Value::Map(table)) => table,
                Some(other) => return Err(type_mismatch(sub.name, other)),
            };
            let prefix = concat_prefix(prefix, chart.name);
            self.globals(table, dest, &prefix);
            self.chart(sub, table, &prefix, merge)?;
        }
        Ok(())
    }

    /// Helm's `coalesceValues`.
    fn defaults<'h: 's>(
        &mut self,
        chart: &Instance<'h>,
        dest: &'s Map<'s>,
        prefix: &str,
        merge: bool,
    ) {
        let prefix = concat_prefix(prefix, chart.name);
        let heap = self.heap;
        chart.values.for_each(|key, item| match dest.get(key) {
            None if merge => {
                dest.insert(key, item.copy(heap, false));
            }
            None => {
                if !item.is_null() {
                    dest.insert(key, item.copy(heap, true));
                }
            }
            Some(value) if value.is_nil() => {
                if !merge {
                    dest.remove(key);
                }
            }
            Some(Value::Map(table)) => {
                let Some(source) = item.table() else {
                    if !item.is_null() {
                        let key = String::from_utf8_lossy(key);
                        self.warn(format!(
                            "warning: skipped value for {prefix}.{key}: Not a table."
                        ));
                    }
                    return;
                };
                // Values of a child chart keep their nulls until the child's own turn.
                let child = |sub: &Instance<'_>| sub.name.as_bytes() == key;
                let merge = merge || chart.dependencies.iter().any(child);
                let prefix = concat_prefix(&prefix, &String::from_utf8_lossy(key));
                self.tables(table, source, &prefix, merge, !merge);
            }
            Some(_) => {}
        });
    }

    /// Helm's `coalesceTablesFullKey`: `source` below `dest`. `clean` takes the nulls of `source`
    /// for absent, as Helm's `cleanNilValues` before the merge does.
    fn tables<'h: 's>(
        &mut self,
        dest: &'s Map<'s>,
        source: Source<'h>,
        prefix: &str,
        merge: bool,
        clean: bool,
    ) {
        let heap = self.heap;
        source.for_each(|key, item| {
            if clean && item.is_null() {
                return;
            }
            let full_key = || concat_prefix(prefix, &String::from_utf8_lossy(key));
            match dest.get(key) {
                None => {
                    dest.insert(key, item.copy(heap, clean));
                }
                Some(value) if value.is_nil() => {
                    if !merge && !item.is_null() {
                        dest.remove(key);
                    }
                }
                Some(value) => match (value, item.table()) {
                    (Value::Map(table), Some(source)) => {
                        self.tables(table, source, &full_key(), merge, clean);
                    }
                    (_, Some(_)) => self.warn(format!(
                        "warning: cannot overwrite table with non table for {} ({})",
                        full_key(),
                        item.text(clean)
                    )),
                    (Value::Map(_), None) if !item.is_null() => self.warn(format!(
                        "warning: destination for {} is a table. Ignoring non-table value ({})",
                        full_key(),
                        item.text(clean)
                    )),
                    _ => {}
                },
            }
        });
    }

    /// Helm's `coalesceGlobals`: the parent's globals over those that `dest` has. The first level
    /// of each table is copied, what is below it is shared with the parent.
    fn globals(&mut self, dest: &'s Map<'s>, source: &'s Map<'s>, prefix: &str) {
        let dest_globals = match dest.get(GLOBAL_KEY) {
            None => self.heap.map(),
            Some(Value::Map(map)) => map,
            Some(_) => {
                return self.warn(
                    "warning: skipping globals because destination global is not a table.".into(),
                );
            }
        };
        match source.get(GLOBAL_KEY) {
            None => {}
            Some(Value::Map(map)) => self.merge_globals(dest_globals, map, prefix),
            Some(_) => {
                return self.warn(
                    "warning: skipping globals because source global is not a table.".into(),
                );
            }
        }
        dest.insert(GLOBAL_KEY, Value::Map(dest_globals));
    }

    fn merge_globals(&mut self, dest: &'s Map<'s>, source: &'s Map<'s>, prefix: &str) {
        for (key, value) in source.snapshot(self.heap) {
            match (*value, dest.get(key)) {
                (Value::Map(table), None) => {
                    dest.insert(key, Value::Map(self.shallow_copy(table)));
                }
                (Value::Map(table), Some(Value::Map(below))) => {
                    let copy = self.shallow_copy(table);
                    let prefix = concat_prefix(prefix, &String::from_utf8_lossy(key));
                    merge_tables_with(self.heap, copy, below, &prefix, self.warnings);
                    dest.insert(key, Value::Map(copy));
                }
                (Value::Map(_), Some(_)) => {
                    let key = pintle_go_fmt::quote(key);
                    self.warn(format!(
                        "Conflict: cannot merge map onto non-map for {key}. Skipping."
                    ));
                }
                (_, Some(Value::Map(_))) => {
                    let key = String::from_utf8_lossy(key);
                    self.warn(format!("key {key} is table. Skipping"));
                }
                (value, _) => {
                    dest.insert(key, value);
                }
            }
        }
    }

    fn shallow_copy(&self, map: &'s Map<'s>) -> &'s Map<'s> {
        let copy = self.heap.map_of(map.ty(), map.len());
        map.for_each(|key, value| {
            copy.insert(key, value);
        });
        copy
    }
}

/// Helm's `MergeTables`: `source` below `dest`, nulls kept. Tables that `dest` does not have are
/// shared with `source`, as in Go.
pub(crate) fn merge_tables<'s>(
    heap: &'s Heap,
    dest: &'s Map<'s>,
    source: &'s Map<'s>,
    warnings: &mut Vec<Warning>,
) {
    merge_tables_with(heap, dest, source, "", warnings);
}

fn merge_tables_with<'s>(
    heap: &'s Heap,
    dest: &'s Map<'s>,
    source: &'s Map<'s>,
    prefix: &str,
    warnings: &mut Vec<Warning>,
) {
    if std::ptr::eq(dest, source) {
        return;
    }
    for (key, value) in source.snapshot(heap) {
        let full_key = || concat_prefix(prefix, &String::from_utf8_lossy(key));
        match (dest.get(key), *value) {
            (None, value) => {
                dest.insert(key, value);
            }
            (Some(Value::Map(table)), Value::Map(source)) => {
                merge_tables_with(heap, table, source, &full_key(), warnings);
            }
            // Where the destination is null, Go first makes the source null too.
            (Some(have), _) if have.is_nil() => {}
            (Some(_), Value::Map(_)) => warnings.push(Warning::info(format!(
                "warning: cannot overwrite table with non table for {} ({})",
                full_key(),
                show(*value)
            ))),
            (Some(Value::Map(_)), value) if !value.is_nil() => {
                warnings.push(Warning::info(format!(
                    "warning: destination for {} is a table. Ignoring non-table value ({})",
                    full_key(),
                    show(value)
                )));
            }
            _ => {}
        }
    }
}

fn type_mismatch(name: &str, value: Value<'_>) -> ChartError {
    let mut text = format!("type mismatch on {name}: ").into_bytes();
    // As above: a value that cannot be printed whole is cut.
    let _ = pintle_go_fmt::sprintf(&mut text, b"%t", &[value]);
    ChartError::dependencies(String::from_utf8_lossy(&text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Case {
        name: String,
        op: String,
        #[serde(default)]
        dst: String,
        #[serde(default)]
        src: String,
        want: Want,
    }

    #[derive(serde::Deserialize)]
    struct Want {
        value: Option<serde_json::Value>,
        err: Option<String>,
    }

    fn tree(value: &serde_json::Value) -> Tree {
        pintle_go_yaml::read_json(value.to_string().as_bytes()).unwrap()
    }

    fn from_heap(value: Value<'_>) -> Tree {
        let mut json = Vec::new();
        let heap = Heap::new();
        pintle_go_yaml::to_json(&mut json, (&heap, copy_value(&heap, value, false))).unwrap();
        pintle_go_yaml::read_json(&json).unwrap()
    }

    fn run(case: &Case) -> Result<Tree, String> {
        let read = |text: &str| crate::read_values(text.as_bytes());
        if case.op == "load" {
            return read(&case.src).map_err(|error| error.to_string());
        }
        let (dest, source) = (read(&case.dst).unwrap(), read(&case.src).unwrap());
        let heap = Heap::new();
        let dest = copy_tree(&heap, &dest, false).as_map().unwrap();
        let mut warnings = Vec::new();
        if case.op == "mergetables" {
            let source = copy_tree(&heap, &source, false).as_map().unwrap();
            merge_tables(&heap, dest, source, &mut warnings);
        } else {
            let mut merger = Merger { heap: &heap, warnings: &mut warnings };
            merger.tables(dest, Source::Tree(source.as_map().unwrap()), "", false, false);
        }
        Ok(from_heap(Value::Map(dest)))
    }

    /// Helm's answers for tables alone, and for values files of several documents.
    #[test]
    fn tables_merge_as_in_helm() {
        let path = "../../../conformance/data/coalesce.json";
        let cases: Vec<Case> = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let mut count = 0;
        for case in cases {
            if !matches!(case.op.as_str(), "load" | "tables" | "mergetables") {
                continue;
            }
            count += 1;
            let want = match (&case.want.value, &case.want.err) {
                (Some(value), _) => Ok(tree(value)),
                (None, error) => Err(error.clone().unwrap()),
            };
            assert_eq!(run(&case), want, "{}", case.name);
        }
        assert!(count > 100, "only {count} cases");
    }

    /// Helm cleans a chart's defaults of nulls before it merges them, and so before it prints them.
    #[test]
    fn warnings_show_tables_without_nulls() {
        let read = |text: &str| crate::read_values(text.as_bytes()).unwrap();
        let (dest, source) = (read("{a: x}"), read("{a: {b: null, c: {d: null, e: 1}}}"));
        let heap = Heap::new();
        let dest = copy_tree(&heap, &dest, false).as_map().unwrap();
        let mut warnings = Vec::new();
        let mut merger = Merger { heap: &heap, warnings: &mut warnings };
        let source = Source::Tree(source.as_map().unwrap());
        merger.tables(dest, source, "c", false, true);
        merger.tables(dest, source, "c", true, false);
        let said: Vec<&str> = warnings.iter().map(|warning| &*warning.message).collect();
        let text = "warning: cannot overwrite table with non table for c.a";
        let cleaned = format!("{text} (map[c:map[e:1]])");
        let whole = format!("{text} (map[b:<nil> c:map[d:<nil> e:1]])");
        assert_eq!(said, [cleaned, whole]);
    }
}
