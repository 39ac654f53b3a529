//! Structs, and objects with methods: what Helm shows templates that is neither map nor scalar.

use std::any::Any;
use std::fmt;

use crate::{Heap, Type, Value};

/// A Go value with fields, methods or a text of its own: `time.Time`, `*common.Capabilities`,
/// `engine.files`, `*semver.Version`.
///
/// Objects own what they hold (or share it by `Arc`), so they can be told apart by downcasting:
/// `(object as &dyn Any).downcast_ref::<Time>()`.
pub trait Object: Any + fmt::Debug {
    /// The Go type.
    fn ty(&self) -> &'static Type;

    /// The exported field `name`, if the type has one.
    fn field<'h>(&self, heap: &'h Heap, name: &str) -> Option<Value<'h>> {
        let _ = (heap, name);
        None
    }

    /// The exported method `name`, if the type has one.
    fn method(&self, name: &str) -> Option<&'static Method> {
        let _ = name;
        None
    }

    /// Calls the method `name` with arguments that its [`Method`] accepts. An error is the text of
    /// the Go error (or panic) that the method ends with.
    fn call<'h>(
        &self,
        heap: &'h Heap,
        name: &str,
        args: &[Value<'h>],
    ) -> Result<Value<'h>, String> {
        let _ = (heap, args);
        Err(format!("no method {name}"))
    }

    /// What `Error()` or `String()` gives, where the type has one: fmt prints that for `%v`.
    fn text(&self) -> Option<String> {
        None
    }

    /// What `String()` of a pointer to this gives, where only the pointer has one: a template
    /// action prints that of a value it can take the address of, and fmt never does.
    /// `{{ .Capabilities.KubeVersion }}` is `v1.36.0`, printf's `%v` of it `{v1.36.0 v1.36.0 1 36}`.
    fn addressed_text(&self) -> Option<String> {
        None
    }

    /// What `GoString()` gives, where the type has one: fmt prints that for `%#v`.
    fn go_text(&self) -> Option<String> {
        None
    }

    /// The value in plain kinds (a map, a list, a string, a struct): what `range`, `len`, `index`,
    /// JSON and `%v` see below the methods.
    fn plain<'h>(&self, heap: &'h Heap) -> Value<'h>;

    /// What sprig's `deepCopy` makes of it, where that is something else: fields that are not exported
    /// are not copied.
    fn copied<'h>(&self, heap: &'h Heap) -> Option<Value<'h>> {
        let _ = heap;
        None
    }

    /// The value as encoding/json sees it, where the struct's tags rename or leave out fields: the
    /// fields of a struct that is given are written by their names, whatever their case.
    fn json<'h>(&self, heap: &'h Heap) -> Option<Value<'h>> {
        let _ = heap;
        None
    }
}

/// The signature of an [`Object`]'s method.
#[derive(Debug)]
pub struct Method {
    /// The types of the parameters; of a variadic method, the last is that of one element.
    pub params: &'static [Type],
    /// Whether the last parameter may come any number of times.
    pub variadic: bool,
}

/// A plain struct: fields in order, no methods.
#[derive(Debug)]
pub struct Struct<'h> {
    ty: &'static Type,
    fields: &'h [(&'h str, Value<'h>)],
}

impl<'h> Struct<'h> {
    pub(crate) fn new(ty: &'static Type, fields: &'h [(&'h str, Value<'h>)]) -> Self {
        Struct { ty, fields }
    }

    /// The Go type.
    #[must_use]
    pub fn ty(&self) -> &'static Type {
        self.ty
    }

    /// The fields, in the order of their declaration.
    #[must_use]
    pub fn fields(&self) -> &'h [(&'h str, Value<'h>)] {
        self.fields
    }

    /// The field `name`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Value<'h>> {
        self.fields.iter().find(|(have, _)| *have == name).map(|(_, value)| *value)
    }
}
