//! Fuzz targets: what no input may do to the readers and to the renderer, as functions of bytes.
//!
//! Each of [`TARGETS`] takes any bytes and asserts more than that nothing panics: what is written
//! reads back, two ways give one answer, limits hold. Two drivers use them: libFuzzer, through the
//! binaries in `fuzz/` (`cargo xtask fuzz`), and [`replay`], which runs seeds and seeded mutations
//! on the stable toolchain in `cargo test`. Seeds are the tables of `conformance/data`.
//!
//! The global allocator of a program that replays must be [`PeakAlloc`](peak_alloc::PeakAlloc),
//! or memory is not measured.

mod archive;
mod data;
mod input;
mod measure;
mod mutate;
mod render;
mod replay;
mod seeds;
mod target;
mod template;
mod text;

pub use measure::{Bounds, Exceeded, Spent, measured};
pub use mutate::Mutator;
pub use replay::{Failure, Replayed, replay};
pub use target::{TARGETS, Target, named, run};
