//! The language of `--set` and its sisters (`pkg/strvals`): `a.b[0]=c,d={1,2}`.

use std::io;
use std::sync::Arc;

use pintle_go_value::{Tree, TreeMap};

use crate::ChartError;
use crate::archive::go_quote;
use crate::directory::read_error;

/// The highest list index that may be set: Helm's limit.
pub const MAX_INDEX: usize = 65_536;

/// How many names may follow each other with dots: Helm's limit.
pub const MAX_NESTED_NAME_LEVEL: usize = 30;

/// How often names and indexes may alternate. Helm bounds only the names (`a[0].b[0].c` does not
/// count), and a long enough argument would run the stack out.
const MAX_RECURSION: usize = 500;

/// What the text after `=` stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetKind {
    /// `--set`: booleans, null and integers are told apart from strings.
    Typed,
    /// `--set-string`: always a string.
    String,
    /// `--set-json`: JSON.
    Json,
    /// `--set-file`: the name of a file whose text is the value.
    File,
    /// `--set-literal`: everything up to the end, commas included.
    Literal,
}

/// Reads files for [`SetKind::File`].
type Read<'r> = &'r mut dyn FnMut(&str) -> io::Result<Vec<u8>>;

/// Parses one argument and merges it into `values`, which must be a map.
pub fn parse_set(
    values: &mut Tree,
    text: &str,
    kind: SetKind,
    read: &mut dyn FnMut(&str) -> io::Result<Vec<u8>>,
) -> Result<(), ChartError> {
    if values.as_map().is_none() {
        *values = Tree::map();
    }
    let Some(entries) = values.as_map_mut() else { return Ok(()) };
    let mut parser = Parser { text: text.chars().collect(), at: 0, kind, read };
    loop {
        match parser.key(entries, 0, 0) {
            Ok(()) => {}
            Err(Stop::End) => return Ok(()),
            Err(Stop::Error(text)) => return Err(ChartError::values(text)),
        }
    }
}

/// Why a step of the parser stopped.
enum Stop {
    /// The text is over (`io.EOF`); what was set so far stays.
    End,
    Error(String),
}

impl From<String> for Stop {
    fn from(text: String) -> Self {
        Stop::Error(text)
    }
}

struct Parser<'r> {
    text: Vec<char>,
    at: usize,
    kind: SetKind,
    read: Read<'r>,
}

