//! Nodes to values: goyaml.v2's `decode.go` into `interface{}`, then the way through JSON that
//! sigs.k8s.io/yaml takes.
//!
//! Three layers can refuse a document, each only where the one before did not: goyaml while it
//! decodes, the conversion of keys to strings, and encoding/json. They run in one pass here; the
//! errors of the later layers wait until the first is through.

use pintle_go_fmt::rune_text;
use std::borrow::Cow;
use std::collections::HashSet;

use crate::build::{Build, Scalar, sort_entries, too_deep};
use crate::json::check_float;
use crate::node::{Document, NodeId, NodeKind};
use crate::number::{append_g, text};
use crate::resolve::{Resolved, resolve_tagged, tag};
use crate::{Error, binary, syntax};
use pintle_go_value::FloatKind;

/// What sigs.k8s.io/yaml puts before errors of goyaml and of the way to JSON …
pub(crate) const TO_JSON: &str = "error converting YAML to JSON";
/// … and before those of the way back.
pub(crate) const FROM_JSON: &str = "error unmarshaling JSON: while decoding JSON";

/// Fewer aliases than this are never too many.
const ALIAS_FREE: usize = 100;
/// Smaller documents never have too many.
const DECODE_FREE: usize = 1000;
/// Up to here 99 % of what is decoded may come out of aliases …
const ALIAS_RATIO_LOW: usize = 400_000;
/// … falling to 10 % here.
const ALIAS_RATIO_HIGH: usize = 4_000_000;

/// A key as goyaml decodes it: what tells duplicates apart in a strict read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Key<'t> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    Text(Cow<'t, str>),
}

impl<'t> From<Scalar<'t>> for Key<'t> {
    fn from(scalar: Scalar<'t>) -> Self {
        match scalar {
            Scalar::Null => Key::Null,
            Scalar::Bool(value) => Key::Bool(value),
            Scalar::Int(value) => Key::Int(value),
            Scalar::Uint(value) => Key::Uint(value),
            Scalar::Float(value) => Key::Float(value),
            Scalar::Text(text) => Key::Text(text),
        }
    }
}

enum Frame<'t> {
    /// What is decoded next comes out of an alias.
    Alias(NodeId),
    List {
        next: NodeId,
        end: NodeId,
        base: usize,
    },
    Map {
        next: NodeId,
        end: NodeId,
        base: usize,
        key: Option<Key<'t>>,
        merged: bool,
    },
    /// The rest of `<<: [a, b]`, last first, all into the map at `base`.
    Merge {
        left: Vec<NodeId>,
        base: usize,
    },
}

/// Decodes one document with `build`.
pub(crate) struct Decoder<'d, 't, B: Build<'t>> {
    document: &'d Document<'t>,
    build: &'d mut B,
    frames: Vec<Frame<'t>>,
    items: Vec<B::Node>,
    entries: Vec<(Cow<'t, str>, B::Node)>,
    active_aliases: HashSet<NodeId>,
    decoded: usize,
    aliased: usize,
    alias_depth: usize,
    depth: usize,
    /// In a strict read, the keys each open map has, and the errors so far.
    strict: Option<Strict>,
    /// The first error of the conversion to string keys, and of encoding/json.
    unkeyed: Option<Error>,
    unsupported: Option<Error>,
}

#[derive(Default)]
struct Strict {
    keys: Vec<HashSet<String>>,
    errors: Vec<String>,
}

type Decoded<T = ()> = Result<T, Error>;

