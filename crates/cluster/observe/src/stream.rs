//! One watch, for as long as it is wanted: listed, followed, listed anew, and what it fails at.

use std::fmt::Debug;
use std::future::Future;
use std::time::{Duration, Instant};

use futures::StreamExt;
use kube::api::{Api, ApiResource};
use kube::runtime::watcher::{self, Event};
use kube::runtime::{WatchStreamExt, watcher as follow_kind};
use kube::{Client, Resource};
use serde::de::DeserializeOwned;
use tokio::sync::watch;

use crate::counters::Counters;

/// A kind whose URL answers 404 for this long is not served (any more). A CRD that was just
/// established is served a moment later.
const UNSERVED_AFTER: Duration = Duration::from_secs(5);

/// How far a watch has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// Its first list is on its way.
    Starting,
    /// Its first list is complete. Errors after that are only waited out.
    Synced,
    /// Its first list fails; it is tried again.
    Trouble {
        /// The server's words.
        said: String,
        /// Whether only a change of rights would help.
        refused: bool,
    },
    /// The server has no such kind, and the watch has ended.
    Unserved,
}

/// Follows a kind until the server has no such kind. `on` is given every event.
pub(crate) fn follow<K>(
    client: &Client,
    resource: &ApiResource,
    scope: Option<&str>,
    config: watcher::Config,
    counters: &Counters,
    progress: &watch::Sender<Progress>,
    mut on: impl FnMut(Event<K>) + Send,
) -> impl Future<Output = ()> + Send
where
    K: Resource<DynamicType = ApiResource, Scope = kube::core::DynamicResourceScope>
        + Clone
        + DeserializeOwned
        + Debug
        + Send
        + Sync
        + 'static,
{
    let api: Api<K> = match scope {
        Some(namespace) => Api::namespaced_with(client.clone(), namespace, resource),
        None => Api::all_with(client.clone(), resource),
    };
    async move {
        let _open = Open::new(counters);
        let mut unserved_since: Option<Instant> = None;
        let mut events = follow_kind(api, config).default_backoff().boxed();
        while let Some(event) = events.next().await {
            match event {
                Ok(event) => {
                    unserved_since = unserved_since.filter(|_| matches!(event, Event::Init));
                    count(counters, &event);
                    let complete = matches!(event, Event::InitDone);
                    on(event);
                    if complete {
                        progress.send_replace(Progress::Synced);
                    }
                }
                Err(error) => {
                    counters.error();
                    tracing::debug!(kind = %resource.kind, %error, "watch failed, tried again");
                    if is_unserved(&error) {
                        let since = *unserved_since.get_or_insert_with(Instant::now);
                        if since.elapsed() >= UNSERVED_AFTER {
                            progress.send_replace(Progress::Unserved);
                            return;
                        }
                    }
                    report(progress, &error);
                }
            }
        }
    }
}

/// A watch that is open, for as long as this lives.
struct Open<'a>(&'a Counters);

impl<'a> Open<'a> {
    fn new(counters: &'a Counters) -> Self {
        counters.watch_opened();
        Open(counters)
    }
}

impl Drop for Open<'_> {
    fn drop(&mut self) {
        self.0.watch_closed();
    }
}

fn count<K>(counters: &Counters, event: &Event<K>) {
    match event {
        Event::Init => counters.relist(),
        Event::InitDone => {}
        Event::Apply(_) | Event::Delete(_) | Event::InitApply(_) => counters.event(),
    }
}

/// Once synced, a watch stays so: its objects are as they were last seen.
fn report(progress: &watch::Sender<Progress>, error: &watcher::Error) {
    let trouble = Progress::Trouble { said: said(error), refused: is_refused(error) };
    progress.send_if_modified(|now| {
        let change = *now != Progress::Synced && *now != trouble;
        if change {
            *now = trouble;
        }
        change
    });
}

fn answer(error: &watcher::Error) -> Option<&kube::core::Status> {
    match error {
        watcher::Error::InitialListFailed(kube::Error::Api(status))
        | watcher::Error::WatchStartFailed(kube::Error::Api(status))
        | watcher::Error::WatchFailed(kube::Error::Api(status)) => Some(status),
        watcher::Error::WatchError(status) => Some(status),
        _ => None,
    }
}

fn is_refused(error: &watcher::Error) -> bool {
    answer(error).is_some_and(|it| matches!(it.code, 401 | 403 | 405))
}

fn is_unserved(error: &watcher::Error) -> bool {
    answer(error).is_some_and(|it| it.code == 404)
}

/// The server's own words, or the error's.
fn said(error: &watcher::Error) -> String {
    match answer(error) {
        Some(status) if !status.message.is_empty() => status.message.clone(),
        _ => {
            let mut text = error.to_string();
            let mut source = std::error::Error::source(error);
            while let Some(inner) = source {
                let said = inner.to_string();
                if !text.contains(&said) {
                    text = format!("{text}: {said}");
                }
                source = inner.source();
            }
            text
        }
    }
}
