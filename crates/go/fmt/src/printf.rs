//! Reading formats: Go's `doPrintf`.

use std::io::Write as _;

use pintle_go_value::{Heap, Value};

use crate::format::{Flags, Printer};
use crate::print::Limit;
use crate::rune::decode_rune;

/// Go's `tooLarge`: a width or precision above this is refused. In a literal one the check comes
/// before the last digit is added, so up to 10 000 009 gets through.
const WIDTH_LIMIT: i64 = 1_000_000;

/// `fmt.Fprintf`: never fails by itself; mistakes show in the text as `%!verb(…)`.
pub fn sprintf(out: &mut Vec<u8>, format: &[u8], args: &[Value<'_>]) -> Result<(), Limit> {
    let mut run = Run {
        printer: Printer::new(out),
        format,
        at: 0,
        args,
        next: 0,
        reordered: false,
        good_index: true,
        after_index: false,
    };
    while run.at < format.len() && run.printer.go_on() {
        if !run.literal() || !run.directive() {
            break;
        }
    }
    if !run.reordered && run.next < args.len() {
        run.extra();
    }
    run.printer.finish()
}

/// One pass over a format.
struct Run<'o, 'f, 'v> {
    printer: Printer<'o>,
    format: &'f [u8],
    at: usize,
    args: &'f [Value<'v>],
    /// The operand that the next verb takes.
    next: usize,
    /// Whether an index like `[2]` was seen.
    reordered: bool,
    /// Whether the indexes of this directive were good.
    good_index: bool,
    /// Whether an index was the last thing read.
    after_index: bool,
}

