//! Values against a chart's JSON schema (`pkg/chart/common/util/jsonschema.go`).
//!
//! The validator is `boon`, by the author of the one in Helm and built alike; its messages are worded
//! differently, so they are written here. Schemas are compiled once per loaded chart. References to
//! other documents are never followed: not to the network, not to files.

mod failure;
mod format;
mod message;
mod pattern;
mod reference;
mod syntax;

use std::fmt;
use std::sync::{Arc, OnceLock};

use boon::{CompileError, Compiler, SchemaIndex, Schemas, UrlLoader};
use pintle_go_value::{FloatKind, Heap, Map, Tree, Value};
use serde_json::Value as Json;

use crate::{ChartError, Instance};
use failure::Failure;
use pattern::Patterns;

const SCHEMA_URL: &str = "file:///values.schema.json";

/// A chart's schema: its text, and what it compiles to once it is needed.
#[derive(Clone)]
pub(crate) struct Schema {
    text: Arc<[u8]>,
    compiled: Arc<OnceLock<Result<Compiled, String>>>,
}

struct Compiled {
    patterns: Patterns,
    schemas: Schemas,
    root: SchemaIndex,
}

impl Schema {
    pub(crate) fn new(text: Arc<[u8]>) -> Self {
        Schema { text, compiled: Arc::default() }
    }

    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    fn compiled(&self) -> Result<&Compiled, &String> {
        self.compiled.get_or_init(|| compile(&self.text)).as_ref()
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "schema of {} bytes", self.text.len())
    }
}

/// Refuses everything but unresolved `urn:`s, which Helm takes for a schema that allows anything.
struct NoLoader;

impl UrlLoader for NoLoader {
    fn load(&self, url: &str) -> Result<Json, Box<dyn std::error::Error>> {
        if url.starts_with("urn:") {
            return Ok(Json::Bool(true));
        }
        Err("schemas are not loaded from elsewhere; copy it into values.schema.json".into())
    }
}

fn compile(text: &[u8]) -> Result<Compiled, String> {
    let mut document: Json =
        serde_json::from_slice(text).map_err(|error| json_error(text, &error))?;
    let mut compiler = Compiler::new();
    compiler.use_loader(Box::new(NoLoader));
    format::register(&mut compiler);
    let patterns = Patterns::of(&mut document);
    let refused = |error: CompileError| compile_error(&error, &patterns);
    compiler.add_resource(SCHEMA_URL, document).map_err(refused)?;
    let mut schemas = Schemas::new();
    let root = compiler.compile(SCHEMA_URL, &mut schemas).map_err(refused)?;
    Ok(Compiled { patterns, schemas, root })
}

/// Why a schema is no JSON, in the words of Go's `json.Decoder`.
fn json_error(text: &[u8], error: &serde_json::Error) -> String {
    match pintle_go_yaml::read_json(text).err().map(|error| error.to_string()) {
        _ if text.iter().all(|byte| b" \t\r\n".contains(byte)) => "EOF".to_owned(),
        _ if error.is_eof() => "unexpected EOF".to_owned(),
        Some(text) if text.ends_with("after top-level value") => {
            "invalid character after top-level value".to_owned()
        }
        Some(text) => text,
        None => error.to_string(),
    }
}

/// Why a schema is wrong itself.
fn compile_error(error: &CompileError, patterns: &Patterns) -> String {
    match error {
        CompileError::ValidationError { url, src } => {
            let mut text = format!("{:?} is not valid against metaschema: ", patterns.url(url));
            let metaschema = src.schema_url.trim_end_matches('#');
            text.push_str(&format!("jsonschema validation failed with '{metaschema}#'"));
            Failure::write_all(src, patterns, &mut text);
            text
        }
        CompileError::JsonPointerNotFound(url) => {
            format!("json-pointer in {:?} not found", patterns.url(url))
        }
        CompileError::LoadUrlError { url, src } => format!("failing loading {url:?}: {src}"),
        CompileError::UnsupportedUrlScheme { url } => {
            format!("failing loading {url:?}: no URLLoader registered for {url:?}")
        }
        CompileError::InvalidRegex { url, regex, src } => {
            let why = patterns.refusal(regex).unwrap_or_else(|| src.to_string());
            let regex = pintle_go_fmt::quote(patterns.original(regex).as_bytes());
            format!("invalid regex {regex} at {:?}: {why}", patterns.url(url))
        }
        other => format!("{other:#}"),
    }
}

