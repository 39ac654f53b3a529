//! A namespace per test on the shared plane, and waits for conditions.

use pintle_testing_plane::Plane;
use serde_json::Value;
use std::io::Write;
use std::process::Stdio;
use std::sync::Once;
use std::time::{Duration, Instant};

/// Generous: a loaded machine is slow, and a condition that holds ends the wait at once.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// A namespace of its own for each test.
pub(crate) struct Space {
    pub(crate) plane: &'static Plane,
    pub(crate) name: &'static str,
}

pub(crate) async fn space(name: &'static str) -> Space {
    static BOOT: Once = Once::new();
    let plane = Plane::shared().await.expect("the plane starts");
    BOOT.call_once(|| println!("boot time: {:.2?}", plane.boot_time()));
    plane.kubectl(&["create", "namespace", name]).expect("the namespace is new");
    Space { plane, name }
}

impl Space {
    /// Applies YAML.
    pub(crate) fn apply(&self, yaml: &str) {
        let mut child = self
            .plane
            .kubectl_command()
            .args(["-n", self.name, "apply", "-f", "-"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(yaml.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "kubectl apply");
    }

    /// Runs kubectl in the namespace.
    pub(crate) fn kubectl(&self, arguments: &[&str]) -> String {
        self.plane.kubectl(&[&["-n", self.name], arguments].concat()).unwrap()
    }

    /// The objects of a kind.
    pub(crate) fn list(&self, kind: &str) -> Vec<Value> {
        let text = self.kubectl(&["get", kind, "-o", "json"]);
        let list: Value = serde_json::from_str(&text).unwrap();
        list["items"].as_array().unwrap().clone()
    }

    /// One object.
    pub(crate) fn get(&self, kind: &str, name: &str) -> Value {
        let text = self.kubectl(&["get", kind, name, "-o", "json", "--ignore-not-found"]);
        if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() }
    }

    /// Waits until `holds` says so of the objects of a kind, and returns them.
    pub(crate) fn until(&self, kind: &str, holds: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        wait(kind, || {
            let objects = self.list(kind);
            if holds(&objects) { Ok(objects) } else { Err(format!("{objects:#?}")) }
        })
    }
}

/// Tries until it works; panics with the last answer when the time is up.
pub(crate) fn wait<T>(what: &str, mut attempt: impl FnMut() -> Result<T, String>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        match attempt() {
            Ok(value) => return value,
            Err(seen) if Instant::now() >= deadline => panic!("{what}: last seen {seen}"),
            Err(_) => std::thread::sleep(Duration::from_millis(100)),
        }
    }
}

/// The status of a pod's condition, or "".
pub(crate) fn condition<'a>(object: &'a Value, name: &str) -> &'a Value {
    let conditions = object["status"]["conditions"].as_array();
    conditions
        .into_iter()
        .flatten()
        .find(|condition| condition["type"] == name)
        .unwrap_or(&Value::Null)
}
