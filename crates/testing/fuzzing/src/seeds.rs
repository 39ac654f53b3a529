//! Seeds out of the tables that are in the project anyway.

use std::path::Path;

use anyhow::Context as _;
use serde_json::Value as Json;

use crate::archive::{FILES, PACKED, PLAIN, gzipped};
use crate::input::joined;

/// Longer rows make slow seeds.
const LONGEST: usize = 4096;

/// How many rows of one table are seeds: every so many-th of a longer one.
const MOST: usize = 400;

type Seeds = anyhow::Result<Vec<Vec<u8>>>;

/// Go's tables of templates, and Sprig's.
pub(crate) fn templates() -> Seeds {
    let mut seeds = Vec::new();
    for table in
        ["template-lex", "template-parse", "template-parse-errors", "template-exec", "sprig"]
    {
        seeds.extend(thinned(rows(table)?.iter().map(|row| field(row, "tmpl"))));
    }
    let fixtures = rows("helm-fixtures")?;
    let templates = fixtures
        .iter()
        .filter(|row| row["path"].as_str().is_some_and(|it| it.contains("templates/")));
    seeds.extend(thinned(templates.map(|row| field(row, "data"))));
    Ok(seeds)
}

/// Values and templates: Sprig's functions, traps with their data, whole charts.
pub(crate) fn charts() -> Seeds {
    let template = |row: &Json| {
        let values = match &row["data"] {
            Json::Null => Json::Object(serde_json::Map::new()),
            data => data.clone(),
        };
        let text = field(row, "tmpl").replace("{{.", "{{.Values.").replace(" .", " .Values.");
        joined([values.to_string(), format!("templates/a.yaml\n{text}")])
    };
    let mut seeds: Vec<Vec<u8>> = thinned(rows("sprig")?.iter().map(template));
    seeds.extend(thinned(rows("template-traps")?.iter().map(template)));
    seeds.extend(thinned(rows("render")?.iter().map(|row| {
        let values =
            row["values"].as_array().and_then(|it| it.first()).map(text).unwrap_or_default();
        joined(std::iter::once(values).chain(files(row)))
    })));
    Ok(seeds)
}

pub(crate) fn yaml() -> Seeds {
    let mut seeds = thinned(rows("yaml")?.iter().map(|row| field(row, "yaml")));
    let fixtures = rows("helm-fixtures")?;
    seeds.extend(thinned(fixtures.iter().map(|row| field(row, "data"))));
    Ok(seeds)
}

pub(crate) fn json() -> Seeds {
    let of = |row: &Json| field(&row["want"], "json");
    let mut seeds = thinned(rows("yaml")?.iter().map(of));
    seeds.extend(thinned(rows("schema")?.iter().map(|row| text(&row["schema"]))));
    Ok(seeds)
}

pub(crate) fn toml() -> Seeds {
    let rows = read("crates/go/yaml/tests/data/toml.json")?;
    Ok(thinned(rows.iter().map(|row| field(row, "toml"))))
}

/// Charts as files, as tar, and packed.
pub(crate) fn archives() -> Seeds {
    let mut seeds = Vec::new();
    for table in ["render", "dependencies", "coalesce"] {
        let rows = rows(table)?;
        for (index, files) in rows.iter().map(files).filter(|it| !it.is_empty()).enumerate() {
            let kind = [FILES, PLAIN, PACKED][index % 3];
            let mut seed = vec![kind];
            match kind {
                FILES => seed.extend(joined(&files)),
                PLAIN => seed.extend(tar_of(&files)?),
                _ => seed.extend(gzipped(&tar_of(&files)?)),
            }
            seeds.push(seed);
        }
    }
    Ok(thinned(seeds))
}

fn tar_of(files: &[String]) -> anyhow::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for file in files {
        let (path, content) = file.split_once('\n').unwrap_or((file, ""));
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        archive.append_data(&mut header, format!("c/{path}"), content.as_bytes())?;
    }
    Ok(archive.into_inner()?)
}

pub(crate) fn regexps() -> Seeds {
    let row = |row: &Json| joined([field(row, "pattern"), field(row, "repl"), field(row, "input")]);
    let mut seeds = thinned(rows("regexp")?.iter().map(row));
    seeds.extend(thinned(rows("regexp-errors")?.iter().map(row)));
    Ok(seeds)
}

pub(crate) fn strvals() -> Seeds {
    let kinds = ["set", "set-string", "set-json", "set-literal", "set-file"];
    let row = |row: &Json| {
        let kind = kinds.iter().position(|kind| row["op"] == *kind).unwrap_or(0);
        format!("{kind}{}", field(row, "input")).replacen(
            char::is_numeric,
            ["0", "1", "2", "3", "4"][kind],
            1,
        )
    };
    Ok(thinned(rows("strvals")?.iter().map(row)))
}

pub(crate) fn versions() -> Seeds {
    let row = |row: &Json| {
        let version = [field(row, "v"), field(row, "text"), text(&row["versions"][0])].concat();
        joined([version, field(row, "c")])
    };
    Ok(thinned(rows("semver")?.iter().map(row)))
}

pub(crate) fn times() -> Seeds {
    let row = |row: &Json| joined([field(row, "layout"), field(row, "text")]);
    let mut seeds = thinned(rows("time-parse")?.iter().map(row));
    seeds.extend(thinned(rows("time-format")?.iter().map(row)));
    seeds.extend(thinned(rows("duration")?.iter().map(row)));
    let zones = ["Europe/Berlin", "Asia/Kathmandu", "America/St_Johns", "Local", "../x"];
    seeds.extend(zones.map(|zone| joined(["2006-01-02 15:04 MST -0700", zone])));
    Ok(seeds)
}

/// Every file of a row, its path in the first line.
fn files(row: &Json) -> Vec<String> {
    let files = row["files"].as_object().into_iter().flatten();
    files.map(|(path, content)| format!("{path}\n{}", text(content))).collect()
}

fn field(row: &Json, name: &str) -> String {
    text(&row[name])
}

fn text(value: &Json) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Short rows, evenly taken.
fn thinned<S: Into<Vec<u8>>>(rows: impl IntoIterator<Item = S>) -> Vec<Vec<u8>> {
    let short: Vec<Vec<u8>> =
        rows.into_iter().map(Into::into).filter(|it: &Vec<u8>| it.len() <= LONGEST).collect();
    let step = short.len().div_ceil(MOST).max(1);
    short.into_iter().step_by(step).collect()
}

fn rows(table: &str) -> anyhow::Result<Vec<Json>> {
    read(&format!("conformance/data/{table}.json"))
}

fn read(path: &str) -> anyhow::Result<Vec<Json>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..").join(path);
    let text = std::fs::read(&path).with_context(|| path.display().to_string())?;
    serde_json::from_slice(&text).with_context(|| path.display().to_string())
}
