//! `Chart.yaml` and the lock file (`pkg/chart/v2/{metadata,dependency}.go`).

use pintle_go_semver::Version;
use pintle_go_value::Tree;

use crate::ChartError;
use crate::archive::go_quote;
use crate::decode::Decoder;

/// Which form of charts: v1 has its dependencies in `requirements.yaml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApiVersion {
    /// `v1`, or none said.
    V1,
    /// `v2`
    V2,
}

/// Someone who maintains a chart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Maintainer {
    /// Who.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their page.
    pub url: String,
}

/// A chart that another one needs.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Dependency {
    /// The name in the other's `Chart.yaml`.
    pub name: String,
    /// The version or the range of them.
    pub version: String,
    /// Where to find it.
    pub repository: String,
    /// Paths of values that switch it on or off, separated by commas.
    pub condition: String,
    /// Tags that switch it on or off together with others.
    pub tags: Vec<String>,
    /// What the file says; rendering decides anew.
    pub enabled: bool,
    /// Which of its values the parent takes over.
    pub import_values: Vec<Tree>,
    /// The name it goes by, if not its own.
    pub alias: String,
}

/// The lock file: the versions that were chosen.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Lock {
    /// When, as the file has it.
    pub generated: String,
    /// A digest of what was asked for.
    pub digest: String,
    /// What was chosen.
    pub dependencies: Vec<Dependency>,
}

/// What `Chart.yaml` says.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Metadata {
    /// The name.
    pub name: String,
    /// The project's page.
    pub home: String,
    /// Where the source is.
    pub sources: Vec<String>,
    /// The chart's version.
    pub version: String,
    /// One sentence.
    pub description: String,
    /// Words to find it by.
    pub keywords: Vec<String>,
    /// Who maintains it.
    pub maintainers: Vec<Maintainer>,
    /// A picture.
    pub icon: String,
    /// The chart API version, `v1` or `v2`.
    pub api_version: String,
    /// Unused by Helm, but shown to templates.
    pub condition: String,
    /// Unused by Helm, but shown to templates.
    pub tags: String,
    /// The version of what is inside.
    pub app_version: String,
    /// Whether the chart should no longer be used.
    pub deprecated: bool,
    /// Free annotations; none is not the same as an empty map to a template.
    pub annotations: Option<Vec<(String, String)>>,
    /// Which versions of Kubernetes it works on.
    pub kube_version: String,
    /// Charts it needs.
    pub dependencies: Vec<Dependency>,
    /// `application` (or nothing) or `library`.
    pub kind: String,
    /// Whether an entry of `maintainers` or `dependencies` is null: refused when validated.
    nulls: Nulls,
}

/// Lists of `Chart.yaml` in which something is null.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Nulls {
    maintainers: bool,
    dependencies: bool,
}

const METADATA_FIELDS: &[&str] = &[
    "name",
    "home",
    "sources",
    "version",
    "description",
    "keywords",
    "maintainers",
    "icon",
    "apiVersion",
    "condition",
    "tags",
    "appVersion",
    "deprecated",
    "annotations",
    "kubeVersion",
    "dependencies",
    "type",
];

const DEPENDENCY_FIELDS: &[&str] =
    &["name", "version", "repository", "condition", "tags", "enabled", "import-values", "alias"];

impl Metadata {
    /// Which form of charts this is.
    #[must_use]
    pub fn api(&self) -> ApiVersion {
        if self.api_version == "v1" { ApiVersion::V1 } else { ApiVersion::V2 }
    }

    /// Reads `Chart.yaml` as Helm's `LoadChartfile` does: nothing is checked but types.
    ///
    /// # Errors
    /// The text of sigs.k8s.io/yaml.
    pub fn read(text: &[u8]) -> Result<Self, String> {
        let mut metadata = Metadata::default();
        metadata.read_over(text)?;
        Ok(metadata)
    }

    /// Helm's `StrictLoadChartfile`: a key that is there twice or means nothing is an error.
    ///
    /// # Errors
    /// The text of sigs.k8s.io/yaml.
    pub fn check_strict(text: &[u8]) -> Result<(), String> {
        let tree = pintle_go_yaml::read_strict(text).map_err(|error| error.to_string())?;
        if tree.is_null() {
            return Ok(());
        }
        let tree = pintle_go_yaml::read_exact(text).map_err(|error| error.to_string())?;
        let mut decoder = Decoder::strict();
        let mut metadata = Metadata::default();
        decoder.fields(&tree, "Metadata", METADATA_FIELDS, |decoder, field, value| {
            metadata.set(decoder, field, value);
        });
        decoder.finish()
    }

