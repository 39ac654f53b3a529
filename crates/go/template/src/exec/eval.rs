//! Evaluating pipelines, commands, operands and variables.

use pintle_go_value::{Type, Value};

use super::{Exec, Var};
use crate::ast::{Arg, At, Command, Decl, Ideal, PipeId, Slot as Place};
use crate::reflect::{self, Slot, dig};
use crate::{CallError, stack};

impl<'h, H: ?Sized + 'static> Exec<'_, 'h, H> {
    // Variables.

    /// The place of a variable on the stack.
    fn var(&self, place: Place, name: &[u8]) -> Option<usize> {
        let base = self.frame.base;
        if place != Place::SEARCH {
            return Some(base + place.0 as usize);
        }
        self.vars[base..].iter().rposition(|var| var.name == name).map(|at| base + at)
    }

    pub(super) fn set_var(&mut self, decl: &Decl, slot: Slot<'h>) -> Result<(), CallError> {
        let name = self.unit().source(decl.name);
        match self.var(decl.slot, name) {
            Some(at) => {
                self.vars[at].slot = slot;
                Ok(())
            }
            None => Err(self.undefined(name)),
        }
    }

    fn undefined(&self, name: &[u8]) -> CallError {
        self.fail(format!("undefined variable: {}", String::from_utf8_lossy(name)))
    }

    // Pipelines.

    /// The value of a pipeline, dug out of its interface; what it declares stays on the stack.
    pub(super) fn pipeline(&mut self, dot: &Slot<'h>, id: PipeId) -> Result<Value<'h>, CallError> {
        let unit = self.unit();
        let pipe = unit.pipe(id);
        if let Some(arg) = pipe.lone {
            return self.lone(dot, unit.arg(arg)).map(dig);
        }
        self.at(At::Pipe(pipe));
        let mut value = None;
        for command in unit.commands(pipe.commands) {
            // The value before is this command's last argument.
            value = Some(dig(self.command(dot, command, value)?));
        }
        let value = value.unwrap_or_default();
        for decl in unit.decls(pipe.decls) {
            if pipe.assign {
                self.set_var(decl, Slot::of(value))?;
            } else {
                self.vars.push(Var { name: unit.source(decl.name), slot: Slot::of(value) });
            }
        }
        Ok(value)
    }

    /// A command that is a field or variable, all of its pipeline.
    #[inline]
    fn lone(&mut self, dot: &Slot<'h>, arg: &'h Arg) -> Result<Value<'h>, CallError> {
        self.at(At::Arg(arg));
        self.step()?;
        match arg {
            Arg::Field { idents, .. } => self.field_chain(dot, *dot, arg, *idents, &[], None),
            _ => self.variable(dot, arg, &[], None),
        }
    }

