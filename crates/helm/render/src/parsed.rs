//! Charts with their templates parsed, to be shared by all renders.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use pintle_go_template::{MissingKey, Set};
use pintle_helm_chart::{Chart, Instance};

use crate::RenderError;
use crate::functions::functions;
use crate::host::RenderHost;
use crate::layout::{Template, chart_paths, templates};

/// How many shapes of one chart are kept parsed. A shape is a choice of subcharts; nearly every
/// chart is used in one or two.
pub const MAX_SHAPES: usize = 16;

/// The name of Helm's set of templates; error texts show it.
const SET_NAME: &str = "gotpl";

/// A loaded chart, and what parsing its templates gave. Cheap to clone and safe to share between
/// threads; parsed at the first render that needs it.
#[derive(Clone)]
pub struct ParsedChart {
    chart: Arc<Chart>,
    shapes: Arc<Mutex<HashMap<Key, Arc<Shape>>>>,
}

/// Which subcharts are there under which names, and how missing keys are met.
type Key = (String, bool);

/// The parsed templates of a chart with a choice of its subcharts.
pub(crate) struct Shape {
    pub(crate) set: Set<RenderHost>,
    /// In the order in which they are parsed and executed.
    pub(crate) templates: Vec<Template>,
}

impl ParsedChart {
    /// Wraps a loaded chart; nothing is parsed yet.
    #[must_use]
    pub fn new(chart: Chart) -> Self {
        ParsedChart { chart: Arc::new(chart), shapes: Arc::default() }
    }

    /// The loaded chart.
    #[must_use]
    pub fn chart(&self) -> &Chart {
        &self.chart
    }

    /// The parsed templates for a choice of subcharts.
    pub(crate) fn shape(
        &self,
        instance: &Instance<'_>,
        strict: bool,
    ) -> Result<Arc<Shape>, RenderError> {
        let charts = chart_paths(instance);
        let paths: Vec<&str> = charts.iter().map(|(path, _)| path.as_str()).collect();
        let key = (paths.join("\n"), strict);
        let lock = || self.shapes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shape) = lock().get(&key) {
            return Ok(shape.clone());
        }
        let missing = if strict { MissingKey::Error } else { MissingKey::Zero };
        let mut set = Set::new(SET_NAME, functions()).with_missing_key(missing);
        let templates = templates(&charts);
        for template in &templates {
            set.parse(&template.path, template.file.data.clone())
                .map_err(|error| RenderError::parse(&template.path, &error))?;
        }
        let shape = Arc::new(Shape { set, templates });
        let mut shapes = lock();
        if shapes.len() >= MAX_SHAPES {
            shapes.clear();
        }
        shapes.insert(key, shape.clone());
        Ok(shape)
    }
}
