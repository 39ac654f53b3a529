//! The direct way against scanner and parser.

use super::*;
use crate::{Skimmed, Visit, skim};
use pintle_go_value::Heap;
use std::ops::ControlFlow;

/// Takes whatever it is told.
struct Anything;

impl Visit for Anything {
    fn open(&mut self, _: bool) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn close(&mut self) {}

    fn key(&mut self, _: &str) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }

    fn scalar(&mut self, _: Skimmed<'_>) -> ControlFlow<()> {
        ControlFlow::Continue(())
    }
}

/// Reads both ways; says whether the direct one could. What is skimmed whole is read without error.
fn check(text: &str) -> bool {
    if skim(text.as_bytes(), &mut Anything) {
        let heap = Heap::new();
        let read = crate::read_value(&heap, text.as_bytes());
        assert!(read.is_ok(), "{text:?}: {read:?}");
    }
    let Some(direct) = parse(text) else { return false };
    let parsed = match Document::parse_whole(text, None) {
        Ok(parsed) => parsed,
        Err(error) => panic!("{text:?} is refused: {error}"),
    };
    let shown = |document: &Document<'_>| {
        let nodes = (0..document.len()).map(|id| document.node(id));
        nodes
            .map(|n| {
                format!(
                    "{:?} {:?} {} {}:{}",
                    n.kind, n.value, n.implicit, n.mark.line, n.mark.column
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(shown(&direct), shown(&parsed), "{text:?}");
    true
}

#[test]
fn common_texts_are_read_directly() {
    let text = "# c\na: 1\nb:\n- x\n- y: z\n  w: \"q\"   # c\n-\n- - n\n  - m\nc:\n    d: 'é'\n\n    e: [a, \"b\", {c: d}]\n\
        f: |\n  text\n\n  more\n\n# c\ng: >-\n  folded\n  text\nh: plain\n  goes on\n\ni: \"a\n  b\\n\"\nj: {}\nk:\n  - 1\nl:\n  {}\nm:\n  null\nn:\n  - o:\n      [a]\np:\n";
    assert!(check(text));
    assert!(check("  a:\n    - b\n  c: d"));
    assert!(check("a: b: c\n") || Document::parse_whole("a: b: c\n", None).is_err());
    assert!(!check("a: &x 1\n") && !check("---\na: 1\n") && !check("a:\tb\n") && !check("x\n"));
}

/// Lines of random pieces, some of which are unusual.
#[test]
fn random_texts_are_read_the_same_both_ways() {
    let pieces = [
        "a: ",
        "b:",
        "- ",
        "-",
        "key: v",
        " ",
        "  ",
        "    ",
        "\n",
        "\n",
        "\n  ",
        "\n- ",
        "\n  - ",
        "\nc: ",
        "\"q\"",
        "'s'",
        "\"x\\ny\"",
        "|\n",
        "|-\n",
        "|+\n",
        ">-\n",
        "# c",
        " # c",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "x: y",
        ":",
        "#",
        "é",
        "word",
        "1",
        "null",
        "'",
        "\"",
        "\t",
        "\r\n",
        "&a ",
        "*a",
        "! ",
        "?",
        "? ",
        "%",
        "@",
        "...",
        "---",
        "\u{85}",
    ];
    let mut state = 1u64;
    let mut random = |bound: usize| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % bound
    };
    let mut direct = 0;
    for _ in 0..200_000 {
        let tame = if random(3) > 0 { 35 } else { pieces.len() };
        let text: String = (0..1 + random(14)).map(|_| pieces[random(tame)]).collect();
        direct += usize::from(check(&text));
    }
    assert!(direct > 18_000, "only {direct} texts were read directly");
}
