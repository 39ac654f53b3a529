//! A chart as one release uses it.

use std::path::Path;

use pintle_go_value::{Heap, Map, Type, Value};

use crate::chart::Crd;
use crate::coalesce::Source;
use crate::{Chart, Dependency};

/// A chart with the dependencies, names and default values that it has in one release. Made by
/// [`crate::process_dependencies`]; borrows the loaded chart, and lives in one render's arena.
pub struct Instance<'h> {
    pub(crate) chart: &'h Chart,
    pub(crate) name: &'h str,
    pub(crate) values: Source<'h>,
    pub(crate) requirements: Vec<Requirement<'h>>,
    pub(crate) dependencies: Vec<Instance<'h>>,
}

/// An entry of `dependencies` that is switched on.
pub struct Requirement<'h> {
    pub(crate) entry: &'h Dependency,
    pub(crate) name: &'h str,
    pub(crate) enabled: bool,
    pub(crate) imports: Vec<Value<'h>>,
}

impl<'h> Requirement<'h> {
    fn new(entry: &'h Dependency) -> Self {
        Requirement { entry, name: &entry.name, enabled: entry.enabled, imports: Vec::new() }
    }

    /// The name its values have in the parent.
    #[must_use]
    pub fn name(&self) -> &'h str {
        self.name
    }
}

impl<'h> Instance<'h> {
    /// The chart with everything below it as loaded: nothing switched off, no aliases.
    #[must_use]
    pub fn new(chart: &'h Chart) -> Self {
        static EMPTY: std::sync::LazyLock<pintle_go_value::TreeMap> =
            std::sync::LazyLock::new(Default::default);
        Instance {
            chart,
            name: &chart.metadata.name,
            values: Source::Tree(chart.values.as_map().unwrap_or(&EMPTY)),
            requirements: chart.metadata.dependencies.iter().map(Requirement::new).collect(),
            dependencies: chart.dependencies.iter().map(|chart| Instance::new(chart)).collect(),
        }
    }

    /// The loaded chart.
    #[must_use]
    pub fn chart(&self) -> &'h Chart {
        self.chart
    }

    /// The name: the alias, if it has one.
    #[must_use]
    pub fn name(&self) -> &'h str {
        self.name
    }

    /// The subcharts that are switched on, in Helm's order.
    #[must_use]
    pub fn dependencies(&self) -> &[Instance<'h>] {
        &self.dependencies
    }

    /// The entries of `dependencies` that are switched on.
    #[must_use]
    pub fn requirements(&self) -> &[Requirement<'h>] {
        &self.requirements
    }

    /// The files under `crds/` of this chart and, after them, of its subcharts. `path` is the
    /// chart's own path in `# Source:` lines.
    #[must_use]
    pub fn crds(&self) -> Vec<Crd> {
        let mut crds = Vec::new();
        self.collect_crds(self.name, &mut crds);
        crds
    }

    fn collect_crds(&self, path: &str, crds: &mut Vec<Crd>) {
        for file in &self.chart.files {
            if file.name.starts_with("crds/") && has_manifest_extension(&file.name) {
                crds.push(Crd {
                    name: file.name.clone(),
                    path: format!("{path}/{}", file.name),
                    data: file.data.clone(),
                });
            }
        }
        for sub in &self.dependencies {
            sub.collect_crds(&format!("{path}/charts/{}", sub.name), crds);
        }
    }

    /// `.Chart` as Helm 4 gives it to templates: a map with Go's field names as keys.
    #[must_use]
    pub fn metadata(&self, heap: &'h Heap, is_root: bool) -> &'h Map<'h> {
        let metadata = &self.chart.metadata;
        let map = heap.map_of(&Type::MAP, METADATA_KEYS);
        let set = |key: &'static str, value: Value<'h>| {
            map.insert(key.as_bytes(), value);
        };
        // In the order of the keys, so that each insert is a push.
        set("APIVersion", Value::str(&metadata.api_version));
        set("Annotations", annotations(heap, metadata.annotations.as_deref()));
        set("AppVersion", Value::str(&metadata.app_version));
        set("Condition", Value::str(&metadata.condition));
        let requirements: Vec<_> =
            self.requirements.iter().map(|requirement| requirement.to_map(heap)).collect();
        set("Dependencies", heap.list(&Type::LIST, &requirements));
        set("Deprecated", Value::Bool(metadata.deprecated));
        set("Description", Value::str(&metadata.description));
        set("Home", Value::str(&metadata.home));
        set("Icon", Value::str(&metadata.icon));
        set("IsRoot", Value::Bool(is_root));
        set("Keywords", list(heap, &metadata.keywords));
        set("KubeVersion", Value::str(&metadata.kube_version));
        let maintainers: Vec<_> = metadata
            .maintainers
            .iter()
            .map(|maintainer| {
                let map = heap.map_of(&Type::MAP, 3);
                map.insert(b"Email", Value::str(&maintainer.email));
                map.insert(b"Name", Value::str(&maintainer.name));
                map.insert(b"URL", Value::str(&maintainer.url));
                Value::Map(map)
            })
            .collect();
        set("Maintainers", heap.list(&Type::LIST, &maintainers));
        set("Name", Value::str(self.name));
        set("Sources", list(heap, &metadata.sources));
        set("Tags", Value::str(&metadata.tags));
        set("Type", Value::str(&metadata.kind));
        set("Version", Value::str(&metadata.version));
        map
    }
}

/// How many keys `.Chart` has.
const METADATA_KEYS: usize = 18;

impl<'h> Requirement<'h> {
    fn to_map(&self, heap: &'h Heap) -> Value<'h> {
        let entry = self.entry;
        let map = heap.map_of(&Type::MAP, 8);
        map.insert(b"Alias", Value::str(&entry.alias));
        map.insert(b"Condition", Value::str(&entry.condition));
        map.insert(b"Enabled", Value::Bool(self.enabled));
        map.insert(b"ImportValues", heap.list(&Type::LIST, &self.imports));
        map.insert(b"Name", Value::str(self.name));
        map.insert(b"Repository", Value::str(&entry.repository));
        map.insert(b"Tags", list(heap, &entry.tags));
        map.insert(b"Version", Value::str(&entry.version));
        Value::Map(map)
    }
}

fn list<'h>(heap: &'h Heap, items: &'h [String]) -> Value<'h> {
    let items: Vec<_> = items.iter().map(|item| Value::str(item)).collect();
    heap.list(&Type::LIST, &items)
}

fn annotations<'h>(heap: &'h Heap, entries: Option<&'h [(String, String)]>) -> Value<'h> {
    let Some(entries) = entries else { return Value::NilOf(&Type::STRING_MAP) };
    let map = heap.map_of(&Type::STRING_MAP, entries.len());
    for (key, value) in entries {
        map.insert(key.as_bytes(), Value::str(value));
    }
    Value::Map(map)
}

fn has_manifest_extension(name: &str) -> bool {
    Path::new(name).extension().and_then(|extension| extension.to_str()).is_some_and(|extension| {
        ["yaml", "yml", "json"].iter().any(|known| known.eq_ignore_ascii_case(extension))
    })
}
