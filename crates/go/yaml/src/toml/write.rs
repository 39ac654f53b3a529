//! The writer of TOML: BurntSushi/toml's `Encoder` with its indentation of two spaces.

use pintle_go_value::FloatKind;

use crate::Error;
use crate::number::append_g;
use crate::walk::{Dialect, Source, View, check_output};

/// The deepest nesting that is written. Go's encoder recurses until its stack ends; no TOML that
/// anyone reads is a tenth as deep.
const DEPTH_LIMIT: usize = 500;

/// `toml.NewEncoder(…).Encode(value)`: scalars first, then `[tables]`, each indented by its depth.
///
/// # Errors
/// BurntSushi's: a nil in an array, values without a key at the top, types that TOML has not. What
/// was written before the error is dropped, as Helm drops it.
pub fn to_toml<'a>(out: &mut Vec<u8>, value: impl Source<'a>) -> Result<(), Error> {
    let start = out.len();
    let mut writer = Writer { out, start, depth: 0, key: Vec::new() };
    let written = match kind(value, 0) {
        Ok(Kind::Nil) => writer.nil(&value.type_name()),
        Ok(Kind::Table) => writer.table(value),
        Ok(Kind::Tables) => Err(Error::new("toml: top-level values must be Go maps or structs")),
        Ok(Kind::Array | Kind::Scalar) => writer.element(value),
        Err(error) => Err(error),
    };
    if written.is_err() {
        out.truncate(start);
    }
    written
}

/// BurntSushi's `tomlTypeOfGo`, as far as the layout depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Nil,
    Scalar,
    Array,
    /// An array of nothing but tables.
    Tables,
    Table,
}

fn kind<'a, S: Source<'a>>(value: S, depth: usize) -> Result<Kind, Error> {
    match value.view(Dialect::Toml) {
        View::Null => Ok(Kind::Nil),
        View::Map => Ok(Kind::Table),
        View::List => array_kind(value, depth),
        View::Unsupported(ty) => Err(Error::new(format!("unsupported type: {ty}"))),
        _ => Ok(Kind::Scalar),
    }
}

fn array_kind<'a, S: Source<'a>>(value: S, depth: usize) -> Result<Kind, Error> {
    check_depth(depth)?;
    let mut items = Vec::new();
    value.children(Dialect::Toml, &mut items);
    let mut found = if items.is_empty() { Kind::Array } else { Kind::Tables };
    for (_, item) in items {
        match kind(item, depth + 1)? {
            Kind::Nil => return Err(Error::new("toml: cannot encode array with nil element")),
            Kind::Table => {}
            _ => found = Kind::Array,
        }
    }
    Ok(found)
}

fn check_depth(depth: usize) -> Result<(), Error> {
    match depth < DEPTH_LIMIT {
        true => Ok(()),
        false => Err(Error::new(format!("toml: nesting exceeds the limit of {DEPTH_LIMIT}"))),
    }
}

struct Writer<'o, 'a> {
    out: &'o mut Vec<u8>,
    start: usize,
    depth: usize,
    key: Vec<&'a [u8]>,
}

impl<'a> Writer<'_, 'a> {
    /// A nil at the top: none of a type, where Go panics, so that a template fails instead of
    /// getting the text of an error; or one of a type, which is empty.
    fn nil(&mut self, ty: &str) -> Result<(), Error> {
        if ty == "<nil>" {
            return Err(Error::panic("reflect: call of reflect.Value.Type on zero Value"));
        }
        if ty.starts_with("[]") {
            self.out.extend_from_slice(b"[]");
        }
        Ok(())
    }

    /// The value under the key that is set.
    fn entry<S: Source<'a>>(&mut self, value: S, kind: Kind) -> Result<(), Error> {
        check_output(self.out, self.start)?;
        check_depth(self.depth)?;
        self.depth += 1;
        match kind {
            Kind::Nil => {}
            Kind::Scalar | Kind::Array => {
                self.indent();
                if let Some(key) = self.key.last() {
                    append_key(self.out, key);
                }
                self.out.extend_from_slice(b" = ");
                self.element(value)?;
                self.new_line();
            }
            Kind::Tables => {
                let mut items = Vec::new();
                value.children(Dialect::Toml, &mut items);
                for (_, item) in items {
                    self.new_line();
                    self.header(b"[[", b"]]");
                    self.table(item)?;
                }
            }
            Kind::Table => {
                if self.key.len() == 1 {
                    self.new_line();
                }
                self.header(b"[", b"]");
                self.table(value)?;
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// The entries of a table: those that are no tables first.
    fn table<S: Source<'a>>(&mut self, value: S) -> Result<(), Error> {
        let (direct, nested) = split(value)?;
        for (key, value, kind) in direct.into_iter().chain(nested) {
            self.key.push(key);
            self.entry(value, kind)?;
            self.key.pop();
        }
        Ok(())
    }

    /// A value on its line, whatever it is.
    fn element<S: Source<'a>>(&mut self, value: S) -> Result<(), Error> {
        check_output(self.out, self.start)?;
        check_depth(self.depth)?;
        self.depth += 1;
        match value.view(Dialect::Toml) {
            View::Null => {}
            View::Bool(value) => self.out.extend_from_slice(value.to_string().as_bytes()),
            View::Int(value) => self.out.extend_from_slice(value.to_string().as_bytes()),
            View::Uint(value) => self.out.extend_from_slice(value.to_string().as_bytes()),
            View::Float(value, kind) => append_float(self.out, value, kind),
            View::Text(text) => append_quoted(self.out, text),
            View::Time(text) => self.out.extend_from_slice(text),
            View::List => {
                let mut items = Vec::new();
                value.children(Dialect::Toml, &mut items);
                self.out.push(b'[');
                for (at, (_, item)) in items.into_iter().enumerate() {
                    if at > 0 {
                        self.out.extend_from_slice(b", ");
                    }
                    self.element(item)?;
                }
                self.out.push(b']');
            }
            View::Map => self.inline_table(value)?,
            View::Unsupported(ty) => return Err(Error::new(format!("unexpected type: {ty}"))),
        }
        self.depth -= 1;
        Ok(())
    }

    fn inline_table<S: Source<'a>>(&mut self, value: S) -> Result<(), Error> {
        let (direct, nested) = split(value)?;
        self.out.push(b'{');
        // Go counts the nils that it skips, so a comma may come last.
        for (entries, trailing) in [(&direct, !nested.is_empty()), (&nested, false)] {
            for (at, (key, value, kind)) in entries.iter().enumerate() {
                if *kind == Kind::Nil {
                    continue;
                }
                append_key(self.out, key);
                self.out.extend_from_slice(b" = ");
                self.element(*value)?;
                if trailing || at + 1 < entries.len() {
                    self.out.extend_from_slice(b", ");
                }
            }
        }
        self.out.push(b'}');
        Ok(())
    }

    fn header(&mut self, open: &[u8], close: &[u8]) {
        self.indent();
        self.out.extend_from_slice(open);
        for (at, key) in self.key.iter().enumerate() {
            if at > 0 {
                self.out.push(b'.');
            }
            append_key(self.out, key);
        }
        self.out.extend_from_slice(close);
        self.new_line();
    }

    fn indent(&mut self) {
        for _ in 1..self.key.len() {
            self.out.extend_from_slice(b"  ");
        }
    }

    /// Go's `newline`: not at the very start.
    fn new_line(&mut self) {
        if self.out.len() > self.start {
            self.out.push(b'\n');
        }
    }
}