    fn command(
        &mut self,
        dot: &Slot<'h>,
        command: &'h Command,
        last: Option<Value<'h>>,
    ) -> Result<Value<'h>, CallError> {
        self.step()?;
        let unit = self.unit();
        let Some((first, args)) = unit.args(command.args).split_first() else {
            return Err(self.fail("empty command"));
        };
        match first {
            Arg::Field { idents, .. } => {
                self.at(At::Arg(first));
                self.field_chain(dot, *dot, first, *idents, args, last)
            }
            Arg::Chain { node, fields, .. } => {
                let receiver = self.chain_receiver(dot, first, *node)?;
                self.field_chain(dot, receiver, first, *fields, args, last)
            }
            Arg::Ident { name, func } => {
                self.at(At::Arg(first));
                self.function(dot, *func, *name, At::Command(command), args, last)
            }
            // The arguments are all inside the parentheses.
            Arg::Pipe(pipe) => {
                self.not_a_function(first, args, last)?;
                stack::grow(|| self.pipeline(dot, *pipe))
            }
            Arg::Variable { .. } => self.variable(dot, first, args, last),
            _ => {
                self.at(At::Arg(first));
                self.not_a_function(first, args, last)?;
                self.constant(dot, first)
            }
        }
    }

    fn not_a_function(
        &self,
        first: &Arg,
        args: &[Arg],
        last: Option<Value<'h>>,
    ) -> Result<(), CallError> {
        if args.is_empty() && last.is_none() {
            return Ok(());
        }
        let shown = self.unit().print(At::Arg(first));
        Err(self.fail(format!("can't give argument to non-function {shown}")))
    }

    /// A literal, or dot, as a command by itself.
    fn constant(&mut self, dot: &Slot<'h>, arg: &'h Arg) -> Result<Value<'h>, CallError> {
        match arg {
            Arg::Bool { value, .. } => Ok(Value::Bool(*value)),
            Arg::Dot(_) => Ok(dot.value),
            Arg::Nil(_) => Err(self.fail("nil is not a command")),
            Arg::Number { number, .. } => self.ideal(arg, *number),
            Arg::String { text, .. } => Ok(Value::String(self.unit().literal(*text))),
            _ => {
                let shown = pintle_go_fmt::quote(self.unit().print(At::Arg(arg)).as_bytes());
                Err(self.fail(format!("can't evaluate command {shown}")))
            }
        }
    }

    /// A number where nothing says which type is meant.
    fn ideal(&mut self, arg: &'h Arg, number: u32) -> Result<Value<'h>, CallError> {
        self.at(At::Arg(arg));
        let number = self.unit().number(number);
        match (number.ideal, number.int, number.float, &number.complex) {
            (Ideal::Complex, _, _, Some(value)) => Ok(Value::Complex(value)),
            (Ideal::Float, _, Some(value), _) => Ok(Value::float64(value)),
            (Ideal::Int, Some(value), _, _) => Ok(Value::int(value)),
            _ => {
                let shown = self.unit().print(At::Arg(arg));
                Err(self.fail(format!("{shown} overflows int")))
            }
        }
    }

    fn variable(
        &mut self,
        dot: &Slot<'h>,
        arg: &'h Arg,
        args: &'h [Arg],
        last: Option<Value<'h>>,
    ) -> Result<Value<'h>, CallError> {
        self.at(At::Arg(arg));
        let Arg::Variable { name, slot, fields, .. } = arg else { return Ok(dot.value) };
        let Some(at) = self.var(*slot, self.unit().source(*name)) else {
            return Err(self.undefined(self.unit().source(*name)));
        };
        let found = self.vars[at].slot;
        if fields.len() == 0 {
            self.not_a_function(arg, args, last)?;
            self.in_interface = found.in_interface;
            return Ok(found.value);
        }
        self.field_chain(dot, found, arg, *fields, args, last)
    }

    /// What a chain's fields hang on.
    fn chain_receiver(
        &mut self,
        dot: &Slot<'h>,
        chain: &'h Arg,
        node: u32,
    ) -> Result<Slot<'h>, CallError> {
        self.at(At::Arg(chain));
        let node = self.unit().arg(node);
        self.at(At::Arg(node));
        match node {
            Arg::Pipe(pipe) => stack::grow(|| self.pipeline(dot, *pipe)).map(Slot::of),
            Arg::Ident { name, func } => {
                self.function(dot, *func, *name, At::Arg(node), &[], None).map(Slot::of)
            }
            _ => Ok(*dot),
        }
    }

    // Arguments.

    /// Evaluates an operand as an argument of type `ty`.
    #[inline]
    pub(super) fn arg(
        &mut self,
        dot: &Slot<'h>,
        ty: &'static Type,
        arg: &'h Arg,
    ) -> Result<Value<'h>, CallError> {
        let value = self.operand(dot, ty, arg)?;
        self.validate(value, ty)
    }

    /// The value of an operand where a `ty` is wanted, which it may not be.
    pub(super) fn operand(
        &mut self,
        dot: &Slot<'h>,
        ty: &'static Type,
        arg: &'h Arg,
    ) -> Result<Value<'h>, CallError> {
        self.at(At::Arg(arg));
        self.in_interface = false;
        match arg {
            Arg::Dot(_) => {
                self.in_interface = dot.in_interface;
                Ok(dot.value)
            }
            Arg::Nil(_) if ty.can_be_nil() => Ok(reflect::zero(ty)),
            Arg::Nil(_) => Err(self.fail(format!("cannot assign nil to {ty}"))),
            Arg::Field { idents, .. } => self.field_chain(dot, *dot, arg, *idents, &[], None),
            Arg::Variable { .. } => self.variable(dot, arg, &[], None),
            Arg::Pipe(pipe) => {
                let value = stack::grow(|| self.pipeline(dot, *pipe));
                self.in_interface = false;
                value
            }
            Arg::Ident { name, func } => self.function(dot, *func, *name, At::Arg(arg), &[], None),
            Arg::Chain { node, fields, .. } => {
                let receiver = self.chain_receiver(dot, arg, *node)?;
                self.field_chain(dot, receiver, arg, *fields, &[], None)
            }
            _ => self.literal(ty, arg),
        }
    }

    /// A literal as an argument of type `ty`.
    fn literal(&mut self, ty: &'static Type, arg: &'h Arg) -> Result<Value<'h>, CallError> {
        let unit = self.unit();
        let number = match arg {
            Arg::Number { number, .. } => Some(unit.number(*number)),
            _ => None,
        };
        let value = match (ty.underlying(), arg) {
            (Type::Any | Type::Reflect, Arg::Bool { value, .. })
            | (Type::Bool, Arg::Bool { value, .. }) => Some(Value::Bool(*value)),
            (Type::Any | Type::Reflect | Type::String, Arg::String { text, .. }) => {
                Some(Value::String(unit.literal(*text)))
            }
            (Type::Any | Type::Reflect, Arg::Number { number, .. }) => {
                return self.ideal(arg, *number);
            }
            (Type::Int(kind), _) => {
                number.and_then(|number| number.int).map(|value| Value::Int(*kind, value))
            }
            (Type::Uint(kind), _) => {
                number.and_then(|number| number.uint).map(|value| Value::Uint(*kind, value))
            }
            (Type::Float(kind), _) => {
                number.and_then(|number| number.float).map(|value| Value::Float(*kind, value))
            }
            (Type::Complex(_), _) => {
                number.and_then(|number| number.complex.as_ref()).map(Value::Complex)
            }
            _ => None,
        };
        value.ok_or_else(|| self.not_literal(ty, arg))
    }

    fn not_literal(&self, ty: &'static Type, arg: &'h Arg) -> CallError {
        let shown = self.unit().print(At::Arg(arg));
        let wanted = match ty.underlying() {
            Type::Bool => "bool",
            Type::String => "string",
            Type::Int(_) => "integer",
            Type::Uint(_) => "unsigned integer",
            Type::Float(_) => "float",
            Type::Complex(_) => "complex",
            _ => return self.fail(format!("can't handle {shown} for arg of type {ty}")),
        };
        self.fail(format!("expected {wanted}; found {shown}"))
    }

    /// `validateType`: the value as an argument of type `ty`, or why it cannot be.
    #[inline]
    pub(super) fn validate(
        &self,
        value: Value<'h>,
        ty: &'static Type,
    ) -> Result<Value<'h>, CallError> {
        match (ty, value) {
            (Type::Reflect, _) | (Type::String, Value::String(_)) => Ok(value),
            (Type::Any, value) if !matches!(value, Value::Missing) => Ok(value),
            _ => self.validate_other(value, ty),
        }
    }

    fn validate_other(&self, value: Value<'h>, ty: &'static Type) -> Result<Value<'h>, CallError> {
        if let Value::Missing = value {
            if ty.can_be_nil() {
                return Ok(reflect::zero(ty));
            }
            return Err(self.fail(format!("invalid value; expected {ty}")));
        }
        if let Some(value) = reflect::assign(value, ty, self.heap()) {
            return Ok(value);
        }
        if let Value::NilOf(Type::Pointer(to)) = value
            && **to == *ty
        {
            return Err(self.fail(format!("dereference of nil pointer of type {ty}")));
        }
        let got = Slot::of(value).type_name();
        Err(self.fail(format!("wrong type for value; expected {ty}; got {got}")))
    }
}
