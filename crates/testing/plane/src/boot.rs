//! The order in which a plane comes up, and what "ready" means at each step.

use crate::certificates::Certificates;
use crate::embedded::{SERVER, TOOLS};
use crate::error::Error;
use crate::kubeconfig::kubeconfig;
use crate::options::Options;
use crate::processes::Processes;
use crate::workdir::Workdir;
use crate::{seed, stages};
use k8s_openapi::api::core::v1::{Node, ServiceAccount};
use kube::api::{Api, ListParams};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The name of the user who may do everything.
pub(crate) const ADMIN: &str = "admin";
/// How long the whole boot may take: it is 3 s alone on two cores, and CI may be ten times busier.
const BOOT_DEADLINE: Duration = Duration::from_secs(120);
const POLL: Duration = Duration::from_millis(30);

/// What a finished boot hands to the plane.
pub(crate) struct Booted {
    pub(crate) processes: Processes,
    pub(crate) url: String,
    pub(crate) authority: String,
    pub(crate) users: Vec<(String, String)>,
    pub(crate) kubeconfig: PathBuf,
}

/// One boot under way.
struct Boot<'a> {
    options: &'a Options,
    workdir: &'a Workdir,
    binaries: &'a Path,
    processes: Processes,
    certificates: Certificates,
    deadline: Instant,
}

/// Brings everything up in `workdir` and waits until it is ready.
pub(crate) async fn boot(
    options: &Options,
    workdir: &Workdir,
    binaries: &Path,
) -> Result<Booted, Error> {
    let boot = Boot {
        options,
        workdir,
        binaries,
        processes: Processes::new(workdir.path())?,
        certificates: Certificates::new()?,
        deadline: Instant::now() + BOOT_DEADLINE,
    };
    let etcd = boot.etcd().await?;
    let url = boot.apiserver(&etcd)?;
    let users = boot.users();
    let authority = &boot.certificates.authority;
    let config = kubeconfig(&url, authority, ADMIN, &boot.certificates.token(ADMIN));
    let kubeconfig = workdir.write("kubeconfig", &config)?;
    let client = client(&config).await?;
    boot.wait_for_apiserver(&client).await?;
    boot.controllers(&kubeconfig)?;
    seed::seed(&client, options.nodes).await?;
    boot.wait_for_nodes(&client).await?;
    boot.wait_for_account(&client).await?;
    boot.processes.check()?;
    let authority = authority.clone();
    Ok(Booted { processes: boot.processes, url, authority, users, kubeconfig })
}

/// A client of the plane that a kubeconfig describes.
async fn client(config: &str) -> Result<kube::Client, Error> {
    let failed = |source| Error::Api { what: "making a client".to_owned(), source };
    let config = kube::config::Kubeconfig::from_yaml(config)
        .map_err(|error| failed(Box::new(kube::Error::InferKubeconfig(error))))?;
    let options = kube::config::KubeConfigOptions::default();
    let config = kube::Config::from_custom_kubeconfig(config, &options)
        .await
        .map_err(|error| failed(Box::new(kube::Error::InferKubeconfig(error))))?;
    kube::Client::try_from(config).map_err(|error| failed(Box::new(error)))
}

/// A port that was free a moment ago. Another process may take it before its component does; the
/// component then ends and the plane is started anew.
fn free_port() -> Result<u16, Error> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .and_then(|listener| listener.local_addr())
        .map(|address| address.port())
        .map_err(Error::io(Path::new("127.0.0.1:0")))
}

fn flags<const N: usize>(list: [String; N]) -> Vec<String> {
    list.into()
}

