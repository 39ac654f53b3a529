//! Gzipped tar archives to files, with Helm's checks of paths and sizes (`loader/archive`).
//!
//! Nothing is ever unpacked to disk. On top of Helm's rules, entries that are links or devices are
//! refused: Helm reads them as empty files, which hides what the archive says.

use std::cell::Cell;
use std::io::{self, BufReader, Read};

use flate2::bufread::MultiGzDecoder;
use tar::EntryType;

use crate::{ChartError, File};

/// The most that all files of a chart may take together, in bytes: Helm's limit, 100 MiB.
pub const MAX_DECOMPRESSED_CHART_SIZE: u64 = 100 * 1024 * 1024;

/// The most that one file of a chart may take, in bytes: Helm's limit, 5 MiB.
pub const MAX_DECOMPRESSED_FILE_SIZE: u64 = 5 * 1024 * 1024;

/// The most entries an archive may have. Helm has no such limit; the largest known chart has some
/// thousand files, and without one a small archive can hold millions of empty ones.
pub const MAX_ARCHIVE_ENTRIES: usize = 100_000;

/// The most that a long name or an extended header may take, in bytes: the limit of Go's
/// `archive/tar`. The library here reads them whole.
const MAX_SPECIAL_FILE_SIZE: u64 = 1 << 20;

/// What one archive may hold; tests use smaller ones.
#[derive(Clone, Copy)]
struct Limits {
    chart: u64,
    file: u64,
    entries: usize,
}

impl Limits {
    const STANDARD: Limits = Limits {
        chart: MAX_DECOMPRESSED_CHART_SIZE,
        file: MAX_DECOMPRESSED_FILE_SIZE,
        entries: MAX_ARCHIVE_ENTRIES,
    };

    /// Bytes that may pass through the decompressor: the files, plus a header and padding for each
    /// entry, and the end marks.
    fn stream(self) -> u64 {
        self.chart + (self.entries as u64 + 2) * 2048
    }
}

const UTF8_BOM: &[u8] = b"\xef\xbb\xbf";

/// Drops a byte order mark from the start of a file.
pub(crate) fn trim_bom(data: &[u8]) -> &[u8] {
    data.strip_prefix(UTF8_BOM).unwrap_or(data)
}

/// How many bytes every gzip header has (RFC 1952).
const GZIP_HEADER: usize = 10;

/// How much is decompressed at a time. In blocks of tar, decompressing costs twice as much.
const CHUNK: usize = 64 * 1024;

/// The files of a gzipped tar archive, their paths without the first part.
pub fn read_archive(archive: &[u8]) -> Result<Vec<File>, ChartError> {
    read_within(archive, Limits::STANDARD)
}

fn read_within(archive: &[u8], limits: Limits) -> Result<Vec<File>, ChartError> {
    if archive.is_empty() {
        return Err(ChartError::archive("EOF"));
    }
    // Go reads the header whole before it looks at it.
    if archive.len() < GZIP_HEADER {
        return Err(ChartError::archive("unexpected EOF"));
    }
    if !archive.starts_with(b"\x1f\x8b") {
        return Err(ChartError::archive("gzip: invalid header"));
    }
    let decompressed = MultiGzDecoder::new(archive).take(limits.stream());
    let budget = Cell::new(HEAD_BUDGET);
    let inner = BufReader::with_capacity(CHUNK, decompressed);
    let mut archive = tar::Archive::new(Metered { inner, budget: &budget });
    let (mut files, mut data) = (Vec::new(), Vec::new());
    let mut remaining = limits.chart;
    let mut entries = archive.entries().map_err(|error| stream_error(&error))?;
    for count in 0.. {
        budget.set(HEAD_BUDGET);
        let Some(entry) = entries.next() else { break };
        // What an entry holds is measured by itself.
        budget.set(u64::MAX);
        if count >= limits.entries {
            return Err(ChartError::archive(format!(
                "chart archive has more than the maximum of {} entries",
                limits.entries
            )));
        }
        let mut entry = entry.map_err(|error| stream_error(&error))?;
        let name = entry.path_bytes();
        if name.len() as u64 > MAX_SPECIAL_FILE_SIZE {
            return Err(ChartError::archive(FieldTooLong.to_string()));
        }
        let name = String::from_utf8_lossy(&name).into_owned();
        let kind = entry.header().entry_type();
        if kind.is_dir() || name.ends_with('/') || kind.is_pax_global_extensions() {
            io::copy(&mut entry, &mut io::sink()).map_err(|error| stream_error(&error))?;
            continue;
        }
        check_kind(kind, &name)?;
        let path = entry_path(&name).map_err(|error| error.about(&name))?;
        read_entry(&mut entry, &name, limits, &mut remaining, &mut data)?;
        files.push(File::new(path, trim_bom(&data)));
    }
    if files.is_empty() {
        return Err(ChartError::archive("no files in chart archive"));
    }
    Ok(files)
}

