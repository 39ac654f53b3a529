//! Tokens to trees: Go's `parse/parse.go`, production by production.

mod lex;
mod number;
mod operand;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use lex::{Item, Kind, Lexer, Options};

use crate::ParseError;
use crate::ast::{Arg, Branch, BranchKind, Command, Node, Run, Span, Tree, Unit};

/// How deep parentheses may nest; Go's `maxStackDepth`.
pub const PAREN_DEPTH_LIMIT: usize = 10_000;

/// How deep `if`, `with`, `range`, `block` and their `else` chains may nest. Go has no limit but its
/// stack of 1 GiB.
pub const BLOCK_DEPTH_LIMIT: usize = 10_000;

/// The longest text, in bytes: as much as a file of a chart may have in Helm. What is parsed takes
/// up to a hundred times the memory of its text.
pub const TEXT_LIMIT: usize = 5 << 20;

/// Which functions there are beside the builtins.
pub(crate) trait Names {
    /// The place of the function of that name.
    fn position(&self, name: &[u8]) -> Option<u32>;
}

/// What Go's tests set otherwise.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// Whether comments are kept as nodes.
    pub(crate) comments: bool,
    /// See [`PAREN_DEPTH_LIMIT`].
    pub(crate) paren_limit: usize,
}

impl Settings {
    const STANDARD: Settings = Settings { comments: false, paren_limit: PAREN_DEPTH_LIMIT };
}

/// The places of a text's tokens, the end's included, or the lexer's error: what the fuzz targets
/// look at.
#[doc(hidden)]
pub fn token_places(text: &[u8]) -> Result<Vec<std::ops::Range<usize>>, String> {
    let mut lexer = Lexer::new(text, Options::default());
    let mut places = Vec::new();
    loop {
        let item = lexer.next_item();
        if item.kind == Kind::Error {
            return Err(lexer.error);
        }
        places.push(item.start() as usize..item.end() as usize);
        if item.kind == Kind::Eof {
            return Ok(places);
        }
    }
}

/// Parses a text as the template `name`: that template first, then those that it defines.
pub(crate) fn parse(
    name: &Arc<str>,
    text: Arc<[u8]>,
    names: &dyn Names,
) -> Result<Vec<Arc<Tree>>, ParseError> {
    parse_with(name, text, names, Settings::STANDARD)
}

/// The same with other settings.
pub(crate) fn parse_with(
    name: &Arc<str>,
    text: Arc<[u8]>,
    names: &dyn Names,
    settings: Settings,
) -> Result<Vec<Arc<Tree>>, ParseError> {
    if text.len() > TEXT_LIMIT {
        let message = format!("exceeded the limit of {TEXT_LIMIT} bytes for one template");
        return Err(ParseError { parse_name: name.clone(), line: 1, offset: 0, message });
    }
    let source = text.clone();
    let mut parser = Parser::new(name, &source, text, names, settings);
    let root = parser.parse()?;
    parser.add(name.clone(), root)?;
    Ok(parser.finish(name))
}

type Parsed<T> = Result<T, Box<ParseError>>;

/// What ends a list of nodes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ended {
    End,
    Else,
}

impl Ended {
    fn text(self) -> &'static str {
        match self {
            Ended::End => "{{end}}",
            Ended::Else => "{{else}}",
        }
    }
}

/// What one action or text is.
enum Parsing {
    Node(Node),
    Ended(Ended),
}

/// What belongs to one template of the text; a `define` or `block` inside has its own.
struct Frame<'t> {
    tokens: [Item; 3],
    peek_count: usize,
    /// The names that may be used from here on.
    vars: Vec<&'t [u8]>,
    /// The names on the run-time stack at this place.
    stack: Vec<&'t [u8]>,
    /// Whether a declaration in parentheses has made the run-time stack unknowable.
    unsure: bool,
    /// Where the action being read starts.
    action: Option<u32>,
    range_depth: usize,
    paren_depth: usize,
}

