//! Printing values of every kind (Go's `fmt/print.go`, but for the reading of formats).

use std::io::Write as _;

use pintle_go_value::{FloatKind, Heap, KeyedMap, List, Map, Object, Struct, Type, Value};

use crate::float::append_default;
use crate::format::{Flags, Printer};
use crate::number::{append_int, append_uint};

/// The address that every pointer, map and slice prints: Go's differ from run to run, and
/// rendering must not.
pub const ADDRESS: u64 = 0xc0_0001_0000;

/// How deep values may nest. Go has no bound and dies of a value that contains itself; this is
/// the depth to which its JSON and YAML readers go, so no chart's data reaches further.
pub const NESTING_LIMIT: usize = 10_000;

/// How many bytes one call may print, checked at each value: six of the widest paddings that Go
/// allows fit, and a map that holds itself twice over ends.
pub const OUTPUT_LIMIT: usize = 64 << 20;

/// Stack kept free for what one more level of nesting takes.
const STACK_RED_ZONE: usize = 64 << 10;

/// Stack taken when that is not free.
const STACK_SEGMENT: usize = 1 << 20;

const NIL: &str = "<nil>";

/// Why printing ended early; what was printed until then is in the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Limit {
    /// [`NESTING_LIMIT`]
    #[error(
        "printing stopped at {NESTING_LIMIT} levels of nesting: does the value contain itself?"
    )]
    Nesting,
    /// [`OUTPUT_LIMIT`]
    #[error("printing stopped after {OUTPUT_LIMIT} bytes: print less at once")]
    Output,
}

/// `fmt.Fprint` of one operand, as template actions print theirs: `%v`.
pub fn write_value(out: &mut Vec<u8>, value: Value<'_>) -> Result<(), Limit> {
    match value {
        Value::String(text) => out.extend_from_slice(text),
        Value::Bool(value) => out.extend_from_slice(if value { b"true" } else { b"false" }),
        Value::Int(_, value) => append_int(out, value),
        Value::Uint(_, value) => append_uint(out, value),
        Value::Float(kind, value) => append_default(out, value, kind),
        _ => {
            let mut printer = Printer::new(out);
            printer.print_arg(value, 'v');
            return printer.finish();
        }
    }
    Ok(())
}

