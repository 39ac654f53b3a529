//! Fields, map keys and methods: `.A.B.C` (Go's `evalField`).

use pintle_go_value::{Map, Object, Type, Value};

use super::Exec;
use super::call::Signature;
use crate::ast::{Arg, At, Run};
use crate::reflect::{self, Slot, indirect, is_nil_pointer};
use crate::{CallError, MissingKey};

/// A field being looked up: what the rules of Go ask about it.
struct Access<'a, 'h> {
    dot: &'a Slot<'h>,
    name: &'h [u8],
    node: &'h Arg,
    args: &'h [Arg],
    last: Option<Value<'h>>,
    receiver: Slot<'h>,
}

impl Access<'_, '_> {
    fn has_args(&self) -> bool {
        !self.args.is_empty() || self.last.is_some()
    }

    fn shown(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(self.name)
    }
}

impl<'h, H: ?Sized + 'static> Exec<'_, 'h, H> {
    /// Walks along fields; the last one gets the arguments.
    pub(super) fn field_chain(
        &mut self,
        dot: &Slot<'h>,
        mut receiver: Slot<'h>,
        node: &'h Arg,
        idents: Run,
        args: &'h [Arg],
        last: Option<Value<'h>>,
    ) -> Result<Value<'h>, CallError> {
        let unit = self.unit();
        let [path @ .., name] = unit.idents(idents) else { return Ok(receiver.value) };
        for ident in path {
            receiver = self.step_into(dot, unit.source(*ident), node, receiver)?;
        }
        let name = unit.source(*name);
        receiver = if args.is_empty() && last.is_none() {
            self.step_into(dot, name, node, receiver)?
        } else {
            self.field(&Access { dot, name, node, args, last, receiver })?
        };
        self.in_interface = receiver.in_interface;
        Ok(receiver.value)
    }

    /// A field without arguments; nearly always a key of a map that is there.
    #[inline]
    fn step_into(
        &mut self,
        dot: &Slot<'h>,
        name: &'h [u8],
        node: &'h Arg,
        receiver: Slot<'h>,
    ) -> Result<Slot<'h>, CallError> {
        // A lower-case name is no exported method, so only the others must be looked for first.
        if let Value::Map(map) = receiver.value
            && (name.first().is_some_and(u8::is_ascii_lowercase) || map.methods().is_none())
            && let Some(value) = map.get(name)
        {
            return Ok(Slot { value, in_interface: map.holds_interfaces() });
        }
        self.field(&Access { dot, name, node, args: &[], last: None, receiver })
    }

    fn field(&mut self, access: &Access<'_, 'h>) -> Result<Slot<'h>, CallError> {
        if let Value::Missing = access.receiver.value {
            if self.missing_key() == MissingKey::Error {
                let key = pintle_go_fmt::quote(access.name);
                return Err(self.fail(format!("nil data; no entry for key {key}")));
            }
            return Ok(Slot::of(Value::Missing));
        }
        let receiver = indirect(access.receiver.value);
        if is_nil_pointer(&receiver) {
            let ty = access.receiver.type_name();
            return Err(self.fail(format!("nil pointer evaluating {ty}.{}", access.shown())));
        }
        let found = match receiver {
            Value::Object(object) => self.object_field(access, object)?,
            Value::Struct(value) => {
                let name = std::str::from_utf8(access.name).unwrap_or_default();
                match value.field(name) {
                    Some(value) => Some(self.struct_field(access, value)?),
                    None => None,
                }
            }
            Value::Map(map) => Some(match self.map_method(access, map)? {
                Some(result) => result,
                None => self.map_field(access, Some(map), map.elem())?,
            }),
            Value::KeyedMap(map) => {
                let (key, elem) = map.key_and_elem();
                if matches!(key, Type::Any) {
                    let wanted = |key: &Value<'_>| key.as_bytes() == Some(access.name);
                    let entry = map.entries().iter().find(|(key, _)| wanted(key));
                    Some(match entry {
                        Some((_, value)) if !access.has_args() => Slot::element(*value, elem),
                        _ => self.map_field(access, None, elem)?,
                    })
                } else {
                    None
                }
            }
            Value::NilOf(ty) => match ty.underlying() {
                Type::Map(Type::String | Type::Any, elem) => {
                    Some(self.map_field(access, None, elem)?)
                }
                _ => None,
            },
            _ => None,
        };
        found.ok_or_else(|| {
            let ty = access.receiver.type_name();
            self.fail(format!("can't evaluate field {} in type {ty}", access.shown()))
        })
    }

    fn struct_field(
        &self,
        access: &Access<'_, 'h>,
        value: Value<'h>,
    ) -> Result<Slot<'h>, CallError> {
        let name = access.shown();
        if !name.chars().next().is_some_and(char::is_uppercase) {
            let ty = access.receiver.type_name();
            return Err(self.fail(format!("{name} is an unexported field of struct type {ty}")));
        }
        if access.has_args() {
            let text = format!("{name} has arguments but cannot be invoked as function");
            return Err(self.fail(text));
        }
        Ok(Slot::of(value))
    }

    /// A method of a named map type; none if it has no such method.
    fn map_method(
        &mut self,
        access: &Access<'_, 'h>,
        map: &'h Map<'h>,
    ) -> Result<Option<Slot<'h>>, CallError> {
        let Some(methods) = map.methods() else { return Ok(None) };
        let name = std::str::from_utf8(access.name).unwrap_or_default();
        let Some(method) = methods.method(name) else { return Ok(None) };
        let signature = Signature { name, params: method.params, variadic: method.variadic };
        let (heap, node) = (self.heap(), At::Arg(access.node));
        let value =
            self.call(access.dot, &signature, node, access.args, access.last, |_, args| {
                methods.call(heap, map, name, args).map_err(CallError::new)
            })?;
        Ok(Some(Slot::of(value)))
    }

    fn map_field(
        &self,
        access: &Access<'_, 'h>,
        map: Option<&'h Map<'h>>,
        elem: &'static Type,
    ) -> Result<Slot<'h>, CallError> {
        if access.has_args() {
            let name = access.shown();
            return Err(self.fail(format!("{name} is not a method but has arguments")));
        }
        if let Some(value) = map.and_then(|map| map.get(access.name)) {
            return Ok(Slot::element(value, elem));
        }
        match self.missing_key() {
            MissingKey::Invalid => Ok(Slot::of(Value::Missing)),
            MissingKey::Zero => Ok(Slot::element(reflect::zero(elem), elem)),
            MissingKey::Error => {
                let key = pintle_go_fmt::quote(access.name);
                Err(self.fail(format!("map has no entry for key {key}")))
            }
        }
    }

    /// A method, field or key of an object; none if it has no such thing.
    fn object_field(
        &mut self,
        access: &Access<'_, 'h>,
        object: &'h dyn Object,
    ) -> Result<Option<Slot<'h>>, CallError> {
        let name = std::str::from_utf8(access.name).unwrap_or_default();
        if let Some(method) = object.method(name) {
            let signature = Signature { name, params: method.params, variadic: method.variadic };
            let heap = self.heap();
            let node = At::Arg(access.node);
            let value =
                self.call(access.dot, &signature, node, access.args, access.last, |_, args| {
                    object.call(heap, name, args).map_err(CallError::new)
                })?;
            return Ok(Some(Slot::of(value)));
        }
        if let Some(value) = object.field(self.heap(), name) {
            return self.struct_field(access, value).map(Some);
        }
        match object.ty().underlying() {
            Type::Map(..) => match indirect(object.plain(self.heap())) {
                Value::Map(map) => self.map_field(access, Some(map), map.elem()).map(Some),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }
}
