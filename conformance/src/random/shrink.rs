//! A case that differs, made smaller while it still differs.

use super::case::Case;

/// How often a smaller case is tried.
const TRIES: usize = 1500;

/// Leaves out whatever is not needed for `differs` to hold: files, values, then lines.
pub(super) fn shrink(
    case: &Case,
    differs: &mut dyn FnMut(&Case) -> anyhow::Result<bool>,
) -> anyhow::Result<Case> {
    let mut shrinker = Shrinker { best: case.clone(), tries: TRIES, differs };
    shrinker.files()?;
    shrinker.values()?;
    shrinker.lines()?;
    Ok(shrinker.best)
}

struct Shrinker<'d> {
    best: Case,
    tries: usize,
    differs: &'d mut dyn FnMut(&Case) -> anyhow::Result<bool>,
}

impl Shrinker<'_> {
    /// Keeps a smaller case if it differs still.
    fn attempt(&mut self, smaller: Case) -> anyhow::Result<bool> {
        if self.tries == 0 {
            return Ok(false);
        }
        self.tries -= 1;
        let differs = (self.differs)(&smaller)?;
        if differs {
            self.best = smaller;
        }
        Ok(differs)
    }

    fn files(&mut self) -> anyhow::Result<()> {
        let paths: Vec<String> = self.best.files.keys().cloned().collect();
        for path in paths {
            let mut smaller = self.best.clone();
            smaller.files.remove(&path);
            self.attempt(smaller)?;
        }
        Ok(())
    }

    fn values(&mut self) -> anyhow::Result<()> {
        for index in (0..self.best.values.len()).rev() {
            let mut smaller = self.best.clone();
            smaller.values.remove(index);
            self.attempt(smaller)?;
        }
        for index in (0..self.best.set.len()).rev() {
            let mut smaller = self.best.clone();
            smaller.set.remove(index);
            self.attempt(smaller)?;
        }
        let plain = Case {
            release: None,
            kube_version: None,
            api_versions: Vec::new(),
            ..self.best.clone()
        };
        self.attempt(plain).map(drop)
    }

    /// Blocks of lines, then ever fewer at once.
    fn lines(&mut self) -> anyhow::Result<()> {
        let paths: Vec<String> = self.best.files.keys().cloned().collect();
        for path in &paths {
            let mut size = self.best.files.get(path).map_or(0, |text| text.split('\n').count());
            while size > 0 {
                self.blocks(path, size)?;
                size /= 2;
            }
        }
        Ok(())
    }

    fn blocks(&mut self, path: &str, size: usize) -> anyhow::Result<()> {
        let mut at = 0;
        loop {
            let Some(text) = self.best.files.get(path) else { return Ok(()) };
            let lines: Vec<&str> = text.split('\n').collect();
            if at >= lines.len() {
                return Ok(());
            }
            let end = (at + size).min(lines.len());
            let kept: Vec<&str> = lines[..at].iter().chain(&lines[end..]).copied().collect();
            let mut smaller = self.best.clone();
            smaller.files.insert(path.to_owned(), kept.join("\n"));
            if !self.attempt(smaller)? {
                at = end;
            }
        }
    }
}
