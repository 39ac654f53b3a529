//! Stack that grows where templates recurse, so that depth ends in an error and never in a crash.

/// A level that finds less than this left gets more: well above what one level takes with all the
/// functions it may call.
const RED_ZONE: usize = 256 << 10;

/// How much is added at a time.
const SEGMENT: usize = 4 << 20;

/// Runs `inner` with at least [`RED_ZONE`] of stack.
pub(crate) fn grow<R>(inner: impl FnOnce() -> R) -> R {
    stacker::maybe_grow(RED_ZONE, SEGMENT, inner)
}
