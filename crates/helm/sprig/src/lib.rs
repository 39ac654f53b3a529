//! The functions that Helm 4.2.4 gives templates: Sprig v3.3.0 and Helm's own, to the byte.
//!
//! Each family is a file of plain typed functions and one table of them; [`tables`] gives all. The
//! engine checks counts and types of arguments in Go's words before it calls. What a function needs
//! of the world outside (random bytes, the clock, name resolution) comes through [`Generator`], so
//! that rendering stays a function of its inputs. `include`, `tpl`, `required`, `fail` and `lookup`
//! need the engine of `helm/render`, which adds them.
//!
//! Ported from sprig and the libraries it stands on: cast v1.7.0, mergo v1.0.1, shopspring decimal
//! v1.4.0, goutils v1.1.1, xstrings v1.5.0, copystructure, and Go's `strings`, `path`, `net/url`,
//! `encoding/base64`, `reflect`. What Go does not order (`keys`, `values`) is sorted by key here.

mod cast;
mod certificates;
mod crypto;
mod data;
mod dates;
mod decimal;
mod der;
mod dicts;
mod encoding;
mod flow;
mod generator;
mod keys;
mod lists;
mod math;
mod merge;
mod objects;
mod paths;
mod random;
mod reflect;
mod regex;
mod semver;
mod strings;
mod table;
mod text;
mod unicode;
mod url;
mod words;

pub use generator::Generator;
pub use objects::{DurationObject, TimeObject, VersionObject};
pub use table::tables;
