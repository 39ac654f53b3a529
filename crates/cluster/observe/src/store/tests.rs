//! Events in, releases to be told out.

use std::sync::Arc;

use pintle_release_manifest::ObjectKey;

use super::{MAX_GONE, MAX_NOTES, Store, Told, kind_key};
use crate::observed::tests::seen;
use crate::observed::{Observed, ReleaseRef};

fn names(told: &Told) -> Vec<String> {
    told.iter().map(|it| it.name.clone()).collect()
}

fn key(name: &str) -> ObjectKey {
    seen(name, |_| {}).key
}

/// A store whose kind has been listed once, empty.
fn listed() -> Store {
    let mut store = Store::default();
    let kind = kind_key(&seen("a", |_| {}).gvk);
    store.begin_list(&kind);
    assert!(store.end_list(&kind).is_empty());
    store
}

fn see(store: &mut Store, it: Observed) -> Vec<String> {
    let kind = kind_key(&it.gvk);
    names(&store.see(it, &kind))
}

fn at(name: &str, version: u64, hash: u64) -> Observed {
    seen(name, |it| {
        it.resource_version = version;
        it.hash = Some(hash);
    })
}

#[test]
fn changes_are_told_once() {
    let mut store = listed();
    assert_eq!(see(&mut store, at("a", 1, 1)), ["shop"]);
    assert!(see(&mut store, at("a", 1, 1)).is_empty(), "a replay");
    assert!(see(&mut store, at("a", 2, 1)).is_empty(), "a new version alone");
    assert_eq!(see(&mut store, at("a", 3, 2)), ["shop"], "drift");
    assert!(see(&mut store, at("a", 2, 1)).is_empty(), "older than what is known");
    assert_eq!(store.get(&key("a")).unwrap().hash, Some(2));
    assert_eq!(names(&store.lose(&key("a"), 4)), ["shop"], "gone");
    assert!(store.lose(&key("a"), 4).is_empty());
    assert!(store.of_release(&ReleaseRef::new("t", "shop")).is_empty());
    assert!(store.releases.is_empty(), "nothing is left of it");
}

