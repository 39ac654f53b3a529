//! Reading and writing Releases: the only objects that most commands touch.

use kube::Api;
use kube::api::{ListParams, Patch, PatchParams, PostParams};
use pintle_release_api::{ANNOTATION_REQUESTED_AT, ChartSource, Release, ReleaseSpec};
use serde_json::{Value, json};

use crate::cluster::Cluster;
use crate::fault::{Fault, api};

/// The field manager of what this program writes.
pub(crate) const MANAGER: &str = "pintle-cli";
/// How often a change is tried again when somebody else was faster.
const TRIES: usize = 5;

/// The wish of `pintle apply`.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    /// The Release's name.
    pub(crate) name: String,
    /// Where the chart is.
    pub(crate) chart: ChartSource,
    /// All values.
    pub(crate) values: Value,
    /// What it is for, if said.
    pub(crate) description: Option<String>,
    /// The account, if said.
    pub(crate) service_account: Option<String>,
}

/// What became of a wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    /// It is new.
    Created,
    /// It was there and is different now.
    Configured,
    /// It was there as it is.
    Unchanged,
}

impl Change {
    /// kubectl's word.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Change::Created => "created",
            Change::Configured => "configured",
            Change::Unchanged => "unchanged",
        }
    }
}

impl Wish {
    /// The Release that is created where there is none.
    pub(crate) fn release(&self, namespace: &str) -> anyhow::Result<Release> {
        let spec: ReleaseSpec = serde_json::from_value(json!({"chart": {}}))?;
        let mut release = Release::new(&self.name, spec);
        release.metadata.namespace = Some(namespace.to_owned());
        self.write(&mut release.spec);
        Ok(release)
    }

    /// Writes the wish over a spec and leaves what it does not speak of.
    fn write(&self, spec: &mut ReleaseSpec) {
        spec.chart = self.chart.clone();
        spec.values = self.values.as_object().cloned();
        spec.values_text = None;
        if self.description.is_some() {
            spec.description.clone_from(&self.description);
        }
        if self.service_account.is_some() {
            spec.service_account_name.clone_from(&self.service_account);
        }
        // A rollback pinned what Secrets held then. New content wants what they hold now.
        for source in &mut spec.values_from {
            source.digest = None;
        }
        spec.rollback_to = None;
    }
}

/// Creates or changes a Release.
///
/// By create and guarded update, not by server-side apply: a rollback has the controller write
/// chart and values, and a field that only the controller owns would survive an apply that does not
/// name it. The old value would stay in the map, the old chart source beside the new one.
pub(crate) async fn put(cluster: &Cluster, wish: &Wish) -> anyhow::Result<(Release, Change)> {
    let releases = cluster.releases();
    let params = PostParams { field_manager: Some(MANAGER.to_owned()), ..PostParams::default() };
    let what = || format!("release {} can't be written", wish.name);
    for _ in 0..TRIES {
        let found = releases.get_opt(&wish.name).await.map_err(api(what()))?;
        let Some(before) = found else {
            match releases.create(&params, &wish.release(&cluster.namespace)?).await {
                Err(kube::Error::Api(status)) if status.is_already_exists() => continue,
                other => return Ok((other.map_err(api(what()))?, Change::Created)),
            }
        };
        let mut after = before.clone();
        wish.write(&mut after.spec);
        if after.spec == before.spec {
            return Ok((before, Change::Unchanged));
        }
        match releases.replace(&wish.name, &params, &after).await {
            Err(kube::Error::Api(status)) if status.is_conflict() => {}
            other => return Ok((other.map_err(api(what()))?, Change::Configured)),
        }
    }
    let hint = "try again";
    Err(Fault::new(format!("{}: others change it all the time", what())).hint(hint).into())
}

/// A Release that has to be there.
pub(crate) async fn get(cluster: &Cluster, name: &str) -> anyhow::Result<Release> {
    let found = cluster.releases().get_opt(name).await;
    let found = found.map_err(api(format!("release {name} can't be read")))?;
    found.ok_or_else(|| missing(cluster, name))
}

/// There is no such Release.
pub(crate) fn missing(cluster: &Cluster, name: &str) -> anyhow::Error {
    Fault::new(format!("there is no release {name} in namespace {}", cluster.namespace))
        .hint("pintle list -A shows all of them")
        .into()
}

/// Changes a few fields of a Release that has to be there.
pub(crate) async fn patch(cluster: &Cluster, name: &str, patch: &Value) -> anyhow::Result<Release> {
    let params = PatchParams { field_manager: Some(MANAGER.to_owned()), ..PatchParams::default() };
    match cluster.releases().patch(name, &params, &Patch::Merge(patch)).await {
        Err(kube::Error::Api(status)) if status.is_not_found() => {
            // The kind may be missing as well: reading it tells.
            get(cluster, name).await?;
            Err(missing(cluster, name))
        }
        other => other.map_err(api(format!("release {name} can't be changed"))),
    }
}

/// Asks for a reconcile now; gives the mark that the status will echo.
pub(crate) async fn request(cluster: &Cluster, name: &str) -> anyhow::Result<String> {
    let mark = crate::time::now().to_string();
    let change = json!({"metadata": {"annotations": {ANNOTATION_REQUESTED_AT: mark}}});
    patch(cluster, name, &change).await?;
    Ok(mark)
}

/// The versions of a release, oldest first, as their histories.
pub(crate) async fn histories(
    cluster: &Cluster,
    name: &str,
) -> anyhow::Result<Vec<pintle_release_api::ReleaseHistory>> {
    let list = cluster.histories().list(&ListParams::default()).await;
    let list = list.map_err(api("the versions can't be listed"))?;
    let mut all: Vec<_> = list.items.into_iter().filter(|it| it.spec.release == name).collect();
    all.sort_by_key(|it| it.spec.version);
    Ok(all)
}

/// All Releases of a namespace or of the cluster, by namespace and name.
pub(crate) async fn list(
    api_of: Api<Release>,
    selector: Option<&str>,
) -> anyhow::Result<Vec<Release>> {
    let mut params = ListParams::default();
    if let Some(selector) = selector {
        params = params.labels(selector);
    }
    let list = api_of.list(&params).await.map_err(api("releases can't be listed"))?;
    let mut items = list.items;
    items.sort_by(|a, b| {
        let key = |it: &Release| (it.metadata.namespace.clone(), it.metadata.name.clone());
        key(a).cmp(&key(b))
    });
    Ok(items)
}
