//! The tree of errors as the validator in Helm builds and prints it.
//!
//! `boon` leaves a layer out where only one branch of `allOf` and its like failed, where Helm's
//! validator always has one. The layers are found again in the errors' places in the schema. It also
//! divides in floats, so that 0.3 is no multiple of 0.1; such errors are taken back here.

use boon::{ErrorKind, ValidationError};
use serde_json::Value as Json;

use super::format;
use super::message::{invalid, message, no_match, quote};
use super::pattern::Patterns;

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
    /// `patterns` are those of the document.
    pub(super) fn write_all(
        root: &ValidationError<'_, '_>,
        patterns: &Patterns,
        text: &mut String,
    ) -> bool {
        let before = text.len();
        let causes = before_format(&root.causes);
        match Group::lost(causes, root.schema_url, 0) {
            Some(group) => group.failure(causes, patterns).into_iter().collect(),
            None => Failure::all(causes, patterns, root.schema_url, None),
        }
        .iter()
        .for_each(|failure| failure.write(1, text));
        text.len() > before
    }

    fn all(
        causes: &[ValidationError<'_, '_>],
        patterns: &Patterns,
        base: &str,
        below: Option<Branch>,
    ) -> Vec<Self> {
        causes.iter().filter_map(|cause| Failure::new(cause, patterns, base, below)).collect()
    }

    /// The failure of an error below a place in the schema; none if it is none in exact numbers.
    fn new(
        error: &ValidationError<'_, '_>,
        patterns: &Patterns,
        base: &str,
        below: Option<Branch>,
    ) -> Option<Self> {
        let error_causes = before_format(&error.causes);
        if let (ErrorKind::Group, [only]) = (&error.kind, error_causes) {
            return Failure::new(only, patterns, base, below);
        }
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
        let mut causes = Failure::all(error_causes, patterns, causes_base, branch);
        let lost = error_causes.len() - causes.len();
        if lost > 0 {
            let other_branch = branch.is_some_and(|branch| branch != Branch::AllOf);
            if causes.is_empty() || other_branch {
                return None;
            }
            if causes.len() == 1 && matches!(error.kind, ErrorKind::Group) {
                return causes.pop();
            }
        }
        let depth = match error.kind {
            ErrorKind::Reference { .. } => Some(error.instance_location.tokens.len()),
            // The instance is a name alone.
            ErrorKind::PropertyName { .. } => Some(0),
            _ => None,
        };
        if let Some(group) = depth.and_then(|depth| Group::lost(error_causes, causes_base, depth)) {
            causes = group.failure(error_causes, patterns).into_iter().collect();
        }
        // The instance is the schema itself where that is checked.
        let location = patterns.pointer(&error.instance_location.to_string());
        let text = text_of(&error.kind, patterns);
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

/// What Helm's validator finds of a list of causes: it goes no further with a schema whose format is
/// wrong, and `boon` does.
fn before_format<'e, 's, 'v>(
    causes: &'e [ValidationError<'s, 'v>],
) -> &'e [ValidationError<'s, 'v>] {
    let Some((first, others)) = causes.split_first() else { return causes };
    if !matches!(first.kind, ErrorKind::Format { .. }) {
        return causes;
    }
    let location = first.instance_location.to_string();
    let of_same = |other: &ValidationError<'_, '_>| {
        let below = other.schema_url.strip_prefix(first.schema_url);
        below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
            && other.instance_location.to_string() == location
    };
    if others.iter().all(of_same) { &causes[..1] } else { causes }
}

/// What is wrong, in Go's patterns.
fn text_of(kind: &ErrorKind<'_, '_>, patterns: &Patterns) -> String {
    match kind {
        ErrorKind::Pattern { got, want } => no_match(got, patterns.original(want)),
        ErrorKind::RefCycle { url, kw_loc1, kw_loc2 } => {
            let (first, second) = (patterns.fragment(kw_loc1), patterns.fragment(kw_loc2));
            let url = patterns.url(url);
            format!("both {first} and {second} resolve to {url:?} causing reference cycle")
        }
        ErrorKind::PropertyName { prop } => {
            format!("invalid propertyName {}", quote(patterns.original(prop)))
        }
        ErrorKind::Format { got, want, err } => {
            let original = got.as_str().map(|text| patterns.original(text));
            let error = got.as_str().and_then(|text| patterns.refusal(text));
            let error = error.or_else(|| format::check(want, original?).err());
            let error = error.unwrap_or_else(|| err.to_string());
            let got = original.map_or_else(|| got.as_ref().clone(), Json::from);
            invalid(&got, format::name(want), &error)
        }
        kind => message(kind),
    }
}

