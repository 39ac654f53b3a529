//! How the controller does with many releases at once, beside a bare server-side-apply client that
//! makes the same objects in the same run. `cargo xtask bench scale` builds and starts it.
#![expect(clippy::print_stdout, reason = "this program's output is its purpose")]

use std::collections::BTreeMap;
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures::StreamExt;
use kube::api::{ApiResource, DynamicObject, ListParams, Patch, PatchParams, PostParams};
use kube::core::GroupVersionKind;
use kube::{Api, Client};
use pintle_release_api::{Release, ReleaseSpec};
use pintle_testing_plane::{Options, Plane};
use pintle_testing_testbed::{chart_archive, grant, install_definitions, is};
use serde_json::json;

/// Requests that the bare client and the creator of Releases keep in flight.
const IN_FLIGHT: usize = 32;
/// How long all releases may take.
const DEADLINE: Duration = Duration::from_secs(600);
/// How long nothing may be written once all are Ready.
const IDLE: Duration = Duration::from_secs(60);
/// What the API server's own controllers settle after that is not ours to count.
const SETTLE: Duration = Duration::from_secs(5);
/// The objects of one release, as in Flux' benchmark: the Deployment is scaled to nothing.
const OBJECTS: usize = 4;
const TEMPLATE: &str = r"
apiVersion: v1
kind: ServiceAccount
metadata: {name: {{ .Release.Name }}}
---
apiVersion: v1
kind: Service
metadata: {name: {{ .Release.Name }}}
spec: {selector: {app: {{ .Release.Name }}}, ports: [{name: http, port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: {{ .Release.Name }}}
spec:
  replicas: 0
  selector: {matchLabels: {app: {{ .Release.Name }}}}
  template:
    metadata: {labels: {app: {{ .Release.Name }}}}
    spec:
      serviceAccountName: {{ .Release.Name }}
      containers:
        - name: web
          image: docker.io/library/nginx:1.27
          ports: [{name: http, containerPort: 80}]
          resources: {requests: {cpu: 50m, memory: 32Mi}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: {{ .Release.Name }}}
spec:
  rules:
    - host: {{ .Release.Name }}.example.org
      http:
        paths:
          - path: /
            pathType: Prefix
            backend: {service: {name: {{ .Release.Name }}, port: {name: http}}}
";

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let releases: usize =
        std::env::args().nth(1).context("give the number of releases")?.parse()?;
    let plane = Plane::start(Options::default()).await?;
    let client = plane.client().await?;
    install_definitions(&client).await?;
    for namespace in ["floor", "bench"] {
        let object = serde_json::from_value(json!({"metadata": {"name": namespace}}))?;
        let api: Api<k8s_openapi::api::core::v1::Namespace> = Api::all(client.clone());
        api.create(&PostParams::default(), &object).await?;
        grant(&client, namespace).await?;
    }
    let floor = floor(&client, releases).await?;
    println!("bare client: {releases} × {OBJECTS} objects in {:.1} s", floor.as_secs_f64());
    let mut controller = Controller::start(&plane)?;
    let before = Requests::read(&client).await?;
    let wall = create(&client, releases).await?;
    tokio::time::sleep(SETTLE).await;
    let ready = Requests::read(&client).await?;
    let (cpu, rss) = controller.usage()?;
    let made = ready.since(&before);
    tokio::time::sleep(IDLE).await;
    let idle = Requests::read(&client).await?.since(&ready).writes();
    controller.end()?;
    Ok(report(&Figures { releases, floor, wall, cpu, rss, made, idle }))
}

struct Figures {
    releases: usize,
    floor: Duration,
    wall: Duration,
    cpu: Duration,
    rss: u64,
    made: Requests,
    idle: u64,
}

#[expect(clippy::cast_precision_loss, reason = "counts of requests are small")]
fn report(figures: &Figures) -> ExitCode {
    let per = |count: u64| count as f64 / figures.releases as f64;
    println!("{:>10}  {:<18} {:<8} per release", "", "resource", "verb");
    for ((resource, verb, dry), count) in &figures.made.0 {
        let dry = if *dry { "dry run" } else { "" };
        println!("{dry:>10}  {resource:<18} {verb:<8} {:.2}", per(*count));
    }
    let writes = per(figures.made.writes());
    // The one chart blob that all share is not counted.
    let writes = writes - 1.0 / figures.releases as f64;
    let limit = (OBJECTS + 4) as f64;
    let ratio = figures.wall.as_secs_f64() / figures.floor.as_secs_f64();
    let cpu = figures.cpu.as_secs_f64() * 1000.0 / figures.releases as f64;
    println!("wall             {:.1} s, {ratio:.2} × the bare client", figures.wall.as_secs_f64());
    println!("controller CPU   {cpu:.2} ms per release");
    println!("controller RSS   {:.1} MiB at its peak", figures.rss as f64 / 1024.0);
    println!("requests         {:.2} per release", per(figures.made.all()));
    println!("writes           {writes:.2} per release (limit {limit})");
    println!("writes when idle {} in {} s (limit 0)", figures.idle, IDLE.as_secs());
    let json = json!({
        "releases": figures.releases, "objects": OBJECTS,
        "floorSeconds": figures.floor.as_secs_f64(), "wallSeconds": figures.wall.as_secs_f64(),
        "cpuMillisecondsPerRelease": cpu, "peakRssKiB": figures.rss,
        "requestsPerRelease": per(figures.made.all()), "writesPerRelease": writes,
        "idleWrites": figures.idle,
    });
    println!("{json}");
    let holds = writes <= limit + 1e-9 && figures.idle == 0;
    if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The same objects by a bare concurrent server-side-apply client.
async fn floor(client: &Client, releases: usize) -> anyhow::Result<Duration> {
    let mut applies = Vec::new();
    for number in 0..releases {
        let text = TEMPLATE.replace("{{ .Release.Name }}", &name(number));
        for document in text.split("---\n") {
            let values = pintle_helm_chart::read_values(document.as_bytes())?;
            let json = pintle_helm_chart::canonical_json(&values)?;
            let object: DynamicObject = serde_json::from_str(&json)?;
            let gvk = GroupVersionKind::try_from(&object.types.clone().unwrap_or_default())?;
            let resource = ApiResource::from_gvk(&gvk);
            let api: Api<DynamicObject> = Api::namespaced_with(client.clone(), "floor", &resource);
            applies.push(async move {
                let name = object.metadata.name.clone().unwrap_or_default();
                api.patch(&name, &PatchParams::apply("floor").force(), &Patch::Apply(&object)).await
            });
        }
    }
    let began = Instant::now();
    let mut results = futures::stream::iter(applies).buffer_unordered(IN_FLIGHT);
    while let Some(result) = results.next().await {
        result?;
    }
    Ok(began.elapsed())
}

fn name(number: usize) -> String {
    format!("app-{number:04}")
}

/// Creates all Releases at once, and waits until the last is Ready.
async fn create(client: &Client, releases: usize) -> anyhow::Result<Duration> {
    let archive = chart_archive("web", &[("templates/all.yaml", TEMPLATE)])?;
    let inline = serde_json::to_value(k8s_openapi::ByteString(archive))?;
    let spec: ReleaseSpec = serde_json::from_value(json!({"chart": {"inline": inline}}))?;
    let api: Api<Release> = Api::namespaced(client.clone(), "bench");
    let creates: Vec<_> = (0..releases)
        .map(|number| {
            let (api, release) = (api.clone(), Release::new(&name(number), spec.clone()));
            async move { api.create(&PostParams::default(), &release).await }
        })
        .collect();
    let began = Instant::now();
    let mut results = futures::stream::iter(creates).buffer_unordered(IN_FLIGHT);
    while let Some(result) = results.next().await {
        result?;
    }
    loop {
        let all = api.list(&ListParams::default()).await?;
        let ready = all.items.iter().filter(|it| is(it, "Ready", "True")).count();
        if ready == releases {
            return Ok(began.elapsed());
        }
        anyhow::ensure!(began.elapsed() < DEADLINE, "{ready} of {releases} are Ready");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// Requests that the controller makes, by resource and verb, out of the API server's own metrics.
struct Requests(BTreeMap<(String, String, bool), u64>);

impl Requests {
    async fn read(client: &Client) -> anyhow::Result<Self> {
        let request = http::Request::get("/metrics").body(Vec::new())?;
        let text = client.request_text(request).await?;
        let mut all: BTreeMap<(String, String, bool), u64> = BTreeMap::new();
        for line in text.lines().filter(|it| it.starts_with("apiserver_request_total{")) {
            let Some((labels, count)) = line.rsplit_once(' ') else { continue };
            let label = |name: &str| {
                let after = labels.split_once(&format!("{name}=\"")).map(|it| it.1);
                after.and_then(|it| it.split_once('"')).map(|it| it.0).unwrap_or_default()
            };
            let (resource, part, verb) = (label("resource"), label("subresource"), label("verb"));
            let dry = !label("dry_run").is_empty();
            if is_ours(resource, part, verb) {
                let name = if part.is_empty() {
                    resource.to_owned()
                } else {
                    format!("{resource}/{part}")
                };
                let count: f64 = count.parse()?;
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a count"
                )]
                let count = count as u64;
                *all.entry((name, verb.to_owned(), dry)).or_default() += count;
            }
        }
        Ok(Requests(all))
    }

    fn since(&self, before: &Requests) -> Requests {
        let of =
            |key| self.0.get(key).copied().unwrap_or(0) - before.0.get(key).copied().unwrap_or(0);
        Requests(self.0.keys().map(|key| (key.clone(), of(key))).filter(|it| it.1 > 0).collect())
    }

    fn all(&self) -> u64 {
        self.0.values().sum()
    }

    fn writes(&self) -> u64 {
        let reads = ["GET", "LIST", "WATCH"];
        let written =
            self.0.iter().filter(|((_, verb, dry), _)| !dry && !reads.contains(&verb.as_str()));
        written.map(|it| it.1).sum()
    }
}

/// What the plane's own controllers, its nodes and this program do is not counted: neither Events
/// nor leases, nor what only they write, nor the creation and listing of Releases.
fn is_ours(resource: &str, part: &str, verb: &str) -> bool {
    match (resource, part, verb) {
        (
            "events" | "leases" | "nodes" | "pods" | "replicasets" | "endpoints" | "endpointslices",
            ..,
        ) => false,
        ("releases", "", "POST" | "LIST" | "WATCH") => false,
        ("deployments" | "ingresses" | "services", "status", _) => false,
        // The plane's own controllers read all of these, and number the revisions of Deployments.
        ("deployments" | "services" | "serviceaccounts" | "ingresses", "", verb) => {
            !matches!((resource, verb), (_, "GET" | "LIST" | "WATCH") | ("deployments", "PUT"))
        }
        ("releases" | "releasehistories" | "secrets" | "configmaps", ..) => true,
        _ => false,
    }
}

/// The controller's process.
struct Controller(Child);

impl Controller {
    fn start(plane: &Plane) -> anyhow::Result<Self> {
        let own = std::env::current_exe()?;
        let program = own.with_file_name("testbed-controller");
        let mut command = Command::new(&program);
        command.arg(plane.kubeconfig_path()).arg("bench");
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().with_context(|| format!("start {}", program.display()))?;
        Ok(Controller(child))
    }

    /// CPU time so far, and the peak of resident memory in KiB.
    fn usage(&self) -> anyhow::Result<(Duration, u64)> {
        let proc = format!("/proc/{}", self.0.id());
        let stat = std::fs::read_to_string(format!("{proc}/stat"))?;
        let after = stat.rsplit_once(')').context("a malformed stat")?.1;
        let field =
            |at: usize| after.split_whitespace().nth(at).and_then(|it| it.parse::<u64>().ok());
        let ticks = field(11).unwrap_or(0) + field(12).unwrap_or(0);
        let status = std::fs::read_to_string(format!("{proc}/status"))?;
        let peak = status.lines().find_map(|it| it.strip_prefix("VmHWM:"));
        let peak = peak.and_then(|it| it.split_whitespace().next()?.parse().ok());
        // USER_HZ is 100 on every Linux that Rust runs on.
        Ok((Duration::from_millis(ticks * 10), peak.unwrap_or(0)))
    }

    fn end(&mut self) -> anyhow::Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Controller {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to end.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
