//! Rendering one release of a chart (`action.Configuration.renderResources`).

use std::sync::Arc;

use pintle_go_template::{Exec, Limits, Session};
use pintle_go_value::{HEAP_LIMIT, Heap, Map, Tree, Value};
use pintle_helm_chart::{Crd, Instance, Warning, coalesce_values, process_dependencies};
use pintle_helm_sprig::Generator;

use crate::document::{Sorted, file_name, is_notes};
use crate::functions::remove_no_value;
use crate::host::RenderHost;
use crate::layout::chart_paths;
use crate::parsed::Shape;
use crate::scope::Shared;
use crate::split::is_blank;
use crate::{
    Capabilities, Document, HookDocument, INSTALL_ORDER, Lookup, ParsedChart, RenderError,
    compare_kinds,
};

/// The file of a chart that holds its schema.
const SCHEMA_FILE: &str = "values.schema.json";

/// `.Release`
#[derive(Clone, Debug)]
pub struct Release {
    /// The name.
    pub name: String,
    /// The namespace.
    pub namespace: String,
    /// The version of the release, from 1.
    pub revision: i64,
    /// Whether there is an earlier version.
    pub is_upgrade: bool,
}

/// How to render.
#[derive(Clone)]
pub struct RenderOptions {
    /// The release.
    pub release: Release,
    /// The cluster.
    pub capabilities: Capabilities,
    /// Clock, random numbers, certificates.
    pub generator: Arc<dyn Generator + Send + Sync>,
    /// What `lookup` reads; without it, it finds nothing.
    pub lookup: Option<Arc<dyn Lookup>>,
    /// Whether a missing key is an error.
    pub strict: bool,
    /// Whether `required` and `fail` let things pass.
    pub lint: bool,
    /// Whether the log has the lines of `--debug`.
    pub debug: bool,
    /// Whether `getHostByName` may ask the network.
    pub enable_dns: bool,
    /// Whether values are not checked against schemas.
    pub skip_schema_validation: bool,
    /// Whether notes of subcharts are shown too.
    pub sub_notes: bool,
    /// What one render may use.
    pub limits: Limits,
    /// How many bytes the values of one render may take.
    pub heap_limit: usize,
}

impl RenderOptions {
    /// A first install with Helm's default capabilities and choices.
    #[must_use]
    pub fn new(name: &str, namespace: &str, generator: Arc<dyn Generator + Send + Sync>) -> Self {
        RenderOptions {
            release: Release {
                name: name.to_owned(),
                namespace: namespace.to_owned(),
                revision: 1,
                is_upgrade: false,
            },
            capabilities: Capabilities::default(),
            generator,
            lookup: None,
            strict: false,
            lint: false,
            debug: false,
            enable_dns: false,
            skip_schema_validation: false,
            sub_notes: false,
            limits: Limits::STANDARD,
            heap_limit: HEAP_LIMIT,
        }
    }
}

/// What a chart rendered to.
#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// The files under `crds/`, as they are.
    pub crds: Vec<Crd>,
    /// The documents, in Helm's install order.
    pub documents: Vec<Document>,
    /// The hooks, sorted by kind likewise.
    pub hooks: Vec<HookDocument>,
    /// The notes.
    pub notes: Vec<u8>,
}

/// One rendered file, before it is split into documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedFile {
    /// The template's path.
    pub path: Arc<str>,
    /// What it rendered to.
    pub content: Vec<u8>,
}

/// What the templates of a release gave, and its custom resource definitions.
#[derive(Clone, Debug, Default)]
pub struct RenderedFiles {
    /// The files of all templates but the partials, in the order of execution.
    pub files: Vec<RenderedFile>,
    /// The files under `crds/`, as they are.
    pub crds: Vec<Crd>,
}

/// Renders one release. `values` are the user's, merged already. What Helm would write to its log
/// is added to `warnings`, also when it fails.
pub fn render(
    chart: &ParsedChart,
    values: &Tree,
    options: &RenderOptions,
    warnings: &mut Vec<Warning>,
) -> Result<Rendered, RenderError> {
    let RenderedFiles { mut files, crds } = render_files(chart, values, options, warnings)?;
    let own_notes = format!("{}/templates/NOTES.txt", chart.chart().name());
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut notes = Vec::new();
    for file in files.iter().filter(|file| is_notes(&file.path)) {
        if options.sub_notes || *file.path == own_notes {
            if !notes.is_empty() {
                notes.push(b'\n');
            }
            notes.extend_from_slice(&file.content);
        }
    }
    let (documents, hooks) = sort_manifests(files, warnings)?;
    Ok(Rendered { crds, documents, hooks, notes })
}

/// The first half of [`render`]: everything up to the execution of the templates.
pub fn render_files(
    chart: &ParsedChart,
    values: &Tree,
    options: &RenderOptions,
    warnings: &mut Vec<Warning>,
) -> Result<RenderedFiles, RenderError> {
    render_decided(chart, values, options, false, warnings)
}

