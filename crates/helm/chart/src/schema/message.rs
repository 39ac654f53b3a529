//! What is wrong with a value, in the words of the validator in Helm.

use boon::ErrorKind;
use pintle_go_value::FloatKind;
use serde_json::Value as Json;

/// What is wrong, in the words of the validator in Helm (its package `kind`).
pub(super) fn message(kind: &ErrorKind<'_, '_>) -> String {
    let limits = |name: &str, got: &usize, want: &usize| {
        format!("{name}: got {}, want {}", count(*got), count(*want))
    };
    let bounds = |name: &str, got: &serde_json::Number, want: &serde_json::Number| {
        format!("{name}: got {}, want {}", number(got), number(want))
    };
    let needs = |prop: &str, missing: &[&str]| {
        format!("properties {} required, if {} exists", quoted(missing), quote(prop))
    };
    match kind {
        ErrorKind::Group | ErrorKind::Reference { .. } => "validation failed".to_owned(),
        ErrorKind::Type { got, want } => {
            let want: Vec<String> = want.iter().map(|want| want.to_string()).collect();
            format!("got {got}, want {}", want.join(" or "))
        }
        ErrorKind::Enum { want } => enumeration(want),
        ErrorKind::Const { want: Json::Array(_) | Json::Object(_) } => "'const' failed".to_owned(),
        ErrorKind::Const { want } => format!("value must be {}", show(want)),
        ErrorKind::Format { got, want, err } => invalid(got, want, &err.to_string()),
        ErrorKind::MinProperties { got, want } => limits("minProperties", got, want),
        ErrorKind::MaxProperties { got, want } => limits("maxProperties", got, want),
        ErrorKind::MinItems { got, want } => limits("minItems", got, want),
        ErrorKind::MaxItems { got, want } => limits("maxItems", got, want),
        ErrorKind::MinLength { got, want } => limits("minLength", got, want),
        ErrorKind::MaxLength { got, want } => limits("maxLength", got, want),
        ErrorKind::Minimum { got, want } => bounds("minimum", got, want),
        ErrorKind::Maximum { got, want } => bounds("maximum", got, want),
        ErrorKind::ExclusiveMinimum { got, want } => bounds("exclusiveMinimum", got, want),
        ErrorKind::ExclusiveMaximum { got, want } => bounds("exclusiveMaximum", got, want),
        ErrorKind::MultipleOf { got, want } => bounds("multipleOf", got, want),
        ErrorKind::AdditionalProperties { got } => {
            let got: Vec<&str> = got.iter().map(AsRef::as_ref).collect();
            format!("additional properties {} not allowed", quoted(&got))
        }
        ErrorKind::Required { want } if want.len() == 1 => {
            format!("missing property {}", quote(want[0]))
        }
        ErrorKind::Required { want } => format!("missing properties {}", quoted(want)),
        ErrorKind::Dependency { prop, missing }
        | ErrorKind::DependentRequired { prop, missing } => needs(prop, missing),
        ErrorKind::PropertyName { prop } => format!("invalid propertyName {}", quote(prop)),
        ErrorKind::UniqueItems { got } => {
            format!("items at {} and {} are equal", count(got[0]), count(got[1]))
        }
        ErrorKind::AdditionalItems { got } => {
            format!("last {} additionalItem(s) not allowed", count(*got))
        }
        ErrorKind::Pattern { got, want } => no_match(got, want),
        other => rare_message(other),
    }
}

/// A text that does not match a pattern.
pub(super) fn no_match(got: &str, pattern: &str) -> String {
    format!("{} does not match pattern {}", quote(got), quote(pattern))
}

/// A value that is not of a format.
pub(super) fn invalid(got: &Json, format: &str, error: &str) -> String {
    format!("{} is not valid {format}: {error}", show(got))
}

