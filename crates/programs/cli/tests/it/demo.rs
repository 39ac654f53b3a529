//! The demo, whole: what a newcomer runs first.

use crate::support::{command, home, run};

#[test]
fn the_tour_shows_every_step() {
    let ran = run(command().args(["demo", "--tour", "--once"]).env("HOME", home()));
    assert_eq!(ran.code, 0, "{}\n{}", ran.stdout, ran.stderr);
    for part in [
        "the whole shop is Running",
        "the cause in words: Deployment/shop-api: ",
        "registry.example/shop/api:missing",
        "there is no version 3",
        "it was back after ",
        "nothing is left",
    ] {
        assert!(ran.stderr.contains(part), "no {part:?} in\n{}", ran.stderr);
    }
    // Not a terminal: plain text.
    assert!(!ran.stderr.contains('\x1b') && !ran.stdout.contains('\x1b'));
    assert!(
        ran.stdout.contains("├─ network") && ran.stdout.contains("8Gi bound"),
        "{}",
        ran.stdout
    );
}
