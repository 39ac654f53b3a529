//! Templates alone: Go's builtins, or all of Helm's functions.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pintle_go_template::{Exec, FuncMap, MissingKey, Session, Set};
use pintle_helm_render::{RenderHost, RenderOptions, Seeded, functions};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::outcome::Outcome;
use crate::typed;

#[derive(Deserialize)]
struct Case {
    tmpl: String,
    #[serde(default)]
    data: Json,
    /// Templates that are there beside it.
    #[serde(default)]
    defs: BTreeMap<String, String>,
    missingkey: Option<String>,
    want: Want,
}

#[derive(Deserialize)]
struct Want {
    ok: Option<Json>,
    err: Option<Json>,
    /// Base64, where the text is no UTF-8.
    ok_b64: Option<String>,
    err_b64: Option<String>,
}

impl Want {
    /// The answer as one text. Errors are text here, so that bytes of theirs that are no UTF-8 are
    /// compared as their replacement.
    fn text(&self) -> anyhow::Result<Vec<u8>> {
        let error = |bytes: Vec<u8>| shown(Err(String::from_utf8_lossy(&bytes).into_owned()));
        Ok(match self {
            Want { ok: Some(ok), .. } => shown(Ok(typed::bytes(ok)?)),
            Want { err: Some(text), .. } => error(typed::bytes(text)?),
            Want { ok_b64: Some(ok), .. } => shown(Ok(STANDARD.decode(ok)?)),
            Want { err_b64: Some(text), .. } => error(STANDARD.decode(text)?),
            _ => anyhow::bail!("the case wants neither ok nor err"),
        })
    }
}

/// The functions that Go's own tests give to their templates.
const OF_GOS_TESTS: &[&str] = &[
    "add",
    "count",
    "dddArg",
    "die",
    "echo",
    "makemap",
    "mapOfThree",
    "oneArg",
    "returnInt",
    "stringer",
    "twoArgs",
    "typeOf",
    "valueString",
    "vfunc",
    "zeroArgs",
];

/// A struct of sprig's tests. The data calls it by its name, the answers were given without.
const NAMELESS: &str = "\"sprig.fixtureTO\"";

/// Why a case, though its answer is another, cannot apply.
fn not_applicable(case: &Case, got: &Result<Vec<u8>, String>) -> Option<&'static str> {
    let data = case.data.to_string();
    if data.contains("\"cap\":") {
        return Some("a list has no capacity beyond its length");
    }
    if data.contains(NAMELESS) {
        return Some("the answer was given for a struct that had lost its name");
    }
    let unknown = got.as_ref().err()?.strip_suffix(" not defined")?;
    let name = unknown.rsplit_once("function ")?.1.trim_matches('"');
    OF_GOS_TESTS.contains(&name).then_some("calls a function of Go's own tests")
}

/// An answer with what it is, since an error may read like a text.
fn shown(answer: Result<Vec<u8>, String>) -> Vec<u8> {
    match answer {
        Ok(text) => [b"ok: ", &text[..]].concat(),
        Err(text) => format!("err: {text}").into_bytes(),
    }
}

pub(crate) fn check_builtins(case: &str) -> anyhow::Result<Outcome> {
    static NONE: LazyLock<FuncMap<()>> = LazyLock::new(|| FuncMap::new(&[]));
    check(case, &NONE, &(), MissingKey::Invalid)
}

pub(crate) fn check_functions(case: &str) -> anyhow::Result<Outcome> {
    let generator = Arc::new(Seeded::new([7; 32], 1_790_000_000, 0));
    let host = RenderHost::new(&RenderOptions::new("release-name", "default", generator));
    check(case, functions(), &host, MissingKey::Zero)
}

fn check<H: 'static>(
    case: &str,
    funcs: &'static FuncMap<H>,
    host: &H,
    missing: MissingKey,
) -> anyhow::Result<Outcome> {
    let case: Case = serde_json::from_str(case)?;
    let got = run(&case, funcs, host, missing)?;
    let why_not = not_applicable(&case, &got);
    Ok(match (Outcome::compare(&case.tmpl, case.want.text()?, shown(got)), why_not) {
        (Outcome::Failed(_), Some(reason)) => Outcome::NotApplicable(reason),
        (outcome, _) => outcome,
    })
}

fn run<H: 'static>(
    case: &Case,
    funcs: &'static FuncMap<H>,
    host: &H,
    missing: MissingKey,
) -> anyhow::Result<Result<Vec<u8>, String>> {
    let missing = match case.missingkey.as_deref() {
        Some("zero") => MissingKey::Zero,
        Some("error") => MissingKey::Error,
        Some(_) => MissingKey::Invalid,
        None => missing,
    };
    let mut set = Set::new("t", funcs).with_missing_key(missing);
    let main = ("t", case.tmpl.as_str());
    let defined = case.defs.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    for (name, text) in defined.chain([main]) {
        if let Err(error) = set.parse(name, text.as_bytes()) {
            return Ok(Err(error.to_string()));
        }
    }
    let session = Session::new();
    let data = typed::decode(session.heap(), &case.data)?;
    let mut out = Vec::new();
    let result = Exec::new(&set, &session, host).execute_template("t", data, &mut out);
    Ok(result.map(|()| out).map_err(|error| error.to_string()))
}
