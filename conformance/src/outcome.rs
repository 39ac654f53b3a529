//! What comparing one case gave.

use std::fmt::Write;

/// What comparing one case gave.
pub(crate) enum Outcome {
    /// As the answer says.
    Passed,
    /// Something differs.
    Failed(Difference),
    /// It cannot apply, and why.
    NotApplicable(&'static str),
}

/// What differs.
pub(crate) struct Difference {
    /// Which part: `stdout`, `toyaml`, …
    pub(crate) part: String,
    pub(crate) want: Vec<u8>,
    pub(crate) got: Vec<u8>,
}

impl Outcome {
    /// Compares two texts as a whole, byte for byte.
    pub(crate) fn compare(part: &str, want: impl Into<Vec<u8>>, got: impl Into<Vec<u8>>) -> Self {
        let (want, got) = (want.into(), got.into());
        if want == got {
            return Outcome::Passed;
        }
        Outcome::Failed(Difference { part: part.to_owned(), want, got })
    }

    /// The first of several outcomes that is no pass.
    pub(crate) fn first(outcomes: impl IntoIterator<Item = Outcome>) -> Self {
        let passed = |outcome: &Outcome| matches!(outcome, Outcome::Passed);
        outcomes.into_iter().find(|outcome| !passed(outcome)).unwrap_or(Outcome::Passed)
    }
}

/// The longest line that is shown, in characters.
const MAX_SHOWN: usize = 300;

/// Lines shown before the first difference.
const CONTEXT: usize = 5;

impl Difference {
    /// The first differing line of both sides, with some lines around it if asked for.
    pub(crate) fn describe(&self, verbose: bool) -> String {
        let lines = |text| <[u8]>::split(text, |byte| *byte == b'\n').collect::<Vec<_>>();
        let (want, got) = (lines(&self.want), lines(&self.got));
        let same = want.iter().zip(&got).take_while(|(want, got)| want == got).count();
        let mut text = format!("  {}, line {}\n", self.part, same + 1);
        let mut show = |mark: char, lines: &[&[u8]]| {
            for line in lines {
                let shown: String = String::from_utf8_lossy(line).chars().take(MAX_SHOWN).collect();
                // Writing to a string cannot fail.
                let _ = writeln!(text, "  {mark} {shown}");
            }
        };
        let after = if verbose { CONTEXT } else { 1 };
        if verbose {
            show(' ', &want[same.saturating_sub(CONTEXT)..same]);
        }
        show('-', &want[same.min(want.len())..(same + after).min(want.len())]);
        show('+', &got[same.min(got.len())..(same + after).min(got.len())]);
        text
    }
}
