//! Walking a template's nodes and printing what actions give (Go's `state.walk`).

use pintle_go_value::{List, Type, Value};

use super::Exec;
use crate::ast::{At, Branch, BranchKind, Node, Pipe, Run};
use crate::reflect::{Slot, indirect, is_true, plain};
use crate::{CallError, stack};

/// How a list of nodes was left.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    On,
    Break,
    Continue,
}

/// What a range counts through.
enum Iteration<'h> {
    Ints(Value<'h>),
    Items(&'h List<'h>),
    Bytes(&'h [u8]),
    Entries(&'h [(&'h [u8], Value<'h>)], &'static Type),
    Keyed(&'h [(Value<'h>, Value<'h>)], &'static Type, &'static Type),
    Nothing,
}

impl<'h, H: ?Sized + 'static> Exec<'_, 'h, H> {
    pub(super) fn walk_list(
        &mut self,
        dot: &Slot<'h>,
        list: Run,
        out: &mut Vec<u8>,
    ) -> Result<Flow, CallError> {
        let unit = self.unit();
        for node in unit.nodes(list) {
            match node {
                Node::Text(span) => {
                    out.extend_from_slice(unit.source(*span));
                    self.check_output(node, out)?;
                }
                Node::Action(pipe) => {
                    let value = self.pipeline(dot, *pipe)?;
                    if unit.pipe(*pipe).decls.len() == 0 {
                        self.at(At::Node(node));
                        self.print_value(node, value, out)?;
                    }
                }
                Node::Branch(branch) => match self.walk_branch(dot, node, branch, out)? {
                    Flow::On => {}
                    flow => return Ok(flow),
                },
                Node::Template { name, pipe, .. } => {
                    self.walk_template(dot, node, *name, *pipe, out)?;
                }
                Node::Break(_) => return Ok(Flow::Break),
                Node::Continue(_) => return Ok(Flow::Continue),
                Node::Comment(_) => {}
            }
        }
        Ok(Flow::On)
    }

    fn walk_branch(
        &mut self,
        dot: &Slot<'h>,
        node: &'h Node,
        branch: &'h Branch,
        out: &mut Vec<u8>,
    ) -> Result<Flow, CallError> {
        self.at(At::Node(node));
        let mark = self.vars.len();
        let flow = stack::grow(|| match branch.kind {
            BranchKind::Range => self.walk_range(dot, branch, out),
            _ => self.walk_if_or_with(dot, branch, out),
        });
        self.vars.truncate(mark);
        flow
    }

    fn walk_if_or_with(
        &mut self,
        dot: &Slot<'h>,
        branch: &'h Branch,
        out: &mut Vec<u8>,
    ) -> Result<Flow, CallError> {
        let value = self.pipeline(dot, branch.pipe)?;
        if is_true(&value, self.heap()) {
            if branch.kind == BranchKind::With {
                return self.walk_list(&Slot::of(value), branch.list, out);
            }
            return self.walk_list(dot, branch.list, out);
        }
        match branch.else_list {
            Some(list) => self.walk_list(dot, list, out),
            None => Ok(Flow::On),
        }
    }

    fn walk_template(
        &mut self,
        dot: &Slot<'h>,
        node: &'h Node,
        name: u32,
        pipe: Option<crate::ast::PipeId>,
        out: &mut Vec<u8>,
    ) -> Result<(), CallError> {
        self.at(At::Node(node));
        let name = &self.unit().names[name as usize];
        let Some(tree) = self.lookup(name) else {
            let name = pintle_go_fmt::quote(name.as_bytes());
            return Err(self.fail(format!("template {name} not defined")));
        };
        let depth = self.frame.depth;
        if depth >= self.limits.template_depth {
            let limit = self.limits.template_depth;
            return Err(self.fail(format!("exceeded maximum template depth ({limit})")));
        }
        let data = match pipe {
            Some(pipe) => self.pipeline(dot, pipe)?,
            None => Value::Missing,
        };
        self.step()?;
        self.run(tree, Slot::of(data), depth + 1, out)
    }

    // Range.

    fn walk_range(
        &mut self,
        dot: &Slot<'h>,
        branch: &'h Branch,
        out: &mut Vec<u8>,
    ) -> Result<Flow, CallError> {
        let value = self.pipeline(dot, branch.pipe)?;
        let turns = self.iteration(value, branch)?;
        let ran = match turns {
            Iteration::Nothing => false,
            Iteration::Ints(value) => self.range_ints(value, branch, out)?,
            Iteration::Items(list) => {
                // A turn may sort what is left.
                let turns = (0..list.len()).zip(0..).filter_map(|(at, index)| {
                    let item = Slot::element(*list.items().get(at)?, list.elem());
                    Some((Slot::of(Value::int(index)), item))
                });
                self.turns(turns, branch, out)?
            }
            Iteration::Bytes(bytes) => {
                let turns = (0..).zip(bytes).map(|(index, byte)| {
                    let byte = Value::Uint(pintle_go_value::UintKind::Uint8, u64::from(*byte));
                    (Slot::of(Value::int(index)), Slot::of(byte))
                });
                self.turns(turns, branch, out)?
            }
            Iteration::Entries(entries, elem) => {
                let turns = entries.iter().map(|(key, value)| {
                    (Slot::of(Value::String(key)), Slot::element(*value, elem))
                });
                self.turns(turns, branch, out)?
            }
            Iteration::Keyed(entries, key_type, elem) => {
                let turns = entries.iter().map(|(key, value)| {
                    (Slot::element(*key, key_type), Slot::element(*value, elem))
                });
                self.turns(turns, branch, out)?
            }
        };
        match branch.else_list {
            Some(list) if !ran => self.walk_list(dot, list, out),
            _ => Ok(Flow::On),
        }
    }

    fn iteration(&self, value: Value<'h>, branch: &'h Branch) -> Result<Iteration<'h>, CallError> {
        Ok(match plain(value, self.heap()) {
            Value::Missing | Value::Nil => Iteration::Nothing,
            Value::NilOf(ty)
                if matches!(ty.underlying(), Type::Slice(_) | Type::Map(..) | Type::Chan(_)) =>
            {
                Iteration::Nothing
            }
            number @ (Value::Int(..) | Value::Uint(..)) => {
                if self.pipe_of(branch).decls.len() > 1 {
                    return Err(self.fail(format!(
                        "can't use {} to iterate over more than one variable",
                        formatted(b"%v", value)
                    )));
                }
                Iteration::Ints(number)
            }
            Value::List(list) => Iteration::Items(list),
            Value::Bytes(bytes) => Iteration::Bytes(bytes),
            Value::Map(map) => Iteration::Entries(map.snapshot(self.heap()), map.elem()),
            Value::KeyedMap(map) => {
                let (key, elem) = map.key_and_elem();
                Iteration::Keyed(map.entries(), key, elem)
            }
            _ => {
                let shown = formatted(b"%v", indirect(value));
                return Err(self.fail(format!("range can't iterate over {shown}")));
            }
        })
    }

    fn pipe_of(&self, branch: &Branch) -> &'h Pipe {
        self.unit().pipe(branch.pipe)
    }

    fn range_ints(
        &mut self,
        value: Value<'h>,
        branch: &'h Branch,
        out: &mut Vec<u8>,
    ) -> Result<bool, CallError> {
        let none = Slot::of(Value::Missing);
        match value {
            Value::Int(kind, count) => {
                let turns = (0..count).map(|at| (none, Slot::of(Value::Int(kind, at))));
                self.turns(turns, branch, out)
            }
            Value::Uint(kind, count) => {
                let turns = (0..count).map(|at| (none, Slot::of(Value::Uint(kind, at))));
                self.turns(turns, branch, out)
            }
            _ => Ok(false),
        }
    }

    /// The loop: whether there was any turn.
    fn turns(
        &mut self,
        turns: impl Iterator<Item = (Slot<'h>, Slot<'h>)>,
        branch: &'h Branch,
        out: &mut Vec<u8>,
    ) -> Result<bool, CallError> {
        let mark = self.vars.len();
        let pipe = self.pipe_of(branch);
        let mut ran = false;
        for (index, elem) in turns {
            ran = true;
            self.step()?;
            if pipe.decls.len() > 0 {
                self.bind_turn(pipe, index, elem)?;
            }
            let flow = self.walk_list(&elem, branch.list, out)?;
            self.vars.truncate(mark);
            if flow == Flow::Break {
                break;
            }
        }
        Ok(ran)
    }

    /// Gives the range's variables their values for one turn.
    fn bind_turn(
        &mut self,
        pipe: &'h Pipe,
        index: Slot<'h>,
        elem: Slot<'h>,
    ) -> Result<(), CallError> {
        let decls = self.unit().decls(pipe.decls);
        if !pipe.assign {
            let top = self.vars.len();
            self.vars[top - 1].slot = elem;
            if decls.len() > 1 {
                self.vars[top - 2].slot = index;
            }
            return Ok(());
        }
        match decls {
            [one] => self.set_var(one, elem),
            [first, second, ..] => {
                self.set_var(first, index)?;
                self.set_var(second, elem)
            }
            [] => Ok(()),
        }
    }

    // Output.

    fn print_value(
        &mut self,
        node: &'h Node,
        value: Value<'h>,
        out: &mut Vec<u8>,
    ) -> Result<(), CallError> {
        match value {
            Value::String(bytes) => out.extend_from_slice(bytes),
            Value::Int(_, value) => pintle_go_fmt::append_int(out, value),
            value => {
                // Go takes the address of a field here, which may have a text that the field has not.
                let addressed = match value {
                    Value::Object(object) => object.addressed_text(),
                    _ => None,
                };
                if let Some(text) = addressed {
                    out.extend_from_slice(text.as_bytes());
                    return self.check_output(node, out);
                }
                let Some(value) = printable(value, self.heap()) else {
                    let shown = self.unit().print(At::Node(node));
                    let ty = value.type_name();
                    return Err(self.fail(format!("can't print {shown} of type {ty}")));
                };
                pintle_go_fmt::write_value(out, value)
                    .map_err(|limit| self.limit(limit.to_string()))?;
            }
        }
        self.check_output(node, out)
    }

    #[inline]
    fn check_output(&mut self, node: &'h Node, out: &[u8]) -> Result<(), CallError> {
        if out.len() <= self.limits.output {
            return Ok(());
        }
        self.at(At::Node(node));
        Err(self.limit(format!("exceeded the limit of {} bytes of output", self.limits.output)))
    }
}

/// `printableValue`: what is best printed for a value; none for what cannot be.
pub(crate) fn printable<'h>(
    value: Value<'h>,
    heap: &'h pintle_go_value::Heap,
) -> Option<Value<'h>> {
    match indirect(value) {
        Value::Missing => Some(Value::str("<no value>")),
        Value::NilOf(ty) if matches!(ty.underlying(), Type::Func(_) | Type::Chan(_)) => None,
        Value::Object(object)
            if matches!(object.ty(), Type::Pointer(_)) && object.text().is_none() =>
        {
            Some(indirect(object.plain(heap)))
        }
        value => Some(value),
    }
}

/// A value through one verb, for messages.
pub(crate) fn formatted(verb: &[u8], value: Value<'_>) -> String {
    let mut out = Vec::new();
    let value = if matches!(value, Value::Missing) { Value::Nil } else { value };
    match pintle_go_fmt::sprintf(&mut out, verb, &[value]) {
        Ok(()) => String::from_utf8_lossy(&out).into_owned(),
        Err(limit) => limit.to_string(),
    }
}