impl<'d, 't, B: Build<'t>> Decoder<'d, 't, B> {
    pub(crate) fn new(document: &'d Document<'t>, build: &'d mut B, strict: bool) -> Self {
        Decoder {
            document,
            build,
            frames: Vec::new(),
            items: Vec::new(),
            entries: Vec::new(),
            active_aliases: HashSet::new(),
            // goyaml counts the document itself.
            decoded: 1,
            aliased: 0,
            alias_depth: 0,
            depth: 0,
            strict: strict.then(Strict::default),
            unkeyed: None,
            unsupported: None,
        }
    }

    /// The document's value; errors have the words of sigs.k8s.io/yaml in front.
    pub(crate) fn run(mut self) -> Decoded<B::Node> {
        match self.decode() {
            Err(error) if self.depth > B::DEPTH_LIMIT => Err(error.under(FROM_JSON)),
            decoded => decoded.map_err(|error| error.under(TO_JSON)),
        }
    }

    fn decode(&mut self) -> Decoded<B::Node> {
        let root = match self.document.is_empty() {
            true => self.build.scalar(Scalar::Null),
            false => self.decode_root()?,
        };
        if let Some(strict) = self.strict.take().filter(|strict| !strict.errors.is_empty()) {
            let text = format!("yaml: unmarshal errors:\n  {}", strict.errors.join("\n  "));
            return Err(Error::new(text));
        }
        match self.unkeyed.take().or(self.unsupported.take()) {
            Some(error) => Err(error),
            None => Ok(root),
        }
    }

    fn decode_root(&mut self) -> Decoded<B::Node> {
        let mut value = self.enter(0)?;
        loop {
            // A value is passed to the frame it belongs to; that frame then says what is next.
            let next = match value {
                Some(value) => match self.deliver(value) {
                    Some(root) => return Ok(root),
                    None => self.advance()?,
                },
                None => self.advance()?,
            };
            value = match next {
                Next::Enter(id) => self.enter(id)?,
                Next::Merge(id, base) => {
                    self.enter_merged(id, base)?;
                    None
                }
                Next::Value(value) => Some(value),
                Next::Nothing => None,
            };
        }
    }

    /// Starts on a node: a scalar is done at once, anything else becomes a frame.
    fn enter(&mut self, id: NodeId) -> Decoded<Option<B::Node>> {
        self.count()?;
        match self.document.node(id).kind {
            NodeKind::Scalar => {
                let scalar = self.scalar(id)?;
                self.check_value(&scalar, id);
                return Ok(Some(self.build.scalar(scalar)));
            }
            NodeKind::Alias(to) => {
                self.enter_alias(id)?;
                return self.enter_target(to);
            }
            NodeKind::Sequence(end) => {
                self.deeper()?;
                self.frames.push(Frame::List { next: id + 1, end, base: self.items.len() });
            }
            NodeKind::Mapping(end) => self.open_map(id, end, None)?,
        }
        Ok(None)
    }

    /// What an alias stands for is never an alias itself.
    fn enter_target(&mut self, to: NodeId) -> Decoded<Option<B::Node>> {
        match self.document.node(to).kind {
            NodeKind::Alias(_) => Ok(None),
            _ => self.enter(to),
        }
    }

    fn enter_alias(&mut self, id: NodeId) -> Decoded {
        if !self.active_aliases.insert(id) {
            let name = &self.document.node(id).value;
            let text = format!("yaml: anchor '{name}' value contains itself");
            return Err(Error::new(text).at(self.document.place(id)));
        }
        self.alias_depth += 1;
        self.frames.push(Frame::Alias(id));
        Ok(())
    }

    fn leave_alias(&mut self, id: NodeId) {
        self.active_aliases.remove(&id);
        self.alias_depth -= 1;
    }

    fn open_map(&mut self, id: NodeId, end: NodeId, into: Option<usize>) -> Decoded {
        if into.is_none() {
            self.deeper()?;
            if let Some(strict) = &mut self.strict {
                strict.keys.push(HashSet::new());
            }
        }
        let base = into.unwrap_or(self.entries.len());
        let merged = into.is_some();
        self.frames.push(Frame::Map { next: id + 1, end, base, key: None, merged });
        Ok(())
    }

    fn deeper(&mut self) -> Decoded {
        self.depth += 1;
        if self.depth > B::DEPTH_LIMIT {
            return Err(too_deep(B::DEPTH_LIMIT));
        }
        Ok(())
    }

    /// goyaml's guard against documents that unfold.
    #[expect(clippy::cast_precision_loss, reason = "the counts stay far below 2^53")]
    fn count(&mut self) -> Decoded {
        self.decoded += 1;
        if self.alias_depth == 0 {
            return Ok(());
        }
        self.aliased += 1;
        if self.aliased <= ALIAS_FREE || self.decoded <= DECODE_FREE {
            return Ok(());
        }
        let allowed = if self.decoded <= ALIAS_RATIO_LOW {
            0.99
        } else if self.decoded >= ALIAS_RATIO_HIGH {
            0.10
        } else {
            let range = (ALIAS_RATIO_HIGH - ALIAS_RATIO_LOW) as f64;
            0.99 - 0.89 * ((self.decoded - ALIAS_RATIO_LOW) as f64 / range)
        };
        if self.aliased as f64 / self.decoded as f64 > allowed {
            return Err(Error::new("yaml: document contains excessive aliasing"));
        }
        Ok(())
    }

    /// Hands a value to the innermost collection; gives it back if there is none.
    fn deliver(&mut self, value: B::Node) -> Option<B::Node> {
        while let Some(Frame::Alias(id)) = self.frames.last() {
            let id = *id;
            self.frames.pop();
            self.leave_alias(id);
        }
        match self.frames.last_mut() {
            Some(Frame::List { .. }) => self.items.push(value),
            Some(Frame::Map { key, .. }) => {
                let key = key.take()?;
                // A key that can't be text was noted by `check_key`.
                if let Some(text) = key_text(&key) {
                    self.entries.push((text, value));
                }
            }
            _ => return Some(value),
        }
        None
    }

    /// What the innermost frame wants next.
    fn advance(&mut self) -> Decoded<Next<B::Node>> {
        match self.frames.last_mut() {
            Some(Frame::List { next, end, base }) => {
                if next < end {
                    let id = *next;
                    *next = self.document.behind(id);
                    return Ok(Next::Enter(id));
                }
                let base = *base;
                self.frames.pop();
                self.depth -= 1;
                Ok(Next::Value(self.build.list(self.items.drain(base..))))
            }
            Some(Frame::Map { next, end, base, merged, .. }) => {
                if next < end {
                    let (id, base) = (*next, *base);
                    let value = self.document.behind(id);
                    *next = self.document.behind(value);
                    return self.advance_map(id, value, base);
                }
                let (base, merged) = (*base, *merged);
                self.frames.pop();
                Ok(if merged { self.close_merged() } else { self.close_map(base) })
            }
            Some(Frame::Merge { left, base }) => {
                let base = *base;
                match left.pop() {
                    Some(id) => Ok(Next::Merge(id, base)),
                    None => {
                        self.frames.pop();
                        Ok(Next::Nothing)
                    }
                }
            }
            // Left over only by an alias to an alias, which the composer never makes.
            Some(Frame::Alias(_)) | None => Ok(Next::Value(self.build.scalar(Scalar::Null))),
        }
    }

    fn close_merged(&mut self) -> Next<B::Node> {
        if let Some(Frame::Alias(id)) = self.frames.last() {
            let id = *id;
            self.frames.pop();
            self.leave_alias(id);
        }
        Next::Nothing
    }

    fn close_map(&mut self, base: usize) -> Next<B::Node> {
        self.depth -= 1;
        if let Some(strict) = &mut self.strict {
            strict.keys.pop();
        }
        sort_entries(&mut self.entries, base);
        Next::Value(self.build.map(self.entries.drain(base..)))
    }

    fn advance_map(&mut self, id: NodeId, value: NodeId, base: usize) -> Decoded<Next<B::Node>> {
        let node = self.document.node(id);
        let merges = node.kind == NodeKind::Scalar
            && node.value == "<<"
            && (node.implicit || node.tag == tag::MERGE);
        if merges {
            return self.start_merge(value, base);
        }
        let key = self.key(id)?;
        self.check_key(&key, value);
        if let Some(Frame::Map { key: slot, .. }) = self.frames.last_mut() {
            *slot = Some(key);
        }
        Ok(Next::Enter(value))
    }

    /// goyaml's `merge`.
    fn start_merge(&mut self, value: NodeId, base: usize) -> Decoded<Next<B::Node>> {
        let is_map = |id| matches!(self.document.node(id).kind, NodeKind::Mapping(_));
        match self.document.node(value).kind {
            NodeKind::Mapping(_) => Ok(Next::Merge(value, base)),
            NodeKind::Alias(to) if is_map(to) => Ok(Next::Merge(value, base)),
            NodeKind::Sequence(end) => {
                let mut parts = Vec::new();
                let mut next = value + 1;
                while next < end {
                    parts.push(next);
                    next = self.document.behind(next);
                }
                // From the back, as Go goes: the earlier of two wins, and errors come late first.
                parts.reverse();
                let wrong = parts.iter().position(|id| !is_map(self.document.target(*id)));
                if let Some(wrong) = wrong {
                    return Err(want_map().at(self.document.place(parts[wrong])));
                }
                parts.reverse();
                self.frames.push(Frame::Merge { left: parts, base });
                Ok(Next::Nothing)
            }
            _ => Err(want_map().at(self.document.place(value))),
        }
    }

    fn enter_merged(&mut self, id: NodeId, base: usize) -> Decoded {
        self.count()?;
        let mut map = id;
        if let NodeKind::Alias(to) = self.document.node(id).kind {
            self.enter_alias(id)?;
            self.count()?;
            map = to;
        }
        let end = self.document.behind(map);
        self.open_map(map, end, Some(base))
    }

    fn key(&mut self, id: NodeId) -> Decoded<Key<'t>> {
        self.count()?;
        let target = self.document.target(id);
        if target != id {
            if self.active_aliases.contains(&id) {
                self.enter_alias(id)?;
            }
            self.alias_depth += 1;
            let counted = self.count();
            self.alias_depth -= 1;
            counted?;
        }
        if self.document.node(target).kind != NodeKind::Scalar {
            return Err(self.invalid_key(id)?);
        }
        self.scalar(target).map(Key::from)
    }

    /// The error for a key that is a collection. Go decodes it before it complains, so that the
    /// innermost key that is one is to blame.
    fn invalid_key(&self, id: NodeId) -> Decoded<Error> {
        let mut key = id;
        while let Some(inner) = self.document.first_collection_key(self.document.target(key)) {
            key = inner;
        }
        for scalar in id..self.document.behind(key) {
            if self.document.node(scalar).kind == NodeKind::Scalar {
                self.scalar(scalar)?;
            }
        }
        let shown = syntax::show_node(self.document, self.document.target(key));
        let text = format!("yaml: invalid map key: {shown}");
        Ok(Error::new(text).at(self.document.place(key)))
    }

    /// Notes what a strict read, or the conversion to string keys, has against a key.
    fn check_key(&mut self, key: &Key<'t>, value: NodeId) {
        if let Some(strict) = &mut self.strict {
            let shown = syntax::show_key(key);
            let fresh = strict.keys.last_mut().is_none_or(|keys| keys.insert(shown.clone()));
            if !fresh {
                let line = self.document.place(value).line;
                strict.errors.push(format!("line {line}: key {shown} already set in map"));
            }
        }
        if matches!(key, Key::Null | Key::Uint(_)) {
            let (ty, shown) = match key {
                Key::Null => ("%!s(<nil>)", "<nil>".to_owned()),
                other => ("uint64", syntax::show_key(other)),
            };
            let value = syntax::show_value(self.document, value);
            let text = format!("unsupported map key of type: {ty}, key: {shown}, value: {value}");
            self.unkeyed = Some(Error::new(text));
        }
    }

    /// Notes what encoding/json has against a value; as a key it would be text.
    fn check_value(&mut self, scalar: &Scalar<'t>, id: NodeId) {
        if let Scalar::Float(value) = scalar
            && let Err(error) = check_float(*value)
            && self.unsupported.is_none()
        {
            self.unsupported = Some(error.at(self.document.place(id)));
        }
    }

    fn scalar(&self, id: NodeId) -> Decoded<Scalar<'t>> {
        scalar(self.document, id)
    }
}

