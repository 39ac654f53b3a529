//! YAML, JSON and TOML against what Go reads and writes.

mod limits;
mod random;
mod table;
mod values;
