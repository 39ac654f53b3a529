//! The Go module of the control plane, carried in the program so that it can be built anywhere.

use sha2::{Digest, Sha256};

/// The files of `tools/control-plane`, by path inside the module.
pub(crate) const FILES: [(&str, &str); 5] = [
    ("go.mod", include_str!("../../../../tools/control-plane/go.mod")),
    ("go.sum", include_str!("../../../../tools/control-plane/go.sum")),
    ("plane-server/main.go", include_str!("../../../../tools/control-plane/plane-server/main.go")),
    ("plane-tools/main.go", include_str!("../../../../tools/control-plane/plane-tools/main.go")),
    (
        "plane-tools/provisioner.go",
        include_str!("../../../../tools/control-plane/plane-tools/provisioner.go"),
    ),
];

/// The binary of etcd and the Kubernetes components.
pub(crate) const SERVER: &str = "plane-server";
/// The binary of kwok, the provisioner and kubectl.
pub(crate) const TOOLS: &str = "plane-tools";
/// A link to [`TOOLS`], which picks by the name it is called by.
pub(crate) const KUBECTL: &str = "kubectl";

/// The linker flags: no debug tables, and the version that the servers report. Without the stamp
/// they call themselves `v0.0.0-master`.
pub(crate) const LDFLAGS: &str = "-s -w \
    -X k8s.io/component-base/version.gitVersion=v1.36.3 \
    -X k8s.io/component-base/version.gitMajor=1 \
    -X k8s.io/component-base/version.gitMinor=36";

/// How many hexadecimal digits of the digest name a build; 64 bits are ample for one cache.
const KEY_DIGITS: usize = 16;

/// Names the build of exactly this module with exactly these flags.
pub(crate) fn key() -> String {
    let mut digest = Sha256::new();
    for (path, text) in FILES {
        digest.update(path);
        digest.update([0]);
        digest.update(text.len().to_le_bytes());
        digest.update(text);
    }
    digest.update(LDFLAGS);
    digest.update(std::env::consts::OS);
    digest.update(std::env::consts::ARCH);
    let mut key = hex(&digest.finalize());
    key.truncate(KEY_DIGITS);
    key
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::{FILES, key};
    use std::path::Path;

    #[test]
    fn every_file_of_the_module_is_carried() {
        let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tools/control-plane");
        let mut found = Vec::new();
        let mut folders = vec![module.clone()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let name = path.strip_prefix(&module).unwrap().to_str().unwrap().to_owned();
                    if name.starts_with("go.") || name.ends_with(".go") {
                        found.push(name);
                    }
                }
            }
        }
        found.sort();
        assert_eq!(found, FILES.map(|(name, _)| name));
        assert_eq!(key().len(), 16);
    }
}
