//! Every limit, at it and one past it.

use pintle_go_fmt::{Limit, NESTING_LIMIT, OUTPUT_LIMIT, sprint, sprintf, write_value};
use pintle_go_value::{Heap, Type, Value};

/// Lists of lists, `depth` of them.
fn nested(heap: &Heap, depth: usize) -> Value<'_> {
    (0..depth).fold(Value::Nil, |inner, _| heap.list(&Type::LIST, &[inner]))
}

#[test]
fn nesting_ends_at_its_limit() {
    let heap = Heap::new();
    let mut out = Vec::new();
    write_value(&mut out, nested(&heap, NESTING_LIMIT)).expect("at the limit");
    assert_eq!(out.len(), 2 * NESTING_LIMIT + "<nil>".len());
    let one_more = nested(&heap, NESTING_LIMIT + 1);
    assert_eq!(write_value(&mut Vec::new(), one_more), Err(Limit::Nesting));
}

#[test]
fn a_map_that_holds_itself_ends() {
    let heap = Heap::new();
    let map = heap.map();
    map.insert(b"a", Value::Map(map));
    map.insert(b"b", Value::Map(map));
    assert_eq!(write_value(&mut Vec::new(), Value::Map(map)), Err(Limit::Nesting));
    assert_eq!(sprint(&mut Vec::new(), &[Value::Map(map)]), Err(Limit::Nesting));
    assert_eq!(sprintf(&mut Vec::new(), b"%#v", &[Value::Map(map)]), Err(Limit::Nesting));
}

#[test]
fn output_ends_at_its_limit() {
    let half = vec![b'x'; OUTPUT_LIMIT / 2];
    let half = Value::String(&half);
    let one = Value::str("y");
    // The limit is looked at before each value: what is printed may reach it, or pass it once.
    sprint(&mut Vec::new(), &[half, half]).expect("at the limit");
    assert_eq!(sprint(&mut Vec::new(), &[half, half, one, one]), Err(Limit::Output));
    assert_eq!(sprintf(&mut Vec::new(), b"%s%s%s%s", &[half, half, one, one]), Err(Limit::Output));
    let heap = Heap::new();
    let list = heap.list(&Type::LIST, &[half, half, one, one]);
    assert_eq!(write_value(&mut Vec::new(), list), Err(Limit::Output));
}

#[test]
fn widths_end_where_they_do_in_go() {
    let width = |format: &str, args: &[Value<'_>]| {
        let mut out = Vec::new();
        sprintf(&mut out, format.as_bytes(), args).expect("within limits");
        out
    };
    let one = Value::int(1);
    assert_eq!(width("%10000009d", &[one]).len(), 10_000_009);
    assert_eq!(width("%10000010d", &[one]), b"%!(NOVERB)%!(EXTRA int=1)");
    assert_eq!(width("%*d", &[Value::int(1_000_000), one]).len(), 1_000_000);
    assert_eq!(width("%*d", &[Value::int(1_000_001), one]), b"%!(BADWIDTH)1");
    assert_eq!(width("%.*d", &[Value::int(1_000_001), one]), b"%!(BADPREC)1");
    assert_eq!(width("%.1000000f", &[Value::float64(0.1)]).len(), 1_000_002);
}
