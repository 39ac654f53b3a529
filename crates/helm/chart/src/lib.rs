//! Helm charts: archives and directories, values and how they merge, dependencies, schemas, `--set`.
//!
//! Everything here mirrors Helm v4.2.4's `pkg/chart`, `pkg/strvals`, `pkg/ignore` and
//! `pkg/cli/values`, error texts included. Two forms of a chart:
//!
//! - [`Chart`] is what was loaded: immutable, shared by `Arc`, kept between renders.
//! - [`Instance`] is a chart as one release uses it: dependencies switched off, aliased and their
//!   values imported. It lives in the arena of one render, since Helm's merges alias maps, and
//!   that shows in what templates print.

mod archive;
mod canonical;
mod chart;
mod coalesce;
mod decode;
mod dependencies;
mod directory;
mod error;
mod ignore;
mod instance;
mod link;
mod load;
mod metadata;
mod package;
mod path_match;
mod schema;
mod strvals;
mod values;
mod warning;

pub use archive::{
    MAX_ARCHIVE_ENTRIES, MAX_DECOMPRESSED_CHART_SIZE, MAX_DECOMPRESSED_FILE_SIZE, read_archive,
};
pub use canonical::canonical_json;
pub use chart::{Chart, Crd, File, FileIndex};
pub use coalesce::{COMMON_VALUES, coalesce_values, merge_values};
pub use decode::scalar_text;
pub use dependencies::{process_dependencies, process_dependencies_in};
pub use directory::{
    MAX_DIRECTORY_DEPTH, io_text as go_io_text, read_directory, read_error as go_read_error,
};
pub use error::{ChartError, ErrorKind};
pub use ignore::IgnoreRules;
pub use instance::{Instance, Requirement};
pub use load::{
    MAX_SUBCHART_DEPTH, check_complete, check_dependencies, load_archive, load_directory,
    load_files,
};
pub use metadata::{ApiVersion, Dependency, Lock, Maintainer, Metadata};
pub use package::{Package, package};
pub use path_match::{BadPattern, path_match};
pub use pintle_go_value::Tree as Values;
pub use schema::{validate_against_schema, validate_values};
pub use strvals::{MAX_INDEX, MAX_NESTED_NAME_LEVEL, SetKind, parse_set};
pub use values::{ValuesOptions, merge_maps, read_values, yaml_documents};
pub use warning::{Level, Warning};
