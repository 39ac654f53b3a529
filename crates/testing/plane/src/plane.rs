//! A running control plane, as those who use it see it.

use crate::binaries::{check, ensure_binaries};
use crate::boot::{ADMIN, Booted, boot};
use crate::embedded::KUBECTL;
use crate::error::Error;
use crate::kubeconfig::kubeconfig;
use crate::options::Options;
use crate::processes::Processes;
use crate::workdir::{Workdir, sweep};
use kube::config::{KubeConfigOptions, Kubeconfig};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tokio::sync::OnceCell;

/// How often a start is tried when another process takes a chosen port first.
const START_TRIES: usize = 3;

/// What kubectl wrote.
#[derive(Debug, Clone)]
pub struct KubectlOutput {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
    /// Whether its exit status was 0.
    pub success: bool,
}

/// A running control plane; dropping it ends every process and removes its directory.
///
/// It belongs to no async runtime: it can be shared by tests that each have their own.
#[derive(Debug)]
#[must_use]
pub struct Plane {
    // Declared first, so dropped first: the directory goes when nothing writes to it any more.
    processes: Processes,
    workdir: Workdir,
    binaries: PathBuf,
    url: String,
    authority: String,
    users: Vec<(String, String)>,
    kubeconfig: PathBuf,
    boot_time: Duration,
}

impl Plane {
    /// Starts a plane and waits until it is ready: about 3 s, or minutes when the binaries have to
    /// be built first.
    ///
    /// # Errors
    /// When the binaries can't be had, or something does not become ready in time; the error shows
    /// the end of the log of the component at fault.
    pub async fn start(options: Options) -> Result<Self, Error> {
        sweep();
        let progress = options.progress.clone();
        let binaries = match options.binaries.clone() {
            Some(folder) => check(&folder).map(|()| folder)?,
            None => tokio::task::spawn_blocking(move || ensure_binaries(&progress))
                .await
                .map_err(|error| Error::Shared(error.to_string()))??,
        };
        let mut tries = 1;
        loop {
            match Self::try_start(&options, binaries.clone()).await {
                Err(error) if error.is_port_taken() && tries < START_TRIES => tries += 1,
                result => return result,
            }
        }
    }

    async fn try_start(options: &Options, binaries: PathBuf) -> Result<Self, Error> {
        let start = Instant::now();
        options.progress.say("starting the control plane");
        let workdir = Workdir::new()?;
        let Booted { processes, url, authority, users, kubeconfig } =
            boot(options, &workdir, &binaries).await?;
        let boot_time = start.elapsed();
        options.progress.say(&format!("the control plane is ready after {boot_time:.1?}"));
        Ok(Self { processes, workdir, binaries, url, authority, users, kubeconfig, boot_time })
    }

