//! Archives: what is read, what is refused, and that packing is reproducible.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use pintle_helm_chart::{
    File, MAX_DIRECTORY_DEPTH, MAX_SUBCHART_DEPTH, check_complete, load_archive, load_directory,
    load_files, package, read_archive,
};

const CHART_YAML: &[u8] = b"apiVersion: v2\nname: c\nversion: 0.1.0\n";

/// An archive of entries: name, contents, and what kind of entry.
fn archive(entries: &[(&str, &[u8], tar::EntryType)]) -> Vec<u8> {
    // Stored, not compressed: the limits are about what comes out.
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::none()));
    for (name, data, kind) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(*kind);
        header.set_size(data.len() as u64);
        header.set_mode(0o644);
        // Written by hand: the builder refuses the names that are to be refused here.
        header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
        if kind.is_symlink() {
            header.set_link_name("/etc/passwd").unwrap();
        }
        header.set_cksum();
        builder.append(&header, *data).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

fn refused(archive: &[u8]) -> String {
    read_archive(archive).unwrap_err().to_string()
}

const FILE: tar::EntryType = tar::EntryType::Regular;

#[test]
fn what_is_no_archive_is_refused_in_gos_words() {
    assert_eq!(refused(b""), "EOF");
    assert_eq!(refused(b"not gzip"), "unexpected EOF");
    assert_eq!(refused(b"this is not gzip"), "gzip: invalid header");
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(&[b'x'; 2000]).unwrap();
    assert_eq!(refused(&gzip.finish().unwrap()), "archive/tar: invalid tar header");
    assert_eq!(refused(&archive(&[])), "no files in chart archive");
    let whole = archive(&[("c/a", &[b'a'; 5000], FILE)]);
    assert_eq!(refused(&whole[..whole.len() / 2]), "unexpected EOF");
}

#[test]
fn links_and_paths_that_escape_are_refused() {
    let link = archive(&[("c/a", b"", tar::EntryType::Symlink)]);
    assert_eq!(
        refused(&link),
        "chart illegally contains a link: \"c/a\"; put the file itself into the archive"
    );
    let up = archive(&[("c/../../x", b"x", FILE)]);
    assert_eq!(refused(&up), "chart illegally references parent directory");
}

#[test]
fn nested_charts_have_a_limit() {
    let nested = |depth: usize| {
        let files = (0..=depth).map(|level| {
            let name = format!("{}Chart.yaml", "charts/c/".repeat(level));
            File::new(name, CHART_YAML)
        });
        load_files(files.collect(), &mut Vec::new())
    };
    assert!(nested(MAX_SUBCHART_DEPTH).is_ok());
    let error = nested(MAX_SUBCHART_DEPTH + 1).unwrap_err().to_string();
    assert!(error.ends_with("charts are nested more than 100 deep"), "{error}");
}

#[test]
fn directories_have_a_limit() {
    let nested = |depth: usize| {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("d/".repeat(depth))).unwrap();
        std::fs::write(root.path().join("Chart.yaml"), CHART_YAML).unwrap();
        load_directory(root.path(), &mut Vec::new()).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(nested(MAX_DIRECTORY_DEPTH), Ok(()));
    let error = nested(MAX_DIRECTORY_DEPTH + 1).unwrap_err();
    assert!(error.contains("directories are nested more than 64 deep"), "{error}");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_parent_ends() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("Chart.yaml"), CHART_YAML).unwrap();
    std::os::unix::fs::symlink(root.path(), root.path().join("again")).unwrap();
    assert!(load_directory(root.path(), &mut Vec::new()).is_err());
}

/// What `helm template` says of links: each that is followed, ignored ones too, and the step at which
/// one leads nowhere.
#[cfg(unix)]
#[test]
fn links_are_followed_and_told_of() {
    use std::os::unix::fs::symlink;
    let root = tempfile::tempdir().unwrap();
    let base = root.path().canonicalize().unwrap();
    let chart = base.join("c");
    std::fs::create_dir_all(base.join("shared/sub")).unwrap();
    std::fs::create_dir_all(chart.join("templates")).unwrap();
    std::fs::write(chart.join("Chart.yaml"), CHART_YAML).unwrap();
    std::fs::write(chart.join(".helmignore"), "ignored\n").unwrap();
    std::fs::write(base.join("shared/sub/a.yaml"), "a: 1\n").unwrap();
    symlink("../../shared/sub", chart.join("templates/sub")).unwrap();
    symlink("../shared", chart.join("ignored")).unwrap();
    let mut warnings = Vec::new();
    let loaded = load_directory(&chart.join("templates/.."), &mut warnings).unwrap();
    let names: Vec<&str> = loaded.raw().iter().map(|file| &*file.name).collect();
    assert_eq!(names, [".helmignore", "Chart.yaml", "templates/sub/a.yaml"]);
    let said: Vec<String> = warnings.iter().map(ToString::to_string).collect();
    let told = |link: &str, to: &str| {
        format!(
            "level=INFO msg=\"found symbolic link in path. Contents of linked file included and \
             used\" path={} resolved={}",
            chart.join(link).display(),
            base.join(to).display()
        )
    };
    assert_eq!(said, [told("ignored", "shared"), told("templates/sub", "shared/sub")]);

    symlink("../shared/gone/x", chart.join("LICENSE")).unwrap();
    let error = load_directory(&chart, &mut Vec::new()).unwrap_err().to_string();
    let want = format!(
        "error evaluating symlink {}: lstat {}: no such file or directory",
        chart.join("LICENSE").display(),
        base.join("shared/gone").display()
    );
    assert_eq!(error, want);
}