impl Frame<'_> {
    fn new() -> Self {
        Frame {
            tokens: [Item::NONE; 3],
            peek_count: 0,
            vars: vec![b"$"],
            stack: vec![b"$"],
            unsure: false,
            action: None,
            range_depth: 0,
            paren_depth: 0,
        }
    }
}

struct Parser<'t> {
    lex: Lexer<'t>,
    source: &'t [u8],
    names: &'t dyn Names,
    name: Arc<str>,
    frame: Frame<'t>,
    unit: Unit,
    block_depth: usize,
    paren_limit: usize,
    /// Nodes, commands and operands whose list is not complete yet.
    pending_nodes: Vec<Node>,
    pending_commands: Vec<Command>,
    pending_args: Vec<Arg>,
    trees: Vec<(Arc<str>, Run)>,
    by_name: HashMap<Arc<str>, usize>,
}

impl<'t> Parser<'t> {
    fn new(
        name: &Arc<str>,
        source: &'t [u8],
        text: Arc<[u8]>,
        names: &'t dyn Names,
        settings: Settings,
    ) -> Self {
        let options = Options {
            comments: settings.comments,
            break_is_func: names.position(b"break").is_some(),
            continue_is_func: names.position(b"continue").is_some(),
        };
        Parser {
            lex: Lexer::new(source, options),
            source,
            names,
            name: name.clone(),
            frame: Frame::new(),
            unit: Unit::new(name.clone(), text),
            block_depth: 0,
            paren_limit: settings.paren_limit,
            pending_nodes: Vec::new(),
            pending_commands: Vec::new(),
            pending_args: Vec::new(),
            trees: Vec::new(),
            by_name: HashMap::new(),
        }
    }

    fn finish(self, name: &Arc<str>) -> Vec<Arc<Tree>> {
        let unit = Arc::new(self.unit);
        let mut trees: Vec<Arc<Tree>> = self
            .trees
            .into_iter()
            .map(|(name, root)| Arc::new(Tree { name, unit: unit.clone(), root }))
            .collect();
        if let Some(main) = trees.iter().position(|tree| tree.name == *name) {
            trees.swap(0, main);
        }
        trees
    }

    // Tokens.

    fn next(&mut self) -> Item {
        if self.frame.peek_count > 0 {
            self.frame.peek_count -= 1;
        } else {
            self.frame.tokens[0] = self.lex.next_item();
        }
        self.frame.tokens[self.frame.peek_count]
    }

    fn backup(&mut self) {
        self.frame.peek_count += 1;
    }

    fn backup2(&mut self, first: Item) {
        self.frame.tokens[1] = first;
        self.frame.peek_count = 2;
    }

    fn backup3(&mut self, first: Item, second: Item) {
        self.frame.tokens[1] = second;
        self.frame.tokens[2] = first;
        self.frame.peek_count = 3;
    }

    fn peek(&mut self) -> Item {
        if self.frame.peek_count == 0 {
            self.frame.peek_count = 1;
            self.frame.tokens[0] = self.lex.next_item();
        }
        self.frame.tokens[self.frame.peek_count - 1]
    }

    fn next_non_space(&mut self) -> Item {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    fn peek_non_space(&mut self) -> Item {
        let token = self.next_non_space();
        self.backup();
        token
    }

    fn text(&self, item: Item) -> &'t [u8] {
        &self.source[item.start() as usize..item.end() as usize]
    }

