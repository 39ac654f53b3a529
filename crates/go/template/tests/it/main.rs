//! Templates against Go's answers, and the engine's own promises.
#![cfg(test)]

mod calls;
mod go_tables;
mod limits;
mod random;
#[path = "../../../fmt/tests/it/typed.rs"]
mod typed;

use pintle_go_template::{Exec, Func, FuncMap, Limits, MissingKey, Session, Set};
use pintle_go_value::Value;

/// A case: a template named `t`, and what else its set holds.
#[derive(Clone, Copy)]
struct Case<'a> {
    text: &'a str,
    defined: &'a [(&'a str, &'a str)],
    missing_key: MissingKey,
    limits: Limits,
}

impl<'a> Case<'a> {
    fn new(text: &'a str) -> Self {
        Case { text, defined: &[], missing_key: MissingKey::Invalid, limits: Limits::STANDARD }
    }

    /// What the template makes of the data, or the error's text.
    fn run(
        &self,
        funcs: &'static FuncMap<()>,
        data: impl for<'h> FnOnce(&'h Session) -> Value<'h>,
    ) -> Result<String, String> {
        let mut set = Set::new("t", funcs).with_missing_key(self.missing_key);
        for (name, text) in self.defined {
            set.parse(name, text.as_bytes()).map_err(|error| error.to_string())?;
        }
        set.parse("t", self.text.as_bytes()).map_err(|error| error.to_string())?;
        let session = Session::new();
        let data = data(&session);
        let mut out = Vec::new();
        Exec::new(&set, &session, &())
            .with_limits(self.limits)
            .execute_template("t", data, &mut out)
            .map_err(|error| error.to_string())?;
        Ok(String::from_utf8_lossy(&out).into_owned())
    }
}

/// A function map for the whole test program.
fn leak(table: &'static [Func<()>]) -> &'static FuncMap<()> {
    Box::leak(Box::new(FuncMap::new(&[table])))
}
