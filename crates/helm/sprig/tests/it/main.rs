//! All functions against the answers that Helm 4.2.4 gave (conformance/data/sprig.json), and what
//! randomness, clock and limits are about.
#![cfg(test)]

mod answers;
mod generated;
mod limits;
mod support;
