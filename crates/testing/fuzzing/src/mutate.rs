//! Seeded mutations: the same seed gives the same inputs, on every machine.

/// How many changes one input takes at most.
const CHANGES: usize = 6;

/// How often a piece is repeated at most, which makes what nests nest.
const REPEATS: usize = 40;

/// Makes inputs out of seeds, words and a small generator (splitmix64).
pub struct Mutator<'s> {
    state: u64,
    seeds: &'s [Vec<u8>],
    words: &'s [&'s str],
    max_len: usize,
}

impl<'s> Mutator<'s> {
    /// A mutator of these seeds; inputs are no longer than `max_len`.
    #[must_use]
    pub fn new(seed: u64, seeds: &'s [Vec<u8>], words: &'s [&'s str], max_len: usize) -> Self {
        Mutator { state: seed, seeds, words, max_len }
    }

    /// The next input.
    pub fn input(&mut self) -> Vec<u8> {
        let mut data = self.seed().to_vec();
        for _ in 0..=self.below(CHANGES) {
            self.change(&mut data);
        }
        data.truncate(self.max_len);
        data
    }

    fn change(&mut self, data: &mut Vec<u8>) {
        let (from, to) = self.range(data.len());
        match self.below(9) {
            0 => drop(data.drain(from..to)),
            1 => {
                let piece = data[from..to].to_vec();
                self.insert(data, &piece);
            }
            2 => {
                let piece = data[from..to].repeat(1 + self.below(REPEATS));
                self.insert(data, &piece);
            }
            3 => {
                let word = self.word().repeat(1 + self.below(REPEATS));
                self.insert(data, &word);
            }
            4 => {
                let seed = self.seed().to_vec();
                let (from, to) = self.range(seed.len());
                self.insert(data, &seed[from..to]);
            }
            5 if from < data.len() => data[from] = self.byte(),
            6 if from < data.len() => data[from] ^= 1 << self.below(8),
            _ => {
                let word = self.word();
                self.insert(data, &word);
            }
        }
    }

    fn insert(&mut self, data: &mut Vec<u8>, piece: &[u8]) {
        let room = self.max_len.saturating_sub(data.len());
        let at = self.below(data.len() + 1);
        data.splice(at..at, piece[..piece.len().min(room)].iter().copied());
    }

    fn seed(&mut self) -> &'s [u8] {
        let at = self.below(self.seeds.len());
        self.seeds.get(at).map_or(&[], Vec::as_slice)
    }

    fn word(&mut self) -> Vec<u8> {
        let at = self.below(self.words.len());
        self.words.get(at).map(|word| word.as_bytes().to_vec()).unwrap_or_default()
    }

    fn range(&mut self, len: usize) -> (usize, usize) {
        let (a, b) = (self.below(len + 1), self.below(len + 1));
        // Small pieces say more than large ones.
        let b = if self.below(2) == 0 { (a + 1 + self.below(8)).min(len) } else { b };
        (a.min(b), a.max(b))
    }

    fn byte(&mut self) -> u8 {
        self.next().to_le_bytes()[0]
    }

    #[expect(clippy::cast_possible_truncation, reason = "the remainder is below a usize")]
    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound.max(1) as u64) as usize
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.state;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    }
}
