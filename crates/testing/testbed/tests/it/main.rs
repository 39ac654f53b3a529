//! Releases on the real plane.

mod life;
