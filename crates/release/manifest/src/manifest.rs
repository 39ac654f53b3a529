//! Objects with their place in the chart.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Gvk;

/// Where in a chart an object comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Path of the template, as in Helm's `# Source:` line.
    pub path: String,
    /// Number of the document in the rendered file, from 1.
    pub document: u32,
    /// Line in the rendered file where the document begins, from 1.
    pub line: u32,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (document {}, line {})", self.path, self.document, self.line)
    }
}

/// One rendered object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Object {
    /// Its place in the chart.
    pub source: Source,
    /// The object itself.
    pub body: serde_json::Value,
}

impl Object {
    /// Group, version and kind.
    #[must_use]
    pub fn gvk(&self) -> Gvk {
        Gvk::new(self.text("/apiVersion"), self.text("/kind"))
    }

    /// `metadata.name`
    #[must_use]
    pub fn name(&self) -> &str {
        self.text("/metadata/name")
    }

    /// `metadata.namespace`, if the template sets one.
    #[must_use]
    pub fn namespace(&self) -> Option<&str> {
        Some(self.text("/metadata/namespace")).filter(|it| !it.is_empty())
    }

    /// An annotation.
    #[must_use]
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.body.pointer("/metadata/annotations")?.get(name)?.as_str()
    }

    fn text(&self, pointer: &str) -> &str {
        self.body.pointer(pointer).and_then(serde_json::Value::as_str).unwrap_or_default()
    }
}

/// A hook: an object that is run at an event instead of being kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hook {
    /// The object.
    pub object: Object,
    /// Its events, such as `pre-install` and `test`.
    pub events: Vec<String>,
    /// Its weight.
    pub weight: i64,
    /// Its delete policies, such as `before-hook-creation`.
    pub delete_policies: Vec<String>,
}

/// All that a chart renders to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// What lies in `crds/`, in the order of the files.
    pub crds: Vec<Object>,
    /// The objects, in Helm's install order.
    pub objects: Vec<Object>,
    /// The hooks, in the order of their files.
    pub hooks: Vec<Hook>,
    /// The rendered NOTES.txt.
    pub notes: String,
    /// The text of all objects, as `helm get manifest` prints it.
    pub text: String,
}

/// The chart path of a template: `shop/charts/postgresql/templates/x.yaml` is of `shop/postgresql`.
#[must_use]
pub fn component_of(path: &str) -> String {
    let chart = path
        .split_once("/templates/")
        .or_else(|| path.split_once("/crds/"))
        .map_or(path, |(before, _)| before);
    chart.replace("/charts/", "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_are_chart_paths() {
        let check = |path, want| assert_eq!(component_of(path), want, "{path}");
        check("shop/templates/api.yaml", "shop");
        check("shop/templates/sub/api.yaml", "shop");
        check("shop/charts/postgresql/templates/sts.yaml", "shop/postgresql");
        check("a/charts/b/charts/c/templates/x.yaml", "a/b/c");
        check("shop/crds/things.yaml", "shop");
    }
}
