//! Values in Go's syntax (`%#v`), for errors that quote them.

use pintle_go_fmt::quote;
use pintle_go_value::FloatKind;

use crate::decode::Key;
use crate::node::{Document, NodeId, NodeKind};
use crate::number::{append_g, text};
use crate::resolve::{Resolved, resolve_tagged, tag};

/// How deep a value is shown in an error; deeper parts are cut, where Go would go on.
const SHOWN_DEPTH: usize = 100;

/// How long a shown value may get; aliases could make it endless.
const SHOWN_LENGTH: usize = 64 << 10;

/// A key, in `%#v`.
pub(crate) fn show_key(key: &Key<'_>) -> String {
    match key {
        Key::Null => "<nil>".to_owned(),
        Key::Bool(value) => value.to_string(),
        Key::Int(value) => value.to_string(),
        Key::Uint(value) => format!("{value:#x}"),
        Key::Float(value) => text(|out| append_g(out, *value, FloatKind::Float64)),
        Key::Text(text) => quote(text.as_bytes()),
    }
}

/// What a node decodes to, in `%#v`.
pub(crate) fn show_node(document: &Document<'_>, id: NodeId) -> String {
    let mut out = String::new();
    show(document, id, 0, &mut out);
    out
}

/// As [`show_node`], of a value that stands alone: nil is `<nil>` then.
pub(crate) fn show_value(document: &Document<'_>, id: NodeId) -> String {
    let shown = show_node(document, id);
    if shown == NIL { "<nil>".to_owned() } else { shown }
}

const NIL: &str = "interface {}(nil)";

fn show(document: &Document<'_>, id: NodeId, depth: usize, out: &mut String) {
    if depth > SHOWN_DEPTH || out.len() > SHOWN_LENGTH {
        out.push('…');
        return;
    }
    let node = document.node(id);
    match node.kind {
        NodeKind::Alias(to) => show(document, to, depth + 1, out),
        NodeKind::Scalar => show_scalar(&node.tag, &node.value, node.implicit, out),
        NodeKind::Sequence(end) => {
            out.push_str("[]interface {}{");
            let mut next = id + 1;
            while next < end {
                if next > id + 1 {
                    out.push_str(", ");
                }
                show(document, next, depth + 1, out);
                next = document.behind(next);
            }
            out.push('}');
        }
        NodeKind::Mapping(end) => {
            out.push_str("map[interface {}]interface {}{");
            let mut entries = Vec::new();
            let mut next = id + 1;
            while next < end {
                let value = document.behind(next);
                let mut shown = String::new();
                show(document, next, depth + 1, &mut shown);
                entries.push((shown, value));
                next = document.behind(value);
            }
            // Go sorts the keys too, those of one type at least.
            entries.sort();
            for (at, (key, value)) in entries.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                out.push_str(key);
                out.push(':');
                show(document, *value, depth + 1, out);
            }
            out.push('}');
        }
    }
}

fn show_scalar(tag: &str, value: &str, implicit: bool, out: &mut String) {
    let resolved = match tag {
        "" if !implicit => Resolved::Str,
        tag::BINARY => Resolved::Str,
        tag => resolve_tagged(tag, value).unwrap_or(Resolved::Str),
    };
    match resolved {
        Resolved::Null => out.push_str(NIL),
        Resolved::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        Resolved::Int(value) => out.push_str(&value.to_string()),
        Resolved::Uint(value) => out.push_str(&format!("{value:#x}")),
        Resolved::Float(value) => {
            out.push_str(&text(|out| append_g(out, value, FloatKind::Float64)));
        }
        Resolved::Timestamp | Resolved::Str => out.push_str(&quote(value.as_bytes())),
    }
}
