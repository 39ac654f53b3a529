//! What a chart renders to: the currency between the stages of the pipeline.
//!
//! Plain data, and what of it must not be shown. Who renders it is `helm/render`'s business, what is done with it `release/plan`'s.

mod key;
mod manifest;
mod sensitive;

pub use key::{Gvk, ObjectKey};
pub use manifest::{Hook, Manifest, Object, Source, component_of};
pub use sensitive::{REDACTED, Redactor, Sensitive};
