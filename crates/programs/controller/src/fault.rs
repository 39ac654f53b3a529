//! What ends a reconcile early: a reason of the closed list, and one sentence.

use pintle_cluster_apply::ApplyError;
use pintle_cluster_content::ContentError;
use pintle_cluster_observe::ObserveError;
use pintle_cluster_source::SourceError;
use pintle_release_api::{Category, Cause, Reason};
use pintle_release_manifest::Redactor;
use pintle_release_plan::Refusal;

/// Why a reconcile could not come to its end.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{reason:?}: {message}")]
pub(crate) struct Fault {
    /// One of the closed list.
    pub(crate) reason: Reason,
    /// One sentence in the user's words.
    pub(crate) message: String,
    /// The objects at fault, where there are any; the first is the first cause.
    pub(crate) causes: Vec<Cause>,
}

impl Fault {
    /// A fault of the release as a whole.
    pub(crate) fn new(reason: Reason, message: impl Into<String>) -> Self {
        Fault { reason, message: message.into(), causes: Vec::new() }
    }

    /// A passing fault, which is retried and never shown as a failure.
    pub(crate) fn transient(message: impl Into<String>) -> Self {
        Fault::new(Reason::ApiUnavailable, message)
    }

    /// What the API server refused.
    pub(crate) fn refused(refusals: &[Refusal]) -> Self {
        let causes: Vec<Cause> = refusals.iter().map(cause).collect();
        let reason = refusals.first().map_or(Reason::ApplyRefused, |it| it.reason);
        let message = match (causes.first(), causes.len()) {
            (Some(first), 1) => first.message.clone(),
            (Some(first), more) => format!("{} (and {} more)", first.message, more - 1),
            (None, _) => String::new(),
        };
        Fault { reason, message, causes }
    }

    /// A version whose blob is lost.
    pub(crate) fn lost(version: i64) -> Self {
        let message = format!("version {version} is lost: its content can't be read back");
        Fault::new(Reason::VersionNotFound, message)
    }

    /// The same without what must not be shown.
    pub(crate) fn redacted(mut self, secrets: &Redactor) -> Self {
        let object = self.causes.first().and_then(|it| it.object.clone());
        self.message = clean(secrets, object.as_deref(), &self.message);
        for cause in &mut self.causes {
            cause.message = clean(secrets, cause.object.as_deref(), &cause.message);
        }
        self
    }

    /// Who can do something about it.
    pub(crate) fn category(&self) -> Category {
        self.reason.category()
    }

    /// The causes as the status shows them: at least one.
    pub(crate) fn causes(&self) -> Vec<Cause> {
        if !self.causes.is_empty() {
            return self.causes.clone();
        }
        vec![Cause {
            object: None,
            reason: self.reason,
            message: self.message.clone(),
            hint: hint(self.reason),
            since: None,
        }]
    }
}

/// A sentence without what must not be shown. The object's name at its beginning stays.
pub(crate) fn clean(secrets: &Redactor, object: Option<&str>, sentence: &str) -> String {
    match object.and_then(|it| Some((it, sentence.strip_prefix(it)?))) {
        Some((object, rest)) => format!("{object}{}", secrets.clean(rest)),
        None => secrets.clean(sentence),
    }
}

/// A reason's remedy, where there is one.
pub(crate) fn hint(reason: Reason) -> Option<String> {
    Some(reason.remedy().to_owned()).filter(|it| !it.is_empty())
}

fn cause(refusal: &Refusal) -> Cause {
    Cause {
        object: Some(refusal.object.to_string()),
        reason: refusal.reason,
        message: refusal.sentence(),
        hint: hint(refusal.reason),
        since: None,
    }
}

impl From<kube::Error> for Fault {
    fn from(error: kube::Error) -> Self {
        match &error {
            kube::Error::Api(status) if status.code == 403 => {
                Fault::new(Reason::Forbidden, status.message.clone())
            }
            _ => Fault::transient(chain(&error)),
        }
    }
}

impl From<ContentError> for Fault {
    fn from(error: ContentError) -> Self {
        let reason = match (&error, error.status()) {
            (_, Some(status)) if status.code == 403 => Reason::Forbidden,
            (ContentError::TooLarge { .. } | ContentError::Damaged { .. }, _) => {
                Reason::ChartInvalid
            }
            _ => Reason::ApiUnavailable,
        };
        Fault::new(reason, chain(&error))
    }
}

impl From<ObserveError> for Fault {
    fn from(error: ObserveError) -> Self {
        Fault::new(error.reason(), chain(&error))
    }
}

impl From<SourceError> for Fault {
    fn from(error: SourceError) -> Self {
        let reason = match &error {
            SourceError::Missing { .. } => Reason::ValuesMissing,
            SourceError::NoBlob { .. } => Reason::ChartMissing,
            SourceError::Invalid { .. } => Reason::ValuesInvalid,
            SourceError::Api { source: kube::Error::Api(status), .. } if status.code == 403 => {
                Reason::Forbidden
            }
            SourceError::Api { .. } => Reason::ApiUnavailable,
            SourceError::Content(_) => match error {
                SourceError::Content(inner) => return inner.into(),
                _ => Reason::ApiUnavailable,
            },
        };
        Fault::new(reason, chain(&error))
    }
}

impl From<ApplyError> for Fault {
    fn from(error: ApplyError) -> Self {
        match error {
            ApplyError::Refused(refusal) => Fault::refused(&[refusal]),
            ApplyError::Terminating(message) => Fault::new(Reason::ObjectTerminating, message),
            ApplyError::Transient(message) => Fault::new(Reason::ApplyInterrupted, message),
        }
    }
}

/// An error and what caused it, on one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let inner_text = inner.to_string();
        if !text.contains(&inner_text) {
            text = format!("{text}: {inner_text}");
        }
        source = inner.source();
    }
    text
}
