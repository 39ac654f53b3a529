//! What functions need of the world outside a render.

use pintle_go_time::Time;

/// Random bytes, the clock and name resolution, as the caller of a render wants them to be.
pub trait Generator {
    /// Fills the buffer with random bytes, fit for keys.
    fn random(&self, bytes: &mut [u8]);

    /// The time; its zone decides nothing, `date` and its like tell times in UTC.
    fn now(&self) -> Time;

    /// An address of a host, for `getHostByName`; Helm gives none unless DNS is switched on.
    fn host_address(&self, name: &[u8]) -> String {
        let _ = name;
        String::new()
    }
}

/// A number below `bound`, each as likely: Go's `rand.Int` and `rand.Intn`.
pub(crate) fn below<G: Generator + ?Sized>(generator: &G, bound: u64) -> u64 {
    // Numbers from the incomplete last run of `bound` would favour the low ones.
    let fair = u64::MAX - u64::MAX % bound.max(1);
    loop {
        let mut bytes = [0; 8];
        generator.random(&mut bytes);
        let number = u64::from_le_bytes(bytes);
        if number < fair {
            return number % bound.max(1);
        }
    }
}

/// A [`Generator`] as the source of randomness that key crates ask for.
pub(crate) struct Source<'g, G: ?Sized>(pub(crate) &'g G);

impl<G: Generator + ?Sized> rand_core::RngCore for Source<'_, G> {
    fn next_u32(&mut self) -> u32 {
        rand_core::impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        rand_core::impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        self.0.random(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        self.0.random(bytes);
        Ok(())
    }
}

impl<G: Generator + ?Sized> rand_core::CryptoRng for Source<'_, G> {}
