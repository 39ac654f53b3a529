//! What the observer has done, as plain numbers for the controller to export.

use std::sync::atomic::{AtomicU64, Ordering};

/// Numbers since the start; `watches` and `objects` are of now.
#[derive(Debug, Default)]
pub struct Counters {
    watches: AtomicU64,
    objects: AtomicU64,
    events: AtomicU64,
    relists: AtomicU64,
    errors: AtomicU64,
    triggers: AtomicU64,
}

impl Counters {
    /// Watches that are open now.
    #[must_use]
    pub fn watches(&self) -> u64 {
        self.watches.load(Ordering::Relaxed)
    }

    /// Objects of releases that are kept now.
    #[must_use]
    pub fn objects(&self) -> u64 {
        self.objects.load(Ordering::Relaxed)
    }

    /// Events that all watches have delivered.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events.load(Ordering::Relaxed)
    }

    /// Times that a watch has had to list anew, its first list included.
    #[must_use]
    pub fn relists(&self) -> u64 {
        self.relists.load(Ordering::Relaxed)
    }

    /// Errors of all watches; each is followed by another try.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.errors.load(Ordering::Relaxed)
    }

    /// Releases that were sent because something about them has changed.
    #[must_use]
    pub fn triggers(&self) -> u64 {
        self.triggers.load(Ordering::Relaxed)
    }

    pub(crate) fn watch_opened(&self) {
        self.watches.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn watch_closed(&self) {
        self.watches.fetch_sub(1, Ordering::Relaxed);
    }

    pub(crate) fn set_objects(&self, count: usize) {
        self.objects.store(count as u64, Ordering::Relaxed);
    }

    pub(crate) fn event(&self) {
        self.events.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn relist(&self) {
        self.relists.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn error(&self) {
        self.errors.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn trigger(&self) {
        self.triggers.fetch_add(1, Ordering::Relaxed);
    }
}
