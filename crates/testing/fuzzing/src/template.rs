//! Targets over texts of templates: the lexer, and the parser with its printer.

use pintle_go_template::{Set, token_places};
use pintle_helm_render::functions;

/// Tokens stand in order within the text, and lexing comes to an end.
pub(crate) fn lexer(data: &[u8]) {
    let Ok(places) = token_places(data) else {
        assert!(parsed("t", data).is_none(), "the parser takes what the lexer refuses");
        return;
    };
    assert!(places.len() <= data.len() + 1, "{} tokens of {} bytes", places.len(), data.len());
    let mut end = 0;
    for place in &places {
        assert!(place.start >= end && place.end >= place.start, "{place:?} after {end}");
        end = place.end;
    }
    assert!(end <= data.len(), "a token ends at {end} of {}", data.len());
}

/// A tree that is printed parses again, and prints the same.
pub(crate) fn parser(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        let _ = parsed("t", data);
        return;
    };
    let Some(set) = parsed("t", data) else { return };
    if has_lone_brace(text) {
        return;
    }
    for name in set.names() {
        let printed = set.print(name).unwrap_or_default();
        let again = parsed("t", printed.as_bytes()).and_then(|set| set.print("t"));
        assert_eq!(again.as_ref(), Some(&printed), "{name} printed, parsed and printed");
    }
}

fn parsed(name: &str, data: &[u8]) -> Option<Set<pintle_helm_render::RenderHost>> {
    let mut set = Set::new("gotpl", functions());
    set.parse(name, data).ok().map(|()| set)
}

/// Whether trimming could move a brace to a delimiter: `{ {{- 1}}` prints as `{{{1}}`, in Go too.
fn has_lone_brace(text: &str) -> bool {
    text.matches('{').count() != 2 * text.matches("{{").count()
}
