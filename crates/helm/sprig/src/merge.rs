//! Merging maps as mergo v1.0.1 does: deep, in place, empty values counting as unset.

use pintle_go_template::CallError;
use pintle_go_value::{Heap, Map, Type, Value};

use crate::reflect::{NESTING_LIMIT, deeper, heap_full, is_nil, nested_too_deep};

/// Which of mergo's two functions.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Merge {
    /// `Merge`: only what is unset is filled.
    Fill,
    /// `MergeWithOverwrite`: what the source has wins, empty values included.
    Overwrite,
}

/// Merges the sources into the map one after another; a nil map is replaced by a new one.
pub(crate) fn merge_all<'h>(
    heap: &'h Heap,
    into: Option<&'h Map<'h>>,
    sources: impl Iterator<Item = Option<&'h Map<'h>>>,
    mode: Merge,
) -> Result<Value<'h>, CallError> {
    let mut into = into;
    for source in sources {
        let Some(source) = source else { continue };
        let target = *into.get_or_insert_with(|| heap.map());
        deep_merge(heap, target, source, mode, 0)?;
    }
    Ok(into.map_or(Value::NilOf(&Type::MAP), |map| as_parameter(heap, map)))
}

/// A map that a function was given and gives back: Go converts a named type, such as that of
/// `.Values`, to the parameter's `map[string]interface {}`; the entries stay shared.
pub(crate) fn as_parameter<'h>(heap: &'h Heap, map: &'h Map<'h>) -> Value<'h> {
    match map.ty() {
        Type::Named(..) => Value::Map(heap.converted(map, &Type::MAP, None)),
        _ => Value::Map(map),
    }
}

/// What merging one key counts, in steps.
const STEPS_PER_KEY: u64 = 12;

/// mergo's `deepMerge` for two maps.
fn deep_merge<'h>(
    heap: &'h Heap,
    into: &'h Map<'h>,
    from: &'h Map<'h>,
    mode: Merge,
    depth: usize,
) -> Result<(), CallError> {
    if depth > NESTING_LIMIT {
        return Err(nested_too_deep("merge"));
    }
    // The walk itself takes from the heap, so shared parts that unfold without end are found here.
    if heap.over_limit() {
        return Err(heap_full(heap));
    }
    heap.charge(from.len() as u64 * STEPS_PER_KEY);
    let overwrite = mode == Merge::Overwrite;
    for (key, source) in from.snapshot(heap) {
        let (key, source) = (*key, *source);
        if is_nil(&source) {
            if overwrite {
                assign(into, key, source)?;
            }
            continue;
        }
        let target = into.get(key);
        nested(heap, target, source, mode, depth)?;
        let target = target.filter(|target| !is_empty(heap, *target));
        if let Some(target) = target {
            let both_maps = is_map(&source) && is_map(&target);
            if both_maps || (is_slice(&source) && !overwrite) {
                continue;
            }
        }
        if overwrite || target.is_none() {
            assign(into, key, source)?;
        }
    }
    Ok(())
}

/// What mergo does below a key before it looks at the key itself: only maps change in place.
fn nested<'h>(
    heap: &'h Heap,
    target: Option<Value<'h>>,
    source: Value<'h>,
    mode: Merge,
    depth: usize,
) -> Result<(), CallError> {
    match (target, source) {
        (Some(Value::Map(target)), Value::Map(source)) => {
            deeper(|| deep_merge(heap, target, source, mode, depth + 1))
        }
        (Some(Value::Object(target)), _)
            if mode == Merge::Fill
                && matches!(target.ty(), Type::Pointer(_))
                && (is_map(&source) || is_struct(&source)) =>
        {
            Err(CallError::new("src and dst must be of same type"))
        }
        _ => Ok(()),
    }
}

fn assign<'h>(into: &'h Map<'h>, key: &'h [u8], value: Value<'h>) -> Result<(), CallError> {
    let elem = into.elem();
    let fits = *elem == Type::Any || value.ty().is_some_and(|ty| ty == *elem);
    if !fits {
        return Err(CallError::panic(format!(
            "reflect.Value.SetMapIndex: value of type interface {{}} is not assignable to type \
             {elem}"
        )));
    }
    into.insert(key, value);
    Ok(())
}

fn is_map(value: &Value<'_>) -> bool {
    value.ty().is_some_and(|ty| ty.kind_name() == "map")
}

fn is_slice(value: &Value<'_>) -> bool {
    value.ty().is_some_and(|ty| ty.kind_name() == "slice")
}

fn is_struct(value: &Value<'_>) -> bool {
    value.ty().is_some_and(|ty| ty.kind_name() == "struct")
}

/// mergo's `isEmptyValue`: as sprig's, but looking through pointers.
fn is_empty(heap: &Heap, value: Value<'_>) -> bool {
    match value {
        Value::Pointer(to) => is_empty(heap, *to),
        Value::Complex(_) => false,
        value => crate::reflect::is_empty(heap, value),
    }
}