impl Parser<'_> {
    fn next(&mut self) -> Option<char> {
        let c = self.text.get(self.at).copied();
        self.at += usize::from(c.is_some());
        c
    }

    /// Characters up to one of `stops`, and which one; none at the end of the text. A backslash
    /// escapes, except in literals.
    fn until(&mut self, stops: &[char]) -> (String, Option<char>) {
        let mut taken = String::new();
        while let Some(c) = self.next() {
            if stops.contains(&c) {
                return (taken, Some(c));
            }
            if c == '\\' && self.kind != SetKind::Literal {
                match self.next() {
                    Some(escaped) => taken.push(escaped),
                    None => return (taken, None),
                }
            } else {
                taken.push(c);
            }
        }
        (taken, None)
    }

    fn key(&mut self, data: &mut TreeMap, level: usize, depth: usize) -> Result<(), Stop> {
        let stops: &[char] =
            if self.kind == SetKind::Literal { &['=', '[', '.'] } else { &['=', '[', ',', '.'] };
        let (name, last) = self.until(stops);
        match last {
            None if name.is_empty() => Err(Stop::End),
            None => Err(format!("key {} has no value", go_quote(&name)).into()),
            Some('[') => self.list(data, &name, level, depth),
            Some('=') => self.assign(data, &name),
            Some(',') => {
                set(data, &name, Tree::from(""));
                Err(format!("key {} has no value (cannot end with ,)", go_quote(&name)).into())
            }
            Some(_) => self.nested(data, &name, level + 1, depth),
        }
    }

    fn nested(
        &mut self,
        data: &mut TreeMap,
        name: &str,
        level: usize,
        depth: usize,
    ) -> Result<(), Stop> {
        if level > MAX_NESTED_NAME_LEVEL {
            return Err(format!(
                "value name nested level is greater than maximum supported nested level of {MAX_NESTED_NAME_LEVEL}"
            )
            .into());
        }
        let mut inner = match data.get_mut(name) {
            None => TreeMap::new(),
            Some(Tree::Map(map)) => std::mem::take(Arc::make_mut(map)),
            Some(other) => return Err(conversion(other, "map[string]interface {}")),
        };
        let result = self.key(&mut inner, level, depth + 1);
        if result.is_ok() && inner.is_empty() {
            return Err(format!("key map {} has no value", go_quote(name)).into());
        }
        if !inner.is_empty() {
            set(data, name, Tree::from(inner));
        }
        result
    }

    fn list(
        &mut self,
        data: &mut TreeMap,
        name: &str,
        level: usize,
        depth: usize,
    ) -> Result<(), Stop> {
        let index = self.index()?;
        let mut items = match data.get_mut(name) {
            None => Vec::new(),
            Some(Tree::List(items)) => std::mem::take(Arc::make_mut(items)),
            Some(other) => return Err(conversion(other, "[]interface {}")),
        };
        let result = self.item(&mut items, index, level, depth + 1);
        set(data, name, Tree::from(items));
        result
    }

    /// The number before `]`.
    fn index(&mut self) -> Result<i64, Stop> {
        let (digits, last) = self.until(&[']']);
        if last.is_none() {
            return Err(Stop::End);
        }
        digits.parse::<i64>().map_err(|error| {
            let why = match error.kind() {
                std::num::IntErrorKind::PosOverflow | std::num::IntErrorKind::NegOverflow => {
                    "value out of range"
                }
                _ => "invalid syntax",
            };
            let digits = go_quote(&digits);
            Stop::Error(format!("error parsing index: strconv.Atoi: parsing {digits}: {why}"))
        })
    }

    /// What follows `[index]`.
    fn item(
        &mut self,
        items: &mut Vec<Tree>,
        index: i64,
        level: usize,
        depth: usize,
    ) -> Result<(), Stop> {
        if depth > MAX_RECURSION {
            return Err(format!("value is nested more than {MAX_RECURSION} levels deep").into());
        }
        let at = usize::try_from(index)
            .map_err(|_| Stop::Error(format!("negative {index} index not allowed")))?;
        let (rest, last) = self.until(&['[', '.', '=']);
        if !rest.is_empty() {
            let rest = quote_runes(&rest);
            return Err(format!("unexpected data at end of array index: {rest}").into());
        }
        match last {
            None => Err(Stop::End),
            Some('=') => {
                let (value, result) = self.item_value()?;
                set_index(items, at, value)?;
                result
            }
            Some('[') => {
                let next = self.index()?;
                let mut inner = match items.get_mut(at) {
                    None | Some(Tree::Null) => Vec::new(),
                    Some(Tree::List(items)) => Vec::clone(items),
                    Some(other) => return Err(conversion(other, "[]interface {}")),
                };
                self.item(&mut inner, next, level, depth + 1)?;
                set_index(items, at, Tree::from(inner))
            }
            Some(_) => {
                let mut inner = match items.get_mut(at) {
                    Some(Tree::Map(map)) => std::mem::take(Arc::make_mut(map)),
                    _ => TreeMap::new(),
                };
                let result = self.key(&mut inner, level, depth + 1);
                // Helm changes a map that is there in place, so it keeps what was set before an
                // error; a new one it drops.
                if result.is_ok() || at < items.len() {
                    set_index(items, at, Tree::from(inner))?;
                }
                result
            }
        }
    }

    /// The value after `=` of a list item, and how to go on after it has been set.
    fn item_value(&mut self) -> Result<(Tree, Result<(), Stop>), Stop> {
        match self.kind {
            SetKind::Json => self.json_value(),
            SetKind::Literal => Ok((self.rest().into(), Ok(()))),
            _ => match self.value_list()? {
                ListOr::List(items) => Ok((Tree::from(items), Ok(()))),
                ListOr::End => Ok((Tree::from(""), Ok(()))),
                ListOr::NotList => {
                    let (text, _) = self.until(&[',']);
                    Ok((self.value(&text)?, Ok(())))
                }
            },
        }
    }

    /// `name=…`
    fn assign(&mut self, data: &mut TreeMap, name: &str) -> Result<(), Stop> {
        match self.kind {
            SetKind::Json => {
                let (value, result) = self.json_value()?;
                set(data, name, value);
                result
            }
            SetKind::Literal => {
                let value = self.rest();
                set(data, name, value.into());
                Ok(())
            }
            _ => match self.value_list()? {
                ListOr::List(items) => {
                    set(data, name, Tree::from(items));
                    Ok(())
                }
                ListOr::End => {
                    set(data, name, Tree::from(""));
                    Err(Stop::End)
                }
                ListOr::NotList => {
                    let (text, _) = self.until(&[',']);
                    let value = self.value(&text)?;
                    set(data, name, value);
                    Ok(())
                }
            },
        }
    }

    fn rest(&mut self) -> LiteralText {
        let rest = self.text[self.at..].iter().collect();
        self.at = self.text.len();
        LiteralText(rest)
    }

    /// `{a,b}`
    fn value_list(&mut self) -> Result<ListOr, Stop> {
        match self.next() {
            None => return Ok(ListOr::End),
            Some('{') => {}
            Some(_) => {
                self.at -= 1;
                return Ok(ListOr::NotList);
            }
        }
        let mut items = Vec::new();
        loop {
            let (text, last) = self.until(&[',', '}']);
            if last.is_none() {
                return Err("list must terminate with '}'".to_owned().into());
            }
            items.push(self.value(&text)?);
            if last == Some('}') {
                if self.text.get(self.at) == Some(&',') {
                    self.at += 1;
                }
                return Ok(ListOr::List(items));
            }
        }
    }

    fn value(&mut self, text: &str) -> Result<Tree, Stop> {
        match self.kind {
            SetKind::Typed => Ok(typed(text)),
            SetKind::File => {
                let read = (self.read)(text);
                let bytes = read.map_err(|error| Stop::Error(read_error(text, &error)))?;
                Ok(Tree::from(bytes.as_slice()))
            }
            _ => Ok(Tree::from(text)),
        }
    }

    /// A JSON value, and whether the text ends after it; an empty one is null.
    fn json_value(&mut self) -> Result<(Tree, Result<(), Stop>), Stop> {
        if self.skip_blank() {
            return Ok((Tree::Null, Ok(())));
        }
        let rest = whole_surrogates(&self.text[self.at..]);
        let mut stream = serde_json::Deserializer::from_str(&rest).into_iter::<serde_json::Value>();
        let value = match stream.next() {
            Some(Ok(value)) => from_json(value),
            Some(Err(_)) => return Err(json_error(&rest).into()),
            None => return Err(Stop::End),
        };
        self.at += rest[..stream.byte_offset()].chars().count();
        self.skip_blank();
        Ok((value, Ok(())))
    }

    /// Skips blanks up to and with a comma; whether there was one, or the end.
    fn skip_blank(&mut self) -> bool {
        while let Some(c) = self.next() {
            if c == ',' {
                return true;
            }
            if !c.is_whitespace() {
                self.at -= 1;
                return false;
            }
        }
        true
    }
}

