//! TOML as BurntSushi/toml reads and writes it.

mod write;

pub use write::to_toml;
