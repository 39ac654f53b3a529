//! The parser: tokens to events, a port of goyaml.v2's `parserc.go`.

use std::borrow::Cow;

use crate::Error;
use crate::scan::{Mark, Scanner, TokenKind as Kind};

/// A step of the stream.
#[derive(Debug)]
pub(crate) enum Event<'t> {
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    Alias(Cow<'t, str>),
    Scalar(Scalar<'t>),
    SequenceStart(Option<Cow<'t, str>>),
    SequenceEnd,
    MappingStart(Option<Cow<'t, str>>),
    MappingEnd,
}

/// A scalar with its properties.
#[derive(Debug, Default)]
pub(crate) struct Scalar<'t> {
    pub(crate) anchor: Option<Cow<'t, str>>,
    /// The tag with its handle resolved; empty if there is none.
    pub(crate) tag: String,
    pub(crate) value: Cow<'t, str>,
    /// Whether the value alone decides what this is.
    pub(crate) implicit: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    StreamStart,
    ImplicitDocumentStart,
    DocumentStart,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequenceFirstEntry,
    BlockSequenceEntry,
    IndentlessSequenceEntry,
    BlockMappingFirstKey,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirstEntry,
    FlowSequenceEntry,
    FlowSequenceEntryMappingKey,
    FlowSequenceEntryMappingValue,
    FlowSequenceEntryMappingEnd,
    FlowMappingFirstKey,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingEmptyValue,
    End,
}

#[derive(Debug)]
pub(crate) struct Parser<'t> {
    scanner: Scanner<'t>,
    state: State,
    states: Vec<State>,
    marks: Vec<Mark>,
    /// Handle and prefix.
    tag_directives: Vec<(String, String)>,
}

type Parsed<'t> = Result<(Event<'t>, Mark), Error>;

/// What stands before the content of a node.
struct Properties<'t> {
    start: Mark,
    anchor: Option<Cow<'t, str>>,
    tag: String,
}

impl<'t> Parser<'t> {
    pub(crate) fn new(text: &'t str, stop: Option<Error>) -> Self {
        Parser {
            scanner: Scanner::new(text, stop),
            state: State::StreamStart,
            states: Vec::with_capacity(16),
            marks: Vec::with_capacity(16),
            tag_directives: Vec::new(),
        }
    }

