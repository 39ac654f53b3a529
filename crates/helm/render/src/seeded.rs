//! Clock and random numbers as values: what a render is given, so that it stays a function.

use std::sync::{Mutex, PoisonError};

use pintle_go_time::Time;
use pintle_helm_sprig::Generator;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// The length of a seed in bytes.
pub const SEED_LEN: usize = 32;

/// Random numbers grown from a seed (ChaCha20, fit for keys as long as the seed is), and a time
/// that stands still. The same seed and time give the same bytes.
pub struct Seeded {
    random: Mutex<ChaCha20Rng>,
    now: Time,
}

impl Seeded {
    /// The seed must come from the system's randomness where passwords and keys are made of it;
    /// the time is in seconds and nanoseconds since 1970.
    #[must_use]
    pub fn new(seed: [u8; SEED_LEN], seconds: i64, nanoseconds: i64) -> Self {
        let random = Mutex::new(ChaCha20Rng::from_seed(seed));
        Seeded { random, now: Time::unix(seconds, nanoseconds) }
    }
}

impl Generator for Seeded {
    fn random(&self, bytes: &mut [u8]) {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }

    fn now(&self) -> Time {
        self.now.clone()
    }
}
