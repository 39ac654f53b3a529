//! The functions that need the engine: `include`, `tpl`, `required`, `fail`, `lookup`
//! (`pkg/engine/engine.go`).

use std::sync::LazyLock;

use memchr::memmem;
use pintle_go_template::{CallError, Exec, Func, FuncMap, TextError, func};
use pintle_go_value::{Heap, Tree, Type, Value};
use pintle_helm_chart::Warning;

use crate::host::RenderHost;

/// What `required` and `fail` put around their message, to be found again in the error's text.
pub(crate) const ERROR_START: &str = "HELM_ERR_START";
pub(crate) const ERROR_END: &str = "HELM_ERR_END";

/// What text/template prints for a value that is not there; Helm takes it out of all output.
const NO_VALUE: &[u8] = b"<no value>";

type Executor<'c, 'h> = Exec<'c, 'h, RenderHost>;

/// Every function that Helm's templates know: Sprig's, Helm's own, and those that need the engine.
#[must_use]
pub fn functions() -> &'static FuncMap<RenderHost> {
    &FUNCTIONS
}

static FUNCTIONS: LazyLock<FuncMap<RenderHost>> = LazyLock::new(|| {
    let mut tables = pintle_helm_sprig::tables();
    tables.push(ENGINE_FUNCTIONS);
    FuncMap::new(&tables)
});

static ENGINE_FUNCTIONS: &[Func<RenderHost>] = &[
    func!("include", include, exec, (&[u8], Value<'_>)),
    func!("tpl", tpl, exec, (&[u8], Value<'_>)),
    func!("required", required, exec, (&[u8], Value<'_>)),
    func!("fail", fail, exec, (&[u8])),
    func!("lookup", lookup, exec, (&[u8], &[u8], &[u8], &[u8])),
];

fn include<'h>(
    exec: &mut Executor<'_, 'h>,
    name: &'h [u8],
    data: Value<'h>,
) -> Result<&'h [u8], CallError> {
    let host = exec.host();
    if !host.enter(name) {
        return Err(CallError::new("unable to execute template").wrap(format!(
            "rendering template has a nested reference name: {}: ",
            String::from_utf8_lossy(name)
        )));
    }
    let result = exec.include(name, data);
    host.leave(name);
    result
}

fn tpl<'h>(
    exec: &mut Executor<'_, 'h>,
    text: &'h [u8],
    data: Value<'h>,
) -> Result<Vec<u8>, CallError> {
    let mut out = Vec::new();
    match exec.execute_text(text, data, &mut out) {
        Ok(()) => {
            remove_no_value(&mut out);
            Ok(out)
        }
        Err(TextError::Parse(error)) => {
            let text = pintle_go_fmt::quote(text);
            Err(CallError::new(error.to_string()).wrap(format!("cannot parse template {text}: ")))
        }
        // Of a recursion in which every level quotes its text, not all is told; and what a limit of
        // this engine ended has no text of Helm's.
        Err(TextError::Exec(error)) if error.is_limit() || error.is_full() => Err(error),
        Err(TextError::Exec(error)) => {
            let text = pintle_go_fmt::quote(text);
            Err(error.wrap(format!("error during tpl function execution for {text}: ")))
        }
    }
}

/// Takes every literal `<no value>` out.
pub(crate) fn remove_no_value(text: &mut Vec<u8>) {
    let finder = memmem::Finder::new(NO_VALUE);
    let Some(first) = finder.find(text) else { return };
    let mut kept = text[..first].to_vec();
    let mut rest = &text[first + NO_VALUE.len()..];
    while let Some(at) = finder.find(rest) {
        kept.extend_from_slice(&rest[..at]);
        rest = &rest[at + NO_VALUE.len()..];
    }
    kept.extend_from_slice(rest);
    *text = kept;
}

fn required<'h>(
    exec: &mut Executor<'_, 'h>,
    message: &'h [u8],
    value: Value<'h>,
) -> Result<Value<'h>, CallError> {
    let words = match value {
        Value::Nil | Value::Missing => "missing required value",
        // Helm has two texts.
        Value::String([]) => "missing required values",
        _ => return Ok(value),
    };
    lets_pass(exec, Warning::warn(words), message)
}

fn fail<'h>(exec: &mut Executor<'_, 'h>, message: &'h [u8]) -> Result<Value<'h>, CallError> {
    lets_pass(exec, Warning::info("funcMap fail"), message)
}

/// `helm lint` only notes what would fail.
fn lets_pass<'h>(
    exec: &Executor<'_, 'h>,
    warning: Warning,
    message: &[u8],
) -> Result<Value<'h>, CallError> {
    let host = exec.host();
    if !host.lint {
        return Err(marked(message));
    }
    host.log.borrow_mut().push(warning.with("message", String::from_utf8_lossy(message)));
    Ok(Value::str(""))
}

fn marked(message: &[u8]) -> CallError {
    let message = String::from_utf8_lossy(message);
    CallError::new(format!("{ERROR_START}{message}{ERROR_END}"))
}

fn lookup<'h>(
    exec: &mut Executor<'_, 'h>,
    api_version: &'h [u8],
    kind: &'h [u8],
    namespace: &'h [u8],
    name: &'h [u8],
) -> Result<Value<'h>, CallError> {
    let heap = exec.heap();
    let host = exec.host();
    let reader = host.lookup.as_deref().filter(|_| !host.lint);
    let Some(reader) = reader else { return Ok(Value::Map(heap.map())) };
    let text = String::from_utf8_lossy;
    let found = reader
        .lookup(&text(api_version), &text(kind), &text(namespace), &text(name))
        .map_err(CallError::new)?;
    Ok(owned_tree(heap, &found))
}

/// A tree on the heap, strings and keys copied: what a cluster answers does not outlive the call.
pub(crate) fn owned_tree<'h>(heap: &'h Heap, tree: &Tree) -> Value<'h> {
    match tree {
        Tree::Null => Value::Nil,
        Tree::Bool(value) => Value::Bool(*value),
        Tree::Int(value) => Value::int64(*value),
        Tree::Float(value) => Value::float64(*value),
        Tree::String(text) => heap.string(text.as_bytes()),
        Tree::Bytes(text) => heap.string(text),
        Tree::List(items) => {
            let items: Vec<_> = items.iter().map(|item| owned_tree(heap, item)).collect();
            heap.list(&Type::LIST, &items)
        }
        Tree::Map(entries) => {
            let map = heap.map_of(&Type::MAP, entries.len());
            for (key, value) in entries.iter() {
                map.insert(heap.bytes(key.as_bytes()), owned_tree(heap, value));
            }
            Value::Map(map)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_no_value_is_removed() {
        let check = |text: &str, want: &str| {
            let mut bytes = text.as_bytes().to_vec();
            remove_no_value(&mut bytes);
            assert_eq!(String::from_utf8(bytes).unwrap(), want);
        };
        check("", "");
        check("a", "a");
        check("<no value>", "");
        check("a<no value>b<no value><no value>c", "abc");
        check("<no <no value>value>", "<no value>");
    }
}