/// `fmt.Fprint`: a space goes between two operands when neither is a string.
pub fn sprint(out: &mut Vec<u8>, args: &[Value<'_>]) -> Result<(), Limit> {
    let mut printer = Printer::new(out);
    let mut after_string = true;
    for arg in args {
        let string = is_string(*arg);
        if !string && !after_string {
            printer.out.push(b' ');
        }
        printer.print_whole_arg(*arg);
        // The first operand has nothing before it, as if that were a string.
        after_string = string;
    }
    printer.finish()
}

/// `fmt.Fprintln`: spaces between all operands, and a newline.
pub fn sprintln(out: &mut Vec<u8>, args: &[Value<'_>]) -> Result<(), Limit> {
    let mut printer = Printer::new(out);
    for (index, arg) in args.iter().enumerate() {
        if index > 0 {
            printer.out.push(b' ');
        }
        printer.print_whole_arg(*arg);
    }
    printer.out.push(b'\n');
    printer.finish()
}

fn is_string(value: Value<'_>) -> bool {
    match value {
        Value::String(_) => true,
        Value::Object(object) => matches!(object.ty().underlying(), Type::String),
        _ => false,
    }
}

/// A value, and its type where that is not what the value itself says: the contents of an object
/// print under the object's type.
#[derive(Clone, Copy)]
pub(crate) struct Operand<'v> {
    value: Value<'v>,
    ty: Option<&'static Type>,
}

impl<'v> Operand<'v> {
    pub(crate) fn new(value: Value<'v>) -> Self {
        Operand { value, ty: None }
    }

    fn ty(&self) -> Option<Type> {
        self.ty.copied().or_else(|| self.value.ty())
    }

    fn type_name(&self) -> String {
        self.ty.map_or_else(|| self.value.type_name(), ToString::to_string)
    }
}

impl Printer<'_> {
    pub(crate) fn finish(self) -> Result<(), Limit> {
        self.stopped.map_or(Ok(()), Err)
    }

    /// `%v` of one operand of several, with no flags.
    fn print_whole_arg(&mut self, arg: Value<'_>) {
        if self.go_on() {
            self.flags = Flags::default();
            self.print_arg(arg, 'v');
        }
    }

    /// Whether no limit is reached.
    pub(crate) fn go_on(&mut self) -> bool {
        if self.out.len() - self.start > OUTPUT_LIMIT {
            self.stopped.get_or_insert(Limit::Output);
        }
        self.stopped.is_none()
    }

    /// Prints a container's inside, one level deeper.
    fn nest(&mut self, inside: impl FnOnce(&mut Self)) {
        if self.nesting == NESTING_LIMIT {
            self.stopped.get_or_insert(Limit::Nesting);
            return;
        }
        self.nesting += 1;
        stacker::maybe_grow(STACK_RED_ZONE, STACK_SEGMENT, || inside(self));
        self.nesting -= 1;
    }

    /// Go's `printArg`: one operand of a call.
    pub(crate) fn print_arg(&mut self, value: Value<'_>, verb: char) {
        let operand = Operand::new(value);
        match (value, verb) {
            (Value::Nil | Value::NilOf(Type::Any | Type::Error), 'T' | 'v') => {
                self.pad(NIL.as_bytes());
            }
            (Value::Nil | Value::NilOf(Type::Any | Type::Error), _) => {
                self.bad_verb(verb, Operand::new(Value::Nil));
            }
            (Value::Missing, 'T') => self.fmt_s(b"reflect.Value"),
            (_, 'T') => self.fmt_s(operand.type_name().as_bytes()),
            (Value::Missing, _) => self.text("<invalid reflect.Value>"),
            (_, 'p') => self.fmt_pointer(operand, verb),
            (Value::Bytes(bytes), _) => self.fmt_bytes(bytes, verb),
            (Value::NilOf(&Type::BYTES), 'v') if self.flags.sharp_v => {
                self.text("[]byte(nil)");
            }
            (Value::NilOf(&Type::BYTES), 'v' | 'd' | 's' | 'x' | 'X' | 'q') => {
                self.fmt_bytes(&[], verb);
            }
            (Value::NilOf(&Type::BYTES), _) => self.print_value(operand, verb, 0),
            _ => {
                if !self.handle_methods(operand, verb) {
                    self.print_value(operand, verb, 0);
                }
            }
        }
    }

    /// `%!z(int=1)`: a verb that the operand has no form for.
    pub(crate) fn bad_verb(&mut self, verb: char, operand: Operand<'_>) {
        self.erroring = true;
        // Writing to a vector cannot fail.
        let _ = write!(self.out, "%!{verb}(");
        match operand {
            Operand { value: Value::Nil | Value::Missing, .. } => self.text(NIL),
            Operand { value, ty } => {
                let _ = write!(self.out, "{}=", operand.type_name());
                match ty {
                    None => self.print_arg(value, 'v'),
                    Some(_) => self.print_value(operand, 'v', 0),
                }
            }
        }
        self.out.push(b')');
        self.erroring = false;
    }

    /// Prints what the operand says of itself: `Error()` or `String()`, or `GoString()` for `%#v`.
    fn handle_methods(&mut self, operand: Operand<'_>, verb: char) -> bool {
        if self.erroring {
            return false;
        }
        if verb == 'w' {
            // It wraps errors in Errorf only.
            self.bad_verb(verb, operand);
            return true;
        }
        // A pointer has the methods of what it points to.
        let (Value::Object(object) | Value::Pointer(&Value::Object(object))) = operand.value else {
            return false;
        };
        let text = match verb {
            _ if self.flags.sharp_v => object.go_text(),
            'v' | 's' | 'x' | 'X' | 'q' => object.text(),
            _ => None,
        };
        let Some(text) = text else { return false };
        if self.flags.sharp_v {
            self.fmt_s(text.as_bytes());
        } else {
            self.fmt_string(text.as_bytes(), verb, operand);
        }
        true
    }

    /// Go's `printValue`; `depth` tells only the operand itself (0) from what is inside it.
    fn print_value(&mut self, operand: Operand<'_>, verb: char, depth: usize) {
        if depth > 0 && self.handle_methods(operand, verb) {
            return;
        }
        match operand.value {
            Value::Missing if verb != 'v' => self.bad_verb(verb, operand),
            Value::Missing => self.text(NIL),
            Value::Nil => self.print_nil(&Type::Any, operand, verb),
            Value::NilOf(ty) => self.print_nil(operand.ty.unwrap_or(ty), operand, verb),
            Value::Bool(value) => match verb {
                't' | 'v' => self.fmt_bool(value),
                _ => self.bad_verb(verb, operand),
            },
            Value::Int(_, value) => self.fmt_int(value.cast_unsigned(), true, verb, operand),
            Value::Uint(_, value) => self.fmt_int(value, false, verb, operand),
            Value::Float(kind, value) => self.fmt_real(value, kind, verb, operand),
            Value::Complex(parts) => self.fmt_complex(*parts, verb, operand),
            Value::String(text) => self.fmt_string(text, verb, operand),
            Value::Bytes(bytes) => self.print_bytes(bytes, operand, verb),
            Value::List(list) => self.nest(|printer| printer.print_list(list, operand, verb)),
            Value::Map(map) => self.nest(|printer| printer.print_map(map, operand, verb)),
            Value::KeyedMap(map) => {
                self.nest(|printer| printer.print_keyed_map(map, operand, verb));
            }
            Value::Struct(fields) => {
                self.nest(|printer| printer.print_struct(fields, operand, verb));
            }
            Value::Pointer(to) => self.print_pointer(operand, Operand::new(*to), verb, depth),
            Value::Object(object) => {
                self.nest(|printer| printer.print_object(object, operand, verb, depth));
            }
        }
    }

    /// A typed nil, or the nil interface that `ty` names.
    fn print_nil(&mut self, ty: &Type, operand: Operand<'_>, verb: char) {
        match ty.underlying() {
            Type::Any | Type::Error | Type::Slice(_) | Type::Map(..) if self.flags.sharp_v => {
                let _ = write!(self.out, "{ty}(nil)");
            }
            Type::Any | Type::Error => self.text(NIL),
            Type::Slice(elem)
                if *elem.underlying() == Type::UINT8 && matches!(verb, 's' | 'q' | 'x' | 'X') =>
            {
                self.fmt_bytes(&[], verb);
            }
            Type::Slice(_) => self.text("[]"),
            Type::Map(..) => self.text("map[]"),
            Type::Pointer(_) | Type::Func(_) | Type::Chan(_) => self.fmt_pointer(operand, verb),
            _ => {
                let _ = write!(self.out, "?{ty}?");
            }
        }
    }

    /// An element, a map's value or a field, in a slot of type `slot`.
    fn print_slot(&mut self, slot: &Type, value: Value<'_>, verb: char) {
        if !self.go_on() {
            return;
        }
        let operand = Operand::new(value);
        match value {
            Value::Nil => self.print_nil(slot, operand, verb),
            _ => self.print_value(operand, verb, 1),
        }
    }

    fn separate(&mut self, index: usize) {
        match (index, self.flags.sharp_v) {
            (0, _) => {}
            (_, true) => self.text(", "),
            (_, false) => self.out.push(b' '),
        }
    }

    /// `Type{` in Go syntax, otherwise `open`.
    fn open(&mut self, operand: Operand<'_>, open: &str) {
        if self.flags.sharp_v {
            let _ = write!(self.out, "{}{{", operand.type_name());
        } else {
            self.text(open);
        }
    }

    fn close(&mut self, close: u8) {
        self.out.push(if self.flags.sharp_v { b'}' } else { close });
    }

    fn print_list(&mut self, list: &List<'_>, operand: Operand<'_>, verb: char) {
        if let Some(bytes) = byte_items(list).filter(|_| matches!(verb, 's' | 'q' | 'x' | 'X')) {
            return self.fmt_bytes(&bytes, verb);
        }
        self.open(operand, "[");
        for (index, item) in list.items().iter().enumerate() {
            if self.stopped.is_some() {
                return;
            }
            self.separate(index);
            self.print_slot(list.elem(), *item, verb);
        }
        self.close(b']');
    }

    /// A byte slice inside another value, or of a named type.
    fn print_bytes(&mut self, bytes: &[u8], operand: Operand<'_>, verb: char) {
        if matches!(verb, 's' | 'q' | 'x' | 'X') {
            return self.fmt_bytes(bytes, verb);
        }
        self.open(operand, "[");
        for (index, byte) in bytes.iter().enumerate() {
            self.separate(index);
            self.print_value(byte_operand(*byte), verb, 1);
        }
        self.close(b']');
    }

    fn print_map(&mut self, map: &Map<'_>, operand: Operand<'_>, verb: char) {
        self.open(operand, "map[");
        let mut index = 0;
        while let Some((key, value)) = map.at(index) {
            if self.stopped.is_some() {
                return;
            }
            self.separate(index);
            self.print_value(Operand::new(Value::String(key)), verb, 1);
            self.out.push(b':');
            self.print_slot(map.elem(), value, verb);
            index += 1;
        }
        self.close(b']');
    }

    fn print_keyed_map(&mut self, map: &KeyedMap<'_>, operand: Operand<'_>, verb: char) {
        self.open(operand, "map[");
        let (key_type, elem) = map.key_and_elem();
        for (index, (key, value)) in map.entries().iter().enumerate() {
            if self.stopped.is_some() {
                return;
            }
            self.separate(index);
            self.print_slot(key_type, *key, verb);
            self.out.push(b':');
            self.print_slot(elem, *value, verb);
        }
        self.close(b']');
    }

    fn print_struct(&mut self, fields: &Struct<'_>, operand: Operand<'_>, verb: char) {
        self.open(operand, "{");
        for (index, (name, value)) in fields.fields().iter().enumerate() {
            if self.stopped.is_some() {
                return;
            }
            self.separate(index);
            if self.flags.plus_v || self.flags.sharp_v {
                self.text(name);
                self.out.push(b':');
            }
            self.print_slot(&Type::Any, *value, verb);
        }
        self.close(b'}');
    }

    /// A pointer shows what it points to at the top only, and only containers.
    fn print_pointer(&mut self, operand: Operand<'_>, to: Operand<'_>, verb: char, depth: usize) {
        let container = match to.value {
            Value::List(_) | Value::Bytes(_) | Value::Map(_) => true,
            Value::KeyedMap(_) | Value::Struct(_) => true,
            Value::NilOf(ty) => matches!(ty.underlying(), Type::Slice(_) | Type::Map(..)),
            Value::Object(object) => matches!(
                object.ty().underlying(),
                Type::Slice(_) | Type::Array(..) | Type::Map(..) | Type::Struct(_)
            ),
            _ => false,
        };
        if depth == 0 && container {
            self.out.push(b'&');
            self.print_value(to, verb, 1);
        } else {
            self.fmt_pointer(operand, verb);
        }
    }

    /// An object without a text of its own, by its contents.
    fn print_object(
        &mut self,
        object: &dyn Object,
        operand: Operand<'_>,
        verb: char,
        depth: usize,
    ) {
        let heap = Heap::new();
        let plain = object.plain(&heap);
        match object.ty().underlying() {
            Type::Pointer(elem) => {
                let value = match plain {
                    Value::Pointer(to) => *to,
                    other => other,
                };
                self.print_pointer(operand, Operand { value, ty: Some(elem) }, verb, depth);
            }
            _ => {
                let ty = operand.ty.unwrap_or(object.ty());
                self.print_value(Operand { value: plain, ty: Some(ty) }, verb, depth);
            }
        }
    }

    fn fmt_int(&mut self, bits: u64, signed: bool, verb: char, operand: Operand<'_>) {
        match verb {
            'v' if self.flags.sharp_v && !signed => self.fmt_0x64(bits, true),
            'v' | 'd' => self.fmt_integer(bits, signed, 10, verb),
            'b' => self.fmt_integer(bits, signed, 2, verb),
            'o' | 'O' => self.fmt_integer(bits, signed, 8, verb),
            'x' | 'X' => self.fmt_integer(bits, signed, 16, verb),
            'c' => self.fmt_c(bits),
            'q' => self.fmt_qc(bits),
            'U' => self.fmt_unicode(bits),
            _ => self.bad_verb(verb, operand),
        }
    }

    fn fmt_real(&mut self, value: f64, kind: FloatKind, verb: char, operand: Operand<'_>) {
        match float_layout(verb) {
            Some((layout, precision)) => self.fmt_float(value, kind, layout, precision),
            None => self.bad_verb(verb, operand),
        }
    }

    /// `(1+2i)`: the imaginary part always has a sign.
    fn fmt_complex(&mut self, (re, im): (f64, f64), verb: char, operand: Operand<'_>) {
        let Some((layout, precision)) = float_layout(verb) else {
            return self.bad_verb(verb, operand);
        };
        let kind = match operand.ty().as_ref().map(Type::underlying) {
            Some(Type::Complex(false)) => FloatKind::Float32,
            _ => FloatKind::Float64,
        };
        self.out.push(b'(');
        self.fmt_float(re, kind, layout, precision);
        let plus = std::mem::replace(&mut self.flags.plus, true);
        self.fmt_float(im, kind, layout, precision);
        self.text("i)");
        self.flags.plus = plus;
    }

    fn fmt_string(&mut self, text: &[u8], verb: char, operand: Operand<'_>) {
        match verb {
            'v' if self.flags.sharp_v => self.fmt_q(text),
            'v' | 's' => self.fmt_s(text),
            'x' | 'X' => self.fmt_hex_bytes(text, verb),
            'q' => self.fmt_q(text),
            _ => self.bad_verb(verb, operand),
        }
    }

    /// A `[]byte`, which Go names that here only.
    fn fmt_bytes(&mut self, bytes: &[u8], verb: char) {
        match verb {
            'v' | 'd' => {
                self.text(if self.flags.sharp_v { "[]byte{" } else { "[" });
                for (index, byte) in bytes.iter().enumerate() {
                    self.separate(index);
                    if self.flags.sharp_v {
                        self.fmt_0x64((*byte).into(), true);
                    } else {
                        self.fmt_integer((*byte).into(), false, 10, verb);
                    }
                }
                self.close(b']');
            }
            's' => self.fmt_s(bytes),
            'x' | 'X' => self.fmt_hex_bytes(bytes, verb),
            'q' => self.fmt_q(bytes),
            _ => self.print_bytes(bytes, Operand::new(Value::Bytes(bytes)), verb),
        }
    }

    fn fmt_pointer(&mut self, operand: Operand<'_>, verb: char) {
        let address = match operand.ty().as_ref().map(Type::underlying) {
            Some(
                Type::Slice(_) | Type::Map(..) | Type::Pointer(_) | Type::Func(_) | Type::Chan(_),
            ) => match operand.value {
                Value::NilOf(_) => 0,
                _ => ADDRESS,
            },
            _ => return self.bad_verb(verb, operand),
        };
        match (verb, address) {
            ('v', _) if self.flags.sharp_v => {
                let _ = write!(self.out, "({})(", operand.type_name());
                match address {
                    0 => self.text("nil"),
                    _ => self.fmt_0x64(address, true),
                }
                self.out.push(b')');
            }
            ('v', 0) => self.pad(NIL.as_bytes()),
            ('v' | 'p', _) => self.fmt_0x64(address, !self.flags.sharp),
            ('b' | 'o' | 'd' | 'x' | 'X', _) => self.fmt_int(address, false, verb, operand),
            _ => self.bad_verb(verb, operand),
        }
    }
}

/// strconv's layout and the default precision of a verb on floats.
fn float_layout(verb: char) -> Option<(u8, Option<usize>)> {
    match verb {
        'v' => Some((b'g', None)),
        'b' | 'g' | 'G' | 'x' | 'X' => Some((verb as u8, None)),
        'f' | 'e' | 'E' => Some((verb as u8, Some(6))),
        'F' => Some((b'f', Some(6))),
        _ => None,
    }
}

fn byte_operand<'v>(byte: u8) -> Operand<'v> {
    Operand::new(Value::Uint(pintle_go_value::UintKind::Uint8, byte.into()))
}

/// The bytes of a slice or array whose element type is `uint8` by another name or length.
fn byte_items(list: &List<'_>) -> Option<Vec<u8>> {
    if *list.elem().underlying() != Type::UINT8 {
        return None;
    }
    list.items().iter().map(|item| byte_of(*item)).collect()
}

fn byte_of(item: Value<'_>) -> Option<u8> {
    match item {
        Value::Uint(_, byte) => u8::try_from(byte).ok(),
        Value::Object(object) => match object.plain(&Heap::new()) {
            Value::Uint(_, byte) => u8::try_from(byte).ok(),
            _ => None,
        },
        _ => None,
    }
}
