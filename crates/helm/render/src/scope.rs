//! The data that templates get: one map per chart of a release (`engine.recAllTpls`).

use pintle_go_value::{Heap, Map, Type, Value};
use pintle_helm_chart::Instance;

use crate::files::Files;
use crate::values::as_values;
use crate::{Capabilities, Release};

/// How many keys a scope has.
const SCOPE_KEYS: usize = 7;

/// What all scopes of one render share.
pub(crate) struct Shared<'h> {
    heap: &'h Heap,
    release: Value<'h>,
    capabilities: Value<'h>,
}

impl<'h> Shared<'h> {
    pub(crate) fn new(heap: &'h Heap, release: &Release, capabilities: &Capabilities) -> Self {
        let map = heap.map_of(&Type::MAP, 6);
        map.insert(b"IsInstall", Value::Bool(!release.is_upgrade));
        map.insert(b"IsUpgrade", Value::Bool(release.is_upgrade));
        map.insert(b"Name", heap.string(&release.name));
        map.insert(b"Namespace", heap.string(&release.namespace));
        map.insert(b"Revision", Value::int(release.revision));
        map.insert(b"Service", Value::str("Helm"));
        Shared { heap, release: Value::Map(map), capabilities: heap.object(capabilities.clone()) }
    }

    /// The scopes of the chart and all below it, in the order of [`crate::layout::chart_paths`].
    pub(crate) fn scopes(&self, root: &Instance<'h>, values: &'h Map<'h>) -> Vec<&'h Map<'h>> {
        let mut scopes = Vec::new();
        self.add(root, Some(values), true, &mut scopes);
        scopes
    }

    fn add(
        &self,
        chart: &Instance<'h>,
        values: Option<&'h Map<'h>>,
        is_root: bool,
        scopes: &mut Vec<&'h Map<'h>>,
    ) -> &'h Map<'h> {
        let heap = self.heap;
        let scope = heap.map_of(&Type::MAP, SCOPE_KEYS);
        scopes.push(as_values(heap, scope));
        let values = as_values(heap, values.unwrap_or_else(|| heap.map()));
        let subcharts = heap.map_of(&Type::MAP, chart.dependencies().len());
        scope.insert(b"Capabilities", self.capabilities);
        scope.insert(b"Chart", Value::Map(chart.metadata(heap, is_root)));
        scope.insert(b"Files", heap.object(Files::new(chart.chart().file_index().clone())));
        scope.insert(b"Release", self.release);
        scope.insert(b"Subcharts", Value::Map(subcharts));
        scope.insert(b"Values", Value::Map(values));
        for sub in chart.dependencies() {
            let below = self.add(sub, table(values, sub.name()), false, scopes);
            subcharts.insert(sub.name().as_bytes(), Value::Map(below));
        }
        scope
    }

    /// Sets `.Template` before a template is executed.
    pub(crate) fn set_template(&self, scope: &'h Map<'h>, name: &str, base_path: &str) {
        let template = self.heap.map_of(&Type::MAP, 2);
        template.insert(b"BasePath", self.heap.string(base_path));
        template.insert(b"Name", self.heap.string(name));
        scope.insert(b"Template", Value::Map(as_values(self.heap, template)));
    }
}

/// `Values.Table(name)`: Helm looks the name up as a path, so one with dots finds nothing.
fn table<'h>(values: &'h Map<'h>, name: &str) -> Option<&'h Map<'h>> {
    name.split('.').try_fold(values, |map, part| map.get(part.as_bytes())?.as_map())
}
