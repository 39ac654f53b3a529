//! Errors as people read them: what failed, what caused it, and what to do.

use std::io;

use crate::exit::ExitStatus;
use crate::printer::{ERROR, HINT, Printer};

/// A step that failed, the exit code it means, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct Fault {
    message: String,
    status: ExitStatus,
    hint: Option<String>,
}

impl Fault {
    /// A command that failed.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Fault { message: message.into(), status: ExitStatus::Failure, hint: None }
    }

    /// Arguments that make no sense.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Fault::new(message).status(ExitStatus::Usage)
    }

    /// Ends the program with this status instead.
    pub(crate) fn status(self, status: ExitStatus) -> Self {
        Fault { status, ..self }
    }

    /// Says what to do.
    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Fault { hint: Some(hint.into()), ..self }
    }
}

/// The answer of the API server as an error: its own words, and what they mean here.
pub(crate) fn api(what: impl Into<String>) -> impl FnOnce(kube::Error) -> anyhow::Error {
    let what = what.into();
    move |error| match error {
        kube::Error::Api(status) => {
            let text = status.message.trim().to_owned();
            let answer =
                Fault { hint: hint(status.code, &text).map(str::to_owned), ..Fault::new(text) };
            anyhow::Error::new(answer).context(what)
        }
        error @ (kube::Error::SerdeError(_) | kube::Error::BuildRequest(_)) => {
            anyhow::Error::new(error).context(what)
        }
        error => unreachable_server(chain(&error)).context(what),
    }
}

/// The API server, or the way to it, is not there.
pub(crate) fn unreachable_server(text: impl Into<String>) -> anyhow::Error {
    let hint = "check the kubeconfig and its context (--kubeconfig, --context), and that the \
                cluster runs; `pintle demo` needs none";
    Fault::new(text).status(ExitStatus::Unreachable).hint(hint).into()
}

fn hint(code: u16, text: &str) -> Option<&'static str> {
    let no_kind = text.contains("could not find the requested resource")
        || text.contains("page not found")
        || text.contains("no matches for kind");
    match code {
        404 if no_kind => Some("Pintle is not installed in this cluster: pintle install --apply"),
        404 if text.starts_with("namespaces ") => {
            Some("create the namespace, and let Pintle deploy into it: pintle grant -n NAMESPACE")
        }
        401 => Some("the credentials of this context are not accepted: log in again"),
        403 => Some("ask for the right, or use another context (--context)"),
        _ => None,
    }
}

/// An error and what caused it on one line, each text once.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(inner) = source {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        source = inner.source();
    }
    text
}

/// Prints an error and gives the exit status that it means.
pub(crate) fn report(printer: &Printer, error: &anyhow::Error) -> ExitStatus {
    if is_closed_pipe(error) {
        // `pintle list | head`: the reader has all it wants.
        return ExitStatus::Success;
    }
    let mut lines = error.chain().map(ToString::to_string);
    let first = lines.next().unwrap_or_default();
    printer.word(&format!("{ERROR}error{ERROR:#}: {first}"));
    let causes: Vec<String> = lines.filter(|it| *it != first).collect();
    if !causes.is_empty() {
        printer.word("Caused by:");
    }
    for cause in causes {
        printer.word(&format!("  {}", cause.replace('\n', "\n  ")));
    }
    // A fault that was added as context shows in the chain as anyhow's own type, so that only the
    // outermost can be told by asking the error itself.
    let outermost = || error.downcast_ref::<Fault>();
    let faults = || {
        let inner = error.chain().filter_map(|it| it.downcast_ref::<Fault>());
        outermost().into_iter().chain(inner)
    };
    if let Some(hint) = faults().find_map(|it| it.hint.as_deref()) {
        printer.word(&format!("\n{HINT}hint{HINT:#}: {hint}"));
    }
    let special = faults().map(|it| it.status).find(|it| *it != ExitStatus::Failure);
    special.unwrap_or(ExitStatus::Failure)
}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let mut kinds = error.chain().filter_map(|it| it.downcast_ref::<io::Error>());
    kinds.any(|it| it.kind() == io::ErrorKind::BrokenPipe)
}
