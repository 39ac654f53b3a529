//! A namespace on the shared plane, with a controller that serves it.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;

use anyhow::Context as _;
use k8s_openapi::api::core::v1::{Event, Namespace, Pod, Secret};
use k8s_openapi::apiextensions_apiserver::pkg::apis::apiextensions::v1::CustomResourceDefinition;
use kube::api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::{Api, Client};
use pintle_release_api::{ChartSource, Release, ReleaseHistory, ReleaseSpec, crds};
use pintle_testing_plane::Plane;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// How long a condition is waited for, unless a test says otherwise. Two cores serve a whole
/// control plane and several tests at once.
pub const DEADLINE: Duration = Duration::from_secs(60);

/// How often a condition is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A namespace of its own.
pub struct Bed {
    /// A client with all rights.
    pub client: Client,
    /// The namespace.
    pub namespace: String,
    /// The plane.
    pub plane: &'static Plane,
}

impl Bed {
    /// A namespace that Pintle may deploy into, and a controller in this process.
    ///
    /// # Errors
    /// When the plane or the controller does not come up.
    pub async fn new(name: &str) -> anyhow::Result<Self> {
        let bed = Self::without_controller(name).await?;
        start_controller(bed.plane)?;
        Ok(bed)
    }

    /// The same without a controller: for tests that start their own process.
    ///
    /// # Errors
    /// When the plane does not come up.
    pub async fn without_controller(name: &str) -> anyhow::Result<Self> {
        let plane = Plane::shared().await?;
        let client = plane.client().await?;
        install_definitions(&client).await?;
        let namespace = format!("{name}-{}", suffix());
        let object: Namespace = serde_json::from_value(json!({"metadata": {"name": namespace}}))?;
        let namespaces: Api<Namespace> = Api::all(client.clone());
        namespaces.create(&PostParams::default(), &object).await?;
        grant(&client, &namespace).await?;
        Ok(Bed { client, namespace, plane })
    }

