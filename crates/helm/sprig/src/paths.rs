//! Slash-separated paths (Go `path`), which are also the file paths of every host we run on.

use pintle_go_template::{Func, func};

use crate::Generator;
use crate::table::Table;

/// `path.Clean`
pub(crate) fn clean(path: &[u8]) -> Vec<u8> {
    if path.is_empty() {
        return b".".to_vec();
    }
    let rooted = path[0] == b'/';
    let mut kept: Vec<&[u8]> = Vec::new();
    for element in path.split(|byte| *byte == b'/') {
        match element {
            b"" | b"." => {}
            b".." => match kept.last() {
                Some(last) if *last != b".." => drop(kept.pop()),
                _ if rooted => {}
                _ => kept.push(element),
            },
            element => kept.push(element),
        }
    }
    let joined = kept.join(&b'/');
    match (rooted, joined.is_empty()) {
        (true, _) => [b"/", &joined[..]].concat(),
        (false, true) => b".".to_vec(),
        (false, false) => joined,
    }
}

fn base(path: &[u8]) -> Vec<u8> {
    if path.is_empty() {
        return b".".to_vec();
    }
    let end = path.iter().rposition(|byte| *byte != b'/').map_or(0, |last| last + 1);
    let name = path[..end].rsplit(|byte| *byte == b'/').next().unwrap_or_default();
    if name.is_empty() { b"/".to_vec() } else { name.to_vec() }
}

fn dir(path: &[u8]) -> Vec<u8> {
    let end = path.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    clean(&path[..end])
}

fn ext(path: &[u8]) -> &[u8] {
    let name = path.iter().rposition(|byte| *byte == b'/').map_or(0, |slash| slash + 1);
    match path[name..].iter().rposition(|byte| *byte == b'.') {
        Some(dot) => &path[name + dot..],
        None => b"",
    }
}

fn is_abs(path: &[u8]) -> bool {
    path.first() == Some(&b'/')
}

impl<H: Generator + ?Sized + 'static> Table<H> {
    /// Paths.
    pub(crate) const PATHS: &'static [Func<H>] = &[
        func!("base", base, (&[u8])),
        func!("dir", dir, (&[u8])),
        func!("clean", clean, (&[u8])),
        func!("ext", ext, (&[u8])),
        func!("isAbs", is_abs, (&[u8])),
        func!("osBase", base, (&[u8])),
        func!("osDir", dir, (&[u8])),
        func!("osClean", clean, (&[u8])),
        func!("osExt", ext, (&[u8])),
        func!("osIsAbs", is_abs, (&[u8])),
    ];
}
