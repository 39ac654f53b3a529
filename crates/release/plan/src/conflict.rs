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

#[cfg(test)]
mod tests {
    use pintle_release_manifest::{Gvk, ObjectKey, Source};
    use serde_json::json;

    use super::*;

    #[test]
    fn conflicts_are_read_out_of_the_causes() {
        let answer = Answer {
            code: 409,
            reason: "Conflict".to_owned(),
            message: "Apply failed with 2 conflicts".to_owned(),
            details: Some(json!({"causes": [
                {
                    "reason": "FieldManagerConflict", "field": ".spec.replicas",
                    "message": "conflict with \"kubectl\" with subresource \"scale\" using apps/v1"
                },
                {
                    "reason": "FieldManagerConflict", "field": ".data.a",
                    "message": "conflict with \"my \\\"editor\" using v1"
                },
                {"reason": "FieldManagerConflict", "field": ".data.b", "message": "no name"},
                {"reason": "FieldValueInvalid", "field": ".spec", "message": "\"x\""}
            ]})),
        };
        let got: Vec<(String, String)> =
            conflicts(&answer).into_iter().map(|it| (it.manager, it.field)).collect();
        let pair = |manager: &str, field: &str| (manager.to_owned(), field.to_owned());
        assert_eq!(got, [pair("kubectl", ".spec.replicas"), pair("my \\", ".data.a")]);
        assert_eq!(conflicts(&Answer::default()), []);
    }

    #[test]
    fn fields_are_ours_but_for_what_others_own_by_design() {
        let check = |kind: &str, field: &str, scaled, want| {
            let desired = Desired {
                key: ObjectKey {
                    group: String::new(),
                    kind: kind.to_owned(),
                    namespace: String::new(),
                    name: "a".to_owned(),
                },
                gvk: Gvk::new("v1", kind),
                body: json!({}),
                source: Source { path: "c/templates/a.yaml".to_owned(), document: 1, line: 1 },
                component: String::new(),
                keep: false,
                rank: 0,
            };
            let conflict = Conflict { manager: "other".to_owned(), field: field.to_owned() };
            assert_eq!(settle(&desired, &conflict, scaled), want, "{kind} {field} {scaled}");
        };
        check("Deployment", ".spec.replicas", true, Settlement::Yield);
        check("Deployment", ".spec.replicas", false, Settlement::Force);
        check("Deployment", ".spec.paused", true, Settlement::Force);
        let bundle = r#".webhooks[name="a"].clientConfig.caBundle"#;
        check("MutatingWebhookConfiguration", bundle, false, Settlement::Yield);
        check("ValidatingWebhookConfiguration", bundle, false, Settlement::Yield);
        check(
            "CustomResourceDefinition",
            ".spec.conversion.webhook.clientConfig.caBundle",
            false,
            Settlement::Yield,
        );
        check("APIService", ".spec.caBundle", false, Settlement::Yield);
        check("ConfigMap", ".data.caBundle", false, Settlement::Force);
    }
}