/// What may be read for the head of an entry: a long name, a long link and an extended header.
const HEAD_BUDGET: u64 = 4 * MAX_SPECIAL_FILE_SIZE;

/// What goes through [`io::Error`] to say that a name or an extended header is too long.
#[derive(Debug, thiserror::Error)]
#[error("archive/tar: header field too long")]
struct FieldTooLong;

/// A stream that gives no more than it may: the library reads the head of an entry whole, however
/// long that says it is, and there are several ways of saying so.
struct Metered<'b, R> {
    inner: R,
    budget: &'b Cell<u64>,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let budget = self.budget.get();
        if budget == 0 && !into.is_empty() {
            return Err(io::Error::other(FieldTooLong));
        }
        let length = into.len().min(usize::try_from(budget).unwrap_or(usize::MAX));
        let read = self.inner.read(&mut into[..length])?;
        self.budget.set(budget - read as u64);
        Ok(read)
    }
}

fn check_kind(kind: EntryType, name: &str) -> Result<(), ChartError> {
    if kind.is_symlink() || kind.is_hard_link() {
        return Err(ChartError::archive(format!(
            "chart illegally contains a link: {name:?}; put the file itself into the archive"
        )));
    }
    let device = kind.is_block_special() || kind.is_character_special() || kind.is_fifo();
    if device {
        return Err(ChartError::archive(format!(
            "chart illegally contains a special file: {name:?}; remove it from the archive"
        )));
    }
    Ok(())
}

fn too_large(limits: Limits) -> ChartError {
    ChartError::archive(format!(
        "decompressed chart is larger than the maximum size {}",
        limits.chart
    ))
}

fn read_entry(
    entry: &mut tar::Entry<'_, impl Read>,
    name: &str,
    limits: Limits,
    remaining: &mut u64,
    data: &mut Vec<u8>,
) -> Result<(), ChartError> {
    let size = entry.size();
    if size > *remaining {
        return Err(too_large(limits));
    }
    if size > limits.file {
        return Err(ChartError::archive(format!(
            "decompressed chart file {} is larger than the maximum file size {}",
            go_quote(name),
            limits.file
        )));
    }
    data.clear();
    let read = entry.take(*remaining).read_to_end(data).map_err(|error| stream_error(&error))?;
    let read = read as u64;
    *remaining -= read;
    if read < size {
        return Err(ChartError::archive("unexpected EOF"));
    }
    if *remaining == 0 {
        return Err(too_large(limits));
    }
    Ok(())
}

/// Go's `%q`.
pub(crate) fn go_quote(text: &str) -> String {
    pintle_go_fmt::quote(text.as_bytes())
}

/// The path of an entry below the chart's folder, or why it must not be there.
pub(crate) fn entry_path(name: &str) -> Result<String, ChartError> {
    let delimiter = if name.contains('\\') { '\\' } else { '/' };
    let (first, rest) = name.split_once(delimiter).unwrap_or((name, ""));
    let rest = rest.replace(delimiter, "/");
    if rest.starts_with('/') {
        return Err(ChartError::archive("chart illegally contains absolute paths"));
    }
    let path = clean(&rest);
    if path == "." {
        return Err(ChartError::archive(format!(
            "chart illegally contains content outside the base directory: {}",
            go_quote(name)
        )));
    }
    if path.starts_with("..") {
        return Err(ChartError::archive("chart illegally references parent directory"));
    }
    let bytes = path.as_bytes();
    if bytes.len() > 2 && bytes[0].is_ascii_alphabetic() && &bytes[1..3] == b":/" {
        return Err(ChartError::archive("chart contains illegally named files"));
    }
    if first == "Chart.yaml" {
        return Err(ChartError::archive("chart yaml not in base directory"));
    }
    Ok(path)
}