    fn expect(&mut self, kind: Kind, context: &str) -> Parsed<Item> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(token, context)) }
    }

    // Errors.

    fn error(&self, message: impl Into<String>) -> Box<ParseError> {
        let token = self.frame.tokens[0];
        Box::new(ParseError {
            parse_name: self.name.clone(),
            line: self.line(token.start()),
            offset: token.start() as usize,
            message: message.into(),
        })
    }

    /// The line of a place, from 1.
    fn line(&self, place: u32) -> usize {
        1 + memchr::memchr_iter(b'\n', &self.source[..place as usize]).count()
    }

    fn unexpected(&self, token: Item, context: &str) -> Box<ParseError> {
        if token.kind != Kind::Error {
            return self.error(format!("unexpected {} in {context}", self.show(token)));
        }
        let mut message = self.lex.error.clone();
        let line = self.frame.action.map(|start| self.line(start));
        if let Some(line) = line
            && line != self.line(token.start())
        {
            // Avoid "action in action".
            let lead = if message.ends_with(" action") { "" } else { " in action" };
            message.push_str(&format!("{lead} started at {}:{line}", self.name));
        }
        self.error(message)
    }

    /// A token as error messages show it.
    fn show(&self, token: Item) -> String {
        let text = self.text(token);
        match token.kind {
            Kind::Eof => "EOF".to_owned(),
            Kind::Error => self.lex.error.clone(),
            kind if kind.is_keyword() => format!("<{}>", String::from_utf8_lossy(text)),
            _ if text.len() > 10 => {
                let mut out = Vec::new();
                pintle_go_fmt::append_quote(&mut out, first_runes(text, 10));
                format!("{}...", String::from_utf8_lossy(&out))
            }
            _ => pintle_go_fmt::quote(text),
        }
    }

    // Templates.

    /// The whole text; like a list, but that templates may be defined.
    fn parse(&mut self) -> Parsed<Run> {
        let mark = self.pending_nodes.len();
        while self.peek().kind != Kind::Eof {
            if self.peek().kind == Kind::LeftDelim {
                let delim = self.next();
                if self.next_non_space().kind == Kind::Define {
                    self.definition()?;
                    continue;
                }
                self.backup2(delim);
            }
            match self.text_or_action()? {
                Parsing::Ended(ended) => {
                    return Err(self.error(format!("unexpected {}", ended.text())));
                }
                Parsing::Node(node) => self.pending_nodes.push(node),
            }
        }
        Ok(self.list_since(mark))
    }

    /// `Tree.add`: a blank template gives way, two that are not are an error.
    fn add(&mut self, name: Arc<str>, root: Run) -> Parsed<()> {
        match self.by_name.get(&name) {
            None => {
                self.by_name.insert(name.clone(), self.trees.len());
                self.trees.push((name, root));
            }
            Some(at) if self.unit.is_blank(self.trees[*at].1) => self.trees[*at].1 = root,
            Some(_) if !self.unit.is_blank(root) => {
                let name = pintle_go_fmt::quote(name.as_bytes());
                let message = format!("template: multiple definition of template {name}");
                return Err(self.error(message));
            }
            Some(_) => {}
        }
        Ok(())
    }

    /// `{{define "name"}} … {{end}}`, the keyword being past.
    fn definition(&mut self) -> Parsed<()> {
        const CONTEXT: &str = "define clause";
        let outer = std::mem::replace(&mut self.frame, Frame::new());
        let token = self.next_non_space();
        let name = self.template_name(token, CONTEXT)?;
        self.expect(Kind::RightDelim, CONTEXT)?;
        self.body(name, CONTEXT)?;
        self.frame = outer;
        Ok(())
    }

    /// The rest of a `define` or `block`, in the frame of its own.
    fn body(&mut self, name: Arc<str>, context: &str) -> Parsed<()> {
        let (root, ended) = self.item_list()?;
        if ended != Ended::End {
            return Err(self.error(format!("unexpected {} in {context}", ended.text())));
        }
        self.add(name, root)
    }

    fn template_name(&mut self, token: Item, context: &str) -> Parsed<Arc<str>> {
        if !matches!(token.kind, Kind::String | Kind::RawString) {
            return Err(self.unexpected(token, context));
        }
        let text = pintle_go_fmt::unquote(self.text(token))
            .map_err(|error| self.error(error.to_string()))?;
        Ok(String::from_utf8_lossy(&text).into())
    }

    // Lists and actions.

    /// Nodes up to `{{end}}` or `{{else}}`.
    fn item_list(&mut self) -> Parsed<(Run, Ended)> {
        self.block_depth += 1;
        if self.block_depth > BLOCK_DEPTH_LIMIT {
            let message = format!("exceeded the limit of {BLOCK_DEPTH_LIMIT} nested blocks");
            return Err(self.error(message));
        }
        let list = crate::stack::grow(|| self.item_list_here());
        self.block_depth -= 1;
        list
    }

    fn item_list_here(&mut self) -> Parsed<(Run, Ended)> {
        let mark = self.pending_nodes.len();
        while self.peek_non_space().kind != Kind::Eof {
            match self.text_or_action()? {
                Parsing::Ended(ended) => return Ok((self.list_since(mark), ended)),
                Parsing::Node(node) => self.pending_nodes.push(node),
            }
        }
        Err(self.error("unexpected EOF"))
    }

    fn list_since(&mut self, mark: usize) -> Run {
        take_since(&mut self.pending_nodes, mark, &mut self.unit.nodes)
    }

    fn text_or_action(&mut self) -> Parsed<Parsing> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Text => Ok(Parsing::Node(Node::Text(token.span()))),
            Kind::Comment => Ok(Parsing::Node(Node::Comment(token.span()))),
            Kind::LeftDelim => {
                self.frame.action = Some(token.start());
                let node = self.action()?;
                self.frame.action = None;
                Ok(node)
            }
            _ => Err(self.unexpected(token, "input")),
        }
    }

    /// What follows a left delimiter.
    fn action(&mut self) -> Parsed<Parsing> {
        let token = self.next_non_space();
        let node = match token.kind {
            Kind::Block => self.block_control()?,
            Kind::Break => Node::Break(self.loop_control(token, "{{break}}")?),
            Kind::Continue => Node::Continue(self.loop_control(token, "{{continue}}")?),
            Kind::Else => return self.else_control(),
            Kind::End => {
                self.expect(Kind::RightDelim, "end")?;
                return Ok(Parsing::Ended(Ended::End));
            }
            Kind::If => self.control(BranchKind::If)?,
            Kind::Range => self.control(BranchKind::Range)?,
            Kind::With => self.control(BranchKind::With)?,
            Kind::Template => self.template_control()?,
            _ => {
                self.backup();
                self.peek();
                // What it declares lives until the enclosing block ends.
                Node::Action(self.pipeline("command", Kind::RightDelim)?)
            }
        };
        Ok(Parsing::Node(node))
    }

    fn loop_control(&mut self, keyword: Item, action: &str) -> Parsed<u32> {
        let token = self.next_non_space();
        if token.kind != Kind::RightDelim {
            return Err(self.unexpected(token, action));
        }
        if self.frame.range_depth == 0 {
            return Err(self.error(format!("{action} outside {{{{range}}}}")));
        }
        Ok(keyword.start())
    }

    fn else_control(&mut self) -> Parsed<Parsing> {
        // `else if` and `else with` leave their keyword for the block that they continue.
        if !matches!(self.peek_non_space().kind, Kind::If | Kind::With) {
            self.expect(Kind::RightDelim, "else")?;
        }
        Ok(Parsing::Ended(Ended::Else))
    }

    /// `if`, `range` or `with`, the keyword being past.
    fn control(&mut self, kind: BranchKind) -> Parsed<Node> {
        let (vars, stack) = (self.frame.vars.len(), self.frame.stack.len());
        let pipe = self.pipeline(kind.keyword(), Kind::RightDelim)?;
        let inner_stack = self.frame.stack.len();
        let is_range = kind == BranchKind::Range;
        self.frame.range_depth += usize::from(is_range);
        let (list, ended) = self.item_list()?;
        self.frame.range_depth -= usize::from(is_range);
        let mut else_list = None;
        if ended == Ended::Else {
            // What the first list declared may be named in the second, but is not on the stack.
            self.frame.stack.truncate(inner_stack);
            else_list = Some(self.else_list(kind)?);
        }
        self.frame.vars.truncate(vars);
        self.frame.stack.truncate(stack);
        Ok(Node::Branch(Branch { kind, pipe, list, else_list }))
    }

    fn else_list(&mut self, kind: BranchKind) -> Parsed<Run> {
        let chained = matches!(
            (kind, self.peek().kind),
            (BranchKind::If, Kind::If) | (BranchKind::With, Kind::With)
        );
        if chained {
            self.next();
            let mark = self.pending_nodes.len();
            let node = self.chained_control(kind)?;
            self.pending_nodes.push(node);
            return Ok(self.list_since(mark));
        }
        let (list, ended) = self.item_list()?;
        if ended != Ended::End {
            return Err(self.error(format!("expected end; found {}", ended.text())));
        }
        Ok(list)
    }

    /// The next link of an `else if` chain, which nests as a block does.
    fn chained_control(&mut self, kind: BranchKind) -> Parsed<Node> {
        self.block_depth += 1;
        if self.block_depth > BLOCK_DEPTH_LIMIT {
            let message = format!("exceeded the limit of {BLOCK_DEPTH_LIMIT} nested blocks");
            return Err(self.error(message));
        }
        let node = crate::stack::grow(|| self.control(kind));
        self.block_depth -= 1;
        node
    }

    /// `{{block "name" pipeline}} … {{end}}`: defines, and calls right away.
    fn block_control(&mut self) -> Parsed<Node> {
        const CONTEXT: &str = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(token, CONTEXT)?;
        let pipe = self.pipeline(CONTEXT, Kind::RightDelim)?;
        let outer = std::mem::replace(&mut self.frame, Frame::new());
        self.body(name.clone(), CONTEXT)?;
        self.frame = outer;
        Ok(self.template_node(token, name, Some(pipe)))
    }

    /// `{{template "name" pipeline}}`, of which the pipeline may be left out.
    fn template_control(&mut self) -> Parsed<Node> {
        const CONTEXT: &str = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(token, CONTEXT)?;
        let mut pipe = None;
        if self.next_non_space().kind != Kind::RightDelim {
            self.backup();
            pipe = Some(self.pipeline(CONTEXT, Kind::RightDelim)?);
        }
        Ok(self.template_node(token, name, pipe))
    }

    fn template_node(
        &mut self,
        token: Item,
        name: Arc<str>,
        pipe: Option<crate::ast::PipeId>,
    ) -> Node {
        let index = index(self.unit.names.len());
        self.unit.names.push(name);
        Node::Template { pos: token.start(), name: index, pipe }
    }
}