    /// What the controller in this process answers at its admin port: status line, headers, text.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn admin(&self, path: &str) -> anyhow::Result<String> {
        let mut stream = tokio::net::TcpStream::connect(start_controller(self.plane)?).await?;
        stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes()).await?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        Ok(answer)
    }

    /// The Releases of the namespace.
    #[must_use]
    pub fn releases(&self) -> Api<Release> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// The histories of the namespace.
    #[must_use]
    pub fn histories(&self) -> Api<ReleaseHistory> {
        Api::namespaced(self.client.clone(), &self.namespace)
    }

    /// Creates or changes a Release with an inline chart.
    ///
    /// # Errors
    /// When the API server refuses.
    pub async fn apply(
        &self,
        name: &str,
        archive: &[u8],
        values: Value,
    ) -> anyhow::Result<Release> {
        let inline = serde_json::to_value(k8s_openapi::ByteString(archive.to_vec()))?;
        let spec: ReleaseSpec =
            serde_json::from_value(json!({"chart": {"inline": inline}, "values": values}))?;
        self.apply_spec(name, spec).await
    }

    /// Creates or changes a Release.
    ///
    /// # Errors
    /// When the API server refuses.
    pub async fn apply_spec(&self, name: &str, spec: ReleaseSpec) -> anyhow::Result<Release> {
        let mut release = Release::new(name, spec);
        if release.spec.chart == ChartSource::default() {
            anyhow::bail!("the spec of {name} has no chart");
        }
        let params = PatchParams::apply("test").force();
        release.metadata.namespace = Some(self.namespace.clone());
        Ok(self.releases().patch(name, &params, &Patch::Apply(&release)).await?)
    }

    /// A merge patch of a Release.
    ///
    /// # Errors
    /// When the API server refuses.
    pub async fn patch(&self, name: &str, patch: Value) -> anyhow::Result<Release> {
        Ok(self.releases().patch(name, &PatchParams::default(), &Patch::Merge(patch)).await?)
    }

    /// Waits until a Release is as asked.
    ///
    /// # Errors
    /// At the deadline, with everything there is to see.
    pub async fn wait(
        &self,
        name: &str,
        what: &str,
        holds: impl Fn(&Release) -> bool,
    ) -> anyhow::Result<Release> {
        let deadline = tokio::time::Instant::now() + DEADLINE;
        loop {
            let release = self.releases().get_opt(name).await?;
            if let Some(release) = release.filter(&holds) {
                return Ok(release);
            }
            if tokio::time::Instant::now() > deadline {
                anyhow::bail!("{name}: not {what} within {DEADLINE:?}\n{}", self.state().await);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Waits until the spec as it is now is served and healthy.
    ///
    /// # Errors
    /// As [`Bed::wait`].
    pub async fn ready(&self, name: &str) -> anyhow::Result<Release> {
        self.wait(name, "Ready", |release| is(release, "Ready", "True")).await
    }

    /// Waits until something holds that is not about a Release.
    ///
    /// # Errors
    /// At the deadline, with everything there is to see.
    pub async fn until<F>(&self, what: &str, mut holds: impl FnMut() -> F) -> anyhow::Result<()>
    where
        F: Future<Output = anyhow::Result<bool>>,
    {
        let deadline = tokio::time::Instant::now() + DEADLINE;
        while !holds().await? {
            if tokio::time::Instant::now() > deadline {
                anyhow::bail!("not {what} within {DEADLINE:?}\n{}", self.state().await);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
        Ok(())
    }

    /// Waits until a Release is gone.
    ///
    /// # Errors
    /// As [`Bed::until`].
    pub async fn gone(&self, name: &str) -> anyhow::Result<()> {
        self.until("gone", || async { Ok(self.releases().get_opt(name).await?.is_none()) }).await
    }

    /// Deletes a Release and waits until it is gone.
    ///
    /// # Errors
    /// As [`Bed::until`].
    pub async fn delete(&self, name: &str) -> anyhow::Result<()> {
        self.releases().delete(name, &DeleteParams::default()).await?;
        self.gone(name).await
    }

    /// The version numbers in the history of a Release.
    ///
    /// # Errors
    /// When the API server refuses.
    pub async fn versions(&self, name: &str) -> anyhow::Result<Vec<i64>> {
        let all = self.histories().list(&ListParams::default()).await?;
        let of = all.items.iter().filter(|it| it.spec.release == name);
        let mut versions: Vec<i64> = of.map(|it| it.spec.version).collect();
        versions.sort_unstable();
        Ok(versions)
    }

    /// Everything of a Release that is left in the namespace: objects, histories, blobs.
    ///
    /// # Errors
    /// When kubectl fails.
    pub fn left_overs(&self) -> anyhow::Result<Vec<String>> {
        let kinds = "deployments,statefulsets,daemonsets,jobs,cronjobs,services,configmaps,secrets,\
                     persistentvolumeclaims,ingresses,horizontalpodautoscalers,serviceaccounts,\
                     releasehistories,roles,rolebindings,networkpolicies,poddisruptionbudgets";
        let output = self.plane.kubectl(&["get", kinds, "-n", &self.namespace, "-o", "name"])?;
        let granted =
            ["serviceaccount/default", "serviceaccount/pintle", "configmap/kube-root-ca.crt"];
        let left = output.lines().filter(|it| {
            !granted.contains(it) && !it.contains(".rbac.authorization.k8s.io/pintle")
        });
        Ok(left.map(str::to_owned).collect())
    }

    /// An object as JSON.
    ///
    /// # Errors
    /// When the API server refuses.
    pub fn get(&self, what: &str) -> anyhow::Result<Value> {
        let text = self.plane.kubectl(&["get", what, "-n", &self.namespace, "-o", "json"])?;
        Ok(serde_json::from_str(&text)?)
    }

    /// Whether an object is there.
    #[must_use]
    pub fn exists(&self, what: &str) -> bool {
        self.plane.kubectl(&["get", what, "-n", &self.namespace, "-o", "name"]).is_ok()
    }

    /// All that there is to see in the namespace, for the message of a failed wait.
    pub async fn state(&self) -> String {
        let mut text = String::new();
        let releases = self.releases().list(&ListParams::default()).await;
        for release in releases.into_iter().flat_map(|it| it.items) {
            let name = release.metadata.name.clone().unwrap_or_default();
            let status = serde_json::to_string_pretty(&release.status).unwrap_or_default();
            let _ = writeln!(text, "Release {name}: {status}");
        }
        let pods: Api<Pod> = Api::namespaced(self.client.clone(), &self.namespace);
        for pod in pods.list(&ListParams::default()).await.into_iter().flat_map(|it| it.items) {
            let phase = pod.status.as_ref().and_then(|it| it.phase.clone()).unwrap_or_default();
            let _ = writeln!(text, "Pod {}: {phase}", pod.metadata.name.unwrap_or_default());
        }
        let events: Api<Event> = Api::namespaced(self.client.clone(), &self.namespace);
        for event in events.list(&ListParams::default()).await.into_iter().flat_map(|it| it.items) {
            let _ = writeln!(
                text,
                "Event {} {}: {} {}",
                event.involved_object.kind.unwrap_or_default(),
                event.involved_object.name.unwrap_or_default(),
                event.reason.unwrap_or_default(),
                event.message.unwrap_or_default()
            );
        }
        text
    }
}

/// Whether a condition of the spec as it is now has a status.
#[must_use]
pub fn is(release: &Release, condition: &str, status: &str) -> bool {
    let generation = release.metadata.generation;
    let conditions = release.status.iter().flat_map(|it| &it.conditions);
    conditions.into_iter().any(|it| {
        it.type_ == condition && it.status == status && it.observed_generation == generation
    })
}

/// Applies the definitions of both resources, and waits until they are served.
///
/// # Errors
/// When the API server refuses.
pub async fn install_definitions(client: &Client) -> anyhow::Result<()> {
    let api: Api<CustomResourceDefinition> = Api::all(client.clone());
    let params = PatchParams::apply("test").force();
    for crd in crds() {
        let name = crd.metadata.name.clone().unwrap_or_default();
        api.patch(&name, &params, &Patch::Apply(&crd)).await.context(name)?;
    }
    let deadline = tokio::time::Instant::now() + DEADLINE;
    let releases: Api<Release> = Api::all(client.clone());
    let histories: Api<ReleaseHistory> = Api::all(client.clone());
    let served = async || {
        let params = ListParams::default().limit(1);
        releases.list(&params).await.is_ok() && histories.list(&params).await.is_ok()
    };
    while !served().await {
        anyhow::ensure!(tokio::time::Instant::now() < deadline, "the definitions are not served");
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(())
}

/// Lets Pintle deploy into a namespace, as `pintle grant` does.
///
/// # Errors
/// When the API server refuses.
pub async fn grant(client: &Client, namespace: &str) -> anyhow::Result<()> {
    let objects = [
        json!({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "pintle"}}),
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
            "metadata": {"name": "pintle"},
            "rules": [{"apiGroups": ["pintle.dev"], "resources": ["releasehistories"], "verbs": ["*"]}]}),
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
            "metadata": {"name": "pintle-histories"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "pintle"},
            "subjects": [{"kind": "ServiceAccount", "name": "pintle", "namespace": namespace}]}),
        json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
            "metadata": {"name": "pintle"},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "admin"},
            "subjects": [{"kind": "ServiceAccount", "name": "pintle", "namespace": namespace}]}),
    ];
    for object in objects {
        let object: DynamicObject = serde_json::from_value(object)?;
        let types = object.types.clone().unwrap_or_default();
        let gvk = kube::core::GroupVersionKind::try_from(&types)?;
        let resource = kube::api::ApiResource::from_gvk(&gvk);
        let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), namespace, &resource);
        let name = object.metadata.name.clone().unwrap_or_default();
        let params = PatchParams::apply("grant").force();
        api.patch(&name, &params, &Patch::Apply(&object)).await.context(name)?;
    }
    Ok(())
}

