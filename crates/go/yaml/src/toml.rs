//! TOML as BurntSushi/toml reads and writes it.

mod literal;
mod read;
mod write;

pub use read::read_toml;
pub use write::to_toml;
