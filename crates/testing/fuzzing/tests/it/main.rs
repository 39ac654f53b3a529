//! Every fuzz target on seeds, on what was found before, and on seeded mutations; and bombs.
#![cfg(test)]

mod archives;
mod bombs;
mod replays;

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;
