//! What Go's tables cannot hold as data: addresses, objects of pointer types, missing values.

use pintle_go_fmt::{sprint, sprintf, sprintln, write_value};
use pintle_go_value::{Heap, Object, Type, Value};

/// `*pkg.Box`, a pointer to `struct { Name string; Size int }` without methods.
#[derive(Debug)]
struct Boxed;

impl Object for Boxed {
    fn ty(&self) -> &'static Type {
        &Type::Pointer(&Type::Struct("pkg.Box"))
    }

    fn plain<'h>(&self, heap: &'h Heap) -> Value<'h> {
        let fields = [("Name", Value::str("a")), ("Size", Value::int(1))];
        heap.structure(&Type::Struct("pkg.Box"), &fields)
    }
}

/// `pkg.Level`, an `int` with a `String` method.
#[derive(Debug)]
struct Level(i64);

impl Object for Level {
    fn ty(&self) -> &'static Type {
        &Type::Named("pkg.Level", &Type::INT)
    }

    fn text(&self) -> Option<String> {
        Some(format!("level {}", self.0))
    }

    fn plain<'h>(&self, _: &'h Heap) -> Value<'h> {
        Value::int(self.0)
    }
}

fn printf(format: &str, args: &[Value<'_>]) -> String {
    let mut out = Vec::new();
    sprintf(&mut out, format.as_bytes(), args).expect("within limits");
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn pointers_print_one_address() {
    let heap = Heap::new();
    let number = heap.pointer(Value::int(7));
    let list = heap.list(&Type::INTS, &[Value::int(7)]);
    for (format, value, want) in [
        ("%v", number, "0xc000010000"),
        ("%p", number, "0xc000010000"),
        ("%#p", number, "c000010000"),
        ("%x", number, "c000010000"),
        ("%#v", number, "(*int)(0xc000010000)"),
        ("%d", number, "824633786368"),
        ("%s", number, "%!s(*int=0xc000010000)"),
        ("%-16v|", number, "0xc000010000    |"),
        ("%p", list, "0xc000010000"),
        ("%p", Value::NilOf(&Type::INTS), "0x0"),
        ("%p", Value::int(1), "%!p(int=1)"),
        ("%v", heap.pointer(list), "&[7]"),
        ("%v", heap.list(&Type::LIST, &[heap.pointer(list)]), "[0xc000010000]"),
        ("%v", heap.pointer(heap.pointer(list)), "0xc000010000"),
    ] {
        assert_eq!(printf(format, &[value]), want, "{format} of {value:?}");
    }
}

#[test]
fn objects_print_by_their_text_or_their_contents() {
    let heap = Heap::new();
    let boxed = heap.object(Boxed);
    let level = heap.object(Level(3));
    for (format, value, want) in [
        ("%v", boxed, "&{a 1}"),
        ("%+v", boxed, "&{Name:a Size:1}"),
        ("%#v", boxed, "&pkg.Box{Name:\"a\", Size:1}"),
        ("%T", boxed, "*pkg.Box"),
        ("%d", boxed, "&{%!d(string=a) 1}"),
        ("%v", heap.list(&Type::LIST, &[boxed]), "[0xc000010000]"),
        ("%v", level, "level 3"),
        ("%q", level, "\"level 3\""),
        ("%d", level, "3"),
        ("%#v", level, "3"),
        ("%T", level, "pkg.Level"),
        ("%z", level, "%!z(pkg.Level=3)"),
        ("%v", heap.list(&Type::LIST, &[level, Value::Nil]), "[level 3 <nil>]"),
        ("%5.2v|", heap.pointer(level), "   le|"),
    ] {
        assert_eq!(printf(format, &[value]), want, "{format} of {value:?}");
    }
    assert_eq!(printf("%*d", &[level, Value::int(1)]), "  1");
}

#[test]
fn nil_and_missing_are_two_things() {
    let heap = Heap::new();
    let list = heap.list(&Type::LIST, &[Value::Nil, Value::NilOf(&Type::INTS)]);
    for (format, value, want) in [
        ("%v", Value::Nil, "<nil>"),
        ("%s", Value::Nil, "%!s(<nil>)"),
        ("%T", Value::Nil, "<nil>"),
        ("%v", Value::Missing, "<invalid reflect.Value>"),
        ("%T", Value::Missing, "reflect.Value"),
        ("%v", list, "[<nil> []]"),
        ("%#v", list, "[]interface {}{interface {}(nil), []int(nil)}"),
        ("%s", list, "[<nil> []]"),
        ("%v", Value::NilOf(&Type::Pointer(&Type::INT)), "<nil>"),
        ("%#v", Value::NilOf(&Type::MAP), "map[string]interface {}(nil)"),
        ("%v", Value::NilOf(&Type::Error), "<nil>"),
    ] {
        assert_eq!(printf(format, &[value]), want, "{format} of {value:?}");
    }
}

#[test]
fn spaces_go_between_operands_that_are_not_strings() {
    let [one, text] = [Value::int(1), Value::str("a")];
    for (args, print, println) in [
        (&[one, one, text, text, one][..], "1 1aa1", "1 1 a a 1\n"),
        (&[Value::Nil, Value::Nil], "<nil> <nil>", "<nil> <nil>\n"),
        (&[], "", "\n"),
    ] {
        let (mut printed, mut line) = (Vec::new(), Vec::new());
        sprint(&mut printed, args).expect("within limits");
        sprintln(&mut line, args).expect("within limits");
        assert_eq!((&*printed, &*line), (print.as_bytes(), println.as_bytes()), "{args:?}");
    }
}

#[test]
fn whole_floats_turn_to_exponents_at_a_million() {
    for (number, want) in [
        (8080.0, "8080"),
        (-3.0, "-3"),
        (0.0, "0"),
        (-0.0, "-0"),
        (999_999.0, "999999"),
        (-999_999.0, "-999999"),
        (1_000_000.0, "1e+06"),
        (-1_000_000.0, "-1e+06"),
        (1_234_567.0, "1.234567e+06"),
        (999_999.5, "999999.5"),
        (1e19, "1e+19"),
        (f64::NAN, "NaN"),
        (f64::NEG_INFINITY, "-Inf"),
    ] {
        let mut out = Vec::new();
        write_value(&mut out, Value::float64(number)).expect("within limits");
        assert_eq!(String::from_utf8_lossy(&out), want);
    }
}

#[test]
fn one_value_prints_as_sprint_prints_it() {
    let heap = Heap::new();
    let map = heap.map();
    map.insert(b"n", Value::float64(1e6));
    for value in [
        Value::str("<&\n"),
        Value::Bool(true),
        Value::int(-5),
        Value::float64(0.1),
        Value::Nil,
        Value::Bytes(b"ab"),
        Value::Map(map),
        heap.complex(0.0, 1.0),
        heap.object(Level(1)),
    ] {
        let (mut one, mut sprinted) = (Vec::new(), Vec::new());
        write_value(&mut one, value).expect("within limits");
        sprint(&mut sprinted, &[value]).expect("within limits");
        assert_eq!(one, sprinted, "{value:?}");
    }
}
