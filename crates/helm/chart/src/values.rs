//! Values: reading files, and merging what a user gives (`pkg/cli/values`, `loader.LoadValues`).

use std::io;
use std::sync::Arc;

use pintle_go_value::{Tree, TreeMap};

use crate::directory::read_error;
use crate::{ChartError, SetKind, parse_set};

/// Reads a values file: one or more YAML documents, merged in their order.
pub fn read_values(text: &[u8]) -> Result<Tree, ChartError> {
    let mut values = Tree::map();
    for document in yaml_documents(text)? {
        let tree = pintle_go_yaml::read_map(&document).map_err(|error| {
            ChartError::values(format!("cannot unmarshal yaml document: {error}"))
        })?;
        merge_maps(&mut values, tree);
    }
    Ok(values)
}

/// Kubernetes' `YAMLReader`: documents between lines that start with `---`. Each line ends in a line
/// feed, also the last one, where a block scalar would lack it otherwise. A text that is so already
/// is not copied.
///
/// # Errors
/// A separator with anything but a comment after it.
pub fn yaml_documents(text: &[u8]) -> Result<Vec<std::borrow::Cow<'_, [u8]>>, ChartError> {
    let separator = |line: &[u8]| line.starts_with(b"---");
    let ends = text.is_empty() || text.ends_with(b"\n");
    if ends && !text.contains(&b'\r') && !text.split(|byte| *byte == b'\n').any(separator) {
        return Ok(vec![text.into()]);
    }
    let mut documents = Vec::new();
    let mut current: Vec<u8> = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let line = match line.strip_suffix(b"\n") {
            Some(line) => line.strip_suffix(b"\r").unwrap_or(line),
            None => line,
        };
        if separator(line) {
            let rest = line[3..].trim_ascii();
            if !rest.is_empty() && rest[0] != b'#' {
                return Err(ChartError::values(format!(
                    "error reading yaml document: invalid Yaml document separator: {}",
                    String::from_utf8_lossy(rest)
                )));
            }
            if !current.is_empty() {
                documents.push(std::mem::take(&mut current).into());
                continue;
            }
        }
        current.extend_from_slice(line);
        current.push(b'\n');
    }
    if !current.is_empty() {
        documents.push(current.into());
    }
    Ok(documents)
}

/// Helm's `MergeMaps`: maps merge, anything else of `over` replaces what is in `base`.
pub fn merge_maps(base: &mut Tree, over: Tree) {
    let Tree::Map(over) = over else { return };
    let Some(entries) = base.as_map_mut() else {
        *base = Tree::Map(over);
        return;
    };
    if entries.is_empty() {
        *base = Tree::Map(over);
        return;
    }
    let over = Arc::try_unwrap(over).unwrap_or_else(|shared| TreeMap::clone(&shared));
    for (key, value) in over {
        match entries.get_mut(&key) {
            Some(have @ Tree::Map(_)) if value.as_map().is_some() => merge_maps(have, value),
            Some(have) => *have = value,
            None => {
                entries.insert(key, value);
            }
        }
    }
}

/// The ways to give values on a command line, merged in Helm's order: files, `--set-json`,
/// `--set`, `--set-string`, `--set-file`, `--set-literal`.
#[derive(Debug, Clone, Default)]
pub struct ValuesOptions {
    /// `-f`, `--values`
    pub files: Vec<String>,
    /// `--set-json`
    pub json: Vec<String>,
    /// `--set`
    pub set: Vec<String>,
    /// `--set-string`
    pub strings: Vec<String>,
    /// `--set-file`
    pub from_files: Vec<String>,
    /// `--set-literal`
    pub literals: Vec<String>,
}

impl ValuesOptions {
    /// Merges everything. `read` fetches a file by the name the user gave.
    pub fn merge(
        &self,
        read: &mut dyn FnMut(&str) -> io::Result<Vec<u8>>,
    ) -> Result<Tree, ChartError> {
        let mut base = Tree::map();
        for name in &self.files {
            let text = read(name).map_err(|error| ChartError::values(read_error(name, &error)))?;
            let values = read_values(&text)
                .map_err(|error| error.within(&format!("failed to parse {name}")))?;
            merge_maps(&mut base, values);
        }
        for text in &self.json {
            set_json(&mut base, text)?;
        }
        for (texts, kind, flag) in [
            (&self.set, SetKind::Typed, "--set"),
            (&self.strings, SetKind::String, "--set-string"),
            (&self.from_files, SetKind::File, "--set-file"),
            (&self.literals, SetKind::Literal, "--set-literal"),
        ] {
            for text in texts {
                parse_set(&mut base, text, kind, read)
                    .map_err(|error| error.within(&format!("failed parsing {flag} data")))?;
            }
        }
        Ok(base)
    }
}

/// `--set-json`: a whole object, or `key=JSON` pairs.
fn set_json(base: &mut Tree, text: &str) -> Result<(), ChartError> {
    let trimmed = text.trim();
    if trimmed.starts_with('{') {
        let tree = pintle_go_yaml::read_json(trimmed.as_bytes()).map_err(|_| {
            ChartError::values(format!("failed parsing --set-json data JSON: {text}"))
        })?;
        merge_maps(base, tree);
        return Ok(());
    }
    parse_set(base, text, SetKind::Json, &mut |_| Err(io::ErrorKind::Unsupported.into()))
        .map_err(|_| ChartError::values(format!("failed parsing --set-json data {text}")))
}
