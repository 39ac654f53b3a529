//! Pintle's answer to a case, in process.

use std::sync::Arc;

use pintle_go_fmt::rune_text;
use pintle_go_value::Tree;
use pintle_helm_chart::{File, SetKind, load_files, merge_maps, parse_set, read_values};
use pintle_helm_render::{
    Document, HookDocument, KubeVersion, ParsedChart, RenderOptions, Seeded, render_files,
    sort_manifests,
};

use super::case::{Answer, Case, Piece};

/// What Pintle makes of a case.
pub(super) fn answer(case: &Case) -> Answer {
    rendered(case).unwrap_or_else(Answer::error)
}

fn rendered(case: &Case) -> Result<Answer, String> {
    let files = case.files.iter();
    let files = files.map(|(name, text)| File::new(name.as_str(), text.as_bytes())).collect();
    let chart = load_files(files, &mut Vec::new()).map_err(|error| error.to_string())?;
    let parsed = ParsedChart::new(chart);
    let values = user(case)?;
    let options = options(case)?;
    let mut warnings = Vec::new();
    let rendered = render_files(&parsed, &values, &options, &mut warnings)
        .map_err(|error| error.to_string())?;
    let mut answer = Answer::default();
    let notes = format!("{}/templates/NOTES.txt", parsed.chart().name());
    for file in &rendered.files {
        let text = rune_text(&file.content);
        if *file.path == notes {
            answer.notes.clone_from(&text);
        }
        answer.files.insert(file.path.to_string(), text);
    }
    match sort_manifests(rendered.files, &mut warnings) {
        Ok((documents, hooks)) => {
            answer.manifests = documents.iter().map(piece).collect();
            answer.hooks = hooks.iter().map(hook).collect();
        }
        Err(error) => answer.sort_err = Some(error.to_string()),
    }
    Ok(answer)
}

fn user(case: &Case) -> Result<Tree, String> {
    let mut base = Tree::map();
    for text in &case.values {
        merge_maps(&mut base, read_values(text.as_bytes()).map_err(|error| error.to_string())?);
    }
    for set in &case.set {
        let no_files = &mut |_: &str| Err(std::io::ErrorKind::NotFound.into());
        parse_set(&mut base, set, SetKind::Typed, no_files)
            .map_err(|error| format!("failed parsing --set data: {error}"))?;
    }
    Ok(base)
}

fn options(case: &Case) -> Result<RenderOptions, String> {
    let generator = Arc::new(Seeded::new([7; 32], 0, 0));
    let mut options = RenderOptions::new("release-name", "default", generator);
    options.strict = case.strict;
    if let Some(release) = &case.release {
        options.release.name.clone_from(&release.name);
        options.release.namespace.clone_from(&release.namespace);
        options.release.revision = release.revision;
        options.release.is_upgrade = release.is_upgrade;
    }
    if let Some(version) = &case.kube_version {
        options.capabilities.kube_version = KubeVersion::parse(version)
            .map_err(|error| format!("invalid kube version '{version}': {error}"))?;
    }
    Arc::make_mut(&mut options.capabilities.api_versions).extend(case.api_versions.clone());
    Ok(options)
}

fn piece(document: &Document) -> Piece {
    Piece {
        name: document.source.path.clone(),
        kind: document.kind.clone(),
        content: rune_text(document.text()),
        events: Vec::new(),
        weight: 0,
    }
}

fn hook(hook: &HookDocument) -> Piece {
    let events = hook.events.iter().map(|event| event.name().to_owned()).collect();
    Piece { events, weight: hook.weight, ..piece(&hook.document) }
}
