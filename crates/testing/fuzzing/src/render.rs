//! The target over whole renders: a chart out of the bytes, rendered twice.

use std::sync::Arc;

use pintle_go_template::Limits;
use pintle_go_value::Tree;
use pintle_helm_chart::{File, load_files, read_values};
use pintle_helm_render::{ParsedChart, RenderError, RenderOptions, Seeded, render as render_chart};

use crate::input::{parts, text};

/// Few steps and little memory: what bombs do at the real limits, tests say.
const STEPS: u64 = 20_000;
const OUTPUT: usize = 4 << 20;
const HEAP: usize = 32 << 20;

const CHART: &[u8] = b"apiVersion: v2\nname: c\nversion: 0.1.0\n";

/// The first part is the values; each further part is a file: its path in the first line.
pub(crate) fn render(data: &[u8]) {
    let mut parts = parts(data);
    let values = parts.next().unwrap_or_default();
    let Ok(values) = read_values(values) else { return };
    let Ok(chart) = load_files(files(parts), &mut Vec::new()) else { return };
    let chart = ParsedChart::new(chart);
    let first = rendered(&chart, &values);
    let second = rendered(&chart, &values);
    assert!(first == second, "two renders differ:\n{first:?}\n{second:?}");
}

/// The files of a chart, with a `Chart.yaml` if there is none.
pub(crate) fn files<'d>(parts: impl Iterator<Item = &'d [u8]>) -> Vec<File> {
    let mut files: Vec<File> = parts.map(file).collect();
    if !files.iter().any(|file| &*file.name == "Chart.yaml") {
        files.push(File::new("Chart.yaml", CHART));
    }
    files
}

fn file(part: &[u8]) -> File {
    let end = part.iter().position(|byte| *byte == b'\n').unwrap_or(part.len());
    let (path, content) = part.split_at(end);
    File::new(text(path), content.get(1..).unwrap_or_default())
}

fn rendered(chart: &ParsedChart, values: &Tree) -> Result<Vec<u8>, String> {
    let seeded = Arc::new(Seeded::new([7; 32], 1_700_000_000, 0));
    let mut options = RenderOptions::new("release-name", "default", seeded);
    options.limits = Limits { steps: STEPS, output: OUTPUT, ..Limits::STANDARD };
    options.heap_limit = HEAP;
    let error = |error: RenderError| error.to_string();
    let rendered = render_chart(chart, values, &options, &mut Vec::new()).map_err(error)?;
    let manifest = rendered.manifest().map_err(error);
    let mut text = rendered.manifest_text(true);
    text.extend_from_slice(&rendered.notes);
    match manifest {
        Ok(manifest) => {
            for object in &manifest.objects {
                text.extend_from_slice(object.body.to_string().as_bytes());
            }
        }
        Err(error) => text.extend_from_slice(error.as_bytes()),
    }
    Ok(text)
}
