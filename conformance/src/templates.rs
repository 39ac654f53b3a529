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
    #[serde(default)]
    name: String,
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
    /// The answer as one text; bytes that are no UTF-8 are compared as their replacement.
    fn text(&self) -> anyhow::Result<String> {
        let (mark, bytes) = match self {
            Want { ok: Some(ok), .. } => ("ok", typed::bytes(ok)?),
            Want { err: Some(error), .. } => ("err", typed::bytes(error)?),
            Want { ok_b64: Some(ok), .. } => ("ok", STANDARD.decode(ok)?),
            Want { err_b64: Some(error), .. } => ("err", STANDARD.decode(error)?),
            _ => anyhow::bail!("the case wants neither ok nor err"),
        };
        Ok(format!("{mark}: {}", String::from_utf8_lossy(&bytes)))
    }
}

/// Rows of Go's and sprig's own tables that no value here can express.
const NOT_APPLICABLE: &[(&str, &str)] = &[
    ("len(s) < indexes < cap(s)", NO_CAPACITY),
    ("len(s) < indexes < cap(s) #2", NO_CAPACITY),
    ("indexes > cap(s)", NO_CAPACITY),
    ("indexes > cap(s) #2", NO_CAPACITY),
    ("sprig 372", NAMELESS),
    ("sprig 373", NAMELESS),
];
const NAMELESS: &str = "the answer was given for a struct that had lost its name";
const NO_CAPACITY: &str = "a list has no capacity beyond its length";

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
    if let Some((_, reason)) = NOT_APPLICABLE.iter().find(|(name, _)| *name == case.name) {
        return Ok(Outcome::NotApplicable(reason));
    }
    let want = case.want.text()?;
    let got = match run(&case, funcs, host, missing)? {
        Ok(bytes) => format!("ok: {}", String::from_utf8_lossy(&bytes)),
        Err(error) => format!("err: {error}"),
    };
    Ok(Outcome::compare(&case.tmpl, &want, &got))
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
