//! The methods of `common.Values`, the type of `.Values` (`pkg/chart/common/values.go`).

use pintle_go_value::{Heap, Map, MapMethods, Method, Type, Value};
use pintle_helm_chart::COMMON_VALUES;

const NO_PARAMS: Method = Method { params: &[], variadic: false };
const ONE_STRING: Method = Method { params: &[Type::String], variadic: false };

/// The methods that templates can call; `Encode` needs a writer, which they do not have.
struct ValuesMethods;

/// A map as `common.Values`, its entries shared.
pub(crate) fn as_values<'h>(heap: &'h Heap, map: &Map<'h>) -> &'h Map<'h> {
    heap.converted(map, &COMMON_VALUES, Some(&ValuesMethods))
}

/// The same as a plain `map[string]interface {}`.
pub(crate) fn as_map<'h>(heap: &'h Heap, map: &Map<'h>) -> &'h Map<'h> {
    heap.converted(map, &Type::MAP, None)
}

impl MapMethods for ValuesMethods {
    fn method(&self, name: &str) -> Option<&'static Method> {
        match name {
            "AsMap" | "YAML" => Some(&NO_PARAMS),
            "Table" | "PathValue" => Some(&ONE_STRING),
            _ => None,
        }
    }

    fn call<'h>(
        &self,
        heap: &'h Heap,
        map: &'h Map<'h>,
        name: &str,
        args: &[Value<'h>],
    ) -> Result<Value<'h>, String> {
        let path = args.first().and_then(Value::as_bytes).unwrap_or_default();
        match name {
            "AsMap" if map.is_empty() => Ok(Value::Map(heap.map())),
            "AsMap" => Ok(Value::Map(as_map(heap, map))),
            "YAML" => {
                let mut yaml = Vec::new();
                pintle_go_yaml::to_yaml(&mut yaml, (heap, Value::Map(as_map(heap, map))))
                    .map_err(|error| error.to_string())?;
                Ok(heap.string(yaml))
            }
            "Table" => table(map, path).map(|found| Value::Map(as_values(heap, found))),
            _ => path_value(map, path),
        }
    }
}

/// The table at a path of names joined by dots.
fn table<'h>(map: &'h Map<'h>, path: &[u8]) -> Result<&'h Map<'h>, String> {
    path.split(|byte| *byte == b'.').try_fold(map, |map, name| {
        let found = map.get(name).and_then(|value| value.as_map());
        found.ok_or_else(|| format!("{} is not a table", pintle_go_fmt::quote(name)))
    })
}

/// What is no table at the end of a path.
fn path_value<'h>(map: &'h Map<'h>, path: &[u8]) -> Result<Value<'h>, String> {
    if path.is_empty() {
        return Err("YAML path cannot be empty".to_owned());
    }
    let (map, key) = match path.iter().rposition(|byte| *byte == b'.') {
        None => (Some(map), path),
        Some(dot) => (table(map, &path[..dot]).ok(), &path[dot + 1..]),
    };
    let value = map.and_then(|map| map.get(key)).filter(|value| value.as_map().is_none());
    value.ok_or_else(|| format!("{} is not a value", pintle_go_fmt::quote(key)))
}