/// What a scalar node means, with its tag.
fn scalar<'t>(document: &Document<'t>, id: NodeId) -> Decoded<Scalar<'t>> {
    let node = document.node(id);
    let whole = || Scalar::Text(node.value.clone());
    if node.tag.is_empty() && !node.implicit {
        return Ok(whole());
    }
    if node.tag == tag::BINARY {
        let Some(bytes) = binary::decode(node.value.as_bytes()) else {
            let text = "yaml: !!binary value contains invalid base64 data";
            return Err(Error::new(text).at(document.place(id)));
        };
        return Ok(Scalar::Text(lossy(bytes).into()));
    }
    let resolved = resolve_tagged(&node.tag, &node.value)
        .map_err(|text| Error::new(format!("yaml: {text}")).at(document.place(id)))?;
    Ok(match resolved {
        Resolved::Null => Scalar::Null,
        Resolved::Bool(value) => Scalar::Bool(value),
        Resolved::Int(value) => Scalar::Int(value),
        Resolved::Uint(value) => Scalar::Uint(value),
        Resolved::Float(value) => Scalar::Float(value),
        Resolved::Timestamp | Resolved::Str => whole(),
    })
}

/// The key that a node is, as text; none if it is no scalar, or no key.
pub(crate) fn scalar_key<'t>(document: &Document<'t>, id: NodeId) -> Option<Cow<'t, str>> {
    match document.node(id).kind {
        NodeKind::Scalar => key_text(&Key::from(scalar(document, id).ok()?)),
        _ => None,
    }
}

