//! Charts and values to Kubernetes objects, byte for byte as Helm v4.2.4 renders them.
//!
//! A [`ParsedChart`] is loaded and parsed once and shared by all renders of it. [`render`] makes one
//! release of it: dependencies and values settled (`helm/chart`), the templates executed in Helm's
//! order on one heap, what came out split into documents, hooks taken out, the rest sorted by kind.
//! [`Rendered`] is both the text that `helm template` prints and the [`Manifest`] of objects with
//! their place in the chart.
//!
//! Rendering is a function: clock, random numbers and certificates come from the
//! [`Generator`] it is given, cluster reads from a [`Lookup`].
//!
//! [`Generator`]: pintle_helm_sprig::Generator
//! [`Manifest`]: pintle_release_manifest::Manifest

mod capabilities;
mod document;
mod error;
mod files;
mod functions;
mod glob;
mod head;
mod host;
mod kinds;
mod layout;
mod output;
mod parsed;
mod release_name;
mod render;
mod scope;
mod seeded;
mod split;
mod template;
mod values;

pub use capabilities::{Capabilities, HELM_VERSION, KubeVersion, KubeVersionError};
pub use document::{Document, HookDocument, HookEvent, MAX_DOCUMENTS};
pub use error::{DocumentPlace, Place, RenderError};
pub use functions::functions;
pub use glob::{Glob, GlobError};
pub use host::{INCLUDE_LIMIT, Lookup, RenderHost};
pub use kinds::{INSTALL_ORDER, UNINSTALL_ORDER, compare_kinds};
pub use parsed::{MAX_SHAPES, ParsedChart};
pub use pintle_helm_sprig::Generator;
pub use release_name::{MAX_RELEASE_NAME_LEN, check_release_name, release_name_from};
pub use render::{
    Release, RenderOptions, Rendered, RenderedFile, RenderedFiles, render, render_files,
    sort_manifests,
};
pub use seeded::{SEED_LEN, Seeded};
pub use split::split_documents;
pub use template::{
    HELM_DEBUG_HINT, PostRender, TemplateOptions, TemplateOutput, lint_files, template,
    template_error, template_invalid, template_release, template_text,
};
