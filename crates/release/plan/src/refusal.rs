//! What an answer of the API server means. Classified by message as well as by code, since with
//! server-side apply a schema error is a 500.

use pintle_release_api::Reason;
use pintle_release_manifest::ObjectKey;
use serde_json::Value;

/// An error answer of the API server (`metav1.Status`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer {
    /// HTTP status code; 0 when there was no answer at all.
    pub code: u16,
    /// `reason`, such as `Forbidden`.
    pub reason: String,
    /// `message`, the server's words.
    pub message: String,
    /// `details`, as JSON.
    pub details: Option<Value>,
}

/// Why an object can't be applied, in the server's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// One of the closed list.
    pub reason: Reason,
    /// The object.
    pub object: ObjectKey,
    /// The field, where the server names one.
    pub field: Option<String>,
    /// The server's words.
    pub message: String,
}

impl Refusal {
    /// One sentence for the status.
    #[must_use]
    pub fn sentence(&self) -> String {
        match &self.field {
            Some(field) if !self.message.contains(field.as_str()) => {
                format!("{}: {}: {}", self.object, field, self.message)
            }
            _ => format!("{}: {}", self.object, self.message),
        }
    }
}

/// What an answer means for the plan.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// The object as it is can't be applied: nothing of the version is changed.
    Refused(Refusal),
    /// It can't be judged before something else of the plan is there.
    Deferred(String),
    /// A passing fault.
    Transient(String),
    /// Fields of others differ.
    Conflict,
}

/// Says what an error answer to an apply means.
#[must_use]
pub fn classify(object: &ObjectKey, answer: &Answer) -> Verdict {
    let message = answer.message.as_str();
    let refused = |reason| {
        Verdict::Refused(Refusal {
            reason,
            object: object.clone(),
            field: field_of(answer),
            message: tidy(message),
        })
    };
    match answer.code {
        409 if answer.reason == "Conflict" && has_conflicts(answer) => Verdict::Conflict,
        _ if message.contains("failed calling webhook") => Verdict::Transient(tidy(message)),
        _ if message.contains("does not support dry run") => Verdict::Deferred(tidy(message)),
        _ if is_terminating(message) => Verdict::Transient(tidy(message)),
        500 if message.contains("failed to create typed patch object")
            || message.contains("failed to create manager for existing fields")
            || message.contains("failed to update ManagedFields") =>
        {
            refused(Reason::ApplyRefused)
        }
        403 if message.contains("exceeded quota") => refused(Reason::QuotaExceeded),
        403 if answer.reason == "Forbidden" && message.contains(" cannot ") => {
            refused(Reason::Forbidden)
        }
        403 if message.contains("attempting to grant RBAC permissions") => {
            refused(Reason::Forbidden)
        }
        422 if is_immutable(message) => refused(Reason::ImmutableField),
        400 | 403 | 404 | 405 | 406 | 413 | 415 | 422 => refused(Reason::ApplyRefused),
        _ => Verdict::Transient(if message.is_empty() {
            "the API server did not answer".to_owned()
        } else {
            tidy(message)
        }),
    }
}

fn has_conflicts(answer: &Answer) -> bool {
    !crate::conflicts(answer).is_empty()
}

fn is_terminating(message: &str) -> bool {
    message.contains("because it is being terminated")
        || message.contains("object is being deleted")
}

/// The words of the API server's validation for a field that can't be changed.
fn is_immutable(message: &str) -> bool {
    const WORDS: &[&str] = &[
        "field is immutable",
        "is immutable",
        "may not be changed",
        "may not change once set",
        "updates to statefulset spec for fields other than",
        "cannot change roleRef",
        "may not be unset",
        "spec is immutable after creation",
        "updates to parameters are forbidden",
        "updates to provisioner are forbidden",
        "updates to reclaimPolicy are forbidden",
    ];
    WORDS.iter().any(|words| message.contains(words))
}

/// The field that the answer names: from its causes, or out of a typed-patch message
/// (`… : .spec.foo: field not declared in schema`).
fn field_of(answer: &Answer) -> Option<String> {
    let causes = answer.details.as_ref().and_then(|it| it.get("causes")).and_then(Value::as_array);
    let named = causes.into_iter().flatten().find_map(|it| it.get("field")?.as_str());
    if let Some(field) = named.filter(|it| !it.is_empty()) {
        return Some(field.trim_start_matches('.').to_owned());
    }
    let tail = answer.message.split(": .").nth(1)?;
    let field = tail.split(": ").next()?;
    Some(field.to_owned())
}

/// The server's words on one line, without what repeats the object (which the sentence names).
fn tidy(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}
