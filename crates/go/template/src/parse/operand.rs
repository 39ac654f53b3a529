//! Pipelines, commands and operands.

use super::lex::{Item, Kind};
use super::{Parsed, Parser, index, name_of, number, take_since};
use crate::ast::{Arg, Command, Decl, FuncRef, Literal, Pipe, PipeId, Run, Slot, Span};
use crate::builtins;

impl<'t> Parser<'t> {
    /// Declarations, then commands up to `end`.
    pub(super) fn pipeline(&mut self, context: &str, end: Kind) -> Parsed<PipeId> {
        let first = self.peek_non_space();
        let mut pipe = Pipe {
            pos: first.start(),
            assign: false,
            decls: Run::default(),
            commands: Run::default(),
            lone: None,
        };
        let declared = self.declarations(context, &mut pipe)?;
        let mark = self.pending_commands.len();
        loop {
            let token = self.next_non_space();
            match token.kind {
                kind if kind == end => break,
                Kind::Bool
                | Kind::CharConstant
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen => {
                    self.backup();
                    let command = self.command()?;
                    self.pending_commands.push(command);
                }
                _ => return Err(self.unexpected(token, context)),
            }
        }
        self.check_pipeline(mark, context)?;
        pipe.commands = take_since(&mut self.pending_commands, mark, &mut self.unit.commands);
        self.declare(&mut pipe, &declared, end);
        pipe.lone = self.lone(&pipe);
        let id = PipeId(index(self.unit.pipes.len()));
        self.unit.pipes.push(pipe);
        Ok(id)
    }

    /// The only operand of a pipeline that declares nothing, if it is a field or variable.
    fn lone(&self, pipe: &Pipe) -> Option<u32> {
        match self.unit.commands(pipe.commands) {
            [command] if pipe.decls.len() == 0 => match self.unit.args(command.args) {
                [Arg::Field { .. } | Arg::Variable { .. }] => Some(command.args.start),
                _ => None,
            },
            _ => None,
        }
    }

    /// `$x :=`, `$x =`, and in a range `$i, $x :=`; gives the names.
    fn declarations(&mut self, context: &str, pipe: &mut Pipe) -> Parsed<Vec<Span>> {
        let mut declared = Vec::new();
        loop {
            let variable = self.peek_non_space();
            if variable.kind != Kind::Variable {
                return Ok(declared);
            }
            self.next();
            // Space is a token, so "$x foo" takes three tokens of lookahead: the one right after
            // the variable must be remembered to be pushed back.
            let after = self.peek();
            let next = self.peek_non_space();
            match next.kind {
                Kind::Assign | Kind::Declare => {
                    pipe.assign = next.kind == Kind::Assign;
                    self.next_non_space();
                    declared.push(variable.span());
                    self.frame.vars.push(self.text(variable));
                }
                Kind::Char if self.text(next) == b"," => {
                    self.next_non_space();
                    declared.push(variable.span());
                    self.frame.vars.push(self.text(variable));
                    if context == "range" && declared.len() < 2 {
                        match self.peek_non_space().kind {
                            Kind::Variable | Kind::RightDelim | Kind::RightParen => continue,
                            _ => return Err(self.error("range can only initialize variables")),
                        }
                    }
                    return Err(self.error(format!("too many declarations in {context}")));
                }
                _ if after.kind == Kind::Space => self.backup3(variable, after),
                _ => self.backup2(variable),
            }
            return Ok(declared);
        }
    }

    /// Enters the declared names into the tables, in the order that evaluation will.
    fn declare(&mut self, pipe: &mut Pipe, declared: &[Span], end: Kind) {
        if declared.is_empty() {
            return;
        }
        let start = index(self.unit.decls.len());
        for name in declared {
            let text = &self.source[name.start as usize..name.end as usize];
            let slot = if pipe.assign { self.slot(text) } else { Slot::SEARCH };
            if !pipe.assign {
                self.frame.stack.push(text);
            }
            self.unit.decls.push(Decl { name: *name, slot });
        }
        pipe.decls = Run { start, end: index(self.unit.decls.len()) };
        if end == Kind::RightParen && !pipe.assign {
            // It may be skipped by `and` or `or`, and it outlives its parentheses.
            self.frame.unsure = true;
        }
    }

    /// Where the run-time stack has a variable.
    fn slot(&self, name: &[u8]) -> Slot {
        if self.frame.unsure {
            return Slot::SEARCH;
        }
        let found = self.frame.stack.iter().rposition(|have| *have == name);
        found.map_or(Slot::SEARCH, |at| Slot(index(at)))
    }

    fn check_pipeline(&mut self, mark: usize, context: &str) -> Parsed<()> {
        let commands = &self.pending_commands[mark..];
        if commands.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        let constant = commands.iter().skip(1).position(|command| {
            matches!(
                self.unit.args(command.args).first(),
                Some(
                    Arg::Bool { .. }
                        | Arg::Dot(_)
                        | Arg::Nil(_)
                        | Arg::Number { .. }
                        | Arg::String { .. }
                )
            )
        });
        match constant {
            // Stages count from one, and the first was skipped.
            Some(at) => {
                Err(self.error(format!("non executable command in pipeline stage {}", at + 2)))
            }
            None => Ok(()),
        }
    }

