//! The tree of errors as the validator in Helm builds and prints it.
//!
//! `boon` leaves a layer out where only one branch of `allOf` and its like failed, where Helm's
//! validator always has one. The layers are found again in the errors' places in the schema. It also
//! divides in floats, so that 0.3 is no multiple of 0.1; such errors are taken back here.

use boon::{ErrorKind, ValidationError};
use serde_json::Value as Json;

use super::SCHEMA_URL;
use super::message::{message, no_match, quote};

/// An error with what it follows from.
pub(super) struct Failure {
    /// Where in the values, as a JSON pointer.
    location: String,
    text: String,
    /// References with one cause are not printed.
    reference: bool,
    causes: Vec<Failure>,
}

/// A keyword that tries several schemas.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Branch {
    AllOf,
    AnyOf,
    OneOf,
    Contains,
}

impl Branch {
    fn text(self) -> &'static str {
        match self {
            Branch::AllOf => "'allOf' failed",
            Branch::AnyOf => "'anyOf' failed",
            Branch::OneOf => "'oneOf' failed, none matched",
            Branch::Contains => "no items match contains schema",
        }
    }

    fn keyword(text: &str) -> Option<Self> {
        Some(match text {
            "allOf" => Branch::AllOf,
            "anyOf" => Branch::AnyOf,
            "oneOf" => Branch::OneOf,
            "contains" => Branch::Contains,
            _ => return None,
        })
    }

    fn of(kind: &ErrorKind<'_, '_>) -> Option<Self> {
        Some(match kind {
            ErrorKind::AllOf => Branch::AllOf,
            ErrorKind::AnyOf => Branch::AnyOf,
            ErrorKind::OneOf(None) => Branch::OneOf,
            ErrorKind::Contains | ErrorKind::MinContains { .. } => Branch::Contains,
            _ => return None,
        })
    }
}

impl Failure {
    /// Writes what follows from a root error, one line each; false if nothing is wrong after all.
    /// `schema` is the document that was compiled.
    pub(super) fn write_all(
        root: &ValidationError<'_, '_>,
        schema: &Json,
        text: &mut String,
    ) -> bool {
        let before = text.len();
        for cause in &root.causes {
            if let Some(failure) = Failure::new(cause, schema, root.schema_url, None) {
                failure.write(1, text);
            }
        }
        text.len() > before
    }

    /// The failure of an error below a place in the schema; none if it is none in exact numbers.
    fn new(
        error: &ValidationError<'_, '_>,
        schema: &Json,
        base: &str,
        below: Option<Branch>,
    ) -> Option<Self> {
        if let ErrorKind::MultipleOf { got, want } = &error.kind
            && is_multiple(&got.to_string(), &want.to_string())
        {
            return None;
        }
        let branch = Branch::of(&error.kind);
        let (causes_base, reference) = match &error.kind {
            ErrorKind::Reference { url, .. } => (*url, true),
            _ => (error.schema_url, false),
        };
        let mut causes: Vec<Failure> = error
            .causes
            .iter()
            .filter_map(|cause| Failure::new(cause, schema, causes_base, branch))
            .collect();
        let lost = error.causes.len() - causes.len();
        if lost > 0 {
            let other_branch = branch.is_some_and(|branch| branch != Branch::AllOf);
            if causes.is_empty() || other_branch {
                return None;
            }
            if causes.len() == 1 && matches!(error.kind, ErrorKind::Group) {
                return causes.pop();
            }
        }
        let location = error.instance_location.to_string();
        let text = match &error.kind {
            ErrorKind::Pattern { got, want } => {
                no_match(got, pattern_at(schema, error.schema_url).unwrap_or(want))
            }
            kind => message(kind),
        };
        let failure = Failure { location: location.clone(), text, reference, causes };
        let relative = error.schema_url.strip_prefix(base).unwrap_or_default();
        Some(wrap(failure, &location, relative, below))
    }

    fn write(&self, indent: usize, text: &mut String) {
        let mut below = indent;
        if !(self.reference && self.causes.len() == 1) {
            text.push('\n');
            text.push_str(&"  ".repeat(indent - 1));
            text.push_str("- at ");
            text.push_str(&quote(&self.location));
            text.push_str(": ");
            text.push_str(&self.text);
            below += 1;
        }
        self.causes.iter().for_each(|cause| cause.write(below, text));
    }
}