    /// The plane that all tests of this process share; the first call starts it, and it ends with
    /// the process. It knows the users `admin`, `alice` and `bob`, the latter two without rights.
    ///
    /// # Errors
    /// When it did not start. It is not tried again: the next test would wait as long in vain.
    pub async fn shared() -> Result<&'static Self, Error> {
        static SHARED: OnceCell<Result<Plane, String>> = OnceCell::const_new();
        let start = || async {
            let options = Options::default().user("alice", &[]).user("bob", &[]);
            Self::start(options).await.map_err(|error| error.to_string())
        };
        SHARED.get_or_init(start).await.as_ref().map_err(|error| Error::Shared(error.clone()))
    }

    /// `https://127.0.0.1:PORT`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The certificate of the authority that signed the API server's, as PEM.
    #[must_use]
    pub fn authority_pem(&self) -> &str {
        &self.authority
    }

    /// The bearer token of the user `admin`, who may do everything.
    #[must_use]
    pub fn token(&self) -> &str {
        self.users.first().map_or("", |(_, token)| token)
    }

    /// The bearer token of a user that the plane was started with.
    ///
    /// # Errors
    /// When it was started without.
    pub fn token_of(&self, user: &str) -> Result<&str, Error> {
        let found = self.users.iter().find(|(name, _)| name == user);
        found.map(|(_, token)| token.as_str()).ok_or_else(|| Error::UnknownUser {
            name: user.to_owned(),
            known: self.users.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", "),
        })
    }

    /// The kubeconfig file of `admin`.
    #[must_use]
    pub fn kubeconfig_path(&self) -> &Path {
        &self.kubeconfig
    }

    /// The text of a kubeconfig for a user, reaching the server by its own URL or, where tests put
    /// a proxy in between, by `url`.
    ///
    /// # Errors
    /// When the plane was started without that user.
    pub fn kubeconfig_of(&self, user: &str, url: Option<&str>) -> Result<String, Error> {
        let token = self.token_of(user)?;
        Ok(kubeconfig(url.unwrap_or(&self.url), &self.authority, user, token))
    }

    /// How `admin` reaches the plane with a client of `kube`.
    ///
    /// # Errors
    /// Never in practice: the kubeconfig is our own.
    pub async fn client_config(&self) -> Result<kube::Config, Error> {
        self.client_config_of(ADMIN).await
    }

    /// How a user reaches the plane with a client of `kube`.
    ///
    /// # Errors
    /// When the plane was started without that user.
    pub async fn client_config_of(&self, user: &str) -> Result<kube::Config, Error> {
        let failed = |error| Error::Api {
            what: "reading the plane's kubeconfig".to_owned(),
            source: Box::new(kube::Error::InferKubeconfig(error)),
        };
        let config = Kubeconfig::from_yaml(&self.kubeconfig_of(user, None)?).map_err(failed)?;
        let options = KubeConfigOptions::default();
        kube::Config::from_custom_kubeconfig(config, &options).await.map_err(failed)
    }

    /// A client of `admin`. It belongs to the async runtime that calls this.
    ///
    /// # Errors
    /// When the client can't be made.
    pub async fn client(&self) -> Result<kube::Client, Error> {
        let failed =
            |source| Error::Api { what: "making a client".to_owned(), source: Box::new(source) };
        kube::Client::try_from(self.client_config().await?).map_err(failed)
    }

    /// kubectl, as `admin` of this plane and untouched by the user's own settings.
    #[must_use]
    pub fn kubectl_command(&self) -> Command {
        let mut command = Command::new(self.binaries.join(KUBECTL));
        command
            .env("KUBECONFIG", &self.kubeconfig)
            // kubectl caches discovery by host and port, which the next plane may have as well.
            .env("KUBECACHEDIR", self.workdir.path().join("kubectl"))
            .env("KUBERC", "off");
        command
    }

    /// Runs kubectl and waits for it, whatever it says.
    ///
    /// # Errors
    /// When it can't be run.
    pub fn kubectl_raw<I, S>(&self, arguments: I) -> Result<KubectlOutput, Error>
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let mut command = self.kubectl_command();
        command.args(arguments).stdin(Stdio::null());
        let output = command.output().map_err(Error::io(&self.binaries.join(KUBECTL)))?;
        Ok(KubectlOutput {
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
            success: output.status.success(),
        })
    }

    /// Runs kubectl and returns what it printed.
    ///
    /// # Errors
    /// When it can't be run or its exit status is not 0.
    pub fn kubectl(&self, arguments: &[&str]) -> Result<String, Error> {
        let output = self.kubectl_raw(arguments)?;
        if output.success {
            return Ok(output.stdout);
        }
        Err(Error::Kubectl { arguments: arguments.join(" "), stderr: output.stderr })
    }

    /// The folder of kubectl and the components, to put on a `PATH`.
    #[must_use]
    pub fn binaries(&self) -> &Path {
        &self.binaries
    }

    /// The plane's own directory: kubeconfig, certificates, logs.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.workdir.path()
    }

    /// The end of a component's log.
    #[must_use]
    pub fn log_tail(&self, component: &str) -> String {
        self.processes.log_tail(component)
    }

    /// Names and process ids of the components.
    #[must_use]
    pub fn pids(&self) -> Vec<(&'static str, u32)> {
        self.processes.pids()
    }

    /// How long the boot took, without finding or building the binaries.
    #[must_use]
    pub fn boot_time(&self) -> Duration {
        self.boot_time
    }

    /// Fails if a component has ended.
    ///
    /// # Errors
    /// Names the component and shows the end of its log.
    pub fn check(&self) -> Result<(), Error> {
        self.processes.check()
    }

    /// Ends every process, waits until they are gone, and removes the directory.
    pub fn stop(self) {
        drop(self);
    }
}
