//! Targets on the stable toolchain: seeds, what was found before, and seeded mutations.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::{Exceeded, Mutator, Spent, Target, measured};

/// How much of an input a failure shows.
const SHOWN: usize = 4000;

/// Where mutations begin; any number does.
const SEED: u64 = 0x70_69_6e_74_6c_65;

/// How many inputs run between two looks at memory: a thread is not made for each.
const BATCH: usize = 64;

/// What replaying a target took.
#[derive(Clone, Copy, Debug, Default)]
pub struct Replayed {
    /// How many inputs ran.
    pub inputs: usize,
    /// The most that a batch of inputs took.
    pub most: Spent,
    /// All time.
    pub time: Duration,
}

/// An input that breaks a promise.
pub struct Failure {
    /// Which input it is.
    pub label: String,
    /// The input.
    pub input: Vec<u8>,
    /// What it did.
    pub why: Exceeded,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shown = self.input[..self.input.len().min(SHOWN)].escape_ascii();
        write!(f, "{}: {}\n  input: \"{shown}\"", self.label, self.why)
    }
}

/// Runs a target on its seeds, on `known` inputs with their names, and on its mutations.
///
/// # Errors
/// The first input that panics or takes too much; or the seeds could not be read.
pub fn replay(
    target: &'static Target,
    known: Vec<(String, Vec<u8>)>,
) -> anyhow::Result<Result<Replayed, Failure>> {
    let seeds = (target.seeds)()?;
    let mut inputs = known;
    inputs.extend(seeds.iter().enumerate().map(|(at, seed)| (format!("seed {at}"), seed.clone())));
    let mut mutator = Mutator::new(SEED, &seeds, target.words, target.max_len);
    inputs.extend((0..target.mutations).map(|at| (format!("mutation {at}"), mutator.input())));
    let mut replayed = Replayed::default();
    for batch in inputs.chunks(BATCH) {
        match run(target, batch.to_vec()) {
            Ok(spent) => {
                replayed.inputs += batch.len();
                replayed.time += spent.time;
                replayed.most.time = replayed.most.time.max(spent.time);
                replayed.most.memory = replayed.most.memory.max(spent.memory);
            }
            Err(failure) => return Ok(Err(failure)),
        }
    }
    Ok(Ok(replayed))
}

/// Runs inputs one after the other; the bound of one input is that of all, which is strict.
fn run(target: &'static Target, inputs: Vec<(String, Vec<u8>)>) -> Result<Spent, Failure> {
    let at = Arc::new(Mutex::new(0));
    let progress = at.clone();
    let begun = inputs.clone();
    let done = measured(target.bounds(), move || {
        for (index, (_, input)) in inputs.iter().enumerate() {
            *progress.lock().unwrap_or_else(PoisonError::into_inner) = index;
            (target.run)(input);
        }
    });
    done.map(|((), spent)| spent).map_err(|why| {
        let at = *at.lock().unwrap_or_else(PoisonError::into_inner);
        let (label, input) = begun.into_iter().nth(at).unwrap_or_default();
        Failure { label, input, why }
    })
}
