//! Defaults and choices (sprig `defaults.go`).

use pintle_go_template::{Func, Rest, func};
use pintle_go_value::{Heap, Value};

use crate::Generator;
use crate::reflect::is_empty;
use crate::table::Table;

fn default<'h>(heap: &'h Heap, default: Value<'h>, given: Rest<'_, 'h, Value<'h>>) -> Value<'h> {
    given.get(0).filter(|given| !is_empty(heap, *given)).unwrap_or(default)
}

fn empty(heap: &Heap, value: Value<'_>) -> bool {
    is_empty(heap, value)
}

fn coalesce<'h>(heap: &'h Heap, values: Rest<'_, 'h, Value<'h>>) -> Value<'h> {
    values.iter().find(|value| !is_empty(heap, *value)).unwrap_or(Value::Nil)
}

fn all<'h>(heap: &'h Heap, values: Rest<'_, 'h, Value<'h>>) -> bool {
    values.iter().all(|value| !is_empty(heap, value))
}

fn any<'h>(heap: &'h Heap, values: Rest<'_, 'h, Value<'h>>) -> bool {
    values.iter().any(|value| !is_empty(heap, value))
}

fn ternary<'h>(yes: Value<'h>, no: Value<'h>, choice: bool) -> Value<'h> {
    if choice { yes } else { no }
}

impl<H: Generator + ?Sized + 'static> Table<H> {
    /// Defaults and choices.
    pub(crate) const FLOW: &'static [Func<H>] = &[
        func!("default", default, heap, (Value<'_>; Value<'_>)),
        func!("empty", empty, heap, (Value<'_>)),
        func!("coalesce", coalesce, heap, (; Value<'_>)),
        func!("all", all, heap, (; Value<'_>)),
        func!("any", any, heap, (; Value<'_>)),
        func!("ternary", ternary, (Value<'_>, Value<'_>, bool)),
    ];
}
