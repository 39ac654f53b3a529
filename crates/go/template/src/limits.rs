//! What one execution may use: Go's limit, and this engine's own.

/// How deep `{{template}}` actions may nest; Go's `maxExecDepth` on 64-bit platforms.
pub const TEMPLATE_DEPTH_LIMIT: usize = 100_000;

/// How deep executions may nest in all, includes and `tpl` texts counted with template actions.
///
/// Helm refuses 1000 includes of one name; only many names that include each other get here, and
/// each level takes a few kilobytes of stack.
pub const DEPTH_LIMIT: usize = TEMPLATE_DEPTH_LIMIT + 1;

/// How many commands and loop turns one execution may take. The largest known chart takes less
/// than a million; this many take about two seconds.
pub const STEP_LIMIT: u64 = 100_000_000;

/// How many bytes one output or one included text may have; Kubernetes takes 1.5 MiB per object.
pub const OUTPUT_LIMIT: usize = 256 << 20;

/// Limits of one execution. The heap has its own, see [`Heap`](pintle_go_value::Heap).
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// See [`STEP_LIMIT`].
    pub steps: u64,
    /// See [`TEMPLATE_DEPTH_LIMIT`].
    pub template_depth: usize,
    /// See [`DEPTH_LIMIT`].
    pub depth: usize,
    /// See [`OUTPUT_LIMIT`].
    pub output: usize,
}

impl Limits {
    /// The limits that this module names.
    pub const STANDARD: Limits = Limits {
        steps: STEP_LIMIT,
        template_depth: TEMPLATE_DEPTH_LIMIT,
        depth: DEPTH_LIMIT,
        output: OUTPUT_LIMIT,
    };
}