/// `%q` of a `[]rune`.
fn quote_runes(text: &str) -> String {
    let quote = |c: char| {
        let mut quoted = Vec::new();
        pintle_go_fmt::append_quote_rune(&mut quoted, u32::from(c));
        String::from_utf8_lossy(&quoted).into_owned()
    };
    format!("[{}]", text.chars().map(quote).collect::<Vec<_>>().join(" "))
}

/// The text with half surrogate pairs replaced by the escape of what Go reads them as, U+FFFD;
/// serde_json refuses them.
fn whole_surrogates(text: &[char]) -> String {
    let escape = |at: usize| -> Option<u32> {
        let escape = text.get(at..at + 6).filter(|it| it.starts_with(&['\\', 'u']))?;
        u32::from_str_radix(&escape[2..].iter().collect::<String>(), 16).ok()
    };
    let mut whole = String::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let pair = (escape(at), escape(at + 6));
        let taken = match pair {
            (Some(0xD800..0xDC00), Some(0xDC00..0xE000)) => 12,
            (Some(0xD800..0xE000), _) => {
                whole.push_str("\\ufffd");
                at += 6;
                continue;
            }
            (Some(_), _) => 6,
            (None, _) if text[at] == '\\' => 2,
            (None, _) => 1,
        };
        let end = text.len().min(at + taken);
        whole.extend(&text[at..end]);
        at = end;
    }
    whole
}

