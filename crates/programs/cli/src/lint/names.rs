//! Which names an object may have (`validateMetadataName`, apimachinery's `validate/content`).

use super::objects::Stub;

/// The longest DNS label.
const LABEL_MAX: usize = 63;
/// The longest DNS name.
const SUBDOMAIN_MAX: usize = 253;

const LABEL: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const LABEL_TEXT: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric \
     characters or '-', and must start and end with an alphanumeric character";
const SUBDOMAIN: &str = "[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*";
const SUBDOMAIN_TEXT: &str = "a lowercase RFC 1123 subdomain must consist of lower case \
     alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
const LABEL_1035: &str = "[a-z]([-a-z0-9]*[a-z0-9])?";
const LABEL_1035_TEXT: &str = "a DNS-1035 label must consist of lower case alphanumeric \
     characters or '-', start with an alphabetic character, and end with an alphanumeric character";

/// The error is Helm's text.
pub(super) fn check(object: &Stub) -> Result<(), String> {
    let name = object.name.as_str();
    let wrong = match object.kind.to_lowercase().as_str() {
        "service" => label_1035(name),
        "namespace" => label(name),
        "certificatesigningrequest" => Vec::new(),
        "role" | "clusterrole" | "rolebinding" | "clusterrolebinding" => path_segment(name),
        _ => subdomain(name),
    };
    if wrong.is_empty() {
        return Ok(());
    }
    let quoted = pintle_go_fmt::quote(name.as_bytes());
    let mut errors: Vec<String> = Vec::new();
    for text in wrong {
        let error = format!("metadata.name: Invalid value: {quoted}: {text}");
        if !errors.contains(&error) {
            errors.push(error);
        }
    }
    let errors = match errors.as_slice() {
        [one] => one.clone(),
        many => format!("[{}]", many.join(", ")),
    };
    Err(format!(
        "object name does not conform to Kubernetes naming requirements: {quoted}: {errors}"
    ))
}

fn too_long(name: &str, most: usize) -> Option<String> {
    (name.len() > most).then(|| format!("must be no more than {most} characters"))
}

fn is_label(name: &str) -> bool {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    bytes.first().is_some_and(|it| alphanumeric(*it))
        && bytes.last().is_some_and(|it| alphanumeric(*it))
        && bytes.iter().all(|it| alphanumeric(*it) || *it == b'-')
}

fn subdomain(name: &str) -> Vec<String> {
    let mut wrong: Vec<String> = too_long(name, SUBDOMAIN_MAX).into_iter().collect();
    if !name.split('.').all(is_label) {
        wrong.push(expression(SUBDOMAIN_TEXT, SUBDOMAIN, &["example.com"]));
    }
    wrong
}

fn label(name: &str) -> Vec<String> {
    let mut wrong: Vec<String> = too_long(name, LABEL_MAX).into_iter().collect();
    if is_label(name) {
        return wrong;
    }
    wrong.push(if name.split('.').all(is_label) {
        "must not contain dots".to_owned()
    } else {
        expression(LABEL_TEXT, LABEL, &["my-name", "123-abc"])
    });
    wrong
}

fn label_1035(name: &str) -> Vec<String> {
    let mut wrong: Vec<String> = too_long(name, LABEL_MAX).into_iter().collect();
    if !is_label(name) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        wrong.push(expression(LABEL_1035_TEXT, LABEL_1035, &["my-name", "abc-123"]));
    }
    wrong
}

fn path_segment(name: &str) -> Vec<String> {
    if name == "." || name == ".." {
        return vec![format!("may not be '{name}'")];
    }
    let held = ["/", "%"].into_iter().filter(|it| name.contains(it));
    held.map(|it| format!("may not contain '{it}'")).collect()
}

fn expression(text: &str, expression: &str, examples: &[&str]) -> String {
    let examples: Vec<String> = examples.iter().map(|it| format!("'{it}', ")).collect();
    format!("{text} (e.g. {}regex used for validation is '{expression}')", examples.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Apimachinery leaves two spaces between examples.
    #[test]
    fn examples_are_listed_as_there() {
        let stub = Stub { kind: "Service".to_owned(), name: "A".to_owned(), ..Stub::default() };
        let text = check(&stub).unwrap_err();
        assert!(text.contains("(e.g. 'my-name',  or 'abc-123', regex used for"), "{text}");
    }

    #[test]
    fn names_have_limits_by_kind() {
        let check = |kind: &str, name: &str, wrong: usize| {
            let stub = Stub { kind: kind.to_owned(), name: name.to_owned(), ..Stub::default() };
            let count = check(&stub).err().map_or(0, |it| it.matches("metadata.name:").count());
            assert_eq!(count, wrong, "{kind} {name}");
        };
        check("Pod", &"a".repeat(SUBDOMAIN_MAX), 0);
        check("Pod", &"a".repeat(SUBDOMAIN_MAX + 1), 1);
        check("Namespace", &"a".repeat(LABEL_MAX), 0);
        check("Namespace", &"a".repeat(LABEL_MAX + 1), 1);
        check("Service", "1a", 1);
        check("Service", &"-".repeat(LABEL_MAX + 1), 2);
        check("Namespace", "a.b", 1);
        check("ClusterRole", "system:a%/b", 2);
        check("ClusterRole", "system:ab", 0);
        check("CertificateSigningRequest", "A B", 0);
    }
}
