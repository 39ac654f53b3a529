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
    pub(crate) want: String,
    pub(crate) got: String,
}

impl Outcome {
    /// Compares two texts as a whole.
    pub(crate) fn compare(part: &str, want: &str, got: &str) -> Self {
        if want == got {
            return Outcome::Passed;
        }
        Outcome::Failed(Difference {
            part: part.to_owned(),
            want: want.to_owned(),
            got: got.to_owned(),
        })
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
        let want: Vec<&str> = self.want.split('\n').collect();
        let got: Vec<&str> = self.got.split('\n').collect();
        let same = want.iter().zip(&got).take_while(|(want, got)| want == got).count();
        let mut text = format!("  {}, line {}\n", self.part, same + 1);
        let mut show = |mark: char, lines: &[&str]| {
            for line in lines {
                let shown: String = line.chars().take(MAX_SHOWN).collect();
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
