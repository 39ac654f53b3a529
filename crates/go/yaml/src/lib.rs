//! YAML, JSON and TOML as the Go libraries behind Helm read and write them, byte for byte.
//!
//! Charts see four libraries: `sigs.k8s.io/yaml` over goyaml.v2 for all reading and for `toYaml`,
//! goyaml.v3 for `toYamlPretty`, `encoding/json`, and `BurntSushi/toml`. This crate is a port of
//! what they do, mistakes and error texts included; YAML 1.2 parsers give other answers.
//!
//! Reading goes text → tokens → events → nodes → values (`text`, `scan`, `parse`, `node`,
//! `decode`), as in goyaml; `build` says what values are made of: a [`Tree`](pintle_go_value::Tree)
//! or a [`Value`](pintle_go_value::Value) on a heap. Writing walks either kind (`walk`) and emits in
//! one pass what Go gets by marshalling, parsing and marshalling again.

mod binary;
mod build;
mod decode;
mod direct;
mod emit;
mod error;
mod json;
mod locate;
mod node;
mod number;
mod parse;
mod read;
mod resolve;
mod scan;
mod skim;
mod syntax;
mod text;
mod toml;
mod walk;
mod write;

pub use build::{NODE_LIMIT, TREE_DEPTH_LIMIT};
pub use error::{Error, Place};
pub use json::{
    read_json, read_json_partly, read_json_value, to_json, to_pretty_json, to_raw_json,
};
pub use locate::{Located, Step, locate};
#[doc(hidden)]
pub use read::read_by_parser;
pub use read::{
    number_text, read, read_exact, read_list_value, read_map, read_map_value, read_strict,
    read_value,
};
pub use skim::{Meaning, Skimmed, Visit, skim};
pub use toml::{read_toml, to_toml};
pub use walk::{Dialect, OUTPUT_LIMIT, Source, View};
pub use write::{to_yaml, to_yaml_pretty};