/// [`render_files`]. Where it was decided before which dependencies are on, doing it again warns of
/// nothing.
pub(crate) fn render_decided(
    chart: &ParsedChart,
    values: &Tree,
    options: &RenderOptions,
    decided: bool,
    warnings: &mut Vec<Warning>,
) -> Result<RenderedFiles, RenderError> {
    let session = Session::with_heap(Heap::with_limit(options.heap_limit));
    let heap = session.heap();
    let mut known = Vec::new();
    let log = if decided { &mut known } else { &mut *warnings };
    let instance = process_dependencies(heap, chart.chart(), values, log)?;
    let merged = coalesce_values(heap, &instance, values, warnings)?;
    if !options.skip_schema_validation {
        if options.debug {
            tell_schemas(&instance, merged, warnings);
        }
        pintle_helm_chart::validate_values(&instance, merged)?;
    }
    let version = &options.capabilities.kube_version;
    // `helm lint` does not ask which versions of Kubernetes a chart is for.
    if !options.lint {
        chart
            .chart()
            .check_kube_version(version.comparable(), &version.version)
            .map_err(RenderError::KubeVersion)?;
    }
    let shape = chart.shape(&instance, options.strict)?;
    let host = RenderHost::new(options);
    let files = execute(&session, &host, &shape, &instance, merged, options);
    warnings.append(&mut host.log.take());
    let files = files?;
    Ok(RenderedFiles { files, crds: instance.crds() })
}

/// What Helm logs with `--debug` while it validates values: charts whose values are no map are not
/// looked at.
fn tell_schemas(chart: &Instance<'_>, values: &Map<'_>, warnings: &mut Vec<Warning>) {
    let schema = chart.chart().raw().iter().find(|file| &*file.name == SCHEMA_FILE);
    if let Some(schema) = schema {
        warnings.push(Warning::debug("chart name").with("chart-name", chart.name()));
        if pintle_go_yaml::read_json(&schema.data).is_ok() {
            let text = String::from_utf8_lossy(&schema.data);
            warnings.push(Warning::debug("unmarshalled JSON schema").with("schema", text));
        }
    }
    let count = chart.dependencies().len().to_string();
    let said = Warning::debug("number of dependencies in the chart").with("chart", chart.name());
    warnings.push(said.with("dependencies", count));
    for sub in chart.dependencies() {
        if let Some(Value::Map(values)) = values.get(sub.name().as_bytes()) {
            tell_schemas(sub, values, warnings);
        }
    }
}

fn execute<'h>(
    session: &'h Session,
    host: &RenderHost,
    shape: &'h Shape,
    instance: &Instance<'h>,
    values: &'h Map<'h>,
    options: &RenderOptions,
) -> Result<Vec<RenderedFile>, RenderError> {
    let shared = Shared::new(session.heap(), &options.release, &options.capabilities);
    let scopes = shared.scopes(instance, values);
    let charts = chart_paths(instance);
    let mut exec = Exec::new(&shape.set, session, host).with_limits(options.limits);
    let mut files = Vec::with_capacity(shape.templates.len());
    let mut room = options.limits.output;
    for template in &shape.templates {
        if template.is_partial() {
            continue;
        }
        let scope = scopes[template.chart];
        let base_path = format!("{}/templates", charts[template.chart].0);
        shared.set_template(scope, &template.path, &base_path);
        let mut content = Vec::with_capacity(template.file.data.len());
        exec.execute_template(&template.path, Value::Map(scope), &mut content)
            .map_err(|error| RenderError::exec(&template.path, &error))?;
        remove_no_value(&mut content);
        room = room
            .checked_sub(content.len())
            .ok_or_else(|| RenderError::output_limit(&template.path, options.limits.output))?;
        files.push(RenderedFile { path: template.path.clone(), content });
    }
    Ok(files)
}

/// Helm's `SortManifests`: splits rendered files into documents, sets the hooks apart, and sorts
/// both by kind. Notes, partials and blank files are left out.
pub fn sort_manifests(
    mut files: Vec<RenderedFile>,
    warnings: &mut Vec<Warning>,
) -> Result<(Vec<Document>, Vec<HookDocument>), RenderError> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let mut sorted = Sorted::default();
    for RenderedFile { path, content } in files {
        let partial = file_name(&path).starts_with('_');
        if !partial && !is_notes(&path) && !is_blank(&content) {
            sorted.add_file(&path, content, warnings)?;
        }
    }
    let Sorted { mut documents, mut hooks } = sorted;
    documents.sort_by(|a, b| compare_kinds(&a.kind, &b.kind, INSTALL_ORDER));
    hooks.sort_by(|a, b| compare_kinds(&a.document.kind, &b.document.kind, INSTALL_ORDER));
    Ok((documents, hooks))
}