impl Run<'_, '_, '_> {
    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    /// Copies up to the next `%` and steps over it; false at the end.
    fn literal(&mut self) -> bool {
        let rest = &self.format[self.at..];
        let percent = memchr::memchr(b'%', rest);
        let text = &rest[..percent.unwrap_or(rest.len())];
        self.printer.out.extend_from_slice(text);
        self.at += text.len() + 1;
        percent.is_some()
    }

    /// What follows a `%`; false if that is nothing.
    fn directive(&mut self) -> bool {
        self.good_index = true;
        self.printer.flags = Flags::default();
        if self.flags_and_simple_verb() {
            return true;
        }
        self.index();
        self.width();
        if self.peek() == Some(b'.') && self.at + 1 < self.format.len() {
            self.precision();
        }
        if !self.after_index {
            self.index();
        }
        if self.at >= self.format.len() {
            self.printer.text("%!(NOVERB)");
            return false;
        }
        let (verb, width) = decode_rune(&self.format[self.at..]);
        self.at += width;
        self.verb(verb);
        true
    }

    /// Reads flags; true if a plain lower-case verb came right after and is done.
    fn flags_and_simple_verb(&mut self) -> bool {
        while let Some(byte) = self.peek() {
            let flags = &mut self.printer.flags;
            match byte {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                b'a'..=b'z' if self.next < self.args.len() => {
                    self.at += 1;
                    self.operand(char::from(byte));
                    return true;
                }
                _ => return false,
            }
            self.at += 1;
        }
        false
    }

    fn width(&mut self) {
        if self.peek() != Some(b'*') {
            self.printer.flags.width = self.number();
            if self.after_index && self.printer.flags.width.is_some() {
                self.good_index = false;
            }
            return;
        }
        self.at += 1;
        let width = self.integer_operand();
        let flags = &mut self.printer.flags;
        flags.width = width.map(|width| width.unsigned_abs() as usize);
        match width {
            None => self.printer.text("%!(BADWIDTH)"),
            Some(..0) => {
                flags.minus = true;
                // No zeros to the right.
                flags.zero = false;
            }
            Some(_) => {}
        }
        self.after_index = false;
    }

    fn precision(&mut self) {
        self.at += 1;
        if self.after_index {
            self.good_index = false;
        }
        self.index();
        if self.peek() != Some(b'*') {
            self.printer.flags.precision = Some(self.number().unwrap_or(0));
            return;
        }
        self.at += 1;
        let precision = self.integer_operand().and_then(|value| usize::try_from(value).ok());
        self.printer.flags.precision = precision;
        if precision.is_none() {
            self.printer.text("%!(BADPREC)");
        }
        self.after_index = false;
    }

    fn verb(&mut self, verb: char) {
        // Writing to a vector cannot fail.
        let _ = if verb == '%' {
            self.printer.out.push(b'%');
            Ok(())
        } else if !self.good_index {
            write!(self.printer.out, "%!{verb}(BADINDEX)")
        } else if self.next >= self.args.len() {
            write!(self.printer.out, "%!{verb}(MISSING)")
        } else {
            self.operand(verb);
            Ok(())
        };
    }

    /// Prints the next operand, which there is.
    fn operand(&mut self, verb: char) {
        let flags = &mut self.printer.flags;
        if matches!(verb, 'v' | 'w') {
            flags.sharp_v = std::mem::take(&mut flags.sharp);
            flags.plus_v = std::mem::take(&mut flags.plus);
        }
        self.printer.print_arg(self.args[self.next], verb);
        self.next += 1;
    }

    /// The decimal number here, if there is one; one that is too large takes the rest of the
    /// format with it (Go's `parsenum`).
    fn number(&mut self) -> Option<usize> {
        let (number, at) = parse_number(self.format, self.at, self.format.len());
        self.at = at;
        number
    }

    /// The next operand as a width or precision.
    fn integer_operand(&mut self) -> Option<i64> {
        let value = *self.args.get(self.next)?;
        self.next += 1;
        as_integer(value).filter(|number| (-WIDTH_LIMIT..=WIDTH_LIMIT).contains(number))
    }

    /// Go's `argNumber`: an index like `[2]`, if there is one here.
    fn index(&mut self) {
        self.after_index = false;
        if self.peek() != Some(b'[') {
            return;
        }
        self.reordered = true;
        let rest = &self.format[self.at..];
        let close = memchr::memchr(b']', rest).filter(|_| rest.len() >= 3);
        self.at += close.map_or(1, |close| close + 1);
        let number = close.and_then(|close| match parse_number(rest, 1, close) {
            (number, at) if at == close => number,
            _ => None,
        });
        self.after_index = number.is_some();
        match number.and_then(|number| number.checked_sub(1)) {
            Some(index) if index < self.args.len() => self.next = index,
            _ => self.good_index = false,
        }
    }

    /// `%!(EXTRA int=1)`: operands that no verb took.
    fn extra(&mut self) {
        self.printer.flags = Flags::default();
        self.printer.text("%!(EXTRA ");
        for (index, arg) in self.args[self.next..].iter().enumerate() {
            if !self.printer.go_on() {
                return;
            }
            if index > 0 {
                self.printer.text(", ");
            }
            match arg {
                Value::Nil => self.printer.text("<nil>"),
                arg => {
                    let _ = write!(self.printer.out, "{}=", arg.type_name());
                    self.printer.print_arg(*arg, 'v');
                }
            }
        }
        self.printer.out.push(b')');
    }
}

/// Go's `parsenum` over `format[at..end]`: the number, and where it ends.
fn parse_number(format: &[u8], at: usize, end: usize) -> (Option<usize>, usize) {
    let (mut number, mut at) = (None, at);
    while let Some(byte @ b'0'..=b'9') = format[..end].get(at) {
        let so_far: i64 = number.unwrap_or(0);
        if so_far > WIDTH_LIMIT {
            return (None, end);
        }
        number = Some(so_far * 10 + i64::from(byte - b'0'));
        at += 1;
    }
    (number.and_then(|number| usize::try_from(number).ok()), at)
}

fn as_integer(value: Value<'_>) -> Option<i64> {
    match value {
        Value::Int(_, number) => Some(number),
        Value::Uint(_, number) => i64::try_from(number).ok(),
        Value::Object(object) => match object.plain(&Heap::new()) {
            Value::Int(_, number) => Some(number),
            Value::Uint(_, number) => i64::try_from(number).ok(),
            _ => None,
        },
        _ => None,
    }
}