impl Boot<'_> {
    fn users(&self) -> Vec<(String, String)> {
        let names = self.options.users.iter().map(|(name, _)| name.as_str());
        std::iter::once(ADMIN)
            .chain(names)
            .map(|name| (name.to_owned(), self.certificates.token(name)))
            .collect()
    }

    /// Starts etcd and waits until it takes connections; the API server gives up on one that doesn't.
    async fn etcd(&self) -> Result<String, Error> {
        let port = free_port()?;
        let url = format!("http://127.0.0.1:{port}");
        // A single member never talks to a peer: any port will do, and none has to be chosen.
        let peer = "http://127.0.0.1:0";
        let flags = flags([
            format!("--data-dir={}", self.workdir.path().join("etcd").display()),
            format!("--listen-client-urls={url}"),
            format!("--advertise-client-urls={url}"),
            format!("--listen-peer-urls={peer}"),
            format!("--initial-advertise-peer-urls={peer}"),
            format!("--initial-cluster=default={peer}"),
            // The data is thrown away with the plane.
            "--unsafe-no-fsync".to_owned(),
            "--quota-backend-bytes=4294967296".to_owned(),
            "--log-level=error".to_owned(),
        ]);
        self.processes.spawn(&self.binaries.join(SERVER), "etcd", &flags)?;
        self.wait("etcd", "etcd", async || {
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).map(drop).map_err(|e| e.to_string())
        })
        .await?;
        Ok(url)
    }

    /// Starts kube-apiserver and returns its URL.
    fn apiserver(&self, etcd: &str) -> Result<String, Error> {
        let port = free_port()?;
        let (workdir, certificates) = (self.workdir, &self.certificates);
        workdir.write("ca.pem", &certificates.authority)?;
        let tokens = self.tokens();
        let file = |name: &str, text: &str| {
            workdir.write(name, text).map(|path| path.display().to_string())
        };
        let mut flags = flags([
            format!("--etcd-servers={etcd}"),
            "--bind-address=127.0.0.1".to_owned(),
            format!("--secure-port={port}"),
            // An address for documentation: the server refuses to advertise loopback, and may
            // find no other on a machine without network. Nothing connects to it.
            "--advertise-address=192.0.2.1".to_owned(),
            "--endpoint-reconciler-type=none".to_owned(),
            format!("--tls-cert-file={}", file("apiserver.pem", &certificates.server)?),
            format!("--tls-private-key-file={}", file("apiserver.key", &certificates.server_key)?),
            format!("--token-auth-file={}", file("tokens.csv", &tokens)?),
            "--authorization-mode=RBAC".to_owned(),
            "--service-account-issuer=https://kubernetes.default.svc".to_owned(),
            format!("--service-account-key-file={}", file("sa.pub", &certificates.account_public)?),
            format!(
                "--service-account-signing-key-file={}",
                file("sa.key", &certificates.account_key)?
            ),
            "--service-cluster-ip-range=10.0.0.0/16".to_owned(),
            // Pods are simulated: they need no token, and no account that they name is waited for.
            "--disable-admission-plugins=ServiceAccount".to_owned(),
            "--allow-privileged".to_owned(),
            "--max-requests-inflight=2000".to_owned(),
            "--max-mutating-requests-inflight=1000".to_owned(),
            "--profiling=false".to_owned(),
        ]);
        flags.extend(self.options.apiserver_flags.iter().cloned());
        self.processes.spawn(&self.binaries.join(SERVER), "kube-apiserver", &flags)?;
        Ok(format!("https://127.0.0.1:{port}"))
    }

    /// The token file: `token,user,uid,"group,group"`.
    fn tokens(&self) -> String {
        let line = |name: &str, groups: &str| {
            format!("{},{name},{name},\"{groups}\"\n", self.certificates.token(name))
        };
        let mut text = line(ADMIN, "system:masters");
        for (name, groups) in &self.options.users {
            text.push_str(&line(name, &groups.join(",")));
        }
        text
    }

    /// Starts all that works through the API server.
    fn controllers(&self, kubeconfig: &Path) -> Result<(), Error> {
        let workdir = self.workdir.path();
        let (server, tools) = (self.binaries.join(SERVER), self.binaries.join(TOOLS));
        let kubeconfig = format!("--kubeconfig={}", kubeconfig.display());
        let manager = flags([
            kubeconfig.clone(),
            format!("--service-account-private-key-file={}", workdir.join("sa.key").display()),
            format!("--root-ca-file={}", workdir.join("ca.pem").display()),
            "--leader-elect=false".to_owned(),
            // The default listens on all addresses, where two planes would collide.
            "--secure-port=0".to_owned(),
            "--kube-api-qps=500".to_owned(),
            "--kube-api-burst=1000".to_owned(),
        ]);
        let scheduler = flags([
            kubeconfig.clone(),
            "--leader-elect=false".to_owned(),
            "--secure-port=0".to_owned(),
            "--kube-api-qps=500".to_owned(),
            "--kube-api-burst=1000".to_owned(),
        ]);
        let stages = self.workdir.write("stages.yaml", &stages::compose())?;
        let kwok = flags([
            kubeconfig.clone(),
            format!("--config={}", stages.display()),
            "--manage-all-nodes=true".to_owned(),
            "--cidr=10.1.0.0/16".to_owned(),
            "--node-ip=127.0.0.1".to_owned(),
            "--node-lease-duration-seconds=40".to_owned(),
        ]);
        self.processes.spawn(&server, "kube-controller-manager", &manager)?;
        self.processes.spawn(&tools, "kwok", &kwok)?;
        self.processes.spawn(&server, "kube-scheduler", &scheduler)?;
        self.processes.spawn(&tools, "provisioner", &[kubeconfig])
    }

    async fn wait_for_apiserver(&self, client: &kube::Client) -> Result<(), Error> {
        self.wait("the API server", "kube-apiserver", async || {
            let request = http::Request::get("/readyz").body(Vec::new());
            let request = request.map_err(|error| error.to_string())?;
            client.request_text(request).await.map(drop).map_err(|error| error.to_string())
        })
        .await
    }

    /// All nodes are Ready, and rid of the taint that every new node has.
    async fn wait_for_nodes(&self, client: &kube::Client) -> Result<(), Error> {
        let api: Api<Node> = Api::all(client.clone());
        self.wait("every node", "kwok", async || {
            let nodes = api.list(&ListParams::default()).await.map_err(|e| e.to_string())?;
            let ready = nodes.iter().filter(|node| is_usable(node)).count();
            if ready == self.options.nodes { Ok(()) } else { Err(format!("{ready} are Ready")) }
        })
        .await
    }

    /// The controller manager works: the namespace `default` has its account.
    async fn wait_for_account(&self, client: &kube::Client) -> Result<(), Error> {
        let api: Api<ServiceAccount> = Api::namespaced(client.clone(), "default");
        self.wait("the default service account", "kube-controller-manager", async || {
            api.get("default").await.map(drop).map_err(|error| error.to_string())
        })
        .await
    }

    /// Tries until it works, a component ends, or the time is up.
    async fn wait(
        &self,
        what: &'static str,
        component: &'static str,
        mut attempt: impl AsyncFnMut() -> Result<(), String>,
    ) -> Result<(), Error> {
        loop {
            let Err(seen) = attempt().await else { return Ok(()) };
            self.processes.check()?;
            if Instant::now() >= self.deadline {
                let log = self.processes.log_tail(component);
                return Err(Error::Deadline { what, after: BOOT_DEADLINE, seen, component, log });
            }
            tokio::time::sleep(POLL).await;
        }
    }
}

fn is_usable(node: &Node) -> bool {
    let conditions = node.status.as_ref().and_then(|status| status.conditions.as_ref());
    let ready = conditions
        .into_iter()
        .flatten()
        .any(|condition| condition.type_ == "Ready" && condition.status == "True");
    let taints = node.spec.as_ref().and_then(|spec| spec.taints.as_ref());
    ready && taints.is_none_or(Vec::is_empty)
}
