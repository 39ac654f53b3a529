//! The target over archives: loading, packing and loading again.

use std::collections::BTreeSet;
use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use pintle_go_value::Heap;
use pintle_helm_chart::{
    Chart, MAX_ARCHIVE_ENTRIES, MAX_DECOMPRESSED_FILE_SIZE, coalesce_values, load_archive,
    load_files, package, process_dependencies, read_archive, validate_values,
};

use crate::input::parts;
use crate::render::files;

/// An input that is a gzipped archive.
pub(crate) const PACKED: u8 = b'z';
/// An input that is a plain tar, which is packed here.
pub(crate) const PLAIN: u8 = b't';
/// An input that is a chart's files, as for rendering.
pub(crate) const FILES: u8 = b'f';

/// The first byte says what the rest is.
pub(crate) fn archive(data: &[u8]) {
    let Some((kind, rest)) = data.split_first() else { return };
    match *kind {
        PACKED => from_archive(rest),
        FILES => {
            if let Ok(chart) = load_files(files(parts(rest)), &mut Vec::new()) {
                used(&chart);
                packed(&chart);
            }
        }
        _ => from_archive(&gzipped(rest)),
    }
}

pub(crate) fn gzipped(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing into memory does not fail.
    let _ = encoder.write_all(data);
    encoder.finish().unwrap_or_default()
}

fn from_archive(archive: &[u8]) {
    if let Ok(files) = read_archive(archive) {
        assert!(files.len() <= MAX_ARCHIVE_ENTRIES);
        for file in &files {
            assert!(file.data.len() as u64 <= MAX_DECOMPRESSED_FILE_SIZE, "{} is large", file.name);
            let leaves = file.name.starts_with('/') || file.name.split('/').any(|it| it == "..");
            assert!(!leaves, "{} leaves the chart", file.name);
        }
    }
    if let Ok(chart) = load_archive(archive, &mut Vec::new()) {
        used(&chart);
        packed(&chart);
    }
}

/// Values are merged and checked, twice to the same.
fn used(chart: &Chart) {
    let values = || {
        let heap = Heap::new();
        let user = pintle_go_value::Tree::map();
        let instance = process_dependencies(&heap, chart, &user, &mut Vec::new()).ok()?;
        let merged = coalesce_values(&heap, &instance, &user, &mut Vec::new()).ok()?;
        let checked = validate_values(&instance, merged).map_err(|error| error.to_string());
        let mut json = Vec::new();
        pintle_go_yaml::to_json(&mut json, (&heap, pintle_go_value::Value::Map(merged))).ok()?;
        Some((json, checked))
    };
    assert_eq!(values(), values(), "two merges differ");
}

/// What is packed is read back, and packs to the same bytes; but for paths that no archive has.
fn packed(chart: &Chart) {
    let odd = |part: &str| matches!(part, "" | "." | "..") || part.contains(['\\', '\0']);
    let names: BTreeSet<&str> = chart.raw().iter().map(|file| &*file.name).collect();
    // Of a path that comes twice, what is loaded and what is packed need not be the same.
    if names.len() < chart.raw().len() || names.iter().any(|name| name.split('/').any(odd)) {
        return;
    }
    let Ok(first) = package(chart) else { return };
    let again = load_archive(&first.bytes, &mut Vec::new());
    assert!(again.is_ok(), "what was packed does not load: {:?}", again.err());
    let Ok(again) = again else { return };
    let second = package(&again).map(|it| it.digest).map_err(|error| error.to_string());
    assert_eq!(second.as_ref(), Ok(&first.digest), "packed twice");
}
