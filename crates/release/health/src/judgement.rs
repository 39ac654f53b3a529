//! What a judge says about an object.

use std::borrow::Cow;

use pintle_release_api::{Health, Reason};

/// The health of one object, and what it says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Judgement {
    /// Its health.
    pub health: Health,
    /// One word of the closed list.
    pub reason: Reason,
    /// What it says of itself, for people: `2/3 updated`, `8Gi bound`.
    pub message: Option<String>,
    /// Whether its controller has seen its latest generation.
    pub generation_seen: bool,
    /// How it ended, if it is a Job that has.
    pub job: Option<FinishedJob>,
    /// Pods it promises, if it is a workload.
    pub pods: Option<Pods>,
    /// Whether it serves its promised minimum, of whatever version. True for all but workloads.
    pub available: bool,
    /// Whether it has a status at all.
    pub has_status: bool,
}

impl Judgement {
    /// The judgement on an object that is not there.
    #[must_use]
    pub fn not_found() -> Self {
        Judgement {
            health: Health::NotFound,
            reason: Reason::ObjectMissing,
            message: None,
            generation_seen: true,
            job: None,
            pods: None,
            available: false,
            has_status: false,
        }
    }

    /// Whether nothing is left to wait for: `Current`, or suspended on request.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        matches!(self.health, Health::Current | Health::Suspended)
    }
}

/// How a Job ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct FinishedJob {
    /// The Job's uid.
    pub uid: String,
    /// Whether it succeeded.
    pub succeeded: bool,
}

/// Pods promised and ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pods {
    /// As many as it asks for.
    pub desired: i32,
    /// As many as are ready.
    pub ready: i32,
}

/// What one rule says; the judge adds what holds for every kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) health: Health,
    pub(crate) reason: Reason,
    /// The word kstatus puts into its `Reconciling` or `Stalled` condition.
    pub(crate) word: Cow<'static, str>,
    pub(crate) message: Option<String>,
}

impl Verdict {
    pub(crate) fn current(message: impl Into<Option<String>>) -> Self {
        Verdict {
            health: Health::Current,
            reason: Reason::Healthy,
            word: Cow::Borrowed(""),
            message: message.into(),
        }
    }

    pub(crate) fn progress(word: impl Into<Cow<'static, str>>, message: impl Into<String>) -> Self {
        Verdict {
            health: Health::InProgress,
            reason: Reason::Progressing,
            word: word.into(),
            message: Some(message.into()).filter(|it| !it.is_empty()),
        }
    }

    pub(crate) fn failed(
        word: impl Into<Cow<'static, str>>,
        reason: Reason,
        message: impl Into<String>,
    ) -> Self {
        Verdict {
            health: Health::Failed,
            reason,
            word: word.into(),
            message: Some(message.into()).filter(|it| !it.is_empty()),
        }
    }

    pub(crate) fn unknown(message: String) -> Self {
        Verdict {
            health: Health::Unknown,
            reason: Reason::NotReady,
            word: Cow::Borrowed(""),
            message: Some(message),
        }
    }

    pub(crate) fn suspended(message: &str) -> Self {
        Verdict {
            health: Health::Suspended,
            reason: Reason::Suspended,
            word: Cow::Borrowed(""),
            message: Some(message.to_owned()),
        }
    }

    pub(crate) fn because(self, reason: Reason) -> Self {
        Verdict { reason, ..self }
    }
}