/// The words of Go's `json.Decoder` for a text that starts with no JSON value.
fn json_error(text: &str) -> String {
    match pintle_go_yaml::read_json(text.as_bytes()) {
        Err(error) if error.to_string() == "unexpected end of JSON input" => {
            "unexpected EOF".to_owned()
        }
        Err(error) => error.to_string(),
        Ok(_) => "invalid JSON".to_owned(),
    }
}

struct LiteralText(String);

impl From<LiteralText> for Tree {
    fn from(text: LiteralText) -> Self {
        Tree::from(text.0.as_str())
    }
}

enum ListOr {
    List(Vec<Tree>),
    NotList,
    End,
}

fn set(data: &mut TreeMap, name: &str, value: Tree) {
    if !name.is_empty() {
        data.insert(name.into(), value);
    }
}

fn set_index(items: &mut Vec<Tree>, at: usize, value: Tree) -> Result<(), Stop> {
    if at > MAX_INDEX {
        return Err(format!(
            "index of {at} is greater than maximum supported index of {MAX_INDEX}"
        )
        .into());
    }
    if items.len() <= at {
        items.resize(at + 1, Tree::Null);
    }
    items[at] = value;
    Ok(())
}

/// The text of Go's panic when a type assertion fails, as Helm's `recover` shows it.
fn conversion(have: &Tree, want: &str) -> Stop {
    let have = match have {
        Tree::Null => "nil",
        Tree::Bool(_) => "bool",
        Tree::Int(_) => "int64",
        Tree::Float(_) => "float64",
        Tree::String(_) | Tree::Bytes(_) => "string",
        Tree::List(_) => "[]interface {}",
        Tree::Map(_) => "map[string]interface {}",
    };
    Stop::Error(format!(
        "unable to parse key: interface conversion: interface {{}} is {have}, not {want}"
    ))
}

/// Helm's `typedVal`.
fn typed(text: &str) -> Tree {
    if text.eq_ignore_ascii_case("true") {
        return Tree::Bool(true);
    }
    if text.eq_ignore_ascii_case("false") {
        return Tree::Bool(false);
    }
    if text.eq_ignore_ascii_case("null") {
        return Tree::Null;
    }
    if text == "0" {
        return Tree::Int(0);
    }
    if !text.starts_with('0')
        && let Ok(value) = text.parse()
    {
        return Tree::Int(value);
    }
    Tree::from(text)
}

fn from_json(value: serde_json::Value) -> Tree {
    match value {
        serde_json::Value::Null => Tree::Null,
        serde_json::Value::Bool(value) => Tree::Bool(value),
        serde_json::Value::Number(number) => Tree::Float(number.as_f64().unwrap_or(f64::NAN)),
        serde_json::Value::String(text) => Tree::from(text.as_str()),
        serde_json::Value::Array(items) => {
            Tree::from(items.into_iter().map(from_json).collect::<Vec<_>>())
        }
        serde_json::Value::Object(entries) => Tree::from(
            entries
                .into_iter()
                .map(|(key, value)| (key.into(), from_json(value)))
                .collect::<TreeMap>(),
        ),
    }
}
