//! The pipeline, in order. Each stage is called here and nowhere else; each ends in a value or a
//! [`Fault`]; whatever happens, the status is written last.
//!
//! ```text
//! rollback? ─► resolve ─► identify ─► render ─► plan ─► record ─► apply ─► prune ─► observe ─► status
//! ```
//!
//! A reconcile may be cut anywhere and run again: where it was is derived from the cluster.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt;
use kube::runtime::controller::Action;
use pintle_release_api::{Category, FINALIZER, Reason, Release};

use crate::context::Context;
use crate::fault::Fault;
use crate::job::Job;
use crate::metrics::Outcome;
use crate::{backoff, content, rollback, rollout, teardown, writer};

/// A look at every release without an event, in case one was lost. It costs no request.
const RESYNC: Duration = Duration::from_secs(600);
/// The first status of a version waits this long for the objects' own, so that one that is ready
/// at once costs one write.
const SETTLE: Duration = Duration::from_millis(1200);

/// Reconciles one release. Never fails: a fault becomes a status and a time for the next try.
pub(crate) async fn reconcile(
    release: Arc<Release>,
    context: Arc<Context>,
) -> Result<Action, std::convert::Infallible> {
    let began = Instant::now();
    let uid = release.metadata.uid.clone().unwrap_or_default();
    let memory = context.memory(&uid);
    let mut memory = memory.lock().await;
    memory.attempt(release.metadata.generation.unwrap_or_default());
    let mut job = match Job::new(&context, &release, &mut memory) {
        Ok(job) => job,
        Err(fault) => {
            tracing::warn!(release = %uid, %fault, "can't begin");
            return Ok(Action::requeue(backoff::delay(fault.category(), 0, backoff::jitter())));
        }
    };
    // No input may end the controller: a panic here is a bug, of this release alone.
    let result = AssertUnwindSafe(run(&mut job)).catch_unwind().await.unwrap_or_else(|_| {
        Err(Fault::transient("the controller met a bug; its log has the place; tried again"))
    });
    let result = result.map_err(|fault| fault.redacted(&job.secrets));
    let next = match result {
        Ok(Flow::Gone) => {
            context.forget(&uid);
            context.observer.refer(&job.reference(), Vec::new());
            context.observer.need_evidence(&job.namespace, false, &job.reference());
            Action::await_change()
        }
        Ok(Flow::Again) => Action::await_change(),
        Ok(Flow::Settled) => finish(&mut job, None, began).await,
        Err(fault) => finish(&mut job, Some(fault), began).await,
    };
    tracing::debug!(release = %uid, took = ?began.elapsed(), ?next, "reconciled");
    Ok(next)
}

/// How the pipeline ended.
pub(crate) enum Flow {
    /// The spec is served, as far as this reconcile can tell.
    Settled,
    /// The Release itself was written: its watch event brings the next reconcile.
    Again,
    /// The Release is gone, or is about to be.
    Gone,
}

async fn run(job: &mut Job<'_>) -> Result<Flow, Fault> {
    if job.release.metadata.deletion_timestamp.is_some() {
        return teardown::teardown(job).await;
    }
    if !job.release.metadata.finalizers.iter().flatten().any(|it| it == FINALIZER) {
        writer::add_finalizer(job).await?;
    }
    // Before anything that can end early: a status must tell of what is served, whatever is wrong
    // with the spec.
    rollout::restore_served(job).await?;
    name_is_free(job)?;
    if job.release.spec.paused {
        return Ok(Flow::Settled);
    }
    let end = advance(job).await;
    if end.is_err() && job.wanted != job.memory.served.as_ref().map(|it| it.version) {
        // Whatever is wrong with the spec, what is served is kept as it should be.
        rollout::keep_served(job).await;
    }
    end
}

/// Towards what the spec asks for.
async fn advance(job: &mut Job<'_>) -> Result<Flow, Fault> {
    if let Some(wish) = &job.release.spec.rollback_to {
        rollback::rollback(job, wish).await?;
        return Ok(Flow::Again);
    }
    let target = content::version(job).await?;
    let version = target.version;
    let end = rollout::roll_out(job, target).await;
    if end.is_err() && job.is_lost(version) {
        // That the version is lost has only come out now: its content is another one.
        let target = content::version(job).await?;
        rollout::roll_out(job, target).await?;
        return Ok(Flow::Settled);
    }
    end.map(|()| Flow::Settled)
}

/// Two Releases of one release name in a namespace would claim each other's objects: the younger
/// one waits.
fn name_is_free(job: &Job<'_>) -> Result<(), Fault> {
    let own = job.release;
    // Creation times are whole seconds: of two of one second, the one that has a version is older.
    let age = |it: &Release| {
        let text = |it: &Option<String>| it.clone().unwrap_or_default();
        let (namespace, name) = (text(&it.metadata.namespace), text(&it.metadata.name));
        let unversioned = job.context.histories.of(&namespace, &name).is_empty();
        let created = it.metadata.creation_timestamp.as_ref().map(|it| it.0);
        (unversioned, created, it.metadata.uid.clone())
    };
    let older = job.context.releases.find(|other| {
        other.metadata.namespace == own.metadata.namespace
            && other.metadata.uid != own.metadata.uid
            && other.release_name() == own.release_name()
            && age(other) < age(own)
    });
    match older {
        None => Ok(()),
        Some(other) => Err(Fault::new(
            Reason::NameTaken,
            format!(
                "release name {} is taken in this namespace by Release {}, which is older",
                own.release_name(),
                other.metadata.name.as_deref().unwrap_or_default()
            ),
        )),
    }
}

/// Writes the status, and says when to look again.
async fn finish(job: &mut Job<'_>, fault: Option<Fault>, began: Instant) -> Action {
    let category = fault.as_ref().map_or(Category::Fine, Fault::category);
    if let Some(fault) = &fault {
        tracing::info!(release = %job.name, namespace = %job.namespace, %fault, "stopped");
    }
    let fresh = job.memory.applied_at.is_some_and(|at| at.elapsed() < SETTLE);
    let (written, settled) = writer::write_status(job, fault, fresh).await;
    job.context.metrics.reconciled(outcome(category), began.elapsed());
    if let Err(error) = written {
        tracing::info!(release = %job.name, %error, "the status could not be written; tried again");
        let wait = backoff::delay(Category::Transient, job.memory.attempts, backoff::jitter());
        job.memory.attempts = job.memory.attempts.saturating_add(1);
        return Action::requeue(wait);
    }
    if category == Category::Fine {
        job.memory.attempts = 0;
        return if fresh && !settled {
            Action::requeue(SETTLE)
        } else if settled {
            Action::requeue(RESYNC)
        } else {
            Action::requeue(writer::until_deadline(job).unwrap_or(RESYNC).min(RESYNC))
        };
    }
    let wait = backoff::delay(category, job.memory.attempts, backoff::jitter());
    job.memory.attempts = job.memory.attempts.saturating_add(1);
    Action::requeue(wait)
}

fn outcome(category: Category) -> Outcome {
    match category {
        Category::Fine => Outcome::Done,
        Category::Waiting => Outcome::Waiting,
        Category::Stalled => Outcome::Stalled,
        Category::Transient => Outcome::Transient,
    }
}