    /// Operands up to a pipe or the end of the pipeline.
    fn command(&mut self) -> Parsed<Command> {
        let pos = self.peek_non_space().start();
        let mark = self.pending_args.len();
        loop {
            self.peek_non_space();
            if let Some(operand) = self.operand()? {
                self.pending_args.push(operand);
            }
            let token = self.next();
            match token.kind {
                Kind::Space => continue,
                Kind::RightDelim | Kind::RightParen => self.backup(),
                Kind::Pipe => {}
                _ => return Err(self.unexpected(token, "operand")),
            }
            break;
        }
        if self.pending_args.len() == mark {
            return Err(self.error("empty command"));
        }
        let args = take_since(&mut self.pending_args, mark, &mut self.unit.args);
        Ok(Command { pos, args })
    }

    /// A term with the fields that hang on it.
    fn operand(&mut self) -> Parsed<Option<Arg>> {
        let Some(term) = self.term()? else { return Ok(None) };
        if self.peek().kind != Kind::Field {
            return Ok(Some(term));
        }
        // A chain's position is its first field's, and a field or variable that goes on takes it.
        let pos = self.peek().start();
        let start = index(self.unit.idents.len());
        if let Arg::Field { idents, .. } = term {
            self.unit.idents.extend_from_within(idents.start as usize..idents.end as usize);
        }
        while self.peek().kind == Kind::Field {
            let field = self.next();
            self.unit.idents.push(name_of(field.span()));
        }
        let fields = Run { start, end: index(self.unit.idents.len()) };
        Ok(Some(match term {
            Arg::Field { .. } => Arg::Field { pos, idents: fields },
            Arg::Variable { name, slot, .. } => Arg::Variable { pos, name, slot, fields },
            Arg::Bool { .. }
            | Arg::String { .. }
            | Arg::Number { .. }
            | Arg::Nil(_)
            | Arg::Dot(_) => {
                let term = self.unit.print(crate::ast::At::Arg(&term));
                let term = pintle_go_fmt::quote(term.as_bytes());
                return Err(self.error(format!("unexpected . after term {term}")));
            }
            Arg::Ident { .. } | Arg::Pipe(_) | Arg::Chain { .. } => {
                let node = index(self.unit.args.len());
                self.unit.args.push(term);
                Arg::Chain { pos, node, fields }
            }
        }))
    }

    /// A literal, function, field, variable or parenthesized pipeline; none if it is none of them.
    fn term(&mut self) -> Parsed<Option<Arg>> {
        let token = self.next_non_space();
        let pos = token.start();
        Ok(Some(match token.kind {
            Kind::Identifier => self.function(token)?,
            Kind::Dot => Arg::Dot(pos),
            Kind::Nil => Arg::Nil(pos),
            Kind::Variable => self.variable(token)?,
            Kind::Field => {
                let start = index(self.unit.idents.len());
                self.unit.idents.push(name_of(token.span()));
                Arg::Field { pos, idents: Run { start, end: start + 1 } }
            }
            Kind::Bool => Arg::Bool { pos, value: self.text(token) == b"true" },
            Kind::CharConstant | Kind::Complex | Kind::Number => self.number(token)?,
            Kind::LeftParen => self.parenthesized()?,
            Kind::String | Kind::RawString => self.string(token)?,
            _ => {
                self.backup();
                return Ok(None);
            }
        }))
    }

    fn function(&mut self, token: Item) -> Parsed<Arg> {
        let name = self.text(token);
        let set = self.names.position(name).map(FuncRef::Set);
        let func = set.or_else(|| builtins::position(name).map(FuncRef::Builtin));
        let Some(func) = func else {
            let name = pintle_go_fmt::quote(name);
            return Err(self.error(format!("function {name} not defined")));
        };
        Ok(Arg::Ident { name: token.span(), func })
    }

    fn variable(&mut self, token: Item) -> Parsed<Arg> {
        let name = self.text(token);
        if !self.frame.vars.iter().rev().any(|have| *have == name) {
            let name = pintle_go_fmt::quote(name);
            return Err(self.error(format!("undefined variable {name}")));
        }
        Ok(Arg::Variable {
            pos: token.start(),
            name: token.span(),
            slot: self.slot(name),
            fields: Run::default(),
        })
    }

    fn number(&mut self, token: Item) -> Parsed<Arg> {
        let mut number =
            number::number(self.text(token), token.kind).map_err(|message| self.error(message))?;
        number.text = Some(token.span());
        let at = index(self.unit.numbers.len());
        self.unit.numbers.push(number);
        Ok(Arg::Number { pos: token.start(), number: at })
    }

    fn parenthesized(&mut self) -> Parsed<Arg> {
        if self.frame.paren_depth >= self.paren_limit {
            return Err(self.error("max expression depth exceeded"));
        }
        self.frame.paren_depth += 1;
        let pipe =
            crate::stack::grow(|| self.pipeline("parenthesized pipeline", Kind::RightParen))?;
        self.frame.paren_depth -= 1;
        Ok(Arg::Pipe(pipe))
    }

    fn string(&mut self, token: Item) -> Parsed<Arg> {
        let quoted = token.span();
        let text = pintle_go_fmt::unquote(self.text(token))
            .map_err(|error| self.error(error.to_string()))?;
        let literal = match text {
            std::borrow::Cow::Borrowed(_) => {
                Literal::Source(Span { start: quoted.start + 1, end: quoted.end - 1 })
            }
            std::borrow::Cow::Owned(text) => {
                let start = index(self.unit.unquoted.len());
                self.unit.unquoted.extend_from_slice(&text);
                Literal::Unquoted(Span { start, end: index(self.unit.unquoted.len()) })
            }
        };
        Ok(Arg::String { quoted, text: literal })
    }
}
