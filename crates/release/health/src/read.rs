//! Reading fields of live objects, as leniently as kstatus' `GetIntField` and `GetStringField`.

use jiff::Timestamp;
use serde_json::Value;

/// An integer at a pointer; the default when it is not there or is no integer.
pub(crate) fn int(object: &Value, pointer: &str, default: i64) -> i64 {
    object.pointer(pointer).and_then(Value::as_i64).unwrap_or(default)
}

/// A text at a pointer; empty when it is not there or is no text.
pub(crate) fn text<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// The items of a list at a pointer; none when it is not there.
pub(crate) fn items<'a>(object: &'a Value, pointer: &str) -> &'a [Value] {
    object.pointer(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// A truth value at a pointer; false when it is not there.
pub(crate) fn flag(object: &Value, pointer: &str) -> bool {
    object.pointer(pointer).and_then(Value::as_bool).unwrap_or_default()
}

/// A time at a pointer.
pub(crate) fn time(object: &Value, pointer: &str) -> Option<Timestamp> {
    text(object, pointer).parse().ok()
}

/// A condition, as nearly every kind has them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Condition<'a> {
    pub(crate) kind: &'a str,
    pub(crate) status: &'a str,
    pub(crate) reason: &'a str,
    pub(crate) message: &'a str,
}

/// All conditions. An error if there are some that are not a list of objects of texts, as for
/// kstatus' `GetObjectWithConditions`.
pub(crate) fn conditions(object: &Value) -> Result<Vec<Condition<'_>>, String> {
    let list = match object.pointer("/status/conditions") {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(list)) => list,
        Some(_) => return Err("status.conditions is not a list".to_owned()),
    };
    list.iter().enumerate().map(|(index, item)| condition(item, index)).collect()
}

fn condition(item: &Value, index: usize) -> Result<Condition<'_>, String> {
    let field = |name: &str| match item.get(name) {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text.as_str()),
        Some(_) => Err(format!("status.conditions[{index}].{name} is not a text")),
    };
    if !item.is_object() {
        return Err(format!("status.conditions[{index}] is not an object"));
    }
    Ok(Condition {
        kind: field("type")?,
        status: field("status")?,
        reason: field("reason")?,
        message: field("message")?,
    })
}

/// The condition of a type.
pub(crate) fn find<'a>(conditions: &[Condition<'a>], kind: &str) -> Option<Condition<'a>> {
    conditions.iter().find(|it| it.kind == kind).copied()
}

/// Whether the condition of a type has a status.
pub(crate) fn holds(conditions: &[Condition<'_>], kind: &str, status: &str) -> bool {
    conditions.iter().any(|it| it.kind == kind && it.status == status)
}
