//! The command line, from the outside: help, trees, exit codes, and a whole life on a plane.

mod charts;
mod codes;
mod demo;
mod help;
mod life;
mod support;
mod trees;