/// Secrets of our type in a namespace.
///
/// # Errors
/// When the API server refuses.
pub async fn blobs(client: &Client, namespace: &str) -> anyhow::Result<Vec<String>> {
    let api: Api<Secret> = Api::namespaced(client.clone(), namespace);
    let all = api.list(&ListParams::default().fields("type=pintle.dev/content")).await?;
    Ok(all.items.into_iter().filter_map(|it| it.metadata.name).collect())
}

/// One controller for all tests of a process, on a thread and a runtime of its own: each test has
/// its own runtime, which ends with it.
/// The controller that all tests of a process share, and the address of its admin port.
fn start_controller(plane: &'static Plane) -> anyhow::Result<SocketAddr> {
    static STARTED: OnceLock<SocketAddr> = OnceLock::new();
    // A port that is free now; the system hands out others first.
    let free = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?;
    let listen = STARTED.get_or_init(|| {
        let _ = tracing_subscriber::fmt()
            .with_env_filter(tracing_subscriber::EnvFilter::from_default_env())
            .with_test_writer()
            .try_init();
        std::thread::spawn(move || {
            let run = async {
                let client = plane.client().await?;
                let mut options = pintle_controller::Options::new(client);
                options.listen = Some(free);
                pintle_controller::run(options, std::future::pending()).await
            };
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
            let ended = runtime.context("a runtime").and_then(|it| it.block_on(run));
            tracing::error!(?ended, "the controller of the tests has ended");
        });
        free
    });
    Ok(*listen)
}

/// Namespaces of tests that run again and again must differ.
fn suffix() -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}
