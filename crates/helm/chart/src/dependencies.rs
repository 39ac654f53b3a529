//! Which dependencies a release has: conditions, tags, aliases, imported values
//! (`pkg/chart/v2/util/dependencies.go`).

use pintle_go_value::{Heap, Map, Tree, Type, Value};

use crate::coalesce::{GLOBAL_KEY, Source, coalesce_into, copy_map, merge_tables, show};
use crate::{Chart, ChartError, Instance, Warning, merge_values};

/// Helm's `ProcessDependencies`: the chart with the dependencies that `values` switch on, each
/// under its alias, and with the values that parents import. Lives on `heap`.
pub fn process_dependencies<'h>(
    heap: &'h Heap,
    chart: &'h Chart,
    values: &Tree,
    warnings: &mut Vec<Warning>,
) -> Result<Instance<'h>, ChartError> {
    let mut instance = Instance::new(chart);
    let result = process_dependencies_in(heap, &mut instance, values, warnings);
    match result {
        Ok(()) => Ok(instance),
        Err(error) => {
            let message = "chart dependencies processing failed";
            warnings.push(Warning::error(message).with("error", error.to_string()));
            Err(error.within(message))
        }
    }
}

/// The same on an instance that is there already, with the error as it is.
pub fn process_dependencies_in<'h>(
    heap: &'h Heap,
    chart: &mut Instance<'h>,
    values: &Tree,
    warnings: &mut Vec<Warning>,
) -> Result<(), ChartError> {
    if chart.requirements.is_empty() && chart.dependencies.is_empty() {
        return Ok(());
    }
    decide(chart, values, warnings)?;
    import_all(heap, chart, warnings)
}

/// Switches dependencies on and off. The merged values serve for that only, so they have a heap of
/// their own, which goes with them.
fn decide(
    chart: &mut Instance<'_>,
    values: &Tree,
    warnings: &mut Vec<Warning>,
) -> Result<(), ChartError> {
    let scratch = Heap::new();
    let given = match values {
        Tree::Map(entries) => scratch.tree_map(&Type::MAP, entries),
        _ => scratch.map(),
    };
    enable(&scratch, chart, given, "", warnings)
}

/// Helm's `processDependencyEnabled`.
fn enable<'s, 'h: 's>(
    scratch: &'s Heap,
    chart: &mut Instance<'h>,
    given: &'s Map<'s>,
    path: &str,
    warnings: &mut Vec<Warning>,
) -> Result<(), ChartError> {
    if chart.requirements.is_empty() {
        return Ok(());
    }
    alias(chart);
    let values = copy_touched(scratch, chart, given);
    coalesce_into(scratch, chart, values, false, warnings)?;
    apply_tags(chart, values, warnings);
    apply_conditions(chart, values, path, warnings);
    let disabled: Vec<&str> =
        chart.requirements.iter().filter(|entry| !entry.enabled).map(|entry| entry.name).collect();
    chart.dependencies.retain(|sub| !disabled.contains(&sub.name));
    chart.requirements.retain(|entry| !disabled.contains(&entry.name));
    for sub in &mut chart.dependencies {
        let path = format!("{path}{}.", sub.name);
        enable(scratch, sub, values, &path, warnings)?;
    }
    Ok(())
}

/// A copy of values for merging a chart's defaults into: deep where that can change something,
/// shared elsewhere. Helm copies all of it at each level, which an umbrella chart of a hundred
/// charts pays a hundred times.
fn copy_touched<'s>(scratch: &'s Heap, chart: &Instance<'_>, given: &'s Map<'s>) -> &'s Map<'s> {
    let names: Vec<&[u8]> = chart.dependencies.iter().map(|sub| sub.name.as_bytes()).collect();
    let copy = scratch.map_of(given.ty(), given.len());
    given.for_each(|key, value| {
        let touched = key == GLOBAL_KEY || names.contains(&key) || chart.values.has(key);
        let value = match value {
            Value::Map(table) if touched => Value::Map(copy_map(scratch, table, false)),
            value => value,
        };
        copy.insert(key, value);
    });
    copy
}

/// Sets the dependencies anew: those that no entry names first, then one per entry.
fn alias(chart: &mut Instance<'_>) {
    let loaded = chart.chart;
    let links = &loaded.links;
    let mut dependencies = Vec::with_capacity(chart.dependencies.len());
    for index in &links.unlisted {
        dependencies.push(Instance::new(&loaded.dependencies[*index]));
    }
    for (requirement, wanted) in chart.requirements.iter_mut().zip(&links.wanted) {
        let alias = requirement.entry.alias.as_str();
        if let Some(index) = wanted {
            let mut sub = Instance::new(&loaded.dependencies[*index]);
            if !alias.is_empty() {
                sub.name = alias;
            }
            dependencies.push(sub);
        }
        if !alias.is_empty() {
            requirement.name = alias;
        }
        requirement.enabled = true;
    }
    chart.dependencies = dependencies;
}

