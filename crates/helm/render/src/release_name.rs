//! Which names a release may have (`pkg/chart/v2/util/validate_name.go`).

use pintle_go_template::{Exec, Session, Set};
use pintle_go_value::Value;

use crate::{RenderHost, RenderOptions, functions};

/// The longest release name: Helm keeps ten characters of a label for what charts add to it.
pub const MAX_RELEASE_NAME_LEN: usize = 53;

/// Helm's `ValidateReleaseName`; the error is Helm's text.
pub fn check_release_name(name: &str) -> Result<(), String> {
    if name.is_empty() {
        return Err("no name provided".to_owned());
    }
    let label = |label: &str| {
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let bytes = label.as_bytes();
        bytes.first().is_some_and(|byte| inner(*byte))
            && bytes.last().is_some_and(|byte| inner(*byte))
            && bytes.iter().all(|byte| inner(*byte) || *byte == b'-')
    };
    if name.len() > MAX_RELEASE_NAME_LEN || !name.split('.').all(label) {
        return Err("invalid release name, must match regex \
             ^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$ \
             and the length must not be longer than 53"
            .to_owned());
    }
    Ok(())
}

/// Helm's `--name-template`: a template with Helm's functions and no data.
pub fn release_name_from(template: &str, options: &RenderOptions) -> Result<String, String> {
    const NAME: &str = "name-template";
    let mut set = Set::new(NAME, functions());
    set.parse(NAME, template.as_bytes()).map_err(|error| error.to_string())?;
    let session = Session::new();
    let host = RenderHost::new(options);
    let mut name = Vec::new();
    Exec::new(&set, &session, &host)
        .execute_template(NAME, Value::Nil, &mut name)
        .map_err(|error| error.to_string())?;
    Ok(String::from_utf8_lossy(&name).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_labels_joined_by_dots_up_to_the_limit() {
        for name in ["a", "a-b", "a.b-c.d0", &"a".repeat(MAX_RELEASE_NAME_LEN)] {
            assert_eq!(check_release_name(name), Ok(()), "{name}");
        }
        for name in ["", "A", "-a", "a-", "a..b", "a_b", &"a".repeat(MAX_RELEASE_NAME_LEN + 1)] {
            assert!(check_release_name(name).is_err(), "{name}");
        }
    }
}
