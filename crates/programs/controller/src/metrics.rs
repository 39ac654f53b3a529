//! Metrics, with closed label sets: no release's name is ever a label.

use std::sync::atomic::Ordering;

use pintle_cluster_observe::Counters;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// How a reconcile ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, EncodeLabelValue)]
pub(crate) enum Outcome {
    /// As it should.
    Done,
    /// It goes on by itself.
    Waiting,
    /// A person has to change something.
    Stalled,
    /// A passing fault.
    Transient,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OutcomeLabel {
    outcome: Outcome,
}

/// The metrics of one process.
pub(crate) struct Metrics {
    registry: Registry,
    reconciles: Family<OutcomeLabel, Counter>,
    seconds: Histogram,
    versions: Counter,
    drifts: Counter,
    statuses: Counter,
    releases: Gauge,
    watches: Gauge,
    objects: Gauge,
    events: Counter,
    relists: Counter,
    errors: Counter,
    triggers: Counter,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("pintle");
        let metrics = Metrics {
            reconciles: Family::default(),
            seconds: Histogram::new(exponential_buckets(0.001, 4.0, 8)),
            versions: Counter::default(),
            drifts: Counter::default(),
            statuses: Counter::default(),
            releases: Gauge::default(),
            watches: Gauge::default(),
            objects: Gauge::default(),
            events: Counter::default(),
            relists: Counter::default(),
            errors: Counter::default(),
            triggers: Counter::default(),
            registry: Registry::default(),
        };
        let it = &metrics;
        registry.register("reconciles", "Reconciles by outcome", it.reconciles.clone());
        registry.register_with_unit(
            "reconcile_duration",
            "Time of one reconcile",
            Unit::Seconds,
            it.seconds.clone(),
        );
        registry.register("versions", "Versions recorded", it.versions.clone());
        registry.register("drift_corrections", "Objects put right", it.drifts.clone());
        registry.register("status_writes", "Status patches sent", it.statuses.clone());
        registry.register("releases", "Releases known", it.releases.clone());
        registry.register("watches", "Watches open now", it.watches.clone());
        registry.register("objects", "Objects of releases that are watched", it.objects.clone());
        registry.register("watch_events", "Events that watches delivered", it.events.clone());
        registry.register("watch_lists", "Lists that watches began with", it.relists.clone());
        registry.register("watch_errors", "Errors of watches, all tried again", it.errors.clone());
        registry.register("watch_triggers", "Releases that watches sent", it.triggers.clone());
        Metrics { registry, ..metrics }
    }

    pub(crate) fn reconciled(&self, outcome: Outcome, took: std::time::Duration) {
        self.reconciles.get_or_create(&OutcomeLabel { outcome }).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    pub(crate) fn version_recorded(&self) {
        self.versions.inc();
    }

    pub(crate) fn drift_corrected(&self, objects: u64) {
        self.drifts.inc_by(objects);
    }

    pub(crate) fn status_written(&self) {
        self.statuses.inc();
    }

    pub(crate) fn releases(&self, count: usize) {
        self.releases.set(i64::try_from(count).unwrap_or(i64::MAX));
    }

    /// Takes over what the observer has counted.
    pub(crate) fn observed(&self, counters: &Counters) {
        let gauge = |it: u64| i64::try_from(it).unwrap_or(i64::MAX);
        self.watches.set(gauge(counters.watches()));
        self.objects.set(gauge(counters.objects()));
        let counted = [
            (&self.events, counters.events()),
            (&self.relists, counters.relists()),
            (&self.errors, counters.errors()),
            (&self.triggers, counters.triggers()),
        ];
        for (metric, count) in counted {
            metric.inner().store(count, Ordering::Relaxed);
        }
    }

    /// The text of `/metrics`, in the OpenMetrics format.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a String can't fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