/// Helm's answers for charts of the form `v3`, which it loads and does not install.
#[test]
fn charts_of_the_form_to_come_are_refused() {
    let refusal = |metadata: &str, subs: &[&str]| {
        let text = format!("apiVersion: v3\nname: c\nversion: 0.1.0\n{metadata}");
        let mut files = vec![File::new("Chart.yaml", text.as_bytes())];
        for sub in subs {
            let text = format!("apiVersion: v3\nname: {sub}\nversion: 0.1.0\n");
            files.push(File::new(format!("charts/{sub}/Chart.yaml"), text.as_bytes()));
        }
        check_complete(&load_files(files, &mut Vec::new()).unwrap()).unwrap_err().to_string()
    };
    let needs_d = "dependencies: [{name: d, version: 0.1.0}]\n";
    assert_eq!(refusal("", &[]), "invalid chart apiVersion");
    assert_eq!(refusal(needs_d, &["d"]), "invalid chart apiVersion");
    let too_many = refusal("", &["d"]);
    assert!(too_many.ends_with("missing dependencies: unsupported chart dependency type"));
    // Without any, Helm panics.
    for subs in [&["e"][..], &[]] {
        let missing = refusal(needs_d, subs);
        assert!(missing.ends_with("found in Chart.yaml, but missing in charts/ directory: d"));
    }
}

#[test]
fn names_that_archives_can_not_hold_are_not_packed() {
    let refusal = |name: &str, file: &str| {
        let text = format!("apiVersion: v2\nname: {name}\nversion: 0.1.0\n");
        let files = vec![File::new("Chart.yaml", text.as_bytes()), File::new(file, *b"x")];
        package(&load_files(files, &mut Vec::new()).unwrap()).unwrap_err().to_string()
    };
    assert_eq!(
        refusal("'\\'", "a"),
        "cannot pack chart \\: \\/Chart.yaml could not be read back (chart illegally contains \
         absolute paths): rename it"
    );
    assert_eq!(
        refusal("c", "a\\b"),
        "cannot pack chart c: c/a\\b would be read back as b: rename it"
    );
    assert_eq!(
        refusal("c", "..a"),
        "cannot pack chart c: c/..a could not be read back (chart illegally references parent \
         directory): rename it"
    );
}

#[test]
fn packing_is_reproducible_and_reads_back() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, data: &[u8]| {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, data).unwrap();
    };
    write("Chart.yaml", CHART_YAML);
    write("values.yaml", b"a: 1\n");
    write("templates/a.yaml", b"\xef\xbb\xbfa: {{ .Values.a }}\n");
    write("templates/.hidden", b"x");
    write("secret.key", b"x");
    write(".helmignore", b"*.key\n");
    write("charts/d/Chart.yaml", b"apiVersion: v2\nname: d\nversion: 0.2.0\n");
    let chart = load_directory(directory.path(), &mut Vec::new()).unwrap();
    let packed = package(&chart).unwrap();
    assert_eq!(packed.file_name, "c-0.1.0.tgz");
    assert_eq!(packed, package(&chart).unwrap());
    let again = load_archive(&packed.bytes, &mut Vec::new()).unwrap();
    let names: Vec<&str> = again.raw().iter().map(|file| &*file.name).collect();
    assert_eq!(
        names,
        ["Chart.yaml", ".helmignore", "charts/d/Chart.yaml", "templates/a.yaml", "values.yaml"]
    );
    assert_eq!(&*again.templates()[0].data, b"a: {{ .Values.a }}\n");
    assert_eq!(again.dependencies()[0].name(), "d");
    assert_eq!(packed.digest, package(&again).unwrap().digest);
}

#[test]
fn metadata_is_checked_in_helms_words() {
    let load = |text: &str| {
        let files = vec![File::new("Chart.yaml", text.as_bytes())];
        load_files(files, &mut Vec::new()).map(|chart| chart.metadata().clone())
    };
    let check = |text: &str, want: &str| {
        assert_eq!(load(text).unwrap_err().to_string(), want, "{text}");
    };
    check("name: c\n", "validation: chart.metadata.version is required");
    check("version: 1.0.0\n", "validation: chart.metadata.name is required");
    check("name: a/b\nversion: 1.0.0\n", "validation: chart.metadata.name \"a/b\" is invalid");
    check("name: c\nversion: x\n", "validation: chart.metadata.version \"x\" is invalid");
    check(
        "name: c\nversion: 1.0.0\ntype: x\n",
        "validation: chart.metadata.type must be application or library",
    );
    check(
        "name: [c]\n",
        "cannot load Chart.yaml: error unmarshaling JSON: while decoding JSON: json: cannot \
         unmarshal array into Go struct field Metadata.name of type string",
    );
    let read = load("NAME: c\nversion: 1.0\nappVersion: 20210101\n").unwrap();
    assert_eq!((&*read.name, &*read.version, &*read.app_version), ("c", "1", "20210101"));
    assert_eq!(read.api_version, "v1");
    let missing = load_files(vec![File::new("values.yaml", *b"a: 1")], &mut Vec::new());
    assert_eq!(missing.unwrap_err().to_string(), "Chart.yaml file is missing");
}
