//! The tree that a text parses to: flat tables, with ranges into them where Go has pointers.
//!
//! One [`Unit`] holds the nodes of a whole text, of all templates that it defines. A node is a few
//! numbers; names and plain text are places in the source. So parsing allocates a handful of
//! vectors, walking touches memory in order, and dropping a deep tree never recurses. Tags are as
//! wide as what they stand before, so that nodes are moved by words.

mod print;

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

/// A piece of the source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// A run of elements of one of a [`Unit`]'s tables.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

impl Run {
    #[inline]
    pub(crate) fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    #[inline]
    fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// A template of a set.
pub(crate) struct Tree {
    pub(crate) name: Arc<str>,
    pub(crate) unit: Arc<Unit>,
    pub(crate) root: Run,
}

/// All nodes of one parsed text.
pub(crate) struct Unit {
    /// The name the text was parsed under, for error messages.
    pub(crate) parse_name: Arc<str>,
    pub(crate) text: Arc<[u8]>,
    /// String literals that hold escapes, unquoted, one after another.
    pub(crate) unquoted: Vec<u8>,
    pub(crate) nodes: Vec<Node>,
    pub(crate) pipes: Vec<Pipe>,
    pub(crate) decls: Vec<Decl>,
    pub(crate) commands: Vec<Command>,
    pub(crate) args: Vec<Arg>,
    pub(crate) idents: Vec<Span>,
    pub(crate) numbers: Vec<Number>,
    pub(crate) names: Vec<Arc<str>>,
}

/// What a template is a list of.
#[derive(Clone, Copy, Debug)]
#[repr(u32)]
pub(crate) enum Node {
    Text(Span),
    Comment(Span),
    Action(PipeId),
    Branch(Branch),
    Template {
        pos: u32,
        /// Index into [`Unit::names`].
        name: u32,
        pipe: Option<PipeId>,
    },
    Break(u32),
    Continue(u32),
}

/// Index into [`Unit::pipes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PipeId(pub(crate) u32);

/// `if`, `with` or `range`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Branch {
    pub(crate) kind: BranchKind,
    pub(crate) pipe: PipeId,
    pub(crate) list: Run,
    pub(crate) else_list: Option<Run>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BranchKind {
    If,
    Range,
    With,
}

impl BranchKind {
    pub(crate) fn keyword(self) -> &'static str {
        match self {
            BranchKind::If => "if",
            BranchKind::Range => "range",
            BranchKind::With => "with",
        }
    }
}

/// A pipeline with what it declares or assigns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pipe {
    pub(crate) pos: u32,
    pub(crate) assign: bool,
    pub(crate) decls: Run,
    pub(crate) commands: Run,
    /// The operand, as an index into [`Unit::args`], of a pipeline that is one field or variable
    /// and nothing else, as most are.
    pub(crate) lone: Option<u32>,
}

/// A variable that a pipeline declares or assigns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decl {
    pub(crate) name: Span,
    /// For assignments: where the variable is.
    pub(crate) slot: Slot,
}

/// Where a variable lies on the frame's stack: known when parsing but for odd programs (see
/// [`Slot::SEARCH`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Slot(pub(crate) u32);

impl Slot {
    /// To be searched by name at run time, as Go always does: after a declaration inside
    /// parentheses, which may or may not be evaluated, and for names that will not be there.
    pub(crate) const SEARCH: Slot = Slot(u32::MAX);
}

/// A command: a function, method, field or operand with arguments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Command {
    pub(crate) pos: u32,
    pub(crate) args: Run,
}

/// An operand.
#[derive(Clone, Copy, Debug)]
#[repr(u32)]
pub(crate) enum Arg {
    Bool {
        pos: u32,
        value: bool,
    },
    Nil(u32),
    Dot(u32),
    Number {
        pos: u32,
        /// Index into [`Unit::numbers`].
        number: u32,
    },
    String {
        quoted: Span,
        text: Literal,
    },
    Field {
        pos: u32,
        idents: Run,
    },
    Variable {
        pos: u32,
        name: Span,
        slot: Slot,
        fields: Run,
    },
    Ident {
        name: Span,
        func: FuncRef,
    },
    Pipe(PipeId),
    Chain {
        pos: u32,
        /// Index into [`Unit::args`].
        node: u32,
        fields: Run,
    },
}

/// Where the text of a string literal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Literal {
    /// In the source.
    Source(Span),
    /// In [`Unit::unquoted`].
    Unquoted(Span),
}

/// The function that an identifier names, found when parsing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FuncRef {
    /// Place in the set's [`FuncMap`](crate::FuncMap).
    Set(u32),
    /// Place in the table of builtins.
    Builtin(u32),
}

/// A number under all the types that can hold it, as Go's ideal constants.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Number {
    pub(crate) text: Option<Span>,
    pub(crate) int: Option<i64>,
    pub(crate) uint: Option<u64>,
    pub(crate) float: Option<f64>,
    pub(crate) complex: Option<(f64, f64)>,
    /// What it is where nothing says which type is meant.
    pub(crate) ideal: Ideal,
}

