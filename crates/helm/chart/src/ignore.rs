//! `.helmignore`: which files of a directory are no part of the chart (`pkg/ignore`).

use crate::archive::trim_bom;
use crate::{ChartError, path_match};

/// The rules of one `.helmignore`.
///
/// These are not git's: evaluation stops at the first rule that matches, and a rule with `!`
/// ignores every path that does *not* match it.
#[derive(Debug, Clone, Default)]
pub struct IgnoreRules {
    rules: Vec<Rule>,
}

#[derive(Debug, Clone)]
struct Rule {
    pattern: String,
    negated: bool,
    only_directories: bool,
    /// Whether only the last part of a path is looked at: the pattern has no `/`.
    base_name: bool,
}

impl IgnoreRules {
    /// Reads a `.helmignore`, and adds Helm's own rule for dot files under `templates/`.
    pub fn parse(text: &[u8]) -> Result<Self, ChartError> {
        let mut rules = IgnoreRules::default();
        for line in trim_bom(text).split(|byte| *byte == b'\n') {
            rules.add(&String::from_utf8_lossy(line))?;
        }
        rules.add("templates/.?*")?;
        Ok(rules)
    }

    fn add(&mut self, line: &str) -> Result<(), ChartError> {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            return Ok(());
        }
        if line.contains("**") {
            return Err(ChartError::archive("double-star (**) syntax is not supported"));
        }
        path_match(line, "abc").map_err(|error| ChartError::archive(error.to_string()))?;
        let (negated, line) = match line.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let (only_directories, line) = match line.strip_suffix('/') {
            Some(rest) => (true, rest),
            None => (false, line),
        };
        let (base_name, pattern) = match line.strip_prefix('/') {
            Some(rest) => (false, rest),
            None => (!line.contains('/'), line),
        };
        let pattern = pattern.to_owned();
        self.rules.push(Rule { pattern, negated, only_directories, base_name });
        Ok(())
    }

    /// Whether a path (relative, with `/`) is to be left out.
    #[must_use]
    pub fn ignores(&self, path: &str, is_directory: bool) -> bool {
        if matches!(path, "" | "." | "./") {
            return false;
        }
        for rule in &self.rules {
            let name = match path.rsplit_once('/') {
                Some((_, base)) if rule.base_name => base,
                _ => path,
            };
            let misses_directory = rule.only_directories && !is_directory;
            let matches = path_match(&rule.pattern, name).unwrap_or(false);
            if rule.negated {
                if misses_directory || !matches {
                    return true;
                }
            } else if !misses_directory && matches {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(rule: &str, path: &str, is_directory: bool, want: bool) {
        let rules = IgnoreRules::parse(rule.as_bytes()).unwrap();
        assert_eq!(rules.ignores(path, is_directory), want, "{rule} against {path}");
    }

    /// Helm's own table (`pkg/ignore/rules_test.go`).
    #[test]
    fn ignores_as_helm_does() {
        for (rule, path, is_directory, want) in [
            ("helm.txt", "helm.txt", false, true),
            ("helm.*", "helm.txt", false, true),
            ("helm.*", "rudder.txt", false, false),
            ("*.txt", "tiller.txt", false, true),
            ("*.txt", "cargo/a.txt", false, true),
            ("cargo/*.txt", "cargo/a.txt", false, true),
            ("cargo/*.*", "cargo/a.txt", false, true),
            ("ru[c-e]?er.txt", "rudder.txt", false, true),
            ("templates/.?*", "templates/.dotfile", false, true),
            (".?*", ".", true, false),
            (".?*", "./", true, false),
            (".?*", ".joonix", false, true),
            (".*", ".", true, false),
            (".*", ".joonix", false, true),
            ("cargo/", "cargo", true, true),
            ("cargo/", "cargo/", true, false),
            ("cargo/", "mast/", true, false),
            ("helm.txt/", "helm.txt", false, false),
            ("!helm.txt", "helm.txt", false, false),
            ("!helm.txt", "tiller.txt", false, true),
            ("!*.txt", "cargo", true, true),
            ("!cargo/", "mast/", true, true),
            ("/a.txt", "a.txt", false, true),
            ("/a.txt", "cargo/a.txt", false, false),
            ("/cargo/a.txt", "cargo/a.txt", false, true),
        ] {
            check(rule, path, is_directory, want);
        }
    }

    #[test]
    fn double_stars_are_refused() {
        let error = IgnoreRules::parse(b"**/foo\n").unwrap_err();
        assert_eq!(error.to_string(), "double-star (**) syntax is not supported");
    }
}