fn apply_tags(chart: &mut Instance<'_>, values: &Map<'_>, warnings: &mut Vec<Warning>) {
    let Some(Value::Map(tags)) = values.get(b"tags") else { return };
    for requirement in &mut chart.requirements {
        let (mut on, mut off) = (false, false);
        for tag in &requirement.entry.tags {
            match tags.get(tag.as_bytes()) {
                None => {}
                Some(Value::Bool(true)) => on = true,
                Some(Value::Bool(false)) => off = true,
                Some(_) => warnings.push(
                    Warning::warn("returned non-bool value")
                        .with("tag", tag.as_str())
                        .with("chart", requirement.name),
                ),
            }
        }
        requirement.enabled = on || !off;
    }
}

fn apply_conditions(
    chart: &mut Instance<'_>,
    values: &Map<'_>,
    path: &str,
    warnings: &mut Vec<Warning>,
) {
    for requirement in &mut chart.requirements {
        for condition in requirement.entry.condition.trim().split(',') {
            if condition.is_empty() {
                continue;
            }
            match path_value(values, &format!("{path}{condition}")) {
                None => {}
                Some(Value::Bool(enabled)) => {
                    requirement.enabled = enabled;
                    break;
                }
                Some(_) => warnings.push(
                    Warning::warn("returned non-bool value")
                        .with("path", condition)
                        .with("chart", requirement.name),
                ),
            }
        }
    }
}

/// Helm's `Values.PathValue`: what is not a table at the end of a path of tables.
fn path_value<'h>(values: &Map<'h>, path: &str) -> Option<Value<'h>> {
    let (tables, key) = match path.rsplit_once('.') {
        Some((tables, key)) => (Some(tables), key),
        None => (None, path),
    };
    let value = match tables {
        None => values.get(key.as_bytes()),
        Some(tables) => table(values, tables).ok()?.get(key.as_bytes()),
    };
    value.filter(|value| value.as_map().is_none())
}

/// Helm's `Values.Table`; the error names the part that is no table.
fn table<'h, 'p>(values: &Map<'h>, path: &'p str) -> Result<&'h Map<'h>, &'p str> {
    let mut at: Option<&'h Map<'h>> = None;
    for part in path.split('.') {
        let value = match at {
            None => values.get(part.as_bytes()),
            Some(map) => map.get(part.as_bytes()),
        };
        at = Some(value.and_then(|value| value.as_map()).ok_or(part)?);
    }
    at.ok_or(path)
}

/// Helm's `processDependencyImportValues`: children first.
fn import_all<'h>(
    heap: &'h Heap,
    chart: &mut Instance<'h>,
    warnings: &mut Vec<Warning>,
) -> Result<(), ChartError> {
    for sub in &mut chart.dependencies {
        import_all(heap, sub, warnings)?;
    }
    if chart.requirements.is_empty() {
        return Ok(());
    }
    let values = merge_values(heap, chart, &Tree::Null, warnings)?;
    let imported = heap.map();
    for requirement in &mut chart.requirements {
        let mut kept = Vec::new();
        for entry in &requirement.entry.import_values {
            let (child, parent) = match entry {
                Tree::Map(_) => (entry_text(entry, "child"), entry_text(entry, "parent")),
                Tree::String(name) => (format!("exports.{name}"), ".".to_owned()),
                _ => continue,
            };
            let pair = heap.map_of(&Type::STRING_MAP, 2);
            pair.insert(b"child", heap.string(&child));
            pair.insert(b"parent", heap.string(&parent));
            kept.push(Value::Map(pair));
            match table(values, &format!("{}.{child}", requirement.name)) {
                Ok(found) => {
                    let source = path_to_map(heap, &parent, found);
                    merge_tables(heap, imported, source, warnings);
                }
                Err(part) => {
                    let named = matches!(entry, Tree::Map(_)).then_some(requirement.name);
                    warnings.push(missing_table(named, part));
                }
            }
        }
        requirement.imports = kept;
    }
    chart.values = Source::Map(if imported.is_empty() {
        values
    } else {
        // A deep copy, as in Helm: what was imported may be part of the values itself.
        let merged = copy_map(heap, values, false);
        merge_tables(heap, merged, imported, warnings);
        merged
    });
    Ok(())
}

/// `fmt.Sprintf("%v", entry[key])`
fn entry_text(entry: &Tree, key: &str) -> String {
    let heap = Heap::new();
    show(entry.get(key).map_or(Value::Nil, |value| heap.tree(value)))
}

fn missing_table(chart: Option<&str>, part: &str) -> Warning {
    let error = format!("{} is not a table", crate::archive::go_quote(part));
    match chart {
        Some(chart) => Warning::warn("ImportValues missing table from chart")
            .with("chart", chart)
            .with("error", error),
        None => Warning::warn("ImportValues missing table").with("error", error),
    }
}

/// Helm's `pathToMap`: the table below the tables of a path.
fn path_to_map<'h>(heap: &'h Heap, path: &str, data: &'h Map<'h>) -> &'h Map<'h> {
    if path == "." {
        return data;
    }
    path.rsplit('.').fold(data, |inner, part| {
        let outer = heap.map();
        outer.insert(heap.bytes(part.as_bytes()), Value::Map(inner));
        outer
    })
}