/// Go's `path.Clean` for relative paths.
pub(crate) fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// The text Go has for a stream that is no gzip or no tar.
fn stream_error(error: &io::Error) -> ChartError {
    let text = error.to_string();
    ChartError::archive(match error.kind() {
        _ if text.contains(&FieldTooLong.to_string()) => FieldTooLong.to_string(),
        io::ErrorKind::UnexpectedEof => "unexpected EOF".to_owned(),
        _ if text.contains("checksum") && text.contains("crc") => "gzip: invalid checksum".into(),
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData
            if text.contains("deflate") || text.contains("corrupt") =>
        {
            "flate: corrupt input".to_owned()
        }
        _ => "archive/tar: invalid tar header".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::*;

    const SMALL: Limits = Limits { chart: 3000, file: 1000, entries: 5 };

    fn read_sizes(sizes: &[usize]) -> Result<usize, String> {
        let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for size in sizes {
            let mut header = tar::Header::new_gnu();
            header.set_size(*size as u64);
            header.set_mode(0o644);
            let data = vec![b'x'; *size];
            builder.append_data(&mut header, "c/a", &data[..]).unwrap();
        }
        let archive = builder.into_inner().unwrap().finish().unwrap();
        read_within(&archive, SMALL).map(|files| files.len()).map_err(|error| error.to_string())
    }

    #[test]
    fn files_charts_and_entries_have_limits() {
        assert_eq!(read_sizes(&[1000]), Ok(1));
        let file = "decompressed chart file \"c/a\" is larger than the maximum file size 1000";
        assert_eq!(read_sizes(&[1001]), Err(file.to_owned()));
        let chart = "decompressed chart is larger than the maximum size 3000";
        assert_eq!(read_sizes(&[1000, 1000, 999]), Ok(3));
        assert_eq!(read_sizes(&[1000, 1000, 1000]), Err(chart.to_owned()));
        assert_eq!(read_sizes(&[1000, 1000, 999, 2]), Err(chart.to_owned()));
        assert_eq!(read_sizes(&[0; 5]), Ok(5));
        let entries = "chart archive has more than the maximum of 5 entries";
        assert_eq!(read_sizes(&[0; 6]), Err(entries.to_owned()));
    }

    #[test]
    fn the_limits_are_helms() {
        assert_eq!((MAX_DECOMPRESSED_CHART_SIZE, MAX_DECOMPRESSED_FILE_SIZE), (100 << 20, 5 << 20));
    }

    #[test]
    fn paths_that_escape_are_refused_in_helms_words() {
        let check = |name: &str, want: Result<&str, &str>| {
            let got = entry_path(name).map_err(|error| error.to_string());
            assert_eq!(got, want.map(str::to_owned).map_err(str::to_owned), "{name}");
        };
        check("c/templates/a.yaml", Ok("templates/a.yaml"));
        check(r"c\templates\a.yaml", Ok("templates/a.yaml"));
        check("c/./a//b", Ok("a/b"));
        check("c//etc/passwd", Err("chart illegally contains absolute paths"));
        check("c/../x", Err("chart illegally references parent directory"));
        check("c/..x", Err("chart illegally references parent directory"));
        check("c/a/../../x", Err("chart illegally references parent directory"));
        check(r"c\c:\x", Err("chart contains illegally named files"));
        check("Chart.yaml/x", Err("chart yaml not in base directory"));
        check(
            "Chart.yaml",
            Err("chart illegally contains content outside the base directory: \"Chart.yaml\""),
        );
    }
}
