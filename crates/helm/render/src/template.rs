//! `helm template`: what it prints, byte for byte (`pkg/cmd/template.go`).

use std::fmt::Write;

use pintle_go_value::{Heap, Map, Tree, TreeMap, Value};
use pintle_helm_chart::{
    Warning, check_complete, coalesce_values, path_match, process_dependencies,
};

use crate::document::is_notes;
use crate::output::write_document;
use crate::render::render_decided;
use crate::split::{is_blank, split_documents, trim_space};
use crate::{
    ParsedChart, RenderError, RenderOptions, Rendered, RenderedFile, RenderedFiles,
    check_release_name, render, render_files, sort_manifests,
};

/// The flags that choose what is printed.
#[derive(Clone, Debug, Default)]
pub struct TemplateOptions {
    /// `--include-crds`
    pub include_crds: bool,
    /// `--skip-tests`
    pub skip_tests: bool,
    /// `--no-hooks`
    pub no_hooks: bool,
    /// `--show-only`, patterns of template paths below the chart.
    pub show_only: Vec<String>,
}

/// What `helm template` leaves behind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TemplateOutput {
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error: the log, and the error if there is one.
    pub stderr: String,
    /// Whether it failed.
    pub failed: bool,
}

/// Runs `helm template` on a loaded chart and merged values. `warnings` are those of loading.
#[must_use]
pub fn template(
    chart: &ParsedChart,
    values: &Tree,
    options: &RenderOptions,
    choice: &TemplateOptions,
    mut warnings: Vec<Warning>,
) -> TemplateOutput {
    let result = template_release(chart, values, options, None, &mut warnings);
    let mut output = TemplateOutput::default();
    let result = result
        .map_err(|error| template_error(&error))
        .and_then(|rendered| template_text(&rendered, choice));
    for warning in warnings {
        // Writing to a string cannot fail.
        let _ = writeln!(output.stderr, "{warning}");
    }
    match result {
        Ok(stdout) => output.stdout = stdout,
        Err(text) => {
            output.failed = true;
            let _ = writeln!(output.stderr, "Error: {text}");
        }
    }
    output
}

/// What `helm template` adds to errors of a release, unless it runs with `--debug`.
pub const HELM_DEBUG_HINT: &str = "\n\nUse --debug flag to render out invalid YAML";

/// What `helm template --debug` prints of a release that failed: the files as they were rendered,
/// ordered by their paths. (Helm's order is chance.) Nothing where `--show-only` matches none.
#[must_use]
pub fn template_invalid(files: &[RenderedFile], choice: &TemplateOptions) -> Vec<u8> {
    let mut files: Vec<&RenderedFile> =
        files.iter().filter(|file| !is_notes(&file.path) && !is_blank(&file.content)).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut text = Vec::new();
    for file in files {
        write_document(&mut text, &file.path, &file.content);
    }
    let mut text = trim_space(&text).to_vec();
    text.push(b'\n');
    if choice.show_only.is_empty() {
        return text;
    }
    show_only(&text, &choice.show_only).unwrap_or_default()
}

/// What `helm template` says after `Error: `.
#[must_use]
pub fn template_error(error: &RenderError) -> String {
    if error.has_release() { format!("{error}{HELM_DEBUG_HINT}") } else { error.to_string() }
}

/// Changes what was rendered before it is split into documents: a post-renderer.
pub type PostRender<'p> = dyn FnMut(Vec<RenderedFile>) -> Result<Vec<RenderedFile>, String> + 'p;

/// What `helm template` does before it prints: checks the chart and the name, and renders.
///
/// # Errors
/// Those of [`render`], and whatever is wrong with the chart or the name.
pub fn template_release(
    chart: &ParsedChart,
    values: &Tree,
    options: &RenderOptions,
    post: Option<&mut PostRender<'_>>,
    warnings: &mut Vec<Warning>,
) -> Result<Rendered, RenderError> {
    chart.chart().check_installable()?;
    if chart.chart().metadata().deprecated {
        warnings.push(Warning::warn("this chart is deprecated"));
    }
    check_complete(chart.chart())?;
    check_name(&options.release.name, warnings)?;
    let Some(post) = post else { return render(chart, values, options, warnings) };
    let RenderedFiles { mut files, crds } = render_files(chart, values, options, warnings)?;
    files.retain(|file| !is_notes(&file.path));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let files = post(files).map_err(RenderError::PostRender)?;
    let (documents, hooks) = sort_manifests(files, warnings)?;
    Ok(Rendered { crds, documents, hooks, notes: Vec::new() })
}

