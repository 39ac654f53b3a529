//! Where in a text a value stands: for errors that name the line a value came from.

use crate::decode::scalar_key;
use crate::node::{Document, NodeId, NodeKind};
use crate::resolve::tag;
use crate::text::Text;
use crate::{Error, Place};

/// One step of a path into a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step<'p> {
    /// Into a map, by key.
    Key(&'p str),
    /// Into a list, by index.
    Index(usize),
}

/// What [`locate`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Located {
    /// The key, or the list element, that the last found step leads to.
    pub place: Place,
    /// How many steps of the path there are in the text.
    pub steps: usize,
}

/// Aliases and merges that one step looks through; a text can hide a key behind no more.
const INDIRECTION_LIMIT: usize = 100;

/// Finds where the value at `path` is written in the first document of a text, or as much of the
/// path as there is. Aliases and merges are followed; of equal keys, the last counts, as in
/// [`read`](crate::read).
///
/// # Errors
/// goyaml's, where the text can't be parsed.
pub fn locate(text: impl AsRef<[u8]>, path: &[Step<'_>]) -> Result<Option<Located>, Error> {
    let checked = Text::new(text.as_ref());
    let document = Document::parse(&checked.good, checked.stop)?;
    if document.is_empty() {
        return Ok(None);
    }
    let mut at = 0;
    let mut found = None;
    for (done, step) in path.iter().enumerate() {
        let next = match step {
            Step::Key(key) => find_key(&document, at, key, INDIRECTION_LIMIT),
            Step::Index(index) => find_item(&document, at, *index).map(|item| (item, item)),
        };
        let Some((named, value)) = next else { break };
        found = Some(Located { place: document.place(named), steps: done + 1 });
        at = value;
    }
    Ok(found)
}

/// The nodes of a key and of its value.
fn find_key(
    document: &Document<'_>,
    map: NodeId,
    key: &str,
    budget: usize,
) -> Option<(NodeId, NodeId)> {
    let budget = budget.checked_sub(1)?;
    let map = document.target(map);
    let NodeKind::Mapping(end) = document.node(map).kind else { return None };
    let mut found = None;
    let mut next = map + 1;
    while next < end {
        let value = document.behind(next);
        let node = document.node(next);
        let is_plain = node.implicit || node.tag == tag::MERGE;
        if node.kind == NodeKind::Scalar && is_plain && node.value == "<<" {
            found = find_merged(document, value, key, budget).or(found);
        } else if scalar_key(document, document.target(next)).is_some_and(|text| text == key) {
            found = Some((next, value));
        }
        next = document.behind(value);
    }
    found
}

/// Looks for a key in what `<<` merges; of several maps, the earlier wins.
fn find_merged(
    document: &Document<'_>,
    merged: NodeId,
    key: &str,
    budget: usize,
) -> Option<(NodeId, NodeId)> {
    let NodeKind::Sequence(end) = document.node(merged).kind else {
        return find_key(document, merged, key, budget);
    };
    let mut next = merged + 1;
    while next < end {
        let found = find_key(document, next, key, budget);
        if found.is_some() {
            return found;
        }
        next = document.behind(next);
    }
    None
}

fn find_item(document: &Document<'_>, list: NodeId, index: usize) -> Option<NodeId> {
    let list = document.target(list);
    let NodeKind::Sequence(end) = document.node(list).kind else { return None };
    let mut next = list + 1;
    for _ in 0..index {
        next = if next < end { document.behind(next) } else { return None };
    }
    (next < end).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, path: &[Step<'_>], want: Option<(u32, u32, usize)>) {
        let found = locate(text, path).unwrap();
        let found = found.map(|found| (found.place.line, found.place.column, found.steps));
        assert_eq!(found, want, "{path:?}");
    }

    #[test]
    fn keys_and_items_have_places() {
        use Step::{Index, Key};
        let text =
            "# values\nimage:\n  repository: nginx\n  tag: 1.25\nl:\n- a\n- b: é\n  c: x\nyes: 1\n";
        check(text, &[Key("image"), Key("tag")], Some((4, 3, 2)));
        check(text, &[Key("image"), Key("pullPolicy")], Some((2, 1, 1)));
        check(text, &[Key("l"), Index(1), Key("c")], Some((8, 3, 3)));
        check(text, &[Key("l"), Index(2)], Some((5, 1, 1)));
        check(text, &[Key("true")], Some((9, 1, 1)));
        check(text, &[Key("nope")], None);
        check("", &[Key("a")], None);
    }

    #[test]
    fn aliases_and_merges_are_looked_through() {
        use Step::Key;
        let text =
            "a: &a {x: 1, z: 2}\nb:\n  <<: *a\n  z: 3\nc: *a\nd:\n  z: 4\n  <<: [{z: 5}, *a]\n";
        check(text, &[Key("b"), Key("x")], Some((1, 8, 2)));
        check(text, &[Key("b"), Key("z")], Some((4, 3, 2)));
        check(text, &[Key("c"), Key("z")], Some((1, 14, 2)));
        check(text, &[Key("d"), Key("z")], Some((8, 9, 2)));
        // A map that merges itself ends.
        check("a: &a\n  <<: *a\n", &[Key("a"), Key("x")], Some((1, 1, 1)));
    }
}
