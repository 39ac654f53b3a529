//! YAML, JSON and TOML as values: Helm's functions, and sprig's where Helm keeps them.

use pintle_go_template::{CallError, Func, func};
use pintle_go_time::{RFC3339_NANO, Zone, parse_in};
use pintle_go_value::{Heap, Type, Value};
use pintle_go_yaml::{
    Error, read_json_partly, read_json_value, read_list_value, read_map_value, read_toml, to_json,
    to_pretty_json, to_raw_json, to_toml, to_yaml, to_yaml_pretty,
};

use crate::Generator;
use crate::objects::TimeObject;
use crate::reflect::{TYPE_OF_NIL, is_nil};
use crate::table::Table;

type Writer<'h> = fn(&mut Vec<u8>, (&'h Heap, Value<'h>)) -> Result<(), Error>;

fn written<'h>(heap: &'h Heap, value: Value<'h>, write: Writer<'h>) -> Result<Vec<u8>, Error> {
    let mut out = Vec::new();
    let done = write(&mut out, (heap, value));
    if done.is_err() {
        // What was written and thrown away shows on no heap.
        heap.charge((out.capacity() / WRITTEN_BYTES_PER_STEP) as u64);
    }
    done.map(|()| out)
}

/// How many bytes are written in one step.
const WRITTEN_BYTES_PER_STEP: usize = 2;

/// How many bytes are read in one step.
const READ_BYTES_PER_STEP: usize = 2;

/// Counts the reading of a text, of which nothing may be left.
fn charge_reading(heap: &Heap, text: &[u8]) {
    heap.charge((text.len() / READ_BYTES_PER_STEP) as u64);
}

/// Nothing in the place of an error, unless it is a limit's.
fn or_nothing(written: Result<Vec<u8>, Error>) -> Result<Vec<u8>, CallError> {
    match written {
        Err(error) if error.is_limit() => Err(CallError::limit(error.to_string())),
        written => Ok(written.unwrap_or_default()),
    }
}

/// Without the final line break.
fn yaml_text<'h>(heap: &'h Heap, value: Value<'h>, write: Writer<'h>) -> Result<Vec<u8>, Error> {
    let mut out = written(heap, value, write)?;
    if out.last() == Some(&b'\n') {
        out.pop();
    }
    Ok(out)
}

/// Go panics with the error.
fn panicked(error: &Error) -> CallError {
    CallError::panic(error.to_string())
}

fn returned(error: &Error) -> CallError {
    CallError::new(error.to_string())
}

fn to_yaml_or_nothing<'h>(heap: &'h Heap, value: Value<'h>) -> Result<Vec<u8>, CallError> {
    or_nothing(yaml_text(heap, value, to_yaml))
}

fn must_to_yaml<'h>(heap: &'h Heap, value: Value<'h>) -> Result<Vec<u8>, CallError> {
    yaml_text(heap, value, to_yaml).map_err(|error| panicked(&error))
}

fn to_yaml_pretty_or_nothing<'h>(heap: &'h Heap, value: Value<'h>) -> Result<Vec<u8>, CallError> {
    or_nothing(yaml_text(heap, value, to_yaml_pretty))
}

/// TOML has no nil, and the writer panics on one.
fn toml<'h>(heap: &'h Heap, value: Value<'h>) -> Result<Result<Vec<u8>, Error>, CallError> {
    if is_nil(&value) {
        return Err(CallError::panic(TYPE_OF_NIL));
    }
    Ok(written(heap, value, to_toml))
}

fn to_toml_or_error<'h>(heap: &'h Heap, value: Value<'h>) -> Result<Vec<u8>, CallError> {
    Ok(toml(heap, value)?.unwrap_or_else(|error| error.to_string().into_bytes()))
}

fn must_to_toml<'h>(heap: &'h Heap, value: Value<'h>) -> Result<Vec<u8>, CallError> {
    toml(heap, value)?.map_err(|error| panicked(&error))
}

fn to_json_or_nothing<'h>(heap: &'h Heap, value: Value<'h>) -> Result<Vec<u8>, CallError> {
    or_nothing(written(heap, value, to_json))
}

fn must_to_json<'h>(heap: &'h Heap, value: Value<'h>) -> Result<Vec<u8>, CallError> {
    written(heap, value, to_json).map_err(|error| panicked(&error))
}

fn to_pretty_json_or_nothing<'h>(heap: &'h Heap, value: Value<'h>) -> Result<Vec<u8>, CallError> {
    or_nothing(written(heap, value, to_pretty_json))
}

fn must_to_pretty_json<'h>(heap: &'h Heap, value: Value<'h>) -> Result<Vec<u8>, CallError> {
    written(heap, value, to_pretty_json).map_err(|error| returned(&error))
}

fn raw_json<'h>(heap: &'h Heap, value: Value<'h>) -> Result<Vec<u8>, CallError> {
    written(heap, value, to_raw_json).map_err(|error| panicked(&error))
}

fn must_to_raw_json<'h>(heap: &'h Heap, value: Value<'h>) -> Result<Vec<u8>, CallError> {
    written(heap, value, to_raw_json).map_err(|error| returned(&error))
}

/// A map that holds the error under `Error`.
fn error_map<'h>(heap: &'h Heap, error: &str) -> Value<'h> {
    let map = heap.map();
    map.insert(b"Error", heap.string(error));
    Value::Map(map)
}

fn error_list<'h>(heap: &'h Heap, error: &str) -> Value<'h> {
    heap.list(&Type::LIST, &[heap.string(error)])
}

