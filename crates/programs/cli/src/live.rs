//! A block of lines that is drawn again and again in its place; without a terminal, lines.

use std::io::{IsTerminal, Write};

/// The most lines drawn at once, where the terminal does not say: one that scrolled away could not
/// be drawn over.
const PLAIN_HEIGHT: usize = 24;

/// Where it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stream {
    /// Progress: standard error.
    Words,
    /// The data itself: standard output.
    Data,
}

/// A block on the screen.
#[derive(Debug)]
pub(crate) struct Live {
    stream: Stream,
    terminal: bool,
    drawn: usize,
    last: String,
}

impl Live {
    /// Nothing is drawn yet.
    pub(crate) fn new(stream: Stream) -> Self {
        let terminal = match stream {
            Stream::Words => std::io::stderr().is_terminal(),
            Stream::Data => std::io::stdout().is_terminal(),
        };
        Live { stream, terminal, drawn: 0, last: String::new() }
    }

    /// Draws `block` in place of the last one; without a terminal, prints `line` if it is new.
    pub(crate) fn show(&mut self, block: &str, line: &str) {
        if !self.terminal {
            if line != self.last {
                self.write(&format!("{line}\n"));
                line.clone_into(&mut self.last);
            }
            return;
        }
        let (width, height) = size();
        let mut lines: Vec<String> = block.lines().map(|it| fit(it, width)).collect();
        if lines.len() >= height {
            lines.truncate(height.saturating_sub(2));
            lines.push("…".to_owned());
        }
        let text = lines.join("\n");
        if text == self.last && self.drawn > 0 {
            return;
        }
        let back = self.back();
        self.write(&format!("{back}{text}\n"));
        self.drawn = lines.len();
        self.last = text;
    }

    /// Takes the block off the screen.
    pub(crate) fn clear(&mut self) {
        let back = self.back();
        self.write(&back);
        self.drawn = 0;
    }

    /// Up to where the block began, and everything below it gone.
    fn back(&self) -> String {
        if self.drawn == 0 { String::new() } else { format!("\x1b[{}A\r\x1b[J", self.drawn) }
    }

    fn write(&self, text: &str) {
        // Colours are taken out by the stream where they don't belong; a stream that is gone is
        // nothing to fail for.
        let _ = match self.stream {
            // On a terminal, moving about needs the raw stream.
            Stream::Words if self.terminal => raw(std::io::stderr(), text),
            Stream::Data if self.terminal => raw(std::io::stdout(), text),
            Stream::Words => raw(anstream::stderr(), text),
            Stream::Data => raw(anstream::stdout(), text),
        };
    }
}

fn raw(mut stream: impl Write, text: &str) -> std::io::Result<()> {
    stream.write_all(text.as_bytes())?;
    stream.flush()
}

fn size() -> (usize, usize) {
    match terminal_size::terminal_size() {
        Some((width, height)) => (usize::from(width.0), usize::from(height.0)),
        None => (crate::printer::PLAIN_WIDTH, PLAIN_HEIGHT),
    }
}

/// A line of at most `width` columns; escape sequences take none. A line that wraps would make
/// the block higher than it is known to be.
fn fit(line: &str, width: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    let mut rest = line.chars();
    while let Some(char) = rest.next() {
        if char == '\x1b' {
            out.push(char);
            for char in rest.by_ref() {
                out.push(char);
                if char.is_ascii_alphabetic() {
                    break;
                }
            }
            continue;
        }
        if used + 1 >= width {
            out.push_str("…\x1b[0m");
            break;
        }
        out.push(char);
        used += 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::fit;

    #[test]
    fn lines_are_cut_and_colours_take_no_room() {
        assert_eq!(fit("abcdef", 10), "abcdef");
        assert_eq!(fit("abcdef", 4), "abc…\x1b[0m");
        assert_eq!(fit("\x1b[31mabc\x1b[0m", 4), "\x1b[31mabc\x1b[0m");
    }
}
