//! No process and no directory outlives its plane, however its owner ends.

use crate::support::{DEADLINE, wait};
use pintle_testing_plane::{Error, Options, Plane, Progress, ensure_binaries};
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Set for the child process that shall hold a plane until it is killed.
const HOLD: &str = "PINTLE_TEST_HOLD_A_PLANE";
/// Set for the child process that shall look for the binaries.
const LOOK: &str = "PINTLE_TEST_LOOK_FOR_BINARIES";

/// Whether the process runs. One that has ended but that nobody has waited for does not: where the
/// first process of a container does not reap orphans, they stay in the table.
fn is_alive(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    if status.lines().any(|line| line.starts_with("State:") && line.contains('Z')) {
        return false;
    }
    let pid = rustix::process::Pid::from_raw(pid.cast_signed()).unwrap();
    rustix::process::test_kill_process(pid).is_ok()
}

fn wait_for_end(pids: &[u32]) -> Duration {
    let start = Instant::now();
    wait("every component ends", || {
        let left: Vec<_> = pids.iter().copied().filter(|&pid| is_alive(pid)).collect();
        if left.is_empty() { Ok(()) } else { Err(format!("{left:?}")) }
    });
    start.elapsed()
}

/// Does nothing in an ordinary run: it is what [`nothing_survives_a_kill`] runs in a child process.
#[tokio::test(flavor = "multi_thread")]
async fn holds_a_plane_when_told() {
    if std::env::var_os(HOLD).is_none() {
        return;
    }
    let plane = Plane::start(Options::default().nodes(1)).await.unwrap();
    let pids: Vec<_> = plane.pids().iter().map(|(_, pid)| pid.to_string()).collect();
    println!("\nholding {} in {}", pids.join(","), plane.directory().display());
    tokio::time::sleep(DEADLINE * 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_survives_a_kill() {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "survival::holds_a_plane_when_told", "--nocapture"])
        .env(HOLD, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.find_map(|line| line.strip_prefix("holding ").map(str::to_owned)).unwrap();
    let (pids, directory) = line.split_once(" in ").unwrap();
    let pids: Vec<u32> = pids.split(',').map(|pid| pid.parse().unwrap()).collect();
    let directory = PathBuf::from(directory);
    assert_eq!(pids.len(), 6, "etcd, API server, controller manager, scheduler, kwok, provisioner");
    assert!(pids.iter().all(|&pid| is_alive(pid)));

    child.kill().unwrap();
    child.wait().unwrap();
    let took = wait_for_end(&pids);
    println!("all {} components ended {took:.1?} after SIGKILL of their owner", pids.len());

    // The next start sweeps what the killed one left.
    assert!(directory.is_dir());
    let next = Plane::start(Options::default().nodes(1)).await.unwrap();
    assert!(!directory.exists());
    next.check().unwrap();

    // An orderly stop leaves nothing either, and does not return before all have ended.
    let pids: Vec<u32> = next.pids().iter().map(|(_, pid)| *pid).collect();
    let directory = next.directory().to_owned();
    next.stop();
    assert!(!pids.iter().any(|&pid| is_alive(pid)));
    assert!(!directory.exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_fails_is_named_with_its_log() {
    let options = Options::default().apiserver_flag("--no-such-flag");
    let error = Plane::start(options).await.unwrap_err();
    assert!(matches!(error, Error::Ended { component: "kube-apiserver", .. }), "{error}");
    assert!(error.to_string().contains("unknown flag: --no-such-flag"), "{error}");
}

/// Does nothing in an ordinary run: it is what [`without_go_the_error_says_what_to_install`] runs.
#[test]
fn looks_for_binaries_when_told() {
    if std::env::var_os(LOOK).is_some() {
        let error = ensure_binaries(&Progress::default()).unwrap_err();
        println!("\nerror: {error}");
    }
}

#[test]
fn without_go_the_error_says_what_to_install() {
    let empty = std::env::temp_dir().join(format!("pintle-no-go-{}", std::process::id()));
    std::fs::create_dir_all(&empty).unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "survival::looks_for_binaries_when_told", "--nocapture"])
        .env(LOOK, "1")
        .env("PATH", &empty)
        .env("XDG_CACHE_HOME", &empty)
        .env_remove("PINTLE_CONTROL_PLANE")
        .output()
        .unwrap();
    std::fs::remove_dir_all(&empty).unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let error = text.lines().find(|line| line.starts_with("error: ")).unwrap_or(&text);
    assert!(error.contains("install Go 1.26 or newer"), "{error}");
    assert!(error.contains("PINTLE_CONTROL_PLANE"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_folder_is_refused() {
    let folder = std::env::temp_dir();
    let error = Plane::start(Options::default().binaries(&folder)).await.unwrap_err();
    assert!(error.to_string().contains("plane-server is not in"), "{error}");
}
