//! The observer on the real control plane.

mod drift;
mod evidence;
mod kinds;
mod others;
mod support;
