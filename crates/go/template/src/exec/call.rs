//! Calling functions and methods by Go's rules (`evalCall`).

use pintle_go_value::{Type, Value};

use super::Exec;
use crate::CallError;
use crate::ast::{Arg, At, FuncRef, Span};
use crate::builtins::{self, Builtin};
use crate::limits::{ARGUMENT_LIMIT, BUILTIN_STEPS, BYTES_PER_STEP, CALL_STEPS, LONG_TEXT};
use crate::reflect::{Slot, dig, is_true};

/// Calls with up to this many arguments need no allocation.
const INLINE_ARGS: usize = 4;

/// What the rules ask of a function or method.
pub(super) struct Signature<'n> {
    pub(super) name: &'n str,
    pub(super) params: &'static [Type],
    pub(super) variadic: bool,
}

impl Signature<'_> {
    /// How many parameters are not variadic.
    fn fixed(&self) -> usize {
        self.params.len() - usize::from(self.variadic)
    }

    /// The type of the argument at a place; a count that fits makes sure there is one.
    fn param(&self, index: usize) -> &'static Type {
        const NONE: &Type = &Type::Any;
        self.params.get(index).or(self.params.last()).unwrap_or(NONE)
    }
}

impl<'h, H: ?Sized + 'static> Exec<'_, 'h, H> {
    /// A function by its name: one of the set's, or a builtin.
    pub(super) fn function(
        &mut self,
        dot: &Slot<'h>,
        func: FuncRef,
        name: Span,
        node: At<'h>,
        args: &'h [Arg],
        last: Option<Value<'h>>,
    ) -> Result<Value<'h>, CallError> {
        match func {
            FuncRef::Set(at) => {
                let Some(func) = self.set.funcs().at(at) else {
                    let name = pintle_go_fmt::quote(self.unit().source(name));
                    return Err(self.fail(format!("{name} is not a defined function")));
                };
                let signature =
                    Signature { name: func.name, params: func.params, variadic: func.variadic };
                self.call(dot, &signature, node, args, last, |exec, values| {
                    exec.charge(CALL_STEPS)?;
                    let result = (func.call)(exec, values);
                    match exec.heap().take_work() {
                        0 => result,
                        work => result.and_then(|value| exec.charge(work).map(|()| value)),
                    }
                })
            }
            FuncRef::Builtin(at) => self.builtin(dot, builtins::at(at), node, args, last),
        }
    }

    fn builtin(
        &mut self,
        dot: &Slot<'h>,
        builtin: &'static Builtin,
        node: At<'h>,
        args: &'h [Arg],
        last: Option<Value<'h>>,
    ) -> Result<Value<'h>, CallError> {
        let signature =
            Signature { name: builtin.name, params: builtin.params, variadic: builtin.variadic };
        match builtin.call {
            builtins::Code::And => self.and_or(dot, &signature, false, args, last),
            builtins::Code::Or => self.and_or(dot, &signature, true, args, last),
            builtins::Code::Call => {
                let callee = match args.first() {
                    Some(arg) => self.unit().print(At::Arg(arg)),
                    None => shown_as_string(last.unwrap_or_default()),
                };
                self.call(dot, &signature, node, args, last, |_, values| {
                    builtins::call(&callee, values.first().copied().unwrap_or_default())
                })
            }
            builtins::Code::Slice => self.slice(dot, &signature, node, args, last),
            builtins::Code::Pure(code) => {
                self.call(dot, &signature, node, args, last, |exec, values| {
                    exec.charge(BUILTIN_STEPS)?;
                    code(exec.heap(), values)
                })
            }
            builtins::Code::Text(code) => {
                self.call(dot, &signature, node, args, last, |exec, values| {
                    exec.charge(BUILTIN_STEPS)?;
                    let mut buffer = exec.buffers.pop().unwrap_or_default();
                    let value = code(exec.heap(), &mut buffer, values);
                    buffer.clear();
                    exec.buffers.push(buffer);
                    value
                })
            }
        }
    }

    /// `slice` alone sees whether its arguments were found in interfaces.
    fn slice(
        &mut self,
        dot: &Slot<'h>,
        signature: &Signature<'_>,
        node: At<'h>,
        args: &'h [Arg],
        last: Option<Value<'h>>,
    ) -> Result<Value<'h>, CallError> {
        self.check_count(signature, args.len(), last.is_some())?;
        let mut slots = Vec::with_capacity(args.len() + 1);
        for arg in args {
            let value = self.operand(dot, &Type::Reflect, arg)?;
            slots.push(Slot { value, in_interface: self.in_interface });
        }
        slots.extend(last.map(Slot::of));
        builtins::slice(self.heap(), &slots)
            .map_err(|error| self.failed_call(signature.name, node, error))
    }

    /// The error of a function, at the command that called it.
    fn failed_call(&mut self, name: &str, node: At<'h>, error: CallError) -> CallError {
        self.at(node);
        self.located(error.wrap(format!("error calling {name}: ")))
    }

    /// `and` and `or` evaluate no more than decides.
    fn and_or(
        &mut self,
        dot: &Slot<'h>,
        signature: &Signature<'_>,
        is_or: bool,
        args: &'h [Arg],
        last: Option<Value<'h>>,
    ) -> Result<Value<'h>, CallError> {
        self.check_count(signature, args.len(), last.is_some())?;
        let mut value = Value::Missing;
        for arg in args {
            value = self.arg(dot, &Type::Reflect, arg)?;
            if is_true(&dig(value), self.heap()) == is_or {
                return Ok(value);
            }
        }
        match last {
            Some(last) => self.validate(last, &Type::Reflect),
            None => Ok(value),
        }
    }

    /// Checks and evaluates arguments, then calls. `node` is what an error of the function quotes.
    pub(super) fn call(
        &mut self,
        dot: &Slot<'h>,
        signature: &Signature<'_>,
        node: At<'h>,
        args: &'h [Arg],
        last: Option<Value<'h>>,
        code: impl FnOnce(&mut Self, &[Value<'h>]) -> Result<Value<'h>, CallError>,
    ) -> Result<Value<'h>, CallError> {
        self.check_count(signature, args.len(), last.is_some())?;
        let count = args.len() + usize::from(last.is_some());
        let mut inline = [Value::Missing; INLINE_ARGS];
        let mut spilled = Vec::new();
        let values = if count <= INLINE_ARGS {
            &mut inline[..count]
        } else {
            spilled.resize(count, Value::Missing);
            &mut spilled[..]
        };
        for (index, arg) in args.iter().enumerate() {
            values[index] = self.arg(dot, signature.param(index), arg)?;
        }
        if let Some(last) = last {
            values[count - 1] = self.validate(last, signature.param(count - 1))?;
        }
        let long = long_texts(values);
        let called = match long {
            0 => code(self, values),
            bytes => self.weigh(bytes, values).and_then(|()| code(self, values)),
        };
        called.map_err(|error| self.failed_call(signature.name, node, error))
    }

    /// Counts long texts as work, and refuses one that is too long.
    #[cold]
    fn weigh(&mut self, bytes: usize, values: &[Value<'h>]) -> Result<(), CallError> {
        let longest = values.iter().map(|value| long_texts(std::slice::from_ref(value))).max();
        if longest.is_some_and(|longest| longest > ARGUMENT_LIMIT) {
            return Err(CallError::limit(format!(
                "exceeded the limit of {ARGUMENT_LIMIT} bytes in one argument"
            )));
        }
        self.charge((bytes / BYTES_PER_STEP) as u64)
    }

    #[cold]
    fn wrong_count(&self, name: &str, counts: std::fmt::Arguments<'_>) -> CallError {
        self.fail(format!("wrong number of args for {name}: want {counts}"))
    }

    #[inline]
    fn check_count(
        &self,
        signature: &Signature<'_>,
        args: usize,
        has_last: bool,
    ) -> Result<(), CallError> {
        let (name, fixed) = (signature.name, signature.fixed());
        let count = args + usize::from(has_last);
        if signature.variadic {
            if count < fixed {
                return Err(self.wrong_count(name, format_args!("at least {fixed} got {args}")));
            }
        } else if count != fixed {
            return Err(
                self.fail(format!("wrong number of args for {name}: want {fixed} got {count}"))
            );
        }
        Ok(())
    }
}

/// The bytes of the texts that are long enough to be work.
#[inline]
fn long_texts(values: &[Value<'_>]) -> usize {
    let long = |value: &Value<'_>| match value {
        Value::String(text) | Value::Bytes(text) if text.len() >= LONG_TEXT => text.len(),
        _ => 0,
    };
    values.iter().map(long).sum()
}

/// `reflect.Value.String`: the text of a string, else a note of the type.
fn shown_as_string(value: Value<'_>) -> String {
    match value {
        Value::String(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Value::Missing | Value::Nil => "<invalid Value>".to_owned(),
        value => format!("<{} Value>", value.type_name()),
    }
}
