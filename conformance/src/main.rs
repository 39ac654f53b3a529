//! Runs conformance corpora.

fn main() {}
