//! YAML texts and JSON values, read and written as Helm's libraries do it.

use pintle_go_yaml::{Error, read, read_json, to_json, to_yaml, to_yaml_pretty};
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::outcome::Outcome;

#[derive(Deserialize)]
struct Case<'a> {
    yaml: Option<String>,
    /// A `null` here is a value too.
    #[serde(borrow, default, deserialize_with = "there")]
    value: Option<&'a RawValue>,
    want: Want,
}

/// The answers; each that is there is compared.
#[derive(Deserialize)]
struct Want {
    json: Option<String>,
    jsonerr: Option<String>,
    toyaml: Option<String>,
    toyamlerr: Option<String>,
    pretty: Option<String>,
    prettyerr: Option<String>,
    err: Option<String>,
}

fn there<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<&'de RawValue>, D::Error> {
    Deserialize::deserialize(from).map(Some)
}

pub(crate) fn check(case: &str) -> anyhow::Result<Outcome> {
    let Case { yaml, value, want } = serde_json::from_str(case)?;
    let tree = match (&yaml, value) {
        (Some(text), _) => read(text),
        (None, Some(value)) => read_json(value.get().as_bytes()),
        (None, None) => anyhow::bail!("the case has neither yaml nor value"),
    };
    let tree = match (tree, &want.err) {
        (Err(error), want) => {
            let want = want.as_deref().unwrap_or("no error");
            return Ok(Outcome::compare("err", want, error.to_string()));
        }
        (Ok(_), Some(want)) => return Ok(Outcome::compare("err", want.as_str(), "no error")),
        (Ok(tree), None) => tree,
    };
    Ok(Outcome::first([
        compare("json", |out| to_json(out, &tree), &want.json, &want.jsonerr),
        compare("toyaml", |out| to_yaml(out, &tree), &want.toyaml, &want.toyamlerr),
        compare("pretty", |out| to_yaml_pretty(out, &tree), &want.pretty, &want.prettyerr),
    ]))
}

fn compare(
    name: &str,
    write: impl Fn(&mut Vec<u8>) -> Result<(), Error>,
    want: &Option<String>,
    want_error: &Option<String>,
) -> Outcome {
    let mut out = Vec::new();
    let got = match write(&mut out) {
        Ok(()) => format!("ok: {}", String::from_utf8_lossy(&out)),
        Err(error) => format!("err: {error}"),
    };
    match (want, want_error) {
        (Some(want), _) => Outcome::compare(name, format!("ok: {want}"), got),
        (None, Some(want)) => Outcome::compare(name, format!("err: {want}"), got),
        (None, None) => Outcome::Passed,
    }
}