fn from_yaml<'h>(heap: &'h Heap, text: &'h [u8]) -> Value<'h> {
    charge_reading(heap, text);
    read_map_value(heap, text).unwrap_or_else(|error| error_map(heap, &error.to_string()))
}

fn from_yaml_array<'h>(heap: &'h Heap, text: &'h [u8]) -> Value<'h> {
    charge_reading(heap, text);
    read_list_value(heap, text).unwrap_or_else(|error| error_list(heap, &error.to_string()))
}

/// The layouts of TOML's dates and times, and the zone that stands for none: its name tells the
/// writer which form to write again (BurntSushi's `internal/tz.go`).
const TOML_TIMES: [(&[u8], &str); 7] = [
    (RFC3339_NANO, ""),
    (b"2006-01-02T15:04:05.999999999", "datetime-local"),
    (b"2006-01-02", "date-local"),
    (b"15:04:05.999999999", "time-local"),
    (b"2006-01-02T15:04Z07:00", ""),
    (b"2006-01-02T15:04", "datetime-local"),
    (b"15:04", "time-local"),
];

fn toml_time<'h>(heap: &'h Heap, text: &str) -> Option<Value<'h>> {
    for (layout, zone) in TOML_TIMES {
        let zone = match zone {
            "" => Zone::Local,
            name => Zone::Fixed { name: name.as_bytes().into(), offset: 0 },
        };
        let Ok(time) = parse_in(layout, text.as_bytes(), zone) else { continue };
        // Go reads numbers without a leading zero, TOML does not have them.
        let fixed = layout.iter().take_while(|byte| !matches!(byte, b'.' | b'Z'));
        let mut pairs = fixed.zip(text.bytes());
        let misplaced = pairs.any(|(want, have)| !want.is_ascii_digit() && *want != have);
        return (!misplaced).then(|| heap.object(TimeObject(time)));
    }
    None
}

fn from_toml<'h>(heap: &'h Heap, text: &'h [u8]) -> Value<'h> {
    charge_reading(heap, text);
    read_toml(heap, text, &toml_time).unwrap_or_else(|error| error_map(heap, &error.to_string()))
}

/// encoding/json's refusal of a value that does not fit its target.
fn wrong_json(value: &Value<'_>, target: &Type) -> String {
    let found = match value {
        Value::Map(_) => "object",
        Value::List(_) => "array",
        Value::String(_) => "string",
        Value::Bool(_) => "bool",
        _ => "number",
    };
    format!("json: cannot unmarshal {found} into Go value of type {target}")
}

fn from_json<'h>(heap: &'h Heap, text: &'h [u8]) -> Value<'h> {
    charge_reading(heap, text);
    match read_json_partly(heap, text) {
        Ok((map @ Value::Map(_), None)) => map,
        // The error goes into the map that was read.
        Ok((Value::Map(map), Some(error))) => {
            map.insert(b"Error", heap.string(error.to_string()));
            Value::Map(map)
        }
        // Null makes the map a nil one.
        Ok((Value::Nil, None)) => Value::NilOf(&Type::MAP),
        // What does not fit is skipped, with the numbers in it.
        Ok((other, _)) => error_map(heap, &wrong_json(&other, &Type::MAP)),
        Err(error) => error_map(heap, &error.to_string()),
    }
}

fn from_json_array<'h>(heap: &'h Heap, text: &'h [u8]) -> Value<'h> {
    charge_reading(heap, text);
    match read_json_partly(heap, text) {
        Ok((list @ Value::List(_), None)) => list,
        Ok((Value::Nil, None)) => Value::NilOf(&Type::LIST),
        Ok((Value::List(_), Some(error))) | Err(error) => error_list(heap, &error.to_string()),
        Ok((other, _)) => error_list(heap, &wrong_json(&other, &Type::LIST)),
    }
}

fn must_from_json<'h>(heap: &'h Heap, text: &'h [u8]) -> Result<Value<'h>, CallError> {
    charge_reading(heap, text);
    read_json_value(heap, text).map_err(|error| returned(&error))
}

impl<H: Generator + ?Sized + 'static> Table<H> {
    /// YAML, JSON, TOML.
    pub(crate) const DATA: &'static [Func<H>] = &[
        func!("toYaml", to_yaml_or_nothing, heap, (Value<'_>)),
        func!("mustToYaml", must_to_yaml, heap, (Value<'_>)),
        func!("toYamlPretty", to_yaml_pretty_or_nothing, heap, (Value<'_>)),
        func!("fromYaml", from_yaml, heap, (&[u8])),
        func!("fromYamlArray", from_yaml_array, heap, (&[u8])),
        func!("toToml", to_toml_or_error, heap, (Value<'_>)),
        func!("mustToToml", must_to_toml, heap, (Value<'_>)),
        func!("fromToml", from_toml, heap, (&[u8])),
        func!("toJson", to_json_or_nothing, heap, (Value<'_>)),
        func!("mustToJson", must_to_json, heap, (Value<'_>)),
        func!("toPrettyJson", to_pretty_json_or_nothing, heap, (Value<'_>)),
        func!("mustToPrettyJson", must_to_pretty_json, heap, (Value<'_>)),
        func!("toRawJson", raw_json, heap, (Value<'_>)),
        func!("mustToRawJson", must_to_raw_json, heap, (Value<'_>)),
        func!("fromJson", from_json, heap, (&[u8])),
        func!("fromJsonArray", from_json_array, heap, (&[u8])),
        func!("mustFromJson", must_from_json, heap, (&[u8])),
    ];
}
