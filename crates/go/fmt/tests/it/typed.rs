//! The typed JSON of the conformance data as values (tools/oracle/README.md describes it).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pintle_go_value::{FloatKind, Heap, IntKind, Object, Type, UintKind, Value};
use serde_json::{Map, Value as Json};

/// A value of a named type, with what its methods say.
#[derive(Debug)]
struct Named {
    ty: &'static Type,
    contents: Json,
    text: Option<String>,
    go_text: Option<String>,
}

impl Object for Named {
    fn ty(&self) -> &'static Type {
        self.ty
    }

    fn text(&self) -> Option<String> {
        self.text.clone()
    }

    fn go_text(&self) -> Option<String> {
        self.go_text.clone()
    }

    fn plain<'h>(&self, heap: &'h Heap) -> Value<'h> {
        decode(heap, &self.contents)
    }
}

/// Bytes of a JSON string, or of `{"$str": base64}`.
pub(crate) fn bytes(json: &Json) -> Vec<u8> {
    match json {
        Json::String(text) => text.as_bytes().to_vec(),
        json => STANDARD.decode(json["$str"].as_str().expect("a string")).expect("base64"),
    }
}

/// The value that `json` stands for.
pub(crate) fn decode<'h>(heap: &'h Heap, json: &Json) -> Value<'h> {
    match json {
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => Value::int(value),
            (_, Some(value)) => Value::Uint(UintKind::Uint64, value),
            _ => Value::float64(number.as_f64().expect("a number")),
        },
        Json::String(text) => heap.string(text),
        Json::Array(items) => heap.list(&Type::LIST, &decode_all(heap, items)),
        Json::Object(fields) => match fields.keys().find(|key| key.starts_with('$')) {
            Some(key) => special(heap, key, &fields[key], fields),
            None => {
                let map = heap.map();
                for (key, value) in fields {
                    map.insert(heap.bytes(key.as_bytes()), decode(heap, value));
                }
                Value::Map(map)
            }
        },
    }
}

fn decode_all<'h>(heap: &'h Heap, items: &[Json]) -> Vec<Value<'h>> {
    items.iter().map(|item| decode(heap, item)).collect()
}

fn special<'h>(heap: &'h Heap, key: &str, body: &Json, all: &Map<String, Json>) -> Value<'h> {
    let text = || body.as_str().expect("a string");
    let items = |json: &Json| decode_all(heap, json.as_array().expect("a list"));
    match key {
        "$str" => heap.string(STANDARD.decode(text()).expect("base64")),
        "$bytes" => Value::Bytes(heap.bytes(&STANDARD.decode(text()).expect("base64"))),
        "$nil" => Value::NilOf(parse_type(text(), None)),
        "$ptr" => heap.pointer(decode(heap, body)),
        "$strings" => heap.list(&Type::STRINGS, &items(body)),
        "$ints" => heap.list(&Type::INTS, &items(body)),
        "$slice" | "$array" => sequence(heap, text(), &items(&all["items"])),
        "$map" => dictionary(heap, text(), &all["entries"]),
        "$struct" => {
            let ty = leak(Type::Struct(leak_text(text())));
            let fields: Vec<(&str, Value<'_>)> = all["fields"]
                .as_array()
                .expect("fields")
                .iter()
                .map(|pair| (heap.str(pair[0].as_str().expect("a name")), decode(heap, &pair[1])))
                .collect();
            heap.structure(ty, &fields)
        }
        "$named" => {
            let contents = all["value"].clone();
            let inner = decode(&Heap::new(), &contents).ty();
            let method = |key| all.get(key).and_then(Json::as_str).map(ToOwned::to_owned);
            let text_of = method("error").or_else(|| method("string"));
            let ty = parse_type(text(), inner);
            heap.object(Named { ty, contents, text: text_of, go_text: method("gostring") })
        }
        // Values hold a complex128 only; an object can claim another type.
        "$complex64" => {
            let contents = serde_json::json!({"$complex128": body});
            let ty = &Type::Complex(false);
            heap.object(Named { ty, contents, text: None, go_text: None })
        }
        "$complex128" => heap.complex(float(&body[0]), float(&body[1])),
        "$f32" => Value::Float(FloatKind::Float32, f64::from(float(body) as f32)),
        "$f64" => Value::float64(float(body)),
        kind => integer(&kind[1..], body),
    }
}