    /// Whether an entry of `maintainers` is null.
    #[must_use]
    pub fn has_null_maintainer(&self) -> bool {
        self.nulls.maintainers
    }

    /// Reads YAML over what is there already, as Go's Unmarshal into a used struct does:
    /// `requirements.yaml` adds its dependencies so.
    pub(crate) fn read_over(&mut self, text: &[u8]) -> Result<(), String> {
        let tree = pintle_go_yaml::read_exact(text).map_err(|error| error.to_string())?;
        if tree.is_null() {
            return Ok(());
        }
        let mut decoder = Decoder::default();
        decoder.fields(&tree, "Metadata", METADATA_FIELDS, |decoder, field, value| {
            self.set(decoder, field, value);
        });
        decoder.finish()
    }

    fn set(&mut self, decoder: &mut Decoder, field: &str, value: &Tree) {
        const OWNER: &str = "Metadata";
        match field {
            "sources" => self.sources = decoder.strings(value, OWNER),
            "keywords" => self.keywords = decoder.strings(value, OWNER),
            "deprecated" => self.deprecated = decoder.bool(value, OWNER),
            "annotations" => self.annotations = Some(decoder.string_map(value, OWNER)),
            "maintainers" => {
                self.nulls.maintainers = has_null(value);
                self.maintainers =
                    decoder.list(value, OWNER, "[]*v2.Maintainer", Maintainer::decode);
            }
            "dependencies" => {
                self.nulls.dependencies = has_null(value);
                self.dependencies =
                    decoder.list(value, OWNER, "[]*v2.Dependency", Dependency::decode);
            }
            text => {
                let value = decoder.string(value, OWNER);
                let slot = match text {
                    "name" => &mut self.name,
                    "home" => &mut self.home,
                    "version" => &mut self.version,
                    "description" => &mut self.description,
                    "icon" => &mut self.icon,
                    "apiVersion" => &mut self.api_version,
                    "condition" => &mut self.condition,
                    "tags" => &mut self.tags,
                    "appVersion" => &mut self.app_version,
                    "kubeVersion" => &mut self.kube_version,
                    _ => &mut self.kind,
                };
                *slot = value;
            }
        }
    }

    /// Helm's `Validate`: sanitises texts, then checks what must be there.
    pub(crate) fn validate(&mut self) -> Result<(), ChartError> {
        for text in [
            &mut self.name,
            &mut self.description,
            &mut self.home,
            &mut self.icon,
            &mut self.condition,
            &mut self.tags,
            &mut self.app_version,
            &mut self.kube_version,
        ] {
            sanitize(text);
        }
        self.sources.iter_mut().chain(&mut self.keywords).for_each(sanitize);
        self.check_names()?;
        if self.nulls.maintainers {
            return Err(invalid("maintainers must not contain empty or null nodes"));
        }
        for maintainer in &mut self.maintainers {
            sanitize(&mut maintainer.name);
            sanitize(&mut maintainer.email);
            sanitize(&mut maintainer.url);
        }
        if self.nulls.dependencies {
            return Err(invalid("dependencies must not contain empty or null nodes"));
        }
        let mut seen: Vec<&str> = Vec::new();
        for dependency in &mut self.dependencies {
            dependency.validate()?;
            let key = dependency.known_as();
            if seen.contains(&key) {
                return Err(invalid(format!(
                    "more than one dependency with name or alias {}",
                    go_quote(key)
                )));
            }
            seen.push(key);
        }
        Ok(())
    }

