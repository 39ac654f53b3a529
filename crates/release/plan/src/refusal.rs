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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn verdict(code: u16, reason: &str, message: &str, details: Value) -> Verdict {
        let object = ObjectKey {
            group: "apps".to_owned(),
            kind: "Deployment".to_owned(),
            namespace: "ns".to_owned(),
            name: "web".to_owned(),
        };
        let (reason, message) = (reason.to_owned(), message.to_owned());
        classify(&object, &Answer { code, reason, message, details: Some(details) })
    }

    /// Answers of a real API server, shortened where they only repeat the object.
    #[test]
    fn what_a_person_must_change_is_refused_and_the_field_named() {
        let check = |code, reason, message, field: Option<&str>, want: Reason| {
            let causes = json!({"causes": field.map(|it| json!([{"field": it}]))});
            match verdict(code, reason, message, causes) {
                Verdict::Refused(it) => {
                    assert_eq!((it.reason, it.field.as_deref()), (want, field), "{message}");
                }
                other => panic!("{message}: {other:?}"),
            }
        };
        let refused = Reason::ApplyRefused;
        check(404, "NotFound", "namespaces \"other\" not found", None, refused);
        check(
            413,
            "RequestEntityTooLarge",
            "Request entity too large: limit is 3145728",
            None,
            refused,
        );
        let port = "Service \"web\" is invalid: spec.ports[0].port: Invalid value: 99999";
        check(422, "Invalid", port, Some("spec.ports[0].port"), refused);
        let webhook = "admission webhook \"policy.example.org\" denied the request: no latest tag";
        check(403, "Forbidden", webhook, None, refused);
        check(400, "BadRequest", webhook, None, refused);
        let quota = "pods \"web\" is forbidden: exceeded quota: small, requested: pods=1";
        check(403, "Forbidden", quota, None, Reason::QuotaExceeded);
        let rights = "deployments.apps \"web\" is forbidden: User \"system:serviceaccount:ns:pintle\" \
                      cannot patch resource \"deployments\" in API group \"apps\"";
        check(403, "Forbidden", rights, None, Reason::Forbidden);
        let escalation = "roles.rbac.authorization.k8s.io \"web\" is forbidden: user \"x\" is \
                          attempting to grant RBAC permissions not currently held";
        check(403, "Forbidden", escalation, None, Reason::Forbidden);
        let selector = "Deployment.apps \"web\" is invalid: spec.selector: Invalid value: {}: field is immutable";
        check(422, "Invalid", selector, Some("spec.selector"), Reason::ImmutableField);
        let set = "StatefulSet.apps \"web\" is invalid: spec: Forbidden: updates to statefulset spec \
                   for fields other than 'replicas', 'ordinals', 'template' are forbidden";
        check(422, "Invalid", set, Some("spec"), Reason::ImmutableField);
        let role =
            "RoleBinding \"web\" is invalid: roleRef: Invalid value: {}: cannot change roleRef";
        check(422, "Invalid", role, Some("roleRef"), Reason::ImmutableField);
    }

    /// With server-side apply, what the schema refuses is a 500.
    #[test]
    fn a_typed_patch_that_fails_is_refused_with_its_field() {
        let message = "failed to create typed patch object (ns/web; apps/v1, Kind=Deployment): \
                       .spec.replics: field not declared in schema";
        let Verdict::Refused(refusal) = verdict(500, "InternalError", message, Value::Null) else {
            panic!("not refused");
        };
        assert_eq!(refusal.field.as_deref(), Some("spec.replics"));
        assert_eq!(refusal.sentence(), format!("Deployment/web: {message}"));
    }

    #[test]
    fn what_passes_by_itself_is_no_refusal() {
        let check = |code, reason, message| {
            let got = verdict(code, reason, message, Value::Null);
            assert!(matches!(got, Verdict::Transient(_)), "{code} {message}: {got:?}");
        };
        check(0, "", "");
        check(409, "Conflict", "the object has been modified; please apply your changes");
        check(409, "AlreadyExists", "deployments.apps \"web\" already exists");
        check(429, "TooManyRequests", "the server is currently unable to handle the request");
        check(500, "InternalError", "etcdserver: request timed out");
        check(503, "ServiceUnavailable", "apiserver is shutting down");
        check(504, "Timeout", "request did not complete within the allotted timeout");
        let webhook = "Internal error occurred: failed calling webhook \"a\": connection refused";
        check(500, "InternalError", webhook);
        let going = "unable to create new content in namespace ns because it is being terminated";
        check(403, "Forbidden", going);
        check(409, "AlreadyExists", "object is being deleted: configmaps \"web\" already exists");
    }

    #[test]
    fn a_webhook_that_can_not_be_asked_defers() {
        let message = "admission webhook \"a\" does not support dry run";
        let got = verdict(400, "BadRequest", message, Value::Null);
        assert_eq!(got, Verdict::Deferred(message.to_owned()));
    }

    #[test]
    fn fields_of_others_are_a_conflict() {
        let cause = json!({
            "reason": "FieldManagerConflict", "field": ".spec.replicas",
            "message": "conflict with \"kubectl\" using apps/v1"
        });
        let got =
            verdict(409, "Conflict", "Apply failed with 1 conflict", json!({"causes": [cause]}));
        assert_eq!(got, Verdict::Conflict);
    }

    #[test]
    fn a_sentence_names_the_field_once() {
        let refusal = |field: &str, message: &str| Refusal {
            reason: Reason::ApplyRefused,
            object: ObjectKey {
                group: String::new(),
                kind: "Service".to_owned(),
                namespace: "ns".to_owned(),
                name: "web".to_owned(),
            },
            field: Some(field.to_owned()),
            message: message.to_owned(),
        };
        let check = |field, message, want| assert_eq!(refusal(field, message).sentence(), want);
        check("spec.a", "spec.a: no", "Service/web: spec.a: no");
        check("spec.a", "no", "Service/web: spec.a: no");
    }
}