/// The files that `helm lint` looks at: values are merged before they are rendered, so that what
/// the user took away with null is back. Nothing where dependencies or values don't fit: Helm
/// stops there without a word.
///
/// # Errors
/// Those of [`render_files`].
pub fn lint_files(
    chart: &ParsedChart,
    values: &Tree,
    options: &RenderOptions,
    warnings: &mut Vec<Warning>,
) -> Result<Option<RenderedFiles>, RenderError> {
    let heap = Heap::new();
    let merged = process_dependencies(&heap, chart.chart(), values, warnings)
        .and_then(|instance| coalesce_values(&heap, &instance, values, warnings).map(map_tree));
    let Ok(merged) = merged else { return Ok(None) };
    render_decided(chart, &merged, options, true, warnings).map(Some)
}

fn map_tree(map: &Map<'_>) -> Tree {
    let mut tree = TreeMap::new();
    map.for_each(|key, value| {
        tree.insert(String::from_utf8_lossy(key).as_ref().into(), value_tree(value));
    });
    Tree::Map(tree.into())
}

fn value_tree(value: Value<'_>) -> Tree {
    match value {
        Value::Bool(value) => Tree::Bool(value),
        Value::Int(_, value) => Tree::Int(value),
        Value::Float(_, value) => Tree::Float(value),
        Value::String(text) => Tree::from(text),
        Value::List(list) => {
            let items: Vec<Tree> = list.items().iter().map(|item| value_tree(*item)).collect();
            Tree::List(items.into())
        }
        Value::Map(map) => map_tree(map),
        // Values files and `--set` make nothing else.
        _ => Tree::Null,
    }
}

fn check_name(name: &str, warnings: &mut Vec<Warning>) -> Result<(), RenderError> {
    const FAILED: &str = "release name check failed";
    check_release_name(name).map_err(|text| {
        let text = format!("release name {}: {text}", pintle_go_fmt::quote(name.as_bytes()));
        warnings.push(Warning::error(FAILED).with("error", text.as_str()));
        RenderError::ReleaseName(format!("{FAILED}: {text}"))
    })
}

/// What `helm template` prints of a release.
///
/// # Errors
/// A pattern of `--show-only` that no document matches.
pub fn template_text(rendered: &Rendered, choice: &TemplateOptions) -> Result<Vec<u8>, String> {
    let text = text(rendered, choice);
    if choice.show_only.is_empty() { Ok(text) } else { show_only(&text, &choice.show_only) }
}

/// Objects and hooks, one after another.
fn text(rendered: &Rendered, choice: &TemplateOptions) -> Vec<u8> {
    let manifest = rendered.manifest_text(choice.include_crds);
    let mut text = trim_space(&manifest).to_vec();
    text.push(b'\n');
    for hook in &rendered.hooks {
        let skipped = choice.no_hooks || (choice.skip_tests && hook.is_test());
        if !skipped {
            write_document(&mut text, &hook.document.source.path, hook.document.text());
        }
    }
    text
}

/// Only the documents whose source matches one of the patterns, in the order of the patterns.
fn show_only(text: &[u8], patterns: &[String]) -> Result<Vec<u8>, String> {
    let documents: Vec<(&[u8], String)> = split_documents(text)
        .into_iter()
        .filter_map(|range| source_of(&text[range.clone()]).map(|path| (&text[range], path)))
        .collect();
    let mut shown = Vec::new();
    for pattern in patterns {
        let matching = |path: &str| path_match(pattern, path).unwrap_or(false);
        let before = shown.len();
        for (document, _) in documents.iter().filter(|(_, path)| matching(path)) {
            shown.extend_from_slice(b"---\n");
            shown.extend_from_slice(document);
            shown.push(b'\n');
        }
        if shown.len() == before {
            return Err(format!("could not find template {pattern} in chart"));
        }
    }
    Ok(shown)
}

/// The path in the first `# Source:` of a document, without the chart's name: Helm's expression
/// `# Source: [^/]+/(.+)`.
fn source_of(document: &[u8]) -> Option<String> {
    const MARK: &[u8] = b"# Source: ";
    let mut rest = document;
    loop {
        let at = memchr::memmem::find(rest, MARK)? + MARK.len();
        rest = &rest[at..];
        let slash = rest.iter().position(|byte| *byte == b'/').filter(|at| *at > 0);
        if let Some(slash) = slash {
            let path = &rest[slash + 1..];
            let end = path.iter().position(|byte| *byte == b'\n').unwrap_or(path.len());
            if end > 0 {
                return Some(String::from_utf8_lossy(&path[..end]).into_owned());
            }
        }
    }
}