fn rare_message(kind: &ErrorKind<'_, '_>) -> String {
    let places = |got: &[usize]| got.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
    match kind {
        ErrorKind::FalseSchema => "false schema".to_owned(),
        ErrorKind::Not => "'not' failed".to_owned(),
        ErrorKind::AllOf => "'allOf' failed".to_owned(),
        ErrorKind::AnyOf => "'anyOf' failed".to_owned(),
        ErrorKind::OneOf(None) => "'oneOf' failed, none matched".to_owned(),
        ErrorKind::OneOf(Some((first, second))) => {
            format!("'oneOf' failed, subschemas {first}, {second} matched")
        }
        ErrorKind::Contains => "no items match contains schema".to_owned(),
        ErrorKind::MinContains { got, want } if got.is_empty() => {
            format!("min {want} items required to match contains schema, but none matched")
        }
        ErrorKind::MinContains { got, want } => format!(
            "min {want} items required to match contains schema, but matched {} items at {}",
            got.len(),
            places(got)
        ),
        ErrorKind::MaxContains { got, want } => format!(
            "max {want} items required to match contains schema, but matched {} items at {}",
            got.len(),
            places(got)
        ),
        ErrorKind::ContentSchema => "'contentSchema' failed".to_owned(),
        ErrorKind::ContentEncoding { want, err } => {
            format!("value is not {} encoded: {err}", quote(want))
        }
        ErrorKind::ContentMediaType { want, err, .. } => {
            format!("value if not of mediatype {}: {err}", quote(want))
        }
        other => other.to_string(),
    }
}

fn enumeration(want: &[Json]) -> String {
    if want.iter().any(|want| want.is_array() || want.is_object()) {
        return "'enum' failed".to_owned();
    }
    let shown: Vec<String> = want.iter().map(show).collect();
    match shown.as_slice() {
        [one] => format!("value must be {one}"),
        many => format!("value must be one of {}", many.join(", ")),
    }
}

/// Go's `%q` in single quotes.
pub(super) fn quote(text: &str) -> String {
    let quoted = pintle_go_fmt::quote(text.as_bytes());
    let quoted = quoted.replace("\\\"", "\"").replace('\'', "\\'");
    format!("'{}'", &quoted[1..quoted.len() - 1])
}

fn quoted(texts: &[&str]) -> String {
    texts.iter().map(|text| quote(text)).collect::<Vec<_>>().join(", ")
}

fn show(value: &Json) -> String {
    match value {
        Json::String(text) => quote(text),
        Json::Array(_) | Json::Object(_) => "value".to_owned(),
        Json::Null => "<nil>".to_owned(),
        Json::Number(value) if value.is_f64() => {
            let value = value.as_f64().unwrap_or_default();
            pintle_go_fmt::format_float(value, b'g', None, FloatKind::Float64)
        }
        other => other.to_string(),
    }
}

/// A count as `golang.org/x/text/message` prints it: with commas between groups of three.
fn count(value: usize) -> String {
    group(&value.to_string())
}

fn group(digits: &str) -> String {
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A float64 as `golang.org/x/text/message` prints it in English: `1,234.5`, `1.5×10⁰⁶`.
fn number(value: &serde_json::Number) -> String {
    let value = value.as_f64().unwrap_or_default();
    let text = pintle_go_fmt::format_float(value.abs(), b'g', None, FloatKind::Float64);
    let sign = if value < 0.0 { "-" } else { "" };
    if let Some((mantissa, exponent)) = text.split_once('e') {
        let exponent: String = exponent.chars().filter_map(superscript).collect();
        return format!("{sign}{mantissa}×10{exponent}");
    }
    match text.split_once('.') {
        Some((whole, fraction)) => format!("{sign}{}.{fraction}", group(whole)),
        None => format!("{sign}{}", group(&text)),
    }
}

/// A character of an exponent; a plus sign is not printed.
fn superscript(c: char) -> Option<char> {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    match c {
        '-' => Some('⁻'),
        c => DIGITS.get(c.to_digit(10)? as usize).copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `message.NewPrinter(language.English).Sprintf("%v")` gives.
    #[test]
    fn numbers_print_as_in_go() {
        for (value, want) in [
            (0.0, "0"),
            (-5.0, "-5"),
            (1234.5, "1,234.5"),
            (1e6, "1×10⁰⁶"),
            (-1_234_567.25, "-1.23456725×10⁰⁶"),
            (1e-7, "1×10⁻⁰⁷"),
            (65535.0, "65,535"),
            (0.1, "0.1"),
        ] {
            let value = serde_json::Number::from_f64(value).unwrap();
            assert_eq!(number(&value), want);
        }
    }
}
