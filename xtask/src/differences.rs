//! The tests that docs/differences.md names: each must be there.

use std::path::Path;

use anyhow::Context as _;
use walkdir::WalkDir;

const PAGE: &str = "docs/differences.md";

/// Every test that the page names and the crate does not have.
pub(crate) fn check(root: &Path) -> anyhow::Result<Vec<String>> {
    let page = std::fs::read_to_string(root.join(PAGE)).context(PAGE)?;
    let mut breaches = Vec::new();
    for (number, line) in page.lines().enumerate() {
        for (package, test) in named_tests(line) {
            let name = test.rsplit("::").next().unwrap_or(&test);
            if !has_test(&root.join("crates").join(&package), name)? {
                breaches.push(format!("{PAGE}: line {}: {package} has no test {test}", number + 1));
            }
        }
    }
    Ok(breaches)
}

/// The tests in the last column of a row, each with its crate: `go/fmt: values::…` names the crate,
/// what follows without one is of the same.
fn named_tests(line: &str) -> Vec<(String, String)> {
    let mut named = Vec::new();
    let cells: Vec<&str> = line.split('|').collect();
    let [.., last, ""] = cells[..] else { return named };
    let mut package = None;
    for quoted in last.split('`').skip(1).step_by(2) {
        let test = match quoted.split_once(": ") {
            Some((name, test)) if name.contains('/') => {
                package = Some(name.to_owned());
                test
            }
            _ => quoted,
        };
        let is_path = !test.contains(|c: char| !c.is_ascii_alphanumeric() && !"_:".contains(c));
        let is_test = quoted.contains(": ") || test.contains("::");
        if let Some(package) = package.clone().filter(|_| is_path && is_test) {
            named.push((package, test.to_owned()));
        }
    }
    named
}

/// Whether a crate has a function of that name right below a `#[test]` or `#[tokio::test]`.
fn has_test(package: &Path, name: &str) -> anyhow::Result<bool> {
    for entry in WalkDir::new(package).into_iter().filter_map(Result::ok) {
        if entry.path().extension().is_some_and(|it| it == "rs") {
            let text = std::fs::read_to_string(entry.path())?;
            let mut above = "";
            for line in text.lines().map(str::trim) {
                let is_named = line.contains(&format!("fn {name}("));
                if is_named && (above.contains("test]") || above.contains("test(")) {
                    return Ok(true);
                }
                above = line;
            }
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tests_are_found_in_the_last_column() {
        let row =
            "| `a: b::c` | x | `go/fmt: a::b`, `c::d` (with `TZ=UTC`), row `trap 1`; `helm/x: e` |";
        let want = [("go/fmt", "a::b"), ("go/fmt", "c::d"), ("helm/x", "e")];
        let want: Vec<_> = want.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
        assert_eq!(named_tests(row), want);
        assert!(named_tests("no row, `go/fmt: a::b`").is_empty());
    }

    #[test]
    fn a_test_that_is_not_there_is_missed() {
        let here = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert!(has_test(here, "a_test_that_is_not_there_is_missed").unwrap());
        assert!(!has_test(here, "named_tests").unwrap());
        assert!(!has_test(here, "never").unwrap());
    }
}
