//! The typed JSON of the tables as values (`tools/oracle/README.md` describes it): plain JSON keeps
//! its meaning, integers are Go's `int`, `{"$int64": 1}` and its like say their type.

use anyhow::{Context, Result, anyhow, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pintle_go_time::{RFC3339_NANO, Zone};
use pintle_go_value::{FloatKind, Heap, IntKind, Object, Type, UintKind, Value};
use pintle_helm_sprig::{DurationObject, TimeObject};
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
        // It was decoded once already, when its type was found.
        decode(heap, &self.contents).unwrap_or(Value::Nil)
    }
}

/// Bytes of a JSON string, or of `{"$str": base64}`.
pub(crate) fn bytes(json: &Json) -> Result<Vec<u8>> {
    match json {
        Json::String(text) => Ok(text.as_bytes().to_vec()),
        json => Ok(STANDARD.decode(text(&json["$str"])?)?),
    }
}

/// The value that `json` stands for.
pub(crate) fn decode<'h>(heap: &'h Heap, json: &Json) -> Result<Value<'h>> {
    Ok(match json {
        Json::Null => Value::Nil,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(value), _) => Value::int(value),
            (_, Some(value)) => Value::Uint(UintKind::Uint64, value),
            _ => Value::float64(number.as_f64().context("no number")?),
        },
        Json::String(text) => heap.string(text),
        Json::Array(_) => heap.list(&Type::LIST, &all(heap, json)?),
        Json::Object(fields) => match fields.keys().find(|key| key.starts_with('$')) {
            Some(key) => special(heap, key, &fields[key], fields)?,
            None => {
                let map = heap.map();
                for (key, value) in fields {
                    map.insert(heap.bytes(key.as_bytes()), decode(heap, value)?);
                }
                Value::Map(map)
            }
        },
    })
}

fn all<'h>(heap: &'h Heap, json: &Json) -> Result<Vec<Value<'h>>> {
    items(json)?.iter().map(|item| decode(heap, item)).collect()
}

fn items(json: &Json) -> Result<&[Json]> {
    json.as_array().map(Vec::as_slice).ok_or_else(|| anyhow!("{json} is no list"))
}

fn text(json: &Json) -> Result<&str> {
    json.as_str().ok_or_else(|| anyhow!("{json} is no string"))
}

fn special<'h>(
    heap: &'h Heap,
    key: &str,
    body: &Json,
    fields: &Map<String, Json>,
) -> Result<Value<'h>> {
    let field = |name: &str| fields.get(name).unwrap_or(&Json::Null);
    Ok(match key {
        "$str" => heap.string(STANDARD.decode(text(body)?)?),
        "$bytes" => Value::Bytes(heap.bytes(&STANDARD.decode(text(body)?)?)),
        "$nil" => Value::NilOf(parse_type(text(body)?, None)),
        "$ptr" => heap.pointer(decode(heap, body)?),
        "$strings" => heap.list(&Type::STRINGS, &all(heap, body)?),
        "$ints" => heap.list(&Type::INTS, &all(heap, body)?),
        "$slice" | "$array" => sequence(heap, text(body)?, &all(heap, field("items"))?),
        "$map" => dictionary(heap, text(body)?, field("entries"))?,
        "$struct" => structure(heap, text(body)?, field("fields"))?,
        "$named" => named(heap, text(body)?, fields)?,
        // Values hold a complex128 only; an object can claim another type.
        "$complex64" => heap.object(Named {
            ty: &Type::Complex(false),
            contents: serde_json::json!({"$complex128": body}),
            text: None,
            go_text: None,
        }),
        "$complex128" => heap.complex(float(&body[0])?, float(&body[1])?),
        "$f32" => Value::Float(FloatKind::Float32, float(body)?),
        "$f64" => Value::float64(float(body)?),
        "$duration" => heap.object(DurationObject(pintle_go_time::Duration(integer(body)?))),
        "$time" => time(heap, text(body)?, text(field("zone"))?)?,
        kind => match parse_type(&kind[1..], None) {
            Type::Int(kind) => Value::Int(*kind, integer(body)?),
            Type::Uint(kind) => Value::Uint(*kind, body.as_u64().context("no unsigned integer")?),
            ty => bail!("no value of type {ty} can be written as {body}"),
        },
    })
}

fn integer(json: &Json) -> Result<i64> {
    json.as_i64().ok_or_else(|| anyhow!("{json} is no integer"))
}

fn float(json: &Json) -> Result<f64> {
    match json {
        Json::String(text) => Ok(text.parse()?),
        json => json.as_f64().ok_or_else(|| anyhow!("{json} is no number")),
    }
}

fn time<'h>(heap: &'h Heap, text: &str, zone: &str) -> Result<Value<'h>> {
    let time = pintle_go_time::parse(RFC3339_NANO, text.as_bytes())
        .map_err(|error| anyhow!("{text}: {error}"))?;
    let zone = Zone::load(zone.as_bytes()).map_err(|error| anyhow!("{zone}: {error}"))?;
    Ok(heap.object(TimeObject(time.in_zone(zone))))
}

fn structure<'h>(heap: &'h Heap, name: &str, fields: &Json) -> Result<Value<'h>> {
    let mut decoded: Vec<(&str, Value<'_>)> = Vec::new();
    for pair in items(fields)? {
        decoded.push((heap.str(text(&pair[0])?), decode(heap, &pair[1])?));
    }
    Ok(heap.structure(leak(Type::Struct(leak_text(name))), &decoded))
}

fn named<'h>(heap: &'h Heap, name: &str, fields: &Map<String, Json>) -> Result<Value<'h>> {
    let contents = fields.get("value").cloned().unwrap_or_default();
    // Its methods are those of the time, which knows them itself.
    if name == "*time.Time" {
        return decode(heap, &contents);
    }
    let inner = decode(&Heap::new(), &contents)?.ty();
    let method = |key| fields.get(key).and_then(Json::as_str).map(ToOwned::to_owned);
    Ok(heap.object(Named {
        ty: parse_type(name, inner),
        contents,
        text: method("error").or_else(|| method("string")),
        go_text: method("gostring"),
    }))
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

fn dictionary<'h>(heap: &'h Heap, name: &str, entries: &Json) -> Result<Value<'h>> {
    let mut pairs: Vec<(Value<'h>, Value<'h>)> = Vec::new();
    for pair in items(entries)? {
        pairs.push((decode(heap, &pair[0])?, decode(heap, &pair[1])?));
    }
    let ty = parse_type(name, pairs.first().and_then(|(_, value)| value.ty()));
    if matches!(ty, Type::Map(Type::String, _)) {
        let map = heap.map_of(ty, pairs.len());
        for (key, value) in pairs {
            map.insert(key.as_bytes().context("no string key")?, value);
        }
        return Ok(Value::Map(map));
    }
    pairs.sort_by(|(a, _), (b, _)| key_order(*a).total_cmp(&key_order(*b)));
    Ok(heap.keyed_map(ty, &pairs))
}

/// fmtsort's order of numbers: NaN is the least. The tables' keys are small.
#[expect(clippy::cast_precision_loss, reason = "keys of the tables are small numbers")]
fn key_order(key: Value<'_>) -> f64 {
    match key {
        Value::Int(_, key) => key as f64,
        Value::Uint(_, key) => key as f64,
        Value::Float(_, key) if !key.is_nan() => key,
        _ => f64::NEG_INFINITY,
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

/// Types are static in programs; tables make theirs up.
fn leak(ty: Type) -> &'static Type {
    Box::leak(Box::new(ty))
}

fn leak_text(text: &str) -> &'static str {
    text.to_owned().leak()
}
