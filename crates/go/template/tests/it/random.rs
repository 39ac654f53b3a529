//! Random templates (`tests/data/random.json`, from a fixed seed) with the answers that the pinned
//! Go gave when the oracle asked it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use pintle_go_template::MissingKey;
use serde_json::Value as Json;

use crate::{Case, leak, typed};

#[test]
fn random_templates_answer_as_in_go() {
    let file: Json = serde_json::from_str(include_str!("../data/random.json")).unwrap();
    let funcs = leak(&[]);
    let rows = file["cases"].as_array().unwrap();
    assert!(rows.len() > 1000, "only {} cases", rows.len());
    let failures: Vec<String> = rows
        .iter()
        .filter_map(|row| {
            let missing_key = match row["missingkey"].as_str() {
                Some("zero") => MissingKey::Zero,
                Some("error") => MissingKey::Error,
                _ => MissingKey::Invalid,
            };
            let case = Case { missing_key, ..Case::new(row["tmpl"].as_str().unwrap()) };
            let got = case.run(funcs, |session| typed::decode(session.heap(), &file["data"]));
            let want = wanted(&row["want"]);
            (got != want).then(|| format!("{}\n  want {want:?}\n  got  {got:?}", row["tmpl"]))
        })
        .collect();
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), rows.len(), failures.join("\n"));
}

/// Bytes that are no UTF-8 are compared as [`Case::run`] shows them.
fn wanted(want: &Json) -> Result<String, String> {
    match (&want["err"], &want["ok_b64"]) {
        (Json::String(error), _) => Err(error.clone()),
        (_, Json::String(text)) => {
            Ok(String::from_utf8_lossy(&STANDARD.decode(text).unwrap()).into_owned())
        }
        _ => Ok(want["ok"].as_str().unwrap().to_owned()),
    }
}
