//! Bombs in archives: little that unpacks to much is refused before it is there.

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use pintle_helm_chart::{
    MAX_ARCHIVE_ENTRIES, MAX_DECOMPRESSED_CHART_SIZE, MAX_DECOMPRESSED_FILE_SIZE, load_archive,
};
use pintle_testing_fuzzing::{Bounds, measured};

/// Unpacking goes on to Helm's 100 MiB at most.
const MEMORY: usize = 300 << 20;

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

fn header(path: &str, size: u64) -> Vec<u8> {
    let mut header = tar::Header::new_gnu();
    header.set_path(path).unwrap();
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    header.as_bytes().to_vec()
}

/// So many zeros, packed: members of one stream, of which each is made once.
fn zeros(bytes: u64) -> Vec<u8> {
    const MEMBER: u64 = 64 << 20;
    let member = gzip(&vec![0; usize::try_from(MEMBER).unwrap()]);
    member.repeat(usize::try_from(bytes / MEMBER).unwrap())
}

#[track_caller]
fn check(name: &str, archive: Vec<u8>, want: &str) {
    let factor = if cfg!(debug_assertions) { 10 } else { 1 };
    let bounds = Bounds { time: Duration::from_secs(2) * factor, memory: MEMORY };
    let packed = archive.len();
    let loaded = measured(bounds, move || {
        load_archive(&archive, &mut Vec::new()).map(|chart| chart.name().to_owned())
    });
    let (loaded, spent) = loaded.unwrap_or_else(|why| panic!("{name}: {why}"));
    println!(
        "{:6.2} s {:5} MiB  {name}: {packed} bytes",
        spent.time.as_secs_f64(),
        spent.memory >> 20
    );
    match loaded {
        Ok(loaded) => panic!("{name}: loads as {loaded}"),
        Err(error) => assert!(error.to_string().contains(want), "{name}: {error}"),
    }
}

const FIVE_GB: u64 = 5 << 30;

#[test]
fn five_gigabytes_of_zeros() {
    let large = format!("larger than the maximum size {MAX_DECOMPRESSED_CHART_SIZE}");
    let declared = [gzip(&header("c/a", FIVE_GB)), zeros(FIVE_GB)].concat();
    assert!(declared.len() < 6 << 20, "{} bytes", declared.len());
    check("one file of 5 GB", declared, &large);
    // Zeros end a tar: what is behind them is not read.
    check("nothing but zeros", zeros(FIVE_GB), "no files in chart archive");
    let five = MAX_DECOMPRESSED_FILE_SIZE;
    let file =
        [gzip(&header("c/a", five)), gzip(&vec![0; usize::try_from(five).unwrap()])].concat();
    check("a thousand files of 5 MiB", file.repeat(1000), &large);
    let beyond = [gzip(&header("c/a", five + 1)), zeros(1 << 30)].concat();
    check("a file beyond its limit", beyond, "larger than the maximum file size");
}

/// Names and extended headers are read whole by the library: they count too.
#[test]
fn long_names() {
    let mut long = tar::Header::new_gnu();
    long.set_path("././@LongLink").unwrap();
    long.set_entry_type(tar::EntryType::GNULongName);
    long.set_size(FIVE_GB);
    long.set_cksum();
    let archive = [gzip(long.as_bytes()), zeros(FIVE_GB)].concat();
    check("a name of 5 GB", archive, "header field too long");
    let mut extended = tar::Header::new_ustar();
    extended.set_path("pax").unwrap();
    extended.set_entry_type(tar::EntryType::XHeader);
    extended.set_size(FIVE_GB);
    extended.set_cksum();
    let archive = [gzip(extended.as_bytes()), zeros(FIVE_GB)].concat();
    check("an extended header of 5 GB", archive, "header field too long");
    // Behind what makes the sizes in headers mean something else.
    const LARGE: u64 = 256 << 20;
    long.set_size(LARGE);
    long.set_cksum();
    let mut sparse = tar::Header::new_gnu();
    sparse.set_path("c/sparse").unwrap();
    sparse.set_entry_type(tar::EntryType::GNUSparse);
    sparse.set_size(0);
    let gnu = sparse.as_gnu_mut().unwrap();
    gnu.set_real_size(0);
    gnu.set_is_extended(true);
    sparse.set_cksum();
    let mut extension = [0; 512];
    extension[511] = b'x';
    let archive = [gzip(sparse.as_bytes()), gzip(&extension), gzip(long.as_bytes()), zeros(LARGE)];
    check("a long name behind a sparse file", archive.concat(), "header field too long");
    let record = b"9 size=0\n";
    extended.set_size(record.len() as u64);
    extended.set_cksum();
    let mut records = [0; 512];
    records[..record.len()].copy_from_slice(record);
    let archive = [
        gzip(extended.as_bytes()),
        gzip(&records),
        gzip(&header("c/a", 512)),
        gzip(long.as_bytes()),
        zeros(LARGE),
    ];
    check("a long name behind a size of its own", archive.concat(), "header field too long");
}

#[test]
fn declared_sizes_without_data() {
    for size in [1 << 33, u64::MAX >> 1] {
        check("a size and no data", gzip(&header("c/a", size)), "larger than");
    }
    check("the largest size", gzip(&header("c/a", u64::MAX)), "invalid tar header");
}

#[test]
fn a_million_empty_files() {
    let entries = header("c/a", 0).repeat(10_000);
    let archive = gzip(&entries).repeat(100);
    let want = format!("more than the maximum of {MAX_ARCHIVE_ENTRIES} entries");
    check("a million files", archive, &want);
}

#[test]
fn a_huge_chart_yaml() {
    let chart = |text: &str| {
        let mut body = text.as_bytes().to_vec();
        let size = body.len() as u64;
        body.resize(body.len().next_multiple_of(512), 0);
        gzip(&[header("c/Chart.yaml", size), body].concat())
    };
    check("a list", chart(&format!("a: [{}]", "1,".repeat(2_500_000))), "exceeded the limit of");
    check("nesting", chart(&format!("a: {}", "[".repeat(5_000_000))), "exceeded max depth");
    check("keys", chart(&"a: 1\n".repeat(1_000_000)), "Chart.yaml");
    let names = (0..400_000).map(|at| format!("k{at}: 1\n")).collect::<String>();
    check("many keys", chart(&names), "metadata");
}
