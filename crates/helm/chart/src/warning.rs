//! What Helm writes to its log while it goes on: warnings about values, charts and hooks.

use std::fmt;

/// How loud a warning is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// `DEBUG`: what Helm says with `--debug` alone.
    Debug,
    /// `INFO`: what Helm's libraries say through Go's plain `log`.
    Info,
    /// `WARN`
    Warn,
    /// `ERROR`: said in the log besides being returned.
    Error,
}

/// One line of Helm's log. Displays as Go's `slog.TextHandler` prints it, without the time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// How loud.
    pub level: Level,
    /// The message.
    pub message: String,
    /// Named details, in order.
    pub details: Vec<(&'static str, String)>,
}

impl Warning {
    /// A message of level `DEBUG`.
    #[must_use]
    pub fn debug(message: impl Into<String>) -> Self {
        Warning { level: Level::Debug, message: message.into(), details: Vec::new() }
    }

    /// A message from Go's plain `log`, which Helm shows as `INFO`.
    #[must_use]
    pub fn info(message: impl Into<String>) -> Self {
        Warning { level: Level::Info, message: message.into(), details: Vec::new() }
    }

    /// A message of level `WARN`.
    #[must_use]
    pub fn warn(message: impl Into<String>) -> Self {
        Warning { level: Level::Warn, message: message.into(), details: Vec::new() }
    }

    /// A message of level `ERROR`.
    #[must_use]
    pub fn error(message: impl Into<String>) -> Self {
        Warning { level: Level::Error, message: message.into(), details: Vec::new() }
    }

    /// The same with a named detail more.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.details.push((name, value.into()));
        self
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let level = match self.level {
            Level::Debug => "DEBUG",
            Level::Info => "INFO",
            Level::Warn => "WARN",
            Level::Error => "ERROR",
        };
        write!(f, "level={level} msg=")?;
        write_text(f, &self.message)?;
        for (name, value) in &self.details {
            write!(f, " {name}=")?;
            write_text(f, value)?;
        }
        Ok(())
    }
}

/// slog's `needsQuoting`: empty texts, spaces, quotes, `=` and what does not print.
fn write_text(f: &mut fmt::Formatter<'_>, text: &str) -> fmt::Result {
    let plain = |c: char| match c {
        '"' | '=' | ' ' => false,
        '\\' => true,
        c if c.is_ascii() => !c.is_ascii_control(),
        c => pintle_go_fmt::is_print(u32::from(c)) && !c.is_whitespace(),
    };
    if !text.is_empty() && text.chars().all(plain) {
        return f.write_str(text);
    }
    f.write_str(&pintle_go_fmt::quote(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_as_slog_does() {
        let deprecated = Warning::warn("this chart is deprecated");
        assert_eq!(deprecated.to_string(), r#"level=WARN msg="this chart is deprecated""#);
        let hook = Warning::info("skipping unknown hooks").with("hookTypes", "crd-install");
        assert_eq!(
            hook.to_string(),
            r#"level=INFO msg="skipping unknown hooks" hookTypes=crd-install"#
        );
    }
}
