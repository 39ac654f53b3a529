//! Which kinds are deprecated from which Kubernetes on (`lint/rules/deprecations.go`).

use pintle_helm_render::KubeVersion;

use super::objects::Stub;

/// One line per kind; see the head of the file.
const TABLE: &str = include_str!("deprecations.txt");

/// The error is Kubernetes' own warning.
pub(super) fn check(object: &Stub, version: &KubeVersion) -> Result<(), String> {
    let Stub { api_version, kind, .. } = object;
    if api_version.is_empty() || kind.is_empty() {
        return Ok(());
    }
    let rows = TABLE.lines().filter(|line| !line.starts_with('#'));
    let mut rows = rows.map(|line| line.split(' ').collect::<Vec<_>>());
    let found = rows.find(|row| row.starts_with(&[api_version.as_str(), kind.as_str()]));
    let Some([_, _, deprecated, removed, replacement @ ..]) = found.as_deref() else {
        return Ok(());
    };
    let number = |text: &str| text.parse::<u32>().unwrap_or_default();
    let (major, minor) = deprecated.split_once('.').unwrap_or_default();
    if (number(major), number(minor)) > (number(&version.major), number(&version.minor)) {
        return Ok(());
    }
    let mut text = format!("{api_version} {kind} is deprecated in v{deprecated}+");
    if *removed != "-" {
        text.push_str(&format!(", unavailable in v{removed}+"));
    }
    if !replacement.is_empty() {
        text.push_str(&format!("; use {}", replacement.join(" ")));
    }
    Err(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warns_from_the_version_on() {
        let check = |api_version: &str, kind: &str, version: &str, want: Option<&str>| {
            let stub = Stub {
                api_version: api_version.to_owned(),
                kind: kind.to_owned(),
                ..Stub::default()
            };
            let version = KubeVersion::parse(version).unwrap();
            assert_eq!(check(&stub, &version).err().as_deref(), want, "{api_version} {kind}");
        };
        check("batch/v1beta1", "CronJob", "1.20", None);
        let text = "batch/v1beta1 CronJob is deprecated in v1.21+, unavailable in v1.25+; \
                    use batch/v1 CronJob";
        check("batch/v1beta1", "CronJob", "1.21", Some(text));
        check("batch/v1", "CronJob", "1.36", None);
        check("example.com/v1beta1", "CronJob", "1.36", None);
        let text = "policy/v1beta1 Eviction is deprecated in v1.22+, unavailable in v1.25+";
        check("policy/v1beta1", "Eviction", "1.36", Some(text));
        let text = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice";
        check("v1", "Endpoints", "1.33", Some(text));
        check("v1", "ComponentStatus", "1.36", Some("v1 ComponentStatus is deprecated in v1.19+"));
    }

    #[test]
    fn the_table_is_whole() {
        let rows: Vec<&str> = TABLE.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(rows.len(), 159);
        for row in rows {
            let parts = row.split(' ').count();
            assert!(parts == 4 || parts == 6, "{row}");
        }
    }
}
