//! One document as nodes: what goyaml's `parser.parse` builds before anything is decoded.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::build::{NODE_LIMIT, too_many};
use crate::direct;
use crate::parse::{Event, Parser};
use crate::scan::Mark;
use crate::{Error, Place};

/// Where a node stands in its [`Document`].
pub(crate) type NodeId = usize;

#[derive(Debug)]
pub(crate) struct Node<'t> {
    pub(crate) kind: NodeKind,
    pub(crate) mark: Mark,
    /// The text of a scalar, the name in an alias.
    pub(crate) value: Cow<'t, str>,
    pub(crate) tag: String,
    pub(crate) implicit: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NodeKind {
    Scalar,
    /// The children follow; the number is that of the first node behind them all.
    Sequence(NodeId),
    /// Keys and values in turn, as in a sequence.
    Mapping(NodeId),
    /// The node that the anchor names.
    Alias(NodeId),
}

/// The nodes of one document, each before its children.
#[derive(Debug, Default)]
pub(crate) struct Document<'t> {
    nodes: Vec<Node<'t>>,
}

impl<'t> Document<'t> {
    pub(crate) fn of(nodes: Vec<Node<'t>>) -> Self {
        Document { nodes }
    }

    /// The first document of the stream; one without nodes if the stream is empty.
    pub(crate) fn parse(text: &'t str, stop: Option<Error>) -> Result<Self, Error> {
        match stop {
            None => match direct::parse(text) {
                Some(document) => Ok(document),
                None => Self::parse_whole(text, None),
            },
            stop => Self::parse_whole(text, stop),
        }
    }

    /// As [`Self::parse`], by scanner and parser.
    pub(crate) fn parse_whole(text: &'t str, stop: Option<Error>) -> Result<Self, Error> {
        let mut parser = Parser::new(text, stop);
        Ok(Self::next(&mut parser)?.unwrap_or_default())
    }

    /// The next document of the stream.
    fn next(parser: &mut Parser<'t>) -> Result<Option<Self>, Error> {
        let (Event::DocumentStart, _) = parser.next()? else { return Ok(None) };
        let mut builder = Composer::default();
        loop {
            let (event, mark) = parser.next()?;
            if matches!(event, Event::DocumentEnd | Event::StreamEnd) {
                return Ok(Some(Document { nodes: builder.nodes }));
            }
            builder.add(event, mark)?;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn node(&self, id: NodeId) -> &Node<'t> {
        &self.nodes[id]
    }

    /// The node behind `id` and all its children.
    pub(crate) fn behind(&self, id: NodeId) -> NodeId {
        match self.nodes[id].kind {
            NodeKind::Sequence(end) | NodeKind::Mapping(end) => end,
            NodeKind::Scalar | NodeKind::Alias(_) => id + 1,
        }
    }

    /// The node itself, or what it is an alias of.
    pub(crate) fn target(&self, id: NodeId) -> NodeId {
        match self.nodes[id].kind {
            NodeKind::Alias(to) => to,
            _ => id,
        }
    }

    /// The first key in a collection, by the order of decoding, that is a collection itself. Aliases
    /// are not followed.
    pub(crate) fn first_collection_key(&self, id: NodeId) -> Option<NodeId> {
        // Each open collection: its next child, its end, whether that child is a key.
        let mut open = vec![(id + 1, self.behind(id), self.is_mapping(id))];
        while let Some((next, end, is_key)) = open.last_mut() {
            if next >= end {
                open.pop();
                continue;
            }
            let (child, child_is_key) = (*next, *is_key);
            *next = self.behind(child);
            let behind = *next;
            let is_collection = behind > child + 1
                || matches!(self.node(child).kind, NodeKind::Sequence(_) | NodeKind::Mapping(_));
            if child_is_key && is_collection {
                return Some(child);
            }
            let parent = open.len() - 1;
            if let Some((next, ..)) = open.get(parent).copied()
                && child_is_key
            {
                // A scalar key: its value is the next child, and then comes a key again.
                let value_end = self.behind(next);
                open[parent].0 = value_end;
                open.push((next + 1, value_end, self.is_mapping(next)));
            } else if is_collection {
                open.push((child + 1, behind, self.is_mapping(child)));
            }
        }
        None
    }

    fn is_mapping(&self, id: NodeId) -> bool {
        matches!(self.nodes[id].kind, NodeKind::Mapping(_))
    }

    pub(crate) fn place(&self, id: NodeId) -> Place {
        self.nodes[id].mark.place()
    }
}

#[derive(Default)]
struct Composer<'t> {
    nodes: Vec<Node<'t>>,
    open: Vec<NodeId>,
    anchors: HashMap<Cow<'t, str>, NodeId>,
}

impl<'t> Composer<'t> {
    fn add(&mut self, event: Event<'t>, mark: Mark) -> Result<(), Error> {
        let ends = matches!(
            event,
            Event::SequenceEnd | Event::MappingEnd | Event::DocumentEnd | Event::StreamEnd
        );
        if self.nodes.len() >= NODE_LIMIT && !ends {
            return Err(too_many().at(mark.place()));
        }
        match event {
            Event::Alias(name) => {
                let Some(to) = self.anchors.get(&name) else {
                    let text = format!("yaml: unknown anchor '{name}' referenced");
                    return Err(Error::new(text).at(mark.place()));
                };
                let kind = NodeKind::Alias(*to);
                self.push(kind, mark, name);
            }
            Event::Scalar(scalar) => {
                self.anchor(scalar.anchor);
                let node = Node {
                    kind: NodeKind::Scalar,
                    mark,
                    value: scalar.value,
                    tag: scalar.tag,
                    implicit: scalar.implicit,
                };
                self.nodes.push(node);
            }
            Event::SequenceStart(anchor) => self.open(anchor, NodeKind::Sequence(0), mark),
            Event::MappingStart(anchor) => self.open(anchor, NodeKind::Mapping(0), mark),
            Event::SequenceEnd | Event::MappingEnd => self.close(),
            Event::DocumentStart | Event::DocumentEnd | Event::StreamEnd => {}
        }
        Ok(())
    }

    fn push(&mut self, kind: NodeKind, mark: Mark, value: Cow<'t, str>) {
        self.nodes.push(Node { kind, mark, value, tag: String::new(), implicit: false });
    }

    /// Names the node that is pushed next.
    fn anchor(&mut self, name: Option<Cow<'t, str>>) {
        if let Some(name) = name {
            self.anchors.insert(name, self.nodes.len());
        }
    }

    fn open(&mut self, anchor: Option<Cow<'t, str>>, kind: NodeKind, mark: Mark) {
        self.anchor(anchor);
        self.open.push(self.nodes.len());
        self.push(kind, mark, Cow::Borrowed(""));
    }

    fn close(&mut self) {
        let behind = self.nodes.len();
        if let Some(node) = self.open.pop().and_then(|id| self.nodes.get_mut(id)) {
            node.kind = match node.kind {
                NodeKind::Sequence(_) => NodeKind::Sequence(behind),
                _ => NodeKind::Mapping(behind),
            };
        }
    }
}
