//! Foreign fields: which are taken back, and which are left to their owners.

use serde_json::Value;

use crate::{Answer, Desired};

/// A field that another manager owns with another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The manager.
    pub manager: String,
    /// The field, as the API server writes it: `.spec.replicas`.
    pub field: String,
}

/// What becomes of a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// Ours: it is set to what the chart says.
    Force,
    /// Theirs: it is left out of what is sent.
    Yield,
}

/// The conflicts that a 409 of server-side apply lists.
///
/// Each cause reads `conflict with "kubectl" with subresource "scale" using apps/v1: .spec.replicas`
/// and repeats the field in `field` (apimachinery `merge.ConflictsFromManagers`).
#[must_use]
pub fn conflicts(answer: &Answer) -> Vec<Conflict> {
    let causes = answer.details.as_ref().and_then(|it| it.get("causes"));
    let causes = causes.and_then(Value::as_array).into_iter().flatten();
    let text = |cause: &Value, key: &str| cause.get(key)?.as_str().map(str::to_owned);
    causes
        .filter(|cause| text(cause, "reason").as_deref() == Some("FieldManagerConflict"))
        .filter_map(|cause| {
            let manager = text(cause, "message")?.split('"').nth(1)?.to_owned();
            Some(Conflict { manager, field: text(cause, "field")? })
        })
        .collect()
}

/// Decides on one conflict. Ours is forced but for what others own by design: certificates that
/// an injector fills in, and replicas that an autoscaler sets.
#[must_use]
pub fn settle(desired: &Desired, conflict: &Conflict, scaled: bool) -> Settlement {
    let injected = conflict.field.ends_with(".caBundle")
        && matches!(
            desired.key.kind.as_str(),
            "MutatingWebhookConfiguration"
                | "ValidatingWebhookConfiguration"
                | "CustomResourceDefinition"
                | "APIService"
        );
    if injected || (scaled && conflict.field == ".spec.replicas") {
        Settlement::Yield
    } else {
        Settlement::Force
    }
}
