//! Commands that stay in the foreground: started as a user starts them, used, and told to end.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::{command, example, home, run};

/// How long anything here may take: a whole control plane starts, perhaps beside other tests.
const DEADLINE: Duration = Duration::from_secs(120);

/// A process, what it logs, and its end at the latest with the test.
struct Process {
    child: Child,
    log: tempfile::NamedTempFile,
}

impl Process {
    fn start(command: &mut Command) -> Self {
        let log = tempfile::NamedTempFile::new().unwrap();
        let child = command.stdout(Stdio::piped()).stderr(log.reopen().unwrap()).spawn().unwrap();
        Process { child, log }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap()
    }

    /// The first line of its standard output.
    fn first_line(&mut self) -> String {
        let stdout = self.child.stdout.take().unwrap();
        let (read, line) = std::sync::mpsc::channel();
        std::thread::spawn(move || {
            let mut text = String::new();
            // Nobody may wait for it any more.
            let _ = BufReader::new(stdout).read_line(&mut text).map(|_| read.send(text));
        });
        let line = line.recv_timeout(DEADLINE).unwrap_or_default();
        assert!(!line.is_empty(), "no line within {DEADLINE:?}:\n{}", self.log());
        line.trim_end().to_owned()
    }

    /// Sends a signal, and gives the exit code.
    fn end(&mut self, signal: &str) -> Option<i32> {
        run(Command::new("kill").args([signal, &self.child.id().to_string()])).ok();
        let mut code = None;
        until("ended", || {
            code = self.child.try_wait().unwrap();
            code.is_some().then_some(()).ok_or_else(|| self.log())
        });
        code.and_then(|it| it.code())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended long ago.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for a condition; the error is shown at the deadline.
#[track_caller]
fn until(what: &str, mut holds: impl FnMut() -> Result<(), String>) {
    let deadline = Instant::now() + DEADLINE;
    while let Err(state) = holds() {
        assert!(Instant::now() < deadline, "not {what} within {DEADLINE:?}:\n{state}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// Where the API server of a kubeconfig listens.
fn address_in(kubeconfig: &str) -> SocketAddr {
    let line = kubeconfig.lines().find(|it| it.contains("server:")).unwrap();
    let address = line.split("//").nth(1).unwrap();
    address.trim_matches(['"', '\'', ' ', '}', ',']).parse().unwrap()
}

fn http_get(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address)?;
    write!(stream, "GET {path} HTTP/1.0\r\n\r\n")?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}

#[test]
fn a_plane_and_a_controller_serve_until_they_are_told_to_end() {
    let arguments = ["plane", "--install", "--nodes", "1"];
    let mut plane = Process::start(command().args(arguments).env("HOME", home()));
    let kubeconfig = plane.first_line();
    let pintle = |arguments: &[&str]| {
        run(command().args(arguments).args(["-n", "default"]).env("KUBECONFIG", &kubeconfig))
    };

    // A port that is free now; the system hands out others first.
    let listen = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let arguments = ["controller", "--log-format", "json", "--listen", &listen.to_string()];
    let mut controller = Process::start(command().args(arguments).env("KUBECONFIG", &kubeconfig));
    until("ready", || match http_get(listen, "/readyz") {
        Ok(answer) if answer.starts_with("HTTP/1.0 200") => Ok(()),
        other => Err(format!("{other:?}\n{}", controller.log())),
    });
    pintle(&["apply", "web", &example("stateless"), "--wait", "--timeout", "2m"]).ok();
    let retried = pintle(&["retry", "web", "--wait", "--timeout", "1m"]);
    assert!(retried.stderr.contains("release web is looked at now"), "{}", retried.stderr);
    assert!(retried.ok().contains("Running"));
    let metrics = http_get(listen, "/metrics").unwrap();
    assert!(metrics.contains("pintle_"), "{metrics}");

    // What a kubelet sends, and what Ctrl-C sends.
    assert_eq!(controller.end("-TERM"), Some(0), "{}", controller.log());
    let log = controller.log();
    assert!(!log.is_empty(), "it logs nothing");
    for line in log.lines() {
        let line: Result<serde_json::Value, _> = serde_json::from_str(line);
        assert!(line.is_ok(), "not JSON: {log}");
    }
    let server = address_in(&std::fs::read_to_string(&kubeconfig).unwrap());
    assert!(TcpStream::connect(server).is_ok(), "it outlives the controller");
    assert_eq!(plane.end("-INT"), Some(0), "{}", plane.log());
    assert!(!Path::new(&kubeconfig).exists(), "{kubeconfig} is left behind");
    assert!(TcpStream::connect(server).is_err(), "the API server is still there");
}
