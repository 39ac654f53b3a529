//! Waiting for a Release: for a condition, with a deadline, showing how far it is.

use std::time::{Duration, Instant};

use futures::StreamExt;
use kube::Api;
use kube::runtime::WatchStreamExt;
use kube::runtime::watcher::watch_object;
use pintle_release_api::{ConditionType, Release};

use crate::summary::holds;

/// How often a clock on the screen moves.
const TICK: Duration = Duration::from_secs(1);

/// Where a Release stands, seen from what was asked of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// On its way.
    Going,
    /// It got there.
    Ready,
    /// It won't get there by itself.
    Stuck,
}

/// How a wait ended.
#[derive(Debug)]
pub(crate) enum Waited<T> {
    /// As hoped, or not: the caller decided.
    Done(T),
    /// Out of time; with what was seen last.
    TimedOut(Option<Box<Release>>),
    /// Ctrl-C.
    Interrupted,
}

/// Whether a Release is ready for a spec of at least this generation.
pub(crate) fn readiness(release: &Release, generation: i64) -> Verdict {
    let Some(status) = &release.status else { return Verdict::Going };
    let own = release.metadata.generation.unwrap_or(0);
    if own < generation || status.observed_generation < own {
        return Verdict::Going;
    }
    if holds(release, ConditionType::Stalled) {
        Verdict::Stuck
    } else if release.spec.rollback_to.is_some() {
        Verdict::Going
    } else if holds(release, ConditionType::Ready) {
        Verdict::Ready
    } else {
        Verdict::Going
    }
}

/// Follows a Release until `step` gives something, the deadline passes, or Ctrl-C. `step` is called
/// at every change and once a second; with none, the Release is not there. A watch that is cut goes
/// on by itself.
pub(crate) async fn follow<T>(
    api: Api<Release>,
    name: &str,
    deadline: Option<Duration>,
    mut step: impl FnMut(Option<&Release>) -> Option<T>,
) -> Waited<T> {
    let end = deadline.map(|it| Instant::now() + it);
    let mut events = watch_object(api, name).default_backoff().boxed();
    let mut clock = tokio::time::interval(TICK);
    let interrupt = tokio::signal::ctrl_c();
    tokio::pin!(interrupt);
    let mut seen = false;
    let mut last: Option<Box<Release>> = None;
    loop {
        tokio::select! {
            event = events.next() => match event {
                Some(Ok(release)) => {
                    seen = true;
                    last = release.map(Box::new);
                }
                // What went wrong is tried again; the deadline bounds it.
                Some(Err(_)) => continue,
                None => return Waited::TimedOut(last),
            },
            _ = clock.tick() => {}
            _ = &mut interrupt => return Waited::Interrupted,
        }
        if seen && let Some(done) = step(last.as_deref()) {
            return Waited::Done(done);
        }
        if end.is_some_and(|it| Instant::now() >= it) {
            return Waited::TimedOut(last);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Verdict, readiness};
    use serde_json::{Value, json};

    fn check(generation: i64, observed: i64, spec: &Value, conditions: &Value, want: Verdict) {
        let mut object = json!({
            "apiVersion": "pintle.dev/v1alpha1", "kind": "Release",
            "metadata": {"name": "shop", "generation": generation},
            "spec": {"chart": {}},
            "status": {"observedGeneration": observed, "conditions": []},
        });
        for (name, value) in spec.as_object().unwrap() {
            object["spec"][name] = value.clone();
        }
        for (kind, state) in conditions.as_object().unwrap() {
            let condition = json!({
                "type": kind, "status": state, "reason": "X", "message": "",
                "lastTransitionTime": "2026-01-01T00:00:00Z",
            });
            object["status"]["conditions"].as_array_mut().unwrap().push(condition);
        }
        let release = serde_json::from_value(object).unwrap();
        assert_eq!(readiness(&release, 2), want, "{spec} {conditions}");
    }

    #[test]
    fn a_verdict_is_for_the_spec_that_was_asked_for() {
        let ready = json!({"Ready": "True"});
        check(1, 1, &json!({}), &ready, Verdict::Going);
        check(2, 1, &json!({}), &ready, Verdict::Going);
        check(2, 2, &json!({}), &ready, Verdict::Ready);
        check(3, 3, &json!({}), &ready, Verdict::Ready);
        check(3, 2, &json!({}), &ready, Verdict::Going);
        check(2, 2, &json!({}), &json!({"Ready": "False"}), Verdict::Going);
        check(2, 2, &json!({}), &json!({"Ready": "False", "Stalled": "True"}), Verdict::Stuck);
        check(2, 2, &json!({"rollbackTo": {"version": 1}}), &ready, Verdict::Going);
    }
}