/// The pattern as the schema has it: the library rewrites what Rust reads otherwise, such as `\d`.
fn pattern_at<'s>(schema: &'s Json, url: &str) -> Option<&'s str> {
    let pointer = url.strip_prefix(SCHEMA_URL)?.strip_prefix('#')?;
    schema.pointer(&decoded(pointer))?.get("pattern")?.as_str()
}

/// A URL's fragment without its escapes.
fn decoded(fragment: &str) -> String {
    let mut parts = fragment.split('%');
    let mut out = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).map(|digits| u8::from_str_radix(digits, 16)) {
            Some(Ok(byte)) => {
                out.push(byte);
                out.extend_from_slice(&part.as_bytes()[2..]);
            }
            _ => {
                out.push(b'%');
                out.extend_from_slice(part.as_bytes());
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Puts the layers around a failure that its path through the schema tells of. `below` is the
/// keyword that the layer above is there for already.
fn wrap(failure: Failure, location: &str, path: &str, below: Option<Branch>) -> Failure {
    let parts: Vec<&str> = path.trim_start_matches('#').split('/').skip(1).collect();
    // Each layer, and how many parts of the location lie above it.
    let mut layers: Vec<(Branch, usize)> = Vec::new();
    let (mut at, mut depth) = (0, 0);
    while let Some(part) = parts.get(at) {
        if let Some(branch) = Branch::keyword(part) {
            if !(at == 0 && below == Some(branch)) {
                layers.push((branch, depth));
            }
            depth += usize::from(branch == Branch::Contains);
            at += if branch == Branch::Contains { 1 } else { 2 };
            continue;
        }
        let numbered = parts.get(at + 1).is_some_and(|next| next.parse::<usize>().is_ok());
        let (steps, down) = match *part {
            "properties" | "patternProperties" | "prefixItems" => (2, 1),
            "items" if numbered => (2, 1),
            "items"
            | "additionalItems"
            | "additionalProperties"
            | "unevaluatedItems"
            | "unevaluatedProperties" => (1, 1),
            "not" | "if" | "then" | "else" => (1, 0),
            "dependencies" | "dependentSchemas" | "$defs" | "definitions" => (2, 0),
            _ => break,
        };
        at += steps;
        depth += down;
    }
    let tokens: Vec<&str> = location.split('/').skip(1).collect();
    let above = tokens.len().saturating_sub(depth);
    layers.into_iter().rev().fold(failure, |inner, (branch, depth)| {
        let kept = &tokens[..(above + depth).min(tokens.len())];
        let location = kept.iter().map(|token| format!("/{token}")).collect();
        let text = branch.text().to_owned();
        Failure { location, text, reference: false, causes: vec![inner] }
    })
}

/// The most digits behind the point that are compared exactly; beyond them floats decide.
const MAX_SCALE: u32 = 18;

/// Whether a number is a whole multiple of another, in decimal.
fn is_multiple(value: &str, of: &str) -> bool {
    let (Some((value, value_scale)), Some((of, of_scale))) = (decimal(value), decimal(of)) else {
        return false;
    };
    let scale = value_scale.max(of_scale);
    let lift = |digits: i128, from: u32| digits.checked_mul(10_i128.pow(scale - from));
    match (lift(value, value_scale), lift(of, of_scale)) {
        (Some(value), Some(of)) if of != 0 => value % of == 0,
        _ => false,
    }
}

/// The digits of a plain decimal number, and how many of them are behind the point.
fn decimal(text: &str) -> Option<(i128, u32)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let scale = u32::try_from(fraction.len()).ok().filter(|scale| *scale <= MAX_SCALE)?;
    Some((format!("{whole}{fraction}").parse().ok()?, scale))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn multiples_are_exact() {
        for (value, of, want) in [
            ("0.3", "0.1", true),
            ("0.35", "0.1", false),
            ("-1.5", "0.5", true),
            ("10", "3", false),
            ("1e300", "0.1", false),
        ] {
            assert_eq!(is_multiple(value, of), want, "{value} of {of}");
        }
    }
}
