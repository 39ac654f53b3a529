//! kwok's configuration, composed of the stages and the templates that they share.

/// The stages, with marks where a shared template belongs.
const STAGES: [&str; 2] = [include_str!("../stages/node.yaml"), include_str!("../stages/pod.yaml")];
/// What `@pod-status STEP` stands for.
const POD_STATUS: &str = include_str!("../stages/pod-status.gotmpl");
/// What `@pod-event EVENT` stands for.
const POD_EVENT: &str = include_str!("../stages/pod-event.gotmpl");

/// An image that can't be pulled: tag `missing` or `…-missing`, or a registry under `.invalid`
/// (RFC 2606 keeps that domain from ever existing). No backslash and no quote, for it is put into
/// jq strings inside quoted YAML.
const MISSING: &str = "(:([A-Za-z0-9_.-]*-)?missing$)|(^[a-z0-9.-]+[.]invalid(:[0-9]+)?/)";

/// The whole configuration.
pub(crate) fn compose() -> String {
    let pull = format!(
        "(.metadata.annotations[\"plane.pintle.dev/simulate\"] == \"image-pull-error\") or \
         any((.spec.initContainers // [])[], .spec.containers[]; .image | test(\"{MISSING}\"))"
    );
    let mut out = String::new();
    for text in STAGES {
        out.push_str("---\n");
        for line in text.lines() {
            match line.split_once("template: '@") {
                Some((indent, mark)) => include(&mut out, indent, mark.trim_end_matches('\'')),
                None => {
                    out.push_str(&line.replace("@PULL@", &pull));
                    out.push('\n');
                }
            }
        }
    }
    out
}

/// Writes the template that `mark` names, with its one variable set, as a block scalar.
fn include(out: &mut String, indent: &str, mark: &str) {
    let (name, value) = mark.split_once(' ').unwrap_or((mark, ""));
    let (variable, body) = match name {
        "pod-status" => ("step", POD_STATUS),
        _ => ("event", POD_EVENT),
    };
    out.push_str(&format!(
        "{indent}template: |\n{indent}  {{{{- ${variable} := \"{value}\" }}}}\n"
    ));
    for line in body.lines() {
        out.push_str(indent);
        out.push_str("  ");
        out.push_str(&line.replace("@MISSING@", MISSING));
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::{POD_EVENT, POD_STATUS, compose};

    #[test]
    fn no_mark_is_left_and_every_step_is_known() {
        let text = compose();
        let body = |line: &&str| !line.starts_with('#');
        for mark in ["@pod-", "@MISSING@", "@PULL@"] {
            let left = text.lines().filter(body).find(|line| line.contains(mark));
            assert_eq!(left, None, "a mark was left");
        }
        let named = |variable: &str| {
            let lead = format!("{{{{- ${variable} := \"");
            text.lines()
                .filter_map(|line| line.trim().strip_prefix(&lead)?.split('"').next())
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        let (steps, events) = (named("step"), named("event"));
        assert!(steps.len() >= 12 && events.len() >= 7, "{steps:?} {events:?}");
        assert!(steps.iter().all(|step| POD_STATUS.contains(&format!("\n  {step} "))), "{steps:?}");
        assert!(events.iter().all(|event| POD_EVENT.contains(event)), "{events:?}");
    }
}