#[test]
fn objects_are_found_by_release_in_order() {
    let mut store = listed();
    for name in ["c", "a", "b"] {
        see(&mut store, at(name, 1, 1));
    }
    see(&mut store, seen("other", |it| it.release = Arc::new(ReleaseRef::new("t", "web"))));
    let all = store.of_release(&ReleaseRef::new("t", "shop"));
    assert_eq!(all.iter().map(|it| it.key.name.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert!(Arc::ptr_eq(&all[0].release, &all[1].release), "a name is kept once");
}

#[test]
fn an_object_that_changes_hands_is_told_to_both() {
    let mut store = listed();
    see(&mut store, at("a", 1, 1));
    let other = seen("a", |it| {
        it.resource_version = 2;
        it.release = Arc::new(ReleaseRef::new("t", "web"));
    });
    assert_eq!(see(&mut store, other), ["web", "shop"]);
    assert!(store.of_release(&ReleaseRef::new("t", "shop")).is_empty());
    assert_eq!(store.of_release(&ReleaseRef::new("t", "web")).len(), 1);
}

#[test]
fn copies_of_our_labels_tell_nobody() {
    let mut store = listed();
    let copy = |version, hash| {
        seen("copy", |it| {
            it.ours = false;
            it.resource_version = version;
            it.hash = Some(hash);
        })
    };
    assert!(see(&mut store, copy(1, 1)).is_empty());
    assert!(see(&mut store, copy(2, 2)).is_empty());
    assert!(store.lose(&key("copy"), 3).is_empty());
    see(&mut store, at("a", 1, 1));
    let disowned = seen("a", |it| {
        it.ours = false;
        it.resource_version = 2;
    });
    assert_eq!(see(&mut store, disowned), ["shop"], "what was ours is told");
}

#[test]
fn what_is_older_than_our_write_is_stale() {
    let mut store = listed();
    see(&mut store, at("a", 5, 1));
    store.note(&key("a"), 8);
    assert!(store.get(&key("a")).unwrap().stale && store.is_awaited(&key("a")));
    assert!(see(&mut store, at("a", 7, 9)).is_empty(), "somebody's, before our write");
    assert!(store.get(&key("a")).unwrap().stale);
    assert_eq!(see(&mut store, at("a", 8, 1)), ["shop"], "our write, which is waited for");
    let now = store.get(&key("a")).unwrap();
    assert!(!now.stale && !store.is_awaited(&key("a")));
    store.note(&key("a"), 8);
    assert!(!store.is_awaited(&key("a")), "the event was faster than the answer");
}

#[test]
fn a_new_object_is_awaited_until_it_is_seen() {
    let mut store = listed();
    store.note(&key("a"), 8);
    assert!(store.is_awaited(&key("a")) && store.get(&key("a")).is_none());
    assert_eq!(see(&mut store, at("a", 8, 1)), ["shop"]);
    assert!(!store.is_awaited(&key("a")));
}

#[test]
fn a_deletion_before_our_new_one_is_no_loss() {
    let mut store = listed();
    see(&mut store, at("a", 5, 1));
    store.note(&key("a"), 9);
    assert!(store.lose(&key("a"), 8).is_empty(), "we have recreated it");
    assert!(store.is_awaited(&key("a")));
    assert_eq!(see(&mut store, at("a", 9, 1)), ["shop"]);
}

/// A list that began after a write shows it, or it will never be seen: nothing waits for ever.
#[test]
fn a_new_list_ends_all_waiting() {
    let mut store = listed();
    let kind = kind_key(&seen("a", |_| {}).gvk);
    see(&mut store, at("a", 5, 1));
    see(&mut store, at("gone", 5, 1));
    store.note(&key("never"), 8);
    store.begin_list(&kind);
    store.note(&key("late"), 9);
    assert!(see(&mut store, at("a", 5, 1)).is_empty());
    assert_eq!(names(&store.end_list(&kind)), ["shop"], "what the list lacks is gone");
    assert!(!store.is_awaited(&key("never")));
    assert!(store.is_awaited(&key("late")), "written while the list was on its way");
    assert_eq!(store.len(), 1);
}

/// After a restore of etcd all versions are older than they were.
#[test]
fn a_list_is_believed_whatever_its_versions() {
    let mut store = listed();
    let kind = kind_key(&seen("a", |_| {}).gvk);
    see(&mut store, at("a", 500, 1));
    store.begin_list(&kind);
    assert_eq!(see(&mut store, at("a", 5, 2)), ["shop"]);
    store.end_list(&kind);
    assert_eq!(store.get(&key("a")).unwrap().resource_version, 5);
}

#[test]
fn what_happens_during_a_write_is_held_back() {
    let mut store = listed();
    see(&mut store, at("a", 5, 1));
    store.hold(&key("a"));
    assert!(see(&mut store, at("a", 6, 2)).is_empty());
    store.note(&key("a"), 6);
    assert!(!store.is_awaited(&key("a")), "seen already");
    assert_eq!(names(&store.let_go(&key("a"))), ["shop"], "told once it is over");
    store.hold(&key("a"));
    store.note(&key("a"), 7);
    assert!(store.let_go(&key("a")).is_empty(), "nothing has happened");
    assert_eq!(see(&mut store, at("a", 7, 2)), ["shop"]);
    store.hold(&key("a"));
    store.hold(&key("a"));
    assert!(store.lose(&key("a"), 8).is_empty());
    assert!(store.let_go(&key("a")).is_empty(), "one of two writers");
    assert_eq!(names(&store.let_go(&key("a"))), ["shop"], "it is gone, and not by us");
    assert!(store.held.is_empty());
}

/// The answer to a write may come after the event that its object was deleted since.
#[test]
fn a_write_to_what_is_gone_is_not_awaited() {
    let mut store = listed();
    see(&mut store, at("a", 5, 1));
    store.lose(&key("a"), 8);
    store.note(&key("a"), 7);
    assert!(!store.is_awaited(&key("a")));
    store.note(&key("a"), 9);
    assert!(store.is_awaited(&key("a")), "one after it is");
}

#[test]
fn as_many_deletions_as_the_limit() {
    let check = |others: usize, want: bool| {
        let mut store = listed();
        store.lose(&key("a"), 8);
        for number in 0..others {
            store.lose(&key(&number.to_string()), 9);
        }
        store.note(&key("a"), 7);
        assert_eq!(store.is_awaited(&key("a")), want);
        assert_eq!(store.gone.len(), MAX_GONE.min(others + 1));
    };
    check(MAX_GONE - 1, false);
    check(MAX_GONE, true);
}

#[test]
fn a_kind_that_is_not_served_any_more_is_dropped() {
    let mut store = listed();
    let kind = kind_key(&seen("a", |_| {}).gvk);
    see(&mut store, at("a", 5, 1));
    store.note(&key("b"), 9);
    assert_eq!(names(&store.drop_kind(&kind)), ["shop"]);
    assert!(store.len() == 0 && !store.is_awaited(&key("b")));
    store.note(&key("b"), 9);
    assert!(!store.is_awaited(&key("b")), "nobody would ever see it");
}

#[test]
fn as_many_notes_as_the_limit() {
    let mut store = listed();
    for number in 0..MAX_NOTES {
        store.note(&key(&number.to_string()), 9);
    }
    assert!(store.is_awaited(&key(&(MAX_NOTES - 1).to_string())));
    store.note(&key("past"), 9);
    assert!(!store.is_awaited(&key("past")));
    store.note(&key("0"), 10);
    assert!(store.is_awaited(&key("0")), "one that is there is renewed");
}
