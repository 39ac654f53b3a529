//! The writers of YAML: front doors over the emitter.

use crate::emit::{Emitter, Stop};
use crate::node::{Document, NodeId, NodeKind};
use crate::resolve::{Resolved, Version, resolve};
use crate::text::Text;
use crate::walk::{Dialect, Source, View};
use crate::{Error, to_json};
use pintle_go_value::FloatKind;

/// `sigs.k8s.io/yaml.Marshal`: what Helm's `toYaml` writes, with the final line break that Helm
/// takes off. Lines fold at 80, lists stand at the column of their key.
///
/// Go marshals to JSON, reads that as YAML and writes it again. This emits in one pass, and takes
/// the long way only for texts that would not survive it unchanged.
///
/// # Errors
/// encoding/json's as in [`to_json`], behind `error marshaling into JSON: `; goyaml's for control
/// characters and for keys beyond 1024 characters. Nothing is left of the output then.
pub fn to_yaml<'a, S: Source<'a>>(out: &mut Vec<u8>, value: S) -> Result<(), Error> {
    let start = out.len();
    let written = match Emitter::v2(out).document(value) {
        Err(Stop::Roundabout) => {
            out.truncate(start);
            roundabout(out, value)
        }
        Err(Stop::Failed(error)) => Err(of_marshal(error)),
        Ok(()) => Ok(()),
    };
    if written.is_err() {
        out.truncate(start);
    }
    written
}

/// goyaml.v3's encoder with an indentation of two: Helm's `toYamlPretty`, with the final line break.
/// No JSON step, no folding, lists are indented under their key.
///
/// # Errors
/// For types that goyaml can't marshal, and for nesting without end.
pub fn to_yaml_pretty<'a, S: Source<'a>>(out: &mut Vec<u8>, value: S) -> Result<(), Error> {
    let start = out.len();
    let written = match Emitter::v3(out).document(value) {
        Ok(()) => Ok(()),
        Err(Stop::Failed(error)) => Err(error),
        // Only v2 has a reader's eye on its texts.
        Err(Stop::Roundabout) => Err(Error::new("yaml: text can't be written")),
    };
    if written.is_err() {
        out.truncate(start);
    }
    written
}

fn of_marshal(error: Error) -> Error {
    match error.to_string().starts_with("json:") {
        true => error.under("error marshaling into JSON"),
        false => error,
    }
}

/// Go's own way: JSON text, read as YAML, written.
fn roundabout<'a>(out: &mut Vec<u8>, value: impl Source<'a>) -> Result<(), Error> {
    let mut json = Vec::new();
    to_json(&mut json, value).map_err(of_marshal)?;
    let checked = Text::new(&json);
    let document = Document::parse(&checked.good, checked.stop)?;
    match Emitter::v2(out).read().document(Parsed { document: &document, id: 0 }) {
        Ok(()) => Ok(()),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Roundabout) => Err(Error::new("yaml: text can't be written")),
    }
}

/// A node of JSON text that was read as YAML: no aliases, no tags, every key a string.
#[derive(Clone, Copy)]
struct Parsed<'d, 't> {
    document: &'d Document<'t>,
    id: NodeId,
}

impl<'d, 't> Source<'d> for Parsed<'d, 't> {
    fn view(self, _: Dialect) -> View<'d> {
        let node = self.document.node(self.id);
        let text = || View::Text(node.value.as_bytes());
        match node.kind {
            NodeKind::Sequence(_) => View::List,
            NodeKind::Mapping(_) => View::Map,
            NodeKind::Scalar if node.implicit => match resolve(&node.value, Version::V2) {
                Resolved::Null => View::Null,
                Resolved::Bool(value) => View::Bool(value),
                Resolved::Int(value) => View::Int(value),
                Resolved::Uint(value) => View::Uint(value),
                Resolved::Float(value) => View::Float(value, FloatKind::Float64),
                Resolved::Timestamp | Resolved::Str => text(),
            },
            NodeKind::Scalar | NodeKind::Alias(_) => text(),
        }
    }

    fn children(self, _: Dialect, out: &mut Vec<(&'d [u8], Self)>) {
        let Parsed { document, id } = self;
        let behind = document.behind(id);
        let is_map = matches!(document.node(id).kind, NodeKind::Mapping(_));
        let from = out.len();
        let mut next = id + 1;
        while next < behind {
            let key = document.node(next).value.as_bytes();
            if is_map {
                next = document.behind(next);
            }
            out.push((if is_map { key } else { &[] }, Parsed { document, id: next }));
            next = document.behind(next);
        }
        if is_map {
            keep_last_of_each_key(out, from);
        }
    }

    fn address(self) -> usize {
        0
    }

    fn type_name(self) -> String {
        "interface {}".to_owned()
    }
}

fn keep_last_of_each_key<N: Copy>(entries: &mut Vec<(&[u8], N)>, from: usize) {
    entries[from..].sort_by_key(|entry| entry.0);
    let mut kept = from;
    for at in from..entries.len() {
        if entries.get(at + 1).is_none_or(|next| next.0 != entries[at].0) {
            entries[kept] = entries[at];
            kept += 1;
        }
    }
    entries.truncate(kept);
}