type Entries<'a, S> = Vec<(&'a [u8], S, Kind)>;

/// The entries that go on a line, and those that are tables.
fn split<'a, S: Source<'a>>(value: S) -> Result<(Entries<'a, S>, Entries<'a, S>), Error> {
    let mut entries = Vec::new();
    value.children(Dialect::Toml, &mut entries);
    let (mut direct, mut nested) = (Vec::new(), Vec::new());
    for (key, value) in entries {
        let kind = kind(value, 0)?;
        let to = if matches!(kind, Kind::Table | Kind::Tables) { &mut nested } else { &mut direct };
        to.push((key, value, kind));
    }
    Ok((direct, nested))
}

fn append_float(out: &mut Vec<u8>, value: f64, kind: FloatKind) {
    if !value.is_finite() {
        if value.is_sign_negative() {
            out.push(b'-');
        }
        out.extend_from_slice(if value.is_nan() { b"nan" } else { b"inf" });
        return;
    }
    let start = out.len();
    append_g(out, value, kind);
    if !out[start..].iter().any(|byte| matches!(byte, b'.' | b'e')) {
        out.extend_from_slice(b".0");
    }
}

/// BurntSushi's `Key.maybeQuoted`.
pub(super) fn append_key(out: &mut Vec<u8>, key: &[u8]) {
    let bare = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !key.is_empty() && key.iter().all(bare) {
        out.extend_from_slice(key);
    } else {
        append_quoted(out, key);
    }
}

fn append_quoted(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    for &byte in text {
        let short = match byte {
            b'"' | b'\\' => byte,
            0x08 => b'b',
            b'\t' => b't',
            b'\n' => b'n',
            0x0C => b'f',
            b'\r' => b'r',
            0..=0x1F | 0x7F => {
                out.extend_from_slice(format!("\\u{byte:04x}").as_bytes());
                continue;
            }
            _ => {
                out.push(byte);
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', short]);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read;

    fn check(yaml: &str, want: Result<&str, &str>) {
        let mut out = Vec::new();
        let written = to_toml(&mut out, &read(yaml).unwrap()).map_err(|error| error.to_string());
        let have = written.map(|()| String::from_utf8(out).unwrap());
        assert_eq!(have, want.map(str::to_owned).map_err(str::to_owned), "{yaml}");
    }

    #[test]
    fn tables_come_behind_scalars() {
        check(
            "{a: 1, c: [1, 2], b: {d: x, e: {f: z}}, \"k k\": 1e6, n: null}",
            Ok(
                "a = 1.0\nc = [1.0, 2.0]\n\"k k\" = 1e+06\n\n[b]\n  d = \"x\"\n  [b.e]\n    f = \"z\"\n",
            ),
        );
        check(
            "t: [{a: 1}, {b: {c: 2}}]",
            Ok("\n[[t]]\n  a = 1.0\n\n[[t]]\n  [t.b]\n    c = 2.0\n".trim_start_matches('\n')),
        );
        check("m: [1, {a: {b: 1}, c: null, d: x}]", Ok("m = [1.0, {d = \"x\", a = {b = 1.0}}]\n"));
        check("[1, 2]", Ok("[1.0, 2.0]"));
        check("{}", Ok(""));
        check("a: [1, null]", Err("toml: cannot encode array with nil element"));
        check("[{a: 1}]", Err("toml: top-level values must be Go maps or structs"));
    }

    #[test]
    fn nesting_has_a_limit() {
        let nested = |depth| format!("a: {}{}", "[".repeat(depth), "]".repeat(depth));
        let mut out = Vec::new();
        assert!(to_toml(&mut out, &read(nested(DEPTH_LIMIT - 1)).unwrap()).is_ok());
        assert!(to_toml(&mut out, &read(nested(DEPTH_LIMIT + 1)).unwrap()).is_err());
    }
}
