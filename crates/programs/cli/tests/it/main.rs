//! The command line, from the outside: help, trees, exit codes, and a whole life on a plane.

#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod charts;
mod codes;
mod demo;
mod flags;
mod helm;
mod help;
mod leave;
mod life;
mod processes;
mod support;
mod template;
mod trees;
