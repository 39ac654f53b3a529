//! Help is part of the interface: every text is a snapshot, and each command shows an example.

use crate::support::snapshot;

#[test]
fn the_program() {
    snapshot("help", &pintle_cli::help(&[]));
}

#[test]
fn every_command() {
    let names = pintle_cli::command_names();
    assert!(names.len() >= 18, "{names:?}");
    for name in names {
        let text = pintle_cli::help(&[&name]);
        assert!(text.contains("Example"), "{name} shows no example");
        snapshot(&format!("help-{name}"), &text);
    }
}

#[test]
fn exit_codes_are_told() {
    let help = pintle_cli::help(&[]);
    for (status, sentence) in pintle_cli::ExitStatus::ALL {
        let line = format!("  {:<3}  {sentence}", status.code());
        assert!(help.contains(&line), "{line:?} is not in the help");
    }
}