/// Moves what was pushed since `mark` to the end of a table.
fn take_since<T>(pending: &mut Vec<T>, mark: usize, table: &mut Vec<T>) -> Run {
    let start = index(table.len());
    table.extend(pending.drain(mark..));
    Run { start, end: index(table.len()) }
}

/// A place in a table. No table has more entries than the text has bytes.
fn index(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn first_runes(text: &[u8], count: usize) -> &[u8] {
    let mut at = 0;
    for _ in 0..count {
        at += pintle_go_fmt::decode_rune(&text[at..]).1;
    }
    &text[..at]
}

impl From<Box<ParseError>> for ParseError {
    fn from(error: Box<ParseError>) -> Self {
        *error
    }
}

impl Unit {
    pub(crate) fn new(parse_name: Arc<str>, text: Arc<[u8]>) -> Self {
        // About what charts come to; what a text needs beyond that grows.
        let some = text.len() / 64;
        Unit {
            parse_name,
            text,
            unquoted: Vec::new(),
            nodes: Vec::with_capacity(some),
            pipes: Vec::with_capacity(some),
            decls: Vec::new(),
            commands: Vec::with_capacity(some),
            args: Vec::with_capacity(some),
            idents: Vec::with_capacity(some),
            numbers: Vec::new(),
            names: Vec::new(),
        }
    }
}

/// The names in a span, split at dots: `.a.b` has `a` and `b`.
fn name_of(span: Span) -> Span {
    Span { start: span.start + 1, end: span.end }
}
