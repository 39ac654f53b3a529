//! `--post-renderer`: what was rendered goes through a command (`action.renderResources`).
//!
//! Helm 4 runs a plug-in and tells it by an annotation which file an object comes from, for which it
//! writes all YAML anew. Here a command gets the rendered bytes, and what it gives is used as it
//! is: an object keeps its source by kind, namespace and name.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::Arc;

use pintle_go_value::Tree;
use pintle_helm_render::{RenderedFile, split_documents};

/// What tells objects apart: API version, kind, namespace, name.
type Identity = (String, String, String, String);

/// Runs the command. The error is its text after Helm's.
pub(super) fn run(
    command: &str,
    args: &[String],
    files: &[RenderedFile],
) -> Result<Vec<RenderedFile>, String> {
    let mut sources: BTreeMap<Identity, Arc<str>> = BTreeMap::new();
    let mut merged = Vec::new();
    for file in files {
        for range in split_documents(&file.content) {
            let document = &file.content[range];
            if let Some(identity) = identity(document) {
                sources.entry(identity).or_insert_with(|| file.path.clone());
            }
            merged.extend_from_slice(b"---\n");
            merged.extend_from_slice(document.trim_ascii_end());
            merged.push(b'\n');
        }
    }
    let output = pipe(command, args, &merged)
        .map_err(|error| format!("error while running post render on files: {error}"))?;
    let mut changed: Vec<RenderedFile> = Vec::new();
    for (at, range) in split_documents(&output).into_iter().enumerate() {
        let document = &output[range];
        let known = identity(document).and_then(|identity| sources.get(&identity).cloned());
        // Helm's name for what it does not know.
        let path = known.unwrap_or_else(|| format!("generated-by-postrender-{at}.yaml").into());
        match changed.iter_mut().find(|file| file.path == path) {
            Some(file) => {
                file.content.extend_from_slice(b"\n---\n");
                file.content.extend_from_slice(document);
            }
            None => changed.push(RenderedFile { path, content: document.to_vec() }),
        }
    }
    Ok(changed)
}

fn identity(document: &[u8]) -> Option<Identity> {
    let tree = pintle_go_yaml::read(document).ok()?;
    let text = |tree: Option<&Tree>| tree.and_then(Tree::as_str).unwrap_or_default().to_owned();
    let metadata = tree.get("metadata");
    let of = |key: &str| text(metadata.and_then(|it| it.get(key)));
    Some((text(tree.get("apiVersion")), text(tree.get("kind")), of("namespace"), of("name")))
}

fn pipe(command: &str, args: &[String], input: &[u8]) -> Result<Vec<u8>, String> {
    let mut child = Command::new(command)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{command} can't be run: {error}; give a program on your PATH"))?;
    let mut stdin = child.stdin.take();
    let mut stderr = child.stderr.take();
    let output = std::thread::scope(|scope| {
        // All three at once: a command may write before it has read everything.
        scope.spawn(move || {
            // A command that reads nothing closes its input; what it answers counts.
            let _ = stdin.take().map(|mut it| it.write_all(input));
        });
        let words = scope.spawn(move || {
            let mut words = String::new();
            let _ = stderr.take().map(|mut it| it.read_to_string(&mut words));
            words
        });
        let output = child.wait_with_output();
        output.map(|output| (output, words.join().unwrap_or_default()))
    });
    let (output, words) = output.map_err(|error| format!("{command}: {error}"))?;
    if !output.status.success() {
        return Err(format!("{command} ended with {}. error output:\n{words}", output.status));
    }
    if output.stdout.trim_ascii().is_empty() {
        return Err(format!("post-renderer {command:?} produced empty output"));
    }
    Ok(output.stdout)
}