    /// The next event and its start. After an error or the end there is no more.
    pub(crate) fn next(&mut self) -> Parsed<'t> {
        match self.state {
            State::StreamStart => {
                self.scanner.peek()?;
                self.scanner.take();
                self.state = State::ImplicitDocumentStart;
                self.document_start(true)
            }
            State::ImplicitDocumentStart => self.document_start(true),
            State::DocumentStart => self.document_start(false),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::BlockNode => self.node(true, false),
            State::BlockSequenceFirstEntry => {
                self.open_collection()?;
                self.block_sequence_entry()
            }
            State::BlockSequenceEntry => self.block_sequence_entry(),
            State::IndentlessSequenceEntry => self.indentless_sequence_entry(),
            State::BlockMappingFirstKey => {
                self.open_collection()?;
                self.block_mapping_key()
            }
            State::BlockMappingKey => self.block_mapping_key(),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceFirstEntry => {
                self.open_collection()?;
                self.flow_sequence_entry(true)
            }
            State::FlowSequenceEntry => self.flow_sequence_entry(false),
            State::FlowSequenceEntryMappingKey => self.flow_sequence_entry_mapping_key(),
            State::FlowSequenceEntryMappingValue => self.flow_sequence_entry_mapping_value(),
            State::FlowSequenceEntryMappingEnd => {
                let (_, mark) = self.scanner.peek()?;
                self.state = State::FlowSequenceEntry;
                Ok((Event::MappingEnd, mark))
            }
            State::FlowMappingFirstKey => {
                self.open_collection()?;
                self.flow_mapping_key(true)
            }
            State::FlowMappingKey => self.flow_mapping_key(false),
            State::FlowMappingValue => self.flow_mapping_value(false),
            State::FlowMappingEmptyValue => self.flow_mapping_value(true),
            State::End => Ok((Event::StreamEnd, Mark::default())),
        }
    }

    fn pop_state(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    fn open_collection(&mut self) -> Result<(), Error> {
        let (_, mark) = self.scanner.peek()?;
        self.scanner.take();
        self.marks.push(mark);
        Ok(())
    }

    /// Takes the closing token of a collection.
    fn close_collection(&mut self, event: Event<'t>, mark: Mark) -> Parsed<'t> {
        self.pop_state();
        self.marks.pop();
        self.scanner.take();
        Ok((event, mark))
    }

    fn collection_error(&mut self, problem: &str, mark: Mark) -> Parsed<'t> {
        let context = self.marks.pop().unwrap_or_default();
        Err(Error::parser(problem, mark, context))
    }

    fn empty_scalar(&mut self, next: State, mark: Mark) -> Parsed<'t> {
        self.state = next;
        Ok((Event::Scalar(Scalar { implicit: true, ..Scalar::default() }), mark))
    }

    /// Takes the indicator that was peeked at; gives the place right behind it.
    fn take_indicator(&mut self, mark: Mark) -> Mark {
        self.scanner.take();
        Mark { index: mark.index + 1, column: mark.column + 1, ..mark }
    }

    fn document_start(&mut self, implicit: bool) -> Parsed<'t> {
        let (mut kind, mut mark) = self.scanner.peek()?;
        while !implicit && kind == Kind::DocumentEnd {
            self.scanner.take();
            (kind, mark) = self.scanner.peek()?;
        }
        let is_marked =
            matches!(kind, Kind::VersionDirective | Kind::TagDirective | Kind::DocumentStart);
        if kind == Kind::StreamEnd {
            self.state = State::End;
            self.scanner.take();
            return Ok((Event::StreamEnd, mark));
        }
        self.process_directives()?;
        self.states.push(State::DocumentEnd);
        if implicit && !is_marked {
            // Content follows at once: a block node, whatever token it is.
            self.state = State::BlockNode;
            return Ok((Event::DocumentStart, mark));
        }
        let (kind, found) = self.scanner.peek()?;
        if kind != Kind::DocumentStart {
            let problem = "did not find expected <document start>";
            return Err(Error::parser(problem, found, Mark::default()));
        }
        self.scanner.take();
        self.state = State::DocumentContent;
        Ok((Event::DocumentStart, mark))
    }

    fn document_content(&mut self) -> Parsed<'t> {
        let (kind, mark) = self.scanner.peek()?;
        match kind {
            Kind::VersionDirective
            | Kind::TagDirective
            | Kind::DocumentStart
            | Kind::DocumentEnd
            | Kind::StreamEnd => {
                self.pop_state();
                self.empty_scalar(self.state, mark)
            }
            _ => self.node(true, false),
        }
    }

    fn document_end(&mut self) -> Parsed<'t> {
        let (kind, mark) = self.scanner.peek()?;
        if kind == Kind::DocumentEnd {
            self.scanner.take();
        }
        self.tag_directives.clear();
        self.state = State::DocumentStart;
        Ok((Event::DocumentEnd, mark))
    }

    fn node(&mut self, block: bool, indentless: bool) -> Parsed<'t> {
        let (kind, mark) = self.scanner.peek()?;
        if kind == Kind::Alias {
            self.pop_state();
            return Ok((Event::Alias(self.scanner.take().value), mark));
        }
        let Properties { start, anchor, tag } = self.properties()?;
        let (kind, mark) = self.scanner.peek()?;
        match kind {
            Kind::BlockEntry if indentless => {
                self.state = State::IndentlessSequenceEntry;
                Ok((Event::SequenceStart(anchor), start))
            }
            Kind::PlainScalar | Kind::OtherScalar => {
                let implicit = (tag.is_empty() && kind == Kind::PlainScalar) || tag == "!";
                self.pop_state();
                let value = self.scanner.take().value;
                Ok((Event::Scalar(Scalar { anchor, tag, value, implicit }), start))
            }
            Kind::FlowSequenceStart => {
                self.state = State::FlowSequenceFirstEntry;
                Ok((Event::SequenceStart(anchor), start))
            }
            Kind::FlowMappingStart => {
                self.state = State::FlowMappingFirstKey;
                Ok((Event::MappingStart(anchor), start))
            }
            Kind::BlockSequenceStart if block => {
                self.state = State::BlockSequenceFirstEntry;
                Ok((Event::SequenceStart(anchor), start))
            }
            Kind::BlockMappingStart if block => {
                self.state = State::BlockMappingFirstKey;
                Ok((Event::MappingStart(anchor), start))
            }
            _ if anchor.is_some() || !tag.is_empty() => {
                self.pop_state();
                let implicit = tag.is_empty();
                let scalar = Scalar { anchor, tag, implicit, ..Scalar::default() };
                Ok((Event::Scalar(scalar), start))
            }
            _ => Err(Error::parser("did not find expected node content", mark, start)),
        }
    }

    /// An anchor and a tag, in either order, each once.
    fn properties(&mut self) -> Result<Properties<'t>, Error> {
        let (mut kind, start) = self.scanner.peek()?;
        let mut found = Properties { start, anchor: None, tag: String::new() };
        let mut tagged = None;
        if kind == Kind::Anchor {
            found.anchor = Some(self.scanner.take().value);
            (kind, _) = self.scanner.peek()?;
            if kind == Kind::Tag {
                tagged = Some(self.scanner.take());
            }
        } else if kind == Kind::Tag {
            tagged = Some(self.scanner.take());
            (kind, _) = self.scanner.peek()?;
            if kind == Kind::Anchor {
                found.anchor = Some(self.scanner.take().value);
            }
        }
        let Some(token) = tagged else { return Ok(found) };
        // Go looks at the token behind a tag before it resolves the handle.
        self.scanner.peek()?;
        let suffix = token.suffix.unwrap_or_default();
        if token.value.is_empty() {
            found.tag = suffix.into();
            return Ok(found);
        }
        let directive = self.tag_directives.iter().find(|(handle, _)| *handle == *token.value);
        found.tag = directive.map(|(_, prefix)| format!("{prefix}{suffix}")).unwrap_or_default();
        if found.tag.is_empty() {
            return Err(Error::parser("found undefined tag handle", token.mark, start));
        }
        Ok(found)
    }

    fn block_sequence_entry(&mut self) -> Parsed<'t> {
        let (kind, mark) = self.scanner.peek()?;
        match kind {
            Kind::BlockEntry => {
                let behind = self.take_indicator(mark);
                let (kind, _) = self.scanner.peek()?;
                if matches!(kind, Kind::BlockEntry | Kind::BlockEnd) {
                    return self.empty_scalar(State::BlockSequenceEntry, behind);
                }
                self.states.push(State::BlockSequenceEntry);
                self.node(true, false)
            }
            Kind::BlockEnd => self.close_collection(Event::SequenceEnd, mark),
            _ => self.collection_error("did not find expected '-' indicator", mark),
        }
    }

    fn indentless_sequence_entry(&mut self) -> Parsed<'t> {
        let (kind, mark) = self.scanner.peek()?;
        if kind != Kind::BlockEntry {
            self.pop_state();
            return Ok((Event::SequenceEnd, mark));
        }
        let behind = self.take_indicator(mark);
        let (kind, _) = self.scanner.peek()?;
        if matches!(kind, Kind::BlockEntry | Kind::Key | Kind::Value | Kind::BlockEnd) {
            return self.empty_scalar(State::IndentlessSequenceEntry, behind);
        }
        self.states.push(State::IndentlessSequenceEntry);
        self.node(true, false)
    }

    fn block_mapping_key(&mut self) -> Parsed<'t> {
        let (kind, mark) = self.scanner.peek()?;
        match kind {
            Kind::Key => {
                let behind = self.take_indicator(mark);
                let (kind, _) = self.scanner.peek()?;
                if matches!(kind, Kind::Key | Kind::Value | Kind::BlockEnd) {
                    return self.empty_scalar(State::BlockMappingValue, behind);
                }
                self.states.push(State::BlockMappingValue);
                self.node(true, true)
            }
            Kind::BlockEnd => self.close_collection(Event::MappingEnd, mark),
            _ => self.collection_error("did not find expected key", mark),
        }
    }

    fn block_mapping_value(&mut self) -> Parsed<'t> {
        let (kind, mark) = self.scanner.peek()?;
        if kind != Kind::Value {
            return self.empty_scalar(State::BlockMappingKey, mark);
        }
        let behind = self.take_indicator(mark);
        let (kind, _) = self.scanner.peek()?;
        if matches!(kind, Kind::Key | Kind::Value | Kind::BlockEnd) {
            return self.empty_scalar(State::BlockMappingKey, behind);
        }
        self.states.push(State::BlockMappingKey);
        self.node(true, true)
    }

    fn flow_sequence_entry(&mut self, first: bool) -> Parsed<'t> {
        let (mut kind, mut mark) = self.scanner.peek()?;
        if kind != Kind::FlowSequenceEnd {
            if !first {
                if kind != Kind::FlowEntry {
                    return self.collection_error("did not find expected ',' or ']'", mark);
                }
                self.scanner.take();
                (kind, mark) = self.scanner.peek()?;
            }
            if kind == Kind::Key {
                self.state = State::FlowSequenceEntryMappingKey;
                self.scanner.take();
                return Ok((Event::MappingStart(None), mark));
            }
            if kind != Kind::FlowSequenceEnd {
                self.states.push(State::FlowSequenceEntry);
                return self.node(false, false);
            }
        }
        self.close_collection(Event::SequenceEnd, mark)
    }

    fn flow_sequence_entry_mapping_key(&mut self) -> Parsed<'t> {
        let (kind, mark) = self.scanner.peek()?;
        if matches!(kind, Kind::Value | Kind::FlowEntry | Kind::FlowSequenceEnd) {
            // goyaml takes the token here, though it belongs to what follows.
            let behind = self.take_indicator(mark);
            return self.empty_scalar(State::FlowSequenceEntryMappingValue, behind);
        }
        self.states.push(State::FlowSequenceEntryMappingValue);
        self.node(false, false)
    }

    fn flow_sequence_entry_mapping_value(&mut self) -> Parsed<'t> {
        let (kind, mark) = self.scanner.peek()?;
        if kind == Kind::Value {
            self.scanner.take();
            let (kind, _) = self.scanner.peek()?;
            if !matches!(kind, Kind::FlowEntry | Kind::FlowSequenceEnd) {
                self.states.push(State::FlowSequenceEntryMappingEnd);
                return self.node(false, false);
            }
        }
        self.empty_scalar(State::FlowSequenceEntryMappingEnd, mark)
    }

    fn flow_mapping_key(&mut self, first: bool) -> Parsed<'t> {
        let (mut kind, mut mark) = self.scanner.peek()?;
        if kind != Kind::FlowMappingEnd {
            if !first {
                if kind != Kind::FlowEntry {
                    return self.collection_error("did not find expected ',' or '}'", mark);
                }
                self.scanner.take();
                (kind, mark) = self.scanner.peek()?;
            }
            if kind == Kind::Key {
                self.scanner.take();
                let (kind, mark) = self.scanner.peek()?;
                if matches!(kind, Kind::Value | Kind::FlowEntry | Kind::FlowMappingEnd) {
                    return self.empty_scalar(State::FlowMappingValue, mark);
                }
                self.states.push(State::FlowMappingValue);
                return self.node(false, false);
            }
            if kind != Kind::FlowMappingEnd {
                self.states.push(State::FlowMappingEmptyValue);
                return self.node(false, false);
            }
        }
        self.close_collection(Event::MappingEnd, mark)
    }

    fn flow_mapping_value(&mut self, empty: bool) -> Parsed<'t> {
        let (kind, mark) = self.scanner.peek()?;
        if !empty && kind == Kind::Value {
            self.scanner.take();
            let (kind, mark) = self.scanner.peek()?;
            if matches!(kind, Kind::FlowEntry | Kind::FlowMappingEnd) {
                return self.empty_scalar(State::FlowMappingKey, mark);
            }
            self.states.push(State::FlowMappingKey);
            return self.node(false, false);
        }
        self.empty_scalar(State::FlowMappingKey, mark)
    }

    fn process_directives(&mut self) -> Result<(), Error> {
        let mut versioned = false;
        let (mut kind, mut mark) = self.scanner.peek()?;
        while matches!(kind, Kind::VersionDirective | Kind::TagDirective) {
            let token = self.scanner.take();
            let failed = |problem| Err(Error::parser(problem, mark, Mark::default()));
            if kind == Kind::VersionDirective {
                if versioned {
                    return failed("found duplicate %YAML directive");
                }
                if token.value != "1.1" {
                    return failed("found incompatible YAML document");
                }
                versioned = true;
            } else {
                if self.tag_directives.iter().any(|(handle, _)| *handle == *token.value) {
                    return failed("found duplicate %TAG directive");
                }
                let prefix = token.suffix.unwrap_or_default().into();
                self.tag_directives.push((token.value.into_owned(), prefix));
            }
            (kind, mark) = self.scanner.peek()?;
        }
        for (handle, prefix) in [("!", "!"), ("!!", "tag:yaml.org,2002:")] {
            if !self.tag_directives.iter().any(|(have, _)| have == handle) {
                self.tag_directives.push((handle.to_owned(), prefix.to_owned()));
            }
        }
        Ok(())
    }
}