/// The type that a number has by its own look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Ideal {
    Int,
    Float,
    Complex,
    #[default]
    Overflow,
}

/// A node of any kind: where an error happened.
#[derive(Clone, Copy, Debug)]
pub(crate) enum At<'t> {
    /// Before the first node.
    Nowhere,
    Node(&'t Node),
    Pipe(&'t Pipe),
    Command(&'t Command),
    Arg(&'t Arg),
}

impl Unit {
    /// A unit with no text, for where no template is being executed.
    pub(crate) fn empty() -> &'static Unit {
        static EMPTY: LazyLock<Unit> = LazyLock::new(|| Unit::new("".into(), Arc::default()));
        &EMPTY
    }

    /// About how much memory the unit takes.
    pub(crate) fn bytes(&self) -> usize {
        fn of<T>(table: &Vec<T>) -> usize {
            table.capacity() * size_of::<T>()
        }
        let nodes = of(&self.nodes) + of(&self.pipes) + of(&self.decls) + of(&self.commands);
        let operands = of(&self.args) + of(&self.idents) + of(&self.numbers) + of(&self.names);
        nodes + operands + of(&self.unquoted) + self.text.len()
    }

    /// `IsEmptyTree`: nothing but space and comments.
    pub(crate) fn is_blank(&self, list: Run) -> bool {
        self.nodes(list).iter().all(|node| match node {
            Node::Comment(_) => true,
            Node::Text(span) => is_blank(self.source(*span)),
            _ => false,
        })
    }

    #[inline]
    pub(crate) fn source(&self, span: Span) -> &[u8] {
        &self.text[span.start as usize..span.end as usize]
    }

    #[inline]
    pub(crate) fn nodes(&self, run: Run) -> &[Node] {
        &self.nodes[run.range()]
    }

    #[inline]
    pub(crate) fn pipe(&self, id: PipeId) -> &Pipe {
        &self.pipes[id.0 as usize]
    }

    #[inline]
    pub(crate) fn decls(&self, run: Run) -> &[Decl] {
        &self.decls[run.range()]
    }

    #[inline]
    pub(crate) fn commands(&self, run: Run) -> &[Command] {
        &self.commands[run.range()]
    }

    #[inline]
    pub(crate) fn args(&self, run: Run) -> &[Arg] {
        &self.args[run.range()]
    }

    #[inline]
    pub(crate) fn arg(&self, index: u32) -> &Arg {
        &self.args[index as usize]
    }

    #[inline]
    pub(crate) fn idents(&self, run: Run) -> &[Span] {
        &self.idents[run.range()]
    }

    #[inline]
    pub(crate) fn number(&self, index: u32) -> &Number {
        &self.numbers[index as usize]
    }

    #[inline]
    pub(crate) fn literal(&self, literal: Literal) -> &[u8] {
        match literal {
            Literal::Source(span) => self.source(span),
            Literal::Unquoted(span) => &self.unquoted[span.start as usize..span.end as usize],
        }
    }

    /// Go's `Node.Position` of an operand.
    pub(crate) fn arg_pos(&self, arg: &Arg) -> u32 {
        match arg {
            Arg::Bool { pos, .. }
            | Arg::Nil(pos)
            | Arg::Dot(pos)
            | Arg::Number { pos, .. }
            | Arg::Field { pos, .. }
            | Arg::Variable { pos, .. }
            | Arg::Chain { pos, .. } => *pos,
            Arg::String { quoted, .. } => quoted.start,
            Arg::Ident { name, .. } => name.start,
            Arg::Pipe(pipe) => self.pipe(*pipe).pos,
        }
    }

    /// Go's `Node.Position`.
    pub(crate) fn pos(&self, at: At<'_>) -> u32 {
        match at {
            At::Nowhere => 0,
            At::Pipe(pipe) => pipe.pos,
            At::Command(command) => command.pos,
            At::Arg(arg) => self.arg_pos(arg),
            At::Node(node) => match node {
                Node::Text(span) | Node::Comment(span) => span.start,
                Node::Action(pipe) | Node::Branch(Branch { pipe, .. }) => self.pipe(*pipe).pos,
                Node::Template { pos, .. } | Node::Break(pos) | Node::Continue(pos) => *pos,
            },
        }
    }

    /// Line from 1 and byte column from 0 of a position, as `Tree.ErrorContext` counts.
    pub(crate) fn line_and_column(&self, pos: u32) -> (usize, usize) {
        let before = &self.text[..(pos as usize).min(self.text.len())];
        let line = 1 + memchr::memchr_iter(b'\n', before).count();
        let column = before.len() - memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        (line, column)
    }
}

/// Whether a text is nothing but white space, Unicode's included.
fn is_blank(text: &[u8]) -> bool {
    // Nearly every text says by its first letter that it is not.
    match text.iter().find(|c| !c.is_ascii_whitespace()) {
        None => true,
        Some(c) if c.is_ascii_graphic() => false,
        Some(_) => {
            std::str::from_utf8(text).is_ok_and(|text| text.chars().all(char::is_whitespace))
        }
    }
}

impl fmt::Debug for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tree({}: {})", self.name, self.unit.print_nodes(self.root))
    }
}
