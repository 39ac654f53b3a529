//! What the exit code says.

use std::process::ExitCode;

/// How the program ended. Scripts may rely on these numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitStatus {
    /// Done.
    Success,
    /// The command failed: refused by the API server, a chart that is none, no such release.
    Failure,
    /// The arguments make no sense; nothing was tried. (Also clap's own code.)
    Usage,
    /// Asked to wait, and the release did not get there: stalled, or out of time.
    NotReady,
    /// The API server can't be reached.
    Unreachable,
    /// Ended by Ctrl-C before it was done.
    Interrupted,
}

impl ExitStatus {
    /// Every status, with the sentence of the help.
    pub const ALL: [(ExitStatus, &'static str); 6] = [
        (ExitStatus::Success, "done"),
        (ExitStatus::Failure, "the command failed"),
        (ExitStatus::Usage, "the arguments make no sense"),
        (ExitStatus::NotReady, "waited, and the release did not get there"),
        (ExitStatus::Unreachable, "the API server can't be reached"),
        (ExitStatus::Interrupted, "ended by Ctrl-C"),
    ];

    /// The number.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            ExitStatus::Success => 0,
            ExitStatus::Failure => 1,
            ExitStatus::Usage => 2,
            ExitStatus::NotReady => 3,
            ExitStatus::Unreachable => 4,
            // 128 and the number of SIGINT, as shells have it.
            ExitStatus::Interrupted => 130,
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        ExitCode::from(status.code())
    }
}

#[cfg(test)]
mod tests {
    use super::ExitStatus;

    #[test]
    fn numbers_are_a_promise() {
        let numbers: Vec<u8> = ExitStatus::ALL.iter().map(|(status, _)| status.code()).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4, 130]);
    }
}
