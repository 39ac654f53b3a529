//! What one execution may use: Go's limit, and this engine's own.

/// How deep `{{template}}` actions may nest; Go's `maxExecDepth` on 64-bit platforms.
pub const TEMPLATE_DEPTH_LIMIT: usize = 100_000;

/// How deep executions may nest in all, includes and `tpl` texts counted with template actions.
///
/// Helm refuses 1000 includes of one name; only many names that include each other get here, and
/// each level takes a few kilobytes of stack.
pub const DEPTH_LIMIT: usize = TEMPLATE_DEPTH_LIMIT + 1;

/// How many commands and loop turns one execution may take, work of functions included. The largest
/// known chart takes less than a million; this many take about two seconds.
pub const STEP_LIMIT: u64 = 100_000_000;

/// What a call of a function that is no builtin counts beside its command. Calls cost very
/// differently; the bombs of `testing/fuzzing` hold the slow ones to their bound.
pub const CALL_STEPS: u64 = 30;

/// What a call of a builtin counts beside its command.
pub const BUILTIN_STEPS: u64 = 6;

/// Texts from this length on count as work for the function that is given them, since it may read
/// them from end to end and make nothing of it. Shorter ones are covered by the call.
pub const LONG_TEXT: usize = 64 << 10;

/// How many bytes of a long text are one step. Hashing takes less, changing the case of letters takes
/// more.
pub const BYTES_PER_STEP: usize = 2;

/// How long a text that is given to a function may be: what functions make of one, before it is
/// counted, is up to ten times as long.
pub const ARGUMENT_LIMIT: usize = 64 << 20;

/// How many bytes of a text given to `tpl` are parsed in one step.
pub(crate) const PARSED_BYTES_PER_STEP: usize = 2;

/// How many bytes one output or one included text may have; Kubernetes takes 1.5 MiB per object, and
/// Helm a megabyte per release, packed.
pub const OUTPUT_LIMIT: usize = 64 << 20;

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