enum Next<N> {
    Enter(NodeId),
    Merge(NodeId, usize),
    Value(N),
    Nothing,
}

fn want_map() -> Error {
    Error::new("yaml: map merge requires map or sequence of maps as the value")
}

/// The largest number that rounds to a `float32`, half a step beyond the largest of those.
const FLOAT32_MAX: f64 = 3.402_823_567_797_336_4e38;

/// The key as sigs.k8s.io/yaml makes a string of it.
fn key_text<'t>(key: &Key<'t>) -> Option<Cow<'t, str>> {
    Some(match key {
        Key::Text(text) => text.clone(),
        Key::Int(value) => value.to_string().into(),
        Key::Bool(value) => if *value { "true" } else { "false" }.into(),
        Key::Float(value) => match *value {
            // Sic: as a float32.
            v if v > FLOAT32_MAX => ".inf".into(),
            v if v < -FLOAT32_MAX => "-.inf".into(),
            v if v.is_nan() => ".nan".into(),
            v => text(|out| append_g(out, v, FloatKind::Float32)).into(),
        },
        Key::Null | Key::Uint(_) => return None,
    })
}

/// Bytes as a string the way encoding/json writes it: U+FFFD for each byte that is not UTF-8.
pub(crate) fn lossy(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| rune_text(error.as_bytes()))
}