fn float(json: &Json) -> f64 {
    match json {
        Json::String(text) => text.parse().expect("a float"),
        json => json.as_f64().expect("a float"),
    }
}

fn integer<'h>(kind: &str, body: &Json) -> Value<'h> {
    match parse_type(kind, None) {
        Type::Int(kind) => Value::Int(*kind, body.as_i64().expect("an integer")),
        Type::Uint(kind) => Value::Uint(*kind, body.as_u64().expect("an integer")),
        ty => panic!("no value of type {ty}"),
    }
}

fn sequence<'h>(heap: &'h Heap, name: &str, items: &[Value<'h>]) -> Value<'h> {
    let elem = items.first().and_then(Value::ty);
    let ty = match parse_type(name, elem) {
        // Only the name of the whole type is known.
        Type::Named(_, elem) => leak(Type::Slice(elem)),
        ty => ty,
    };
    heap.list(ty, items)
}

fn dictionary<'h>(heap: &'h Heap, name: &str, entries: &Json) -> Value<'h> {
    let mut pairs: Vec<(Value<'h>, Value<'h>)> = entries
        .as_array()
        .expect("entries")
        .iter()
        .map(|pair| (decode(heap, &pair[0]), decode(heap, &pair[1])))
        .collect();
    let ty = parse_type(name, pairs.first().and_then(|(_, value)| value.ty()));
    if matches!(ty, Type::Map(Type::String, _)) {
        let map = heap.map_of(ty, pairs.len());
        for (key, value) in pairs {
            map.insert(key.as_bytes().expect("a string key"), value);
        }
        return Value::Map(map);
    }
    pairs.sort_by(|(a, _), (b, _)| key_order(*a).total_cmp(&key_order(*b)));
    heap.keyed_map(ty, &pairs)
}

/// fmtsort's order of numbers: NaN is the least.
fn key_order(key: Value<'_>) -> f64 {
    match key {
        Value::Int(_, key) => key as f64,
        Value::Uint(_, key) => key as f64,
        Value::Float(_, key) if key.is_nan() => f64::NEG_INFINITY,
        Value::Float(_, key) => key,
        key => panic!("no order for {key:?}"),
    }
}

/// Reads a type as reflect prints it; `of` is what an unknown name (of the type or of its
/// elements) stands for.
fn parse_type(name: &str, of: Option<Type>) -> &'static Type {
    if let Some(rest) = name.strip_prefix('*') {
        let of = match of {
            Some(Type::Pointer(elem)) => Some(*elem),
            of => of,
        };
        return leak(Type::Pointer(parse_type(rest, of)));
    }
    if let Some((key, elem)) = name.strip_prefix("map[").and_then(|rest| rest.split_once(']')) {
        return leak(Type::Map(parse_type(key, None), parse_type(elem, of)));
    }
    if let Some((len, elem)) = name.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let elem = parse_type(elem, of);
        return leak(match len.parse() {
            Ok(len) => Type::Array(len, elem),
            Err(_) => Type::Slice(elem),
        });
    }
    leak(basic(name).unwrap_or_else(|| match of {
        Some(of) if of.to_string() == name => of,
        Some(of) => Type::Named(leak_text(name), leak(of)),
        None => Type::Struct(leak_text(name)),
    }))
}

fn basic(name: &str) -> Option<Type> {
    Some(match name {
        "bool" => Type::Bool,
        "string" => Type::String,
        "int" => Type::Int(IntKind::Int),
        "int8" => Type::Int(IntKind::Int8),
        "int16" => Type::Int(IntKind::Int16),
        "int32" => Type::Int(IntKind::Int32),
        "int64" => Type::Int(IntKind::Int64),
        "uint" => Type::Uint(UintKind::Uint),
        "uint8" => Type::Uint(UintKind::Uint8),
        "uint16" => Type::Uint(UintKind::Uint16),
        "uint32" => Type::Uint(UintKind::Uint32),
        "uint64" => Type::Uint(UintKind::Uint64),
        "uintptr" => Type::Uint(UintKind::Uintptr),
        "float32" => Type::Float(FloatKind::Float32),
        "float64" => Type::FLOAT64,
        "interface {}" => Type::Any,
        "error" => Type::Error,
        _ => return None,
    })
}

/// Types are static in programs; tests make theirs up.
fn leak(ty: Type) -> &'static Type {
    Box::leak(Box::new(ty))
}

fn leak_text(text: &str) -> &'static str {
    text.to_owned().leak()
}