/// Helm's `ValidateAgainstSchema`: the chart's values, then those of each subchart. The error lists
/// all that is wrong in all of them.
pub fn validate_values(chart: &Instance<'_>, values: &Map<'_>) -> Result<(), ChartError> {
    let mut text = String::new();
    collect(chart, values, &mut text);
    if text.is_empty() {
        return Ok(());
    }
    Err(ChartError::schema(format!(
        "values don't meet the specifications of the schema(s) in the following chart(s):\n{text}"
    )))
}

/// Helm's `ValidateAgainstSingleSchema`: values against the text of one schema.
///
/// # Errors
/// All that is wrong, in Helm's words.
pub fn validate_against_schema(values: &Tree, schema: &[u8]) -> Result<(), ChartError> {
    let heap = Heap::new();
    let Value::Map(values) = heap.tree(values) else { return Ok(()) };
    validate(&Schema::new(schema.into()), values).map_err(ChartError::schema)
}

fn collect(chart: &Instance<'_>, values: &Map<'_>, text: &mut String) {
    if let Some(schema) = &chart.chart.schema
        && let Err(error) = validate(schema, values)
    {
        text.push_str(&format!("{}:\n{error}", chart.name));
    }
    for sub in &chart.dependencies {
        match values.get(sub.name.as_bytes()) {
            None | Some(Value::Nil | Value::Missing) => {}
            Some(Value::Map(values)) => collect(sub, values, text),
            Some(other) => text.push_str(&format!(
                "{}:\ninvalid type for values: expected object (map), got {}\n",
                sub.name,
                other.type_name()
            )),
        }
    }
}

fn validate(schema: &Schema, values: &Map<'_>) -> Result<(), String> {
    let compiled = schema.compiled()?;
    let values = map_to_json(values);
    let Err(error) = compiled.schemas.validate(&values, compiled.root) else { return Ok(()) };
    let mut text = String::new();
    if !Failure::write_all(&error, &compiled.patterns, &mut text) {
        return Ok(());
    }
    let text = text.strip_prefix('\n').unwrap_or(&text);
    Err(format!("{text}\n"))
}

fn map_to_json(map: &Map<'_>) -> Json {
    let mut object = serde_json::Map::new();
    map.for_each(|key, value| {
        object.insert(String::from_utf8_lossy(key).into_owned(), to_json(value));
    });
    Json::Object(object)
}

fn to_json(value: Value<'_>) -> Json {
    match value {
        Value::Bool(value) => Json::Bool(value),
        Value::Int(_, value) => Json::from(value),
        Value::Uint(_, value) => Json::from(value),
        Value::Float(_, value) => number(value),
        Value::String(text) => Json::String(String::from_utf8_lossy(text).into_owned()),
        Value::List(list) => Json::Array(list.items().iter().map(|item| to_json(*item)).collect()),
        Value::Map(map) => map_to_json(map),
        _ => Json::Null,
    }
}

/// A number as Helm's validator has it: the one whose decimal digits Go prints, which it compares
/// exactly.
fn number(value: f64) -> Json {
    if value.fract() != 0.0 {
        return Json::from(value);
    }
    let digits = pintle_go_fmt::format_float(value, b'f', None, FloatKind::Float64);
    match (digits.parse::<i64>(), digits.parse::<u64>()) {
        (Ok(whole), _) => Json::from(whole),
        (_, Ok(whole)) => Json::from(whole),
        _ => Json::from(value),
    }
}