    fn check_names(&self) -> Result<(), ChartError> {
        if self.api_version.is_empty() {
            return Err(invalid("chart.metadata.apiVersion is required"));
        }
        if self.name.is_empty() {
            return Err(invalid("chart.metadata.name is required"));
        }
        if self.name == "." || self.name == ".." {
            let name = go_quote(&self.name);
            return Err(invalid(format!("chart.metadata.name {name} is not allowed")));
        }
        if self.name.contains('/') {
            let name = go_quote(&self.name);
            return Err(invalid(format!("chart.metadata.name {name} is invalid")));
        }
        if self.version.is_empty() {
            return Err(invalid("chart.metadata.version is required"));
        }
        if Version::parse(&self.version).is_err() {
            let version = go_quote(&self.version);
            return Err(invalid(format!("chart.metadata.version {version} is invalid")));
        }
        if !matches!(self.kind.as_str(), "" | "application" | "library") {
            return Err(invalid("chart.metadata.type must be application or library"));
        }
        Ok(())
    }
}

impl Maintainer {
    fn decode(decoder: &mut Decoder, tree: &Tree) -> Self {
        let mut maintainer = Maintainer::default();
        if tree.is_null() {
            return maintainer;
        }
        decoder.fields(tree, "Maintainer", &["name", "email", "url"], |decoder, field, value| {
            let value = decoder.string(value, "Maintainer");
            match field {
                "name" => maintainer.name = value,
                "email" => maintainer.email = value,
                _ => maintainer.url = value,
            }
        });
        maintainer
    }
}

impl Dependency {
    /// The name its values have in the parent: the alias, or else the name.
    #[must_use]
    pub fn known_as(&self) -> &str {
        if self.alias.is_empty() { &self.name } else { &self.alias }
    }

    fn decode(decoder: &mut Decoder, tree: &Tree) -> Self {
        const OWNER: &str = "Dependency";
        let mut dependency = Dependency::default();
        if tree.is_null() {
            return dependency;
        }
        decoder.fields(tree, OWNER, DEPENDENCY_FIELDS, |decoder, field, value| match field {
            "name" => dependency.name = decoder.string(value, OWNER),
            "version" => dependency.version = decoder.string(value, OWNER),
            "repository" => dependency.repository = decoder.string(value, OWNER),
            "condition" => dependency.condition = decoder.string(value, OWNER),
            "tags" => dependency.tags = decoder.strings(value, OWNER),
            "enabled" => dependency.enabled = decoder.bool(value, OWNER),
            "alias" => dependency.alias = decoder.string(value, OWNER),
            _ => {
                dependency.import_values =
                    decoder.list(value, OWNER, "[]interface {}", |_, item| item.clone());
            }
        });
        dependency
    }

    fn validate(&mut self) -> Result<(), ChartError> {
        sanitize(&mut self.name);
        sanitize(&mut self.version);
        sanitize(&mut self.repository);
        sanitize(&mut self.condition);
        self.tags.iter_mut().for_each(sanitize);
        let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if !self.alias.chars().all(allowed) {
            return Err(invalid(format!(
                "dependency {} has disallowed characters in the alias",
                go_quote(&self.name)
            )));
        }
        Ok(())
    }
}

impl Lock {
    /// Reads a lock file.
    pub(crate) fn read(text: &[u8]) -> Result<Self, String> {
        let tree = pintle_go_yaml::read_exact(text).map_err(|error| error.to_string())?;
        let mut lock = Lock::default();
        if tree.is_null() {
            return Ok(lock);
        }
        let mut decoder = Decoder::default();
        const FIELDS: &[&str] = &["generated", "digest", "dependencies"];
        decoder.fields(&tree, "Lock", FIELDS, |decoder, field, value| match field {
            "generated" => lock.generated = decoder.time(value),
            "digest" => lock.digest = decoder.string(value, "Lock"),
            _ => {
                lock.dependencies =
                    decoder.list(value, "Lock", "[]*v2.Dependency", Dependency::decode);
            }
        });
        decoder.finish()?;
        Ok(lock)
    }
}

fn has_null(tree: &Tree) -> bool {
    tree.as_list().is_some_and(|items| items.iter().any(Tree::is_null))
}

fn invalid(text: impl Into<String>) -> ChartError {
    ChartError::metadata(format!("validation: {}", text.into()))
}

/// Helm's `sanitizeString`: white space to spaces, what does not print is dropped.
fn sanitize(text: &mut String) {
    let plain = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    if text.bytes().all(plain) {
        return;
    }
    *text = text
        .chars()
        .filter_map(|c| match c {
            c if c.is_whitespace() => Some(' '),
            c if pintle_go_fmt::is_print(u32::from(c)) => Some(c),
            _ => None,
        })
        .collect();
}
