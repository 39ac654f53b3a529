//! The head of a common document, without reading the rest of it into values.

use std::ops::ControlFlow;

use pintle_go_yaml::{Meaning, Skimmed, Visit};

use super::Head;

/// The head, if the document can be skimmed and nothing about its head is special.
pub(super) fn head(text: &[u8]) -> Option<Head> {
    let mut skimmer = Skimmer::default();
    pintle_go_yaml::skim(text, &mut skimmer).then_some(skimmer.head)
}

/// What the value that comes next is.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Field {
    #[default]
    None,
    ApiVersion,
    Kind,
    Metadata,
    Name,
    Annotations,
    /// An annotation; of Helm's, one that was added last.
    Annotation {
        ours: bool,
    },
}

#[derive(Default)]
struct Skimmer {
    head: Head,
    /// How many collections are open.
    depth: usize,
    next: Field,
    /// Whether the open map at depth 2 is the metadata, and that at depth 3 its annotations.
    in_metadata: bool,
    in_annotations: bool,
    /// The fields there were. JSON takes names without regard to case, so one may come twice.
    seen: Vec<Field>,
}

const BREAK: ControlFlow<()> = ControlFlow::Break(());
const GO_ON: ControlFlow<()> = ControlFlow::Continue(());

impl Skimmer {
    fn field(&mut self, field: Field) -> ControlFlow<()> {
        if self.seen.contains(&field) {
            return BREAK;
        }
        self.seen.push(field);
        self.next = field;
        GO_ON
    }

    fn annotation(&mut self, key: &str) -> ControlFlow<()> {
        let ours = key.starts_with("helm.sh/");
        if ours {
            if self.head.annotations.iter().any(|(have, _)| have == key) {
                return BREAK;
            }
            self.head.annotations.push((key.to_owned(), String::new()));
        }
        self.next = Field::Annotation { ours };
        GO_ON
    }
}

impl Visit for Skimmer {
    fn open(&mut self, is_map: bool) -> ControlFlow<()> {
        self.depth += 1;
        match (self.next, self.depth) {
            (Field::None, 1) if is_map => {}
            (Field::None, 2..) => {}
            (Field::Metadata, _) if is_map => self.in_metadata = true,
            (Field::Annotations, _) if is_map => self.in_annotations = true,
            // A list where a text should be, say: an error that has Go's words.
            _ => return BREAK,
        }
        self.next = Field::None;
        GO_ON
    }

    fn close(&mut self) {
        self.depth -= 1;
        self.in_metadata &= self.depth >= 2;
        self.in_annotations &= self.depth >= 3;
    }

    fn key(&mut self, key: &str) -> ControlFlow<()> {
        let is = |name: &str| key.eq_ignore_ascii_case(name);
        match self.depth {
            1 if is("apiVersion") => self.field(Field::ApiVersion),
            1 if is("kind") => self.field(Field::Kind),
            1 if is("metadata") => self.field(Field::Metadata),
            2 if self.in_metadata && is("name") => self.field(Field::Name),
            2 if self.in_metadata && is("annotations") => self.field(Field::Annotations),
            3 if self.in_annotations => self.annotation(key),
            _ => GO_ON,
        }
    }

    fn scalar(&mut self, scalar: Skimmed<'_>) -> ControlFlow<()> {
        let slot = match std::mem::take(&mut self.next) {
            Field::None | Field::Annotation { ours: false } => return GO_ON,
            Field::ApiVersion => Some(&mut self.head.api_version),
            Field::Kind => Some(&mut self.head.kind),
            Field::Name => Some(&mut self.head.name),
            Field::Annotation { ours: true } => {
                self.head.annotations.last_mut().map(|(_, text)| text)
            }
            Field::Metadata | Field::Annotations => None,
        };
        match (scalar.meaning(), slot) {
            (Meaning::Null, _) => GO_ON,
            (Meaning::Text(text), Some(slot)) => {
                text.clone_into(slot);
                GO_ON
            }
            _ => BREAK,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Skims, and reads whole what could be skimmed: both must find the same.
    fn check(text: &str, skimmed: bool) {
        let head = head(text.as_bytes());
        assert_eq!(head.is_some(), skimmed, "{text:?}");
        if let Some(mut head) = head {
            let mut whole = Head::read_whole(text.as_bytes()).unwrap();
            head.annotations.sort();
            whole.annotations.sort();
            assert_eq!(head, whole, "{text:?}");
        }
    }

    #[test]
    fn heads_are_skimmed_as_they_are_read() {
        check("apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n", true);
        check(
            "# c\nkind: 'Pod'\nmetadata: {name: \"a\", labels: {name: b}}\nspec: [{name: c}]\n",
            true,
        );
        check("KIND: Pod\nMetadata:\n  NAME: a\n", true);
        check(
            "kind: Pod\nmetadata:\n  annotations:\n    helm.sh/hook: test\n    a: 1\n  name: b\n",
            true,
        );
        check("kind: Pod\nmetadata:\n  annotations:\n  name: b\n", true);
        check("kind:\nmetadata:\n", true);
        check("metadata:\n  annotations:\n    helm.sh/hook:\n", true);
        check(
            "spec:\n  metadata:\n    name: a\n    annotations:\n      helm.sh/hook: [a]\nmetadata:\n  name: b\n",
            true,
        );
        check(
            "spec: {metadata: {name: a}}\nmetadata: {labels: {annotations: {helm.sh/hook: [a]}}}\n",
            true,
        );
        check("a: b\n", true);
    }

    #[test]
    fn special_heads_are_read_whole() {
        check("kind: Pod\nKind: Service\n", false);
        check("kind: 1\n", false);
        check("kind: [a]\n", false);
        check("kind: {}\n", false);
        check("metadata: a\n", false);
        check("metadata: []\n", false);
        check("metadata:\n  name: true\n", false);
        check("metadata:\n  name: |\n    a\n", false);
        check("metadata:\n  annotations: a\n", false);
        check("metadata:\n  annotations:\n    a: [b]\n", false);
        check("metadata:\n  annotations:\n    helm.sh/hook: 1\n", false);
        check("metadata:\n  annotations:\n    helm.sh/hook: a\n    helm.sh/hook: b\n", false);
        check("metadata:\n  name: a\nmetadata:\n  name: b\n", false);
        check("- a\n", false);
        check("a\n", false);
    }
}
