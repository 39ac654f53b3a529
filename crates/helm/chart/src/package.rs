//! Packing a chart: the same files give the same bytes, whenever and wherever.

use std::io::{self, Write};

use flate2::{Compression, GzBuilder};
use sha2::{Digest, Sha256};

use crate::archive::entry_path;
use crate::{Chart, ChartError};

/// A packed chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The archive.
    pub bytes: Vec<u8>,
    /// `sha256:` and the digest of the archive in hexadecimal.
    pub digest: String,
    /// `NAME-VERSION.tgz`
    pub file_name: String,
}

/// Packs a chart from the files it was loaded from: `Chart.yaml` first, the rest sorted, no times,
/// owners or other traces of the machine. `Chart.yaml` keeps its source bytes, where Helm rewrites
/// it.
pub fn package(chart: &Chart) -> Result<Package, ChartError> {
    let mut files: Vec<_> = chart.raw().iter().collect();
    files.sort_by(|a, b| {
        let key = |name: &str| (name != "Chart.yaml", name.to_owned());
        key(&a.name).cmp(&key(&b.name))
    });
    files.dedup_by(|a, b| a.name == b.name);
    let write = || -> io::Result<Vec<u8>> {
        let gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
        let mut archive = tar::Builder::new(gzip);
        for file in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(file.data.len() as u64);
            header.set_mode(0o644);
            header.set_mtime(0);
            header.set_uid(0);
            header.set_gid(0);
            let path = format!("{}/{}", chart.name(), file.name);
            check_path(&path, &file.name).map_err(io::Error::other)?;
            archive.append_data(&mut header, path, &file.data[..])?;
        }
        let mut gzip = archive.into_inner()?;
        gzip.flush()?;
        gzip.finish()
    };
    let bytes = write().map_err(|error| {
        ChartError::archive(format!("cannot pack chart {}: {error}", chart.name()))
    })?;
    let digest = Sha256::digest(&bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let file_name = format!("{}-{}.tgz", chart.name(), chart.metadata().version);
    Ok(Package { bytes, digest: format!("sha256:{hex}"), file_name })
}

/// A path that whoever reads the archive would refuse, or take for another, is not packed.
fn check_path(path: &str, name: &str) -> Result<(), String> {
    match entry_path(path) {
        Ok(read) if read == name => Ok(()),
        Ok(read) => Err(format!("{path} would be read back as {read}: rename it")),
        Err(error) => Err(format!("{path} could not be read back ({error}): rename it")),
    }
}
