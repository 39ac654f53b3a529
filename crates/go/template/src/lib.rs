//! Go's `text/template`, exactly: syntax, evaluation, builtins and error texts.
//!
//! Text → tokens → [tree](ParseError) → a walk over the tree that appends to one byte vector. There
//! is no bytecode: Go's engine walks its tree too, its errors quote the node they happened at, and
//! texts that are parsed while rendering (Helm's `tpl`) leave nothing to amortise.
//!
//! - A [`Set`] holds parsed templates; it is built once per chart and shared.
//! - A [`Session`] is what one render allocates; data is built on its heap.
//! - An [`Exec`] executes templates of a set in a session. Functions get it, and so can call back
//!   into the engine: `include` is [`Exec::execute_template`], `tpl` is [`Exec::execute_text`].
//! - [`Func`] tables, made with [`func!`], are plain typed Rust functions.
//!
//! ```
//! use pintle_go_template::{Exec, Func, FuncMap, Session, Set, func};
//! use pintle_go_value::Value;
//!
//! fn upper(text: &[u8]) -> Vec<u8> {
//!     text.to_ascii_uppercase()
//! }
//! static FUNCS: &[Func<()>] = &[func!("upper", upper, (&[u8]))];
//! let funcs: &'static FuncMap<()> = Box::leak(Box::new(FuncMap::new(&[FUNCS])));
//!
//! let mut set = Set::new("set", funcs);
//! set.parse("t", *b"{{define \"x\"}}<{{. | upper}}>{{end}}{{template \"x\" .}}")?;
//! let session = Session::new();
//! let mut out = Vec::new();
//! Exec::new(&set, &session, &()).execute_template("t", Value::str("abc"), &mut out)?;
//! assert_eq!(out, b"<ABC>");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod ast;
mod builtins;
mod error;
mod exec;
mod func;
mod limits;
mod parse;
mod reflect;
mod set;
mod stack;

pub use error::{CallError, ERROR_LIMIT, LAYER_LIMIT, Layer, Location, ParseError, TextError};
pub use exec::Exec;
pub use func::{
    Arg, Args, Bytes, Func, FuncFn, FuncMap, Int, IntoValue, Items, Reflect, Rest, Strings,
};
pub use limits::{
    ARGUMENT_LIMIT, BUILTIN_STEPS, BYTES_PER_STEP, CALL_STEPS, DEPTH_LIMIT, LONG_TEXT, Limits,
    OUTPUT_LIMIT, STEP_LIMIT, TEMPLATE_DEPTH_LIMIT,
};
#[doc(hidden)]
pub use parse::token_places;
pub use parse::{BLOCK_DEPTH_LIMIT, PAREN_DEPTH_LIMIT, TEXT_LIMIT};
pub use set::{MissingKey, SET_LIMIT, Session, Set, TEXT_CACHE_LIMIT};
