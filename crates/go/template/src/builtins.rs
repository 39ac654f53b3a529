//! Go's builtin functions (`text/template/funcs.go`).

mod compare;
mod escape;
mod index;

pub(crate) use index::slice;
use pintle_go_value::{Heap, Type, Value};

use crate::CallError;
use crate::reflect::{dig, indirect, is_nil_pointer, is_true, plain};

/// The code of a builtin that needs nothing but the heap.
pub(crate) type Pure = for<'h> fn(&'h Heap, &[Value<'h>]) -> Result<Value<'h>, CallError>;

/// The code of a builtin that builds text: the heap for its result, an empty buffer, the arguments.
pub(crate) type Text =
    for<'h> fn(&'h Heap, &mut Vec<u8>, &[Value<'h>]) -> Result<Value<'h>, CallError>;

/// How a builtin runs.
pub(crate) enum Code {
    /// Evaluates its arguments only until one is false.
    And,
    /// Evaluates its arguments only until one is true.
    Or,
    /// Knows the name of what it calls.
    Call,
    /// Tells what it finds in an interface from what it does not.
    Slice,
    /// Builds text.
    Text(Text),
    /// Like any function.
    Pure(Pure),
}

/// A builtin function.
pub(crate) struct Builtin {
    pub(crate) name: &'static str,
    pub(crate) params: &'static [Type],
    pub(crate) variadic: bool,
    pub(crate) call: Code,
}

const ONE: &[Type] = &[Type::Reflect];
const TWO: &[Type] = &[Type::Reflect, Type::Reflect];
const ANY: &[Type] = &[Type::Any];
const FORMAT: &[Type] = &[Type::String, Type::Any];

const fn fixed(name: &'static str, params: &'static [Type], call: Pure) -> Builtin {
    Builtin { name, params, variadic: false, call: Code::Pure(call) }
}

const fn variadic(name: &'static str, params: &'static [Type], call: Code) -> Builtin {
    Builtin { name, params, variadic: true, call }
}

/// The table, by name.
static BUILTINS: [Builtin; 19] = [
    variadic("and", TWO, Code::And),
    variadic("call", TWO, Code::Call),
    variadic("eq", TWO, Code::Pure(compare::eq)),
    fixed("ge", TWO, compare::ge),
    fixed("gt", TWO, compare::gt),
    variadic(
        "html",
        ANY,
        Code::Text(|heap, buffer, args| escaped(heap, buffer, args, escape::html)),
    ),
    variadic("index", TWO, Code::Pure(index::index)),
    variadic("js", ANY, Code::Text(|heap, buffer, args| escaped(heap, buffer, args, escape::js))),
    fixed("le", TWO, compare::le),
    fixed("len", ONE, length),
    fixed("lt", TWO, compare::lt),
    fixed("ne", TWO, compare::ne),
    fixed("not", ONE, |heap, args| Ok(Value::Bool(!is_true(&dig(args[0]), heap)))),
    variadic("or", TWO, Code::Or),
    variadic(
        "print",
        ANY,
        Code::Text(|heap, buffer, args| {
            printed(heap, buffer, |out| pintle_go_fmt::sprint(out, args))
        }),
    ),
    variadic("printf", FORMAT, Code::Text(printf)),
    variadic(
        "println",
        ANY,
        Code::Text(|heap, buffer, args| {
            printed(heap, buffer, |out| pintle_go_fmt::sprintln(out, args))
        }),
    ),
    variadic("slice", TWO, Code::Slice),
    variadic(
        "urlquery",
        ANY,
        Code::Text(|heap, buffer, args| escaped(heap, buffer, args, escape::url_query)),
    ),
];

/// The place of a builtin in the table.
pub(crate) fn position(name: &[u8]) -> Option<u32> {
    let at = BUILTINS.binary_search_by(|builtin| builtin.name.as_bytes().cmp(name)).ok()?;
    u32::try_from(at).ok()
}

/// The builtin at a place that [`position`] gave.
pub(crate) fn at(position: u32) -> &'static Builtin {
    &BUILTINS[position as usize]
}

fn printf<'h>(
    heap: &'h Heap,
    buffer: &mut Vec<u8>,
    args: &[Value<'h>],
) -> Result<Value<'h>, CallError> {
    let format = args[0].as_bytes().unwrap_or_default();
    printed(heap, buffer, |out| pintle_go_fmt::sprintf(out, format, &args[1..]))
}

fn printed<'h>(
    heap: &'h Heap,
    buffer: &mut Vec<u8>,
    print: impl FnOnce(&mut Vec<u8>) -> Result<(), pintle_go_fmt::Limit>,
) -> Result<Value<'h>, CallError> {
    print(buffer).map_err(|limit| CallError::limit(limit.to_string()))?;
    if !heap.has_room(buffer.len()) {
        return Err(CallError::limit(format!(
            "exceeded the limit of {} bytes of values",
            heap.limit()
        )));
    }
    Ok(heap.string(buffer))
}

/// `evalArgs`, escaped: the text of the arguments as the engine itself would print them.
fn escaped<'h>(
    heap: &'h Heap,
    buffer: &mut Vec<u8>,
    args: &[Value<'h>],
    escape: fn(&[u8], &mut Vec<u8>) -> bool,
) -> Result<Value<'h>, CallError> {
    if let [Value::String(text)] = args {
        let changed = escape(text, buffer);
        return Ok(if changed { heap.string(&buffer) } else { Value::String(text) });
    }
    let args: Vec<Value<'h>> =
        args.iter().map(|arg| crate::exec::printable(dig(*arg), heap).unwrap_or(*arg)).collect();
    let mut text = Vec::new();
    pintle_go_fmt::sprint(&mut text, &args).map_err(|limit| CallError::limit(limit.to_string()))?;
    let changed = escape(&text, buffer);
    Ok(heap.string(if changed { buffer } else { &text }))
}

/// The panic of `reflect.Value.Type` for no value, which `len` and its like run into.
fn type_of_nothing() -> CallError {
    CallError::panic("reflect: call of reflect.Value.Type on zero Value")
}

fn length<'h>(heap: &'h Heap, args: &[Value<'h>]) -> Result<Value<'h>, CallError> {
    let item = indirect(args[0]);
    if is_nil_pointer(&item) {
        return Err(CallError::new("len of nil pointer"));
    }
    let count = match plain(item, heap) {
        Value::Missing => return Err(type_of_nothing()),
        Value::String(bytes) | Value::Bytes(bytes) => bytes.len(),
        Value::List(list) => list.len(),
        Value::Map(map) => map.len(),
        Value::KeyedMap(map) => map.entries().len(),
        Value::NilOf(ty)
            if matches!(ty.underlying(), Type::Slice(_) | Type::Map(..) | Type::Chan(_)) =>
        {
            0
        }
        _ => return Err(CallError::new(format!("len of type {}", item.type_name()))),
    };
    Ok(Value::int(i64::try_from(count).unwrap_or(i64::MAX)))
}

/// `call`: no value of a template here is a Go function, so this only says what is wrong.
pub(crate) fn call<'h>(name: &str, callee: Value<'h>) -> Result<Value<'h>, CallError> {
    match dig(callee) {
        Value::Missing => Err(CallError::new("call of nil")),
        callee => {
            let ty = callee.type_name();
            Err(CallError::new(format!("non-function {name} of type {ty}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_builtin_is_found_at_its_place() {
        for builtin in &BUILTINS {
            let found = position(builtin.name.as_bytes()).map(at);
            assert_eq!(found.map(|found| found.name), Some(builtin.name));
        }
        assert_eq!(position(b"nope"), None);
    }
}