/// A schema with several errors that `boon` hands up to a root, a reference or a name without the
/// layers above it: `allOf` of one branch that fails twice.
struct Group {
    /// Where the schema is, and from where on that is told of.
    url: String,
    base: usize,
    location: String,
}

impl Group {
    /// The group that errors below a place in the schema are of, if there are layers in between.
    /// `depth` is that of the instance at that place.
    fn lost(causes: &[ValidationError<'_, '_>], base: &str, depth: usize) -> Option<Self> {
        let (first, others) = causes.split_first()?;
        let path = first.schema_url.strip_prefix(base)?;
        let paths: Option<Vec<&str>> =
            causes.iter().map(|cause| cause.schema_url.strip_prefix(base)).collect();
        let paths = paths?;
        // Those of names do not say where they are.
        let placed = |cause: &&ValidationError<'_, '_>| {
            !matches!(cause.kind, ErrorKind::PropertyName { .. })
        };
        let locations: Vec<String> =
            causes.iter().filter(placed).map(|cause| cause.instance_location.to_string()).collect();
        let locations: Vec<&str> = locations.iter().map(|location| &**location).collect();
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        let all = steps(&parts);
        let last = all
            .iter()
            .rposition(|step| agree(&paths, step.end) && agree(&locations, depth + step.depth))?;
        let layered = !others.is_empty() && all[..=last].iter().any(|step| step.layer.is_some());
        let join = |text: &str, tokens: usize| {
            text.split('/').take(tokens + 1).collect::<Vec<_>>().join("/")
        };
        layered.then(|| Group {
            url: format!("{base}{}", join(path, all[last].end)),
            base: base.len(),
            location: join(locations.first().copied().unwrap_or_default(), depth + all[last].depth),
        })
    }

    fn failure(&self, causes: &[ValidationError<'_, '_>], patterns: &Patterns) -> Option<Failure> {
        let mut causes = Failure::all(causes, patterns, &self.url, None);
        let location = patterns.pointer(&self.location);
        let failure = match causes.len() {
            0 | 1 => causes.pop()?,
            _ => {
                let text = "validation failed".to_owned();
                Failure { location: location.clone(), text, reference: false, causes }
            }
        };
        Some(wrap(failure, &location, &self.url[self.base..], None))
    }
}

/// Whether pointers begin with the same tokens, as many as are asked for.
fn agree(pointers: &[&str], tokens: usize) -> bool {
    // A pointer has an empty token in front.
    let head = |at: usize| pointers[at].split('/').take(tokens + 1);
    (0..pointers.len()).all(|at| head(at).count() == tokens + 1 && head(at).eq(head(0)))
}

/// A step on the way down a schema.
struct Step {
    /// How many parts of the path lead here, and how many of the instance's location.
    end: usize,
    depth: usize,
    /// The layer that it stands for, and how many parts of the location lie above that.
    layer: Option<(Branch, usize)>,
}

fn steps(parts: &[&str]) -> Vec<Step> {
    let mut steps = Vec::new();
    let (mut end, mut depth) = (0, 0);
    while let Some(part) = parts.get(end) {
        let branch = Branch::keyword(part);
        let layer = branch.map(|branch| (branch, depth));
        let numbered = parts.get(end + 1).is_some_and(|next| next.parse::<usize>().is_ok());
        let (length, down) = match *part {
            "contains" => (1, 1),
            _ if branch.is_some() => (2, 0),
            "properties" | "patternProperties" | "prefixItems" => (2, 1),
            "items" if numbered => (2, 1),
            "items"
            | "additionalItems"
            | "additionalProperties"
            | "unevaluatedItems"
            | "unevaluatedProperties" => (1, 1),
            "not" | "if" | "then" | "else" | "propertyNames" => (1, 0),
            "dependencies" | "dependentSchemas" | "$defs" | "definitions" => (2, 0),
            _ => break,
        };
        end += length;
        depth += down;
        steps.push(Step { end, depth, layer });
    }
    steps
}

/// Puts the layers around a failure that its path through the schema tells of. `below` is the
/// keyword that the layer above is there for already.
fn wrap(failure: Failure, location: &str, path: &str, below: Option<Branch>) -> Failure {
    let parts: Vec<&str> = path.trim_start_matches('#').split('/').skip(1).collect();
    let steps = steps(&parts);
    let depth = steps.last().map_or(0, |step| step.depth);
    let layers = steps.into_iter().enumerate().filter_map(|(at, step)| {
        step.layer.filter(|(branch, _)| !(at == 0 && below == Some(*branch)))
    });
    let tokens: Vec<&str> = location.split('/').skip(1).collect();
    let above = tokens.len().saturating_sub(depth);
    layers.rev().fold(failure, |inner, (branch, depth)| {
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
