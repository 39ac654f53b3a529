//! YAML, JSON and TOML against what Go reads and writes.
#![cfg(test)]

mod limits;
mod random;
mod table;
mod toml;
mod values;
