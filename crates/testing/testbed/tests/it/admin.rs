//! The admin port of a controller at work.

use pintle_testing_testbed::Bed;
use serde_json::json;

use crate::web;

/// The value of a metric without labels.
fn value(metrics: &str, name: &str) -> Option<f64> {
    metrics.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

#[tokio::test]
async fn what_the_controller_does_can_be_read() {
    let bed = Bed::new("admin").await.unwrap();
    bed.apply("app", &web::chart(), json!({})).await.unwrap();
    bed.ready("app").await.unwrap();
    for path in ["/healthz", "/readyz"] {
        let answer = bed.admin(path).await.unwrap();
        assert!(answer.starts_with("HTTP/1.0 200") && answer.ends_with("ok\n"), "{path}: {answer}");
    }
    // Other tests have releases too, so that no number is known but for being there.
    let metrics = bed.admin("/metrics").await.unwrap();
    assert!(metrics.contains("application/openmetrics-text"), "{metrics}");
    for name in [
        "pintle_versions_total",
        "pintle_status_writes_total",
        "pintle_releases",
        "pintle_watches",
        "pintle_objects",
        "pintle_watch_events_total",
        "pintle_watch_lists_total",
        "pintle_watch_triggers_total",
        "pintle_reconcile_duration_seconds_count",
    ] {
        assert!(value(&metrics, name).is_some_and(|it| it >= 1.0), "{name}:\n{metrics}");
    }
    assert!(value(&metrics, "pintle_watch_errors_total").is_some(), "{metrics}");
    assert!(metrics.contains("pintle_reconciles_total{outcome=\"Done\"} "), "{metrics}");
    assert!(!metrics.contains(&bed.namespace), "no label names a release:\n{metrics}");
}
