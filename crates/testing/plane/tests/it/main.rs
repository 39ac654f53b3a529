//! The private control plane, looked at from outside: workloads, failures, and its own death.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests fail and print as tests do"
)]

mod failures;
mod storage;
mod support;
mod survival;
mod users;
mod workloads;
