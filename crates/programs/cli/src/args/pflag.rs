//! Flags as Helm's parser takes them (`pflag`): `--flag=false`, the last of two wins, and a flag
//! that wants a value takes whatever comes next.

use std::ffi::OsString;
use std::fmt;

use clap::{Arg, ArgAction, Args, Command, FromArgMatches};
use pintle_go_fmt::rune_text;

use super::{Cli, Global, LintArgs, ShowArgs, TemplateArgs};

/// The commands that stand for Helm's.
const COMMANDS: [&str; 3] = ["template", "lint", "show"];

/// A value that a flag does not take. Displays as pflag's error.
#[derive(Clone, Debug)]
pub(crate) struct FlagError(String);

impl FlagError {
    /// `flag` is what pflag calls it: `-l, --labels`.
    pub(crate) fn new(flag: &str, value: &str, why: &str) -> Self {
        let value = pintle_go_fmt::quote(value.as_bytes());
        FlagError(format!("invalid argument {value} for \"{flag}\" flag: {why}"))
    }
}

impl fmt::Display for FlagError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for FlagError {}

/// The program, with the flags of Helm's commands as pflag takes them. Its help would show a value
/// behind each switch, so it is for parsing only.
pub(crate) fn as_pflag(command: Command) -> Command {
    COMMANDS.iter().fold(command, |command, name| command.mut_subcommand(name, helms))
}

fn helms(command: Command) -> Command {
    command.args_override_self(true).mut_args(loosened)
}

/// What the arguments of a command of Helm mean, without the other commands: to define all of them
/// takes longer than to render a chart. None where it is no such command, and where anything is
/// wrong with the arguments, which the whole program must tell.
pub(crate) fn quickly(name: &'static str, arguments: &[OsString]) -> Option<Cli> {
    let helms_own = match arguments.get(1)?.to_str()? {
        "template" => TemplateArgs::augment_args(Command::new("template")),
        "lint" => LintArgs::augment_args(Command::new("lint")),
        "show" => ShowArgs::augment_args(Command::new("show")),
        _ => return None,
    };
    let command = Global::augment_args(Command::new(name)).subcommand(helms(helms_own));
    Cli::from_arg_matches(&command.try_get_matches_from(arguments).ok()?).ok()
}

/// The arguments that ask for the help of the same command of Helm and nothing else, so that it can
/// be shown without [`as_pflag`].
pub(crate) fn asking_for_help(name: &str, arguments: &[OsString]) -> Option<[OsString; 3]> {
    let command = arguments.iter().find(|it| is_helms(it))?;
    let long = arguments.iter().any(|it| it == "--help");
    Some([name.into(), command.clone(), if long { "--help" } else { "-h" }.into()])
}

/// The arguments of the program. A command of Helm reads bytes that are no text as Go does.
pub(crate) fn arguments() -> Vec<OsString> {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    if !arguments.iter().any(is_helms) {
        return arguments;
    }
    arguments.iter().map(|it| rune_text(it.as_encoded_bytes()).into()).collect()
}

fn is_helms(argument: &OsString) -> bool {
    COMMANDS.iter().any(|it| argument == it)
}

fn loosened(arg: Arg) -> Arg {
    match arg.get_action() {
        ArgAction::SetTrue => {
            let parser = boolean(shown(&arg));
            arg.action(ArgAction::Set)
                .num_args(0..=1)
                .require_equals(true)
                .default_value("false")
                .default_missing_value("true")
                .value_parser(parser)
        }
        ArgAction::Set | ArgAction::Append
            if !arg.is_positional() && !arg.is_require_equals_set() =>
        {
            arg.allow_hyphen_values(true)
        }
        _ => arg,
    }
}

/// What pflag calls a flag in its errors.
fn shown(arg: &Arg) -> String {
    let long = arg.get_long().unwrap_or_default();
    arg.get_short().map_or_else(|| format!("--{long}"), |short| format!("-{short}, --{long}"))
}

/// Go's `strconv.ParseBool`.
pub(crate) fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// Reads the value of a switch.
pub(crate) fn boolean(
    flag: impl Into<String>,
) -> impl Fn(&str) -> Result<bool, FlagError> + Clone + Send + Sync + 'static {
    let flag = flag.into();
    move |text| {
        parse_bool(text).ok_or_else(|| {
            let quoted = pintle_go_fmt::quote(text.as_bytes());
            let why = format!("strconv.ParseBool: parsing {quoted}: invalid syntax");
            FlagError::new(&flag, text, &why)
        })
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    /// Both ways of reading arguments: by the command alone, and by the whole program.
    fn both(arguments: &str) -> (Option<String>, Option<String>) {
        let words: Vec<OsString> =
            std::iter::once("pintle").chain(arguments.split(' ')).map(OsString::from).collect();
        let whole = as_pflag(Cli::command().name("pintle").bin_name("pintle"));
        let whole = whole.try_get_matches_from(&words).and_then(|it| Cli::from_arg_matches(&it));
        let text = |it: Cli| format!("{it:?}");
        (quickly("pintle", &words).map(text), whole.ok().map(text))
    }

    #[test]
    fn a_command_by_itself_means_what_it_means_in_the_program() {
        for arguments in [
            "template c",
            "template name c -n ns --set a=b,c=d --set e=f -f x,y -f z --values=w",
            "template c --no-hooks --include-crds=true --skip-tests=false --show-only a -s b",
            "template c --namespace ns --kubeconfig k --context x --color never",
            "template c --kube-context x --colour=always -a v1 --api-versions v2,v3",
            "template --set -a=b c --kube-version 1.30 --kube-version 1.31",
            "template -- c",
            "template c -g --name-template x --dry-run",
            "template c --dry-run=server --kube-token x",
            "lint c d --strict --quiet=false -f a",
            "show values c",
            "show all c --version 1",
        ] {
            let (quick, whole) = both(arguments);
            assert!(quick.is_some(), "{arguments}: not understood by itself");
            assert_eq!(quick, whole, "{arguments}");
        }
        // What is not understood, the whole program refuses or explains, or it is not Helm's.
        for arguments in [
            "template",
            "template c --nonsense",
            "template --help",
            "template c --no-hooks=maybe",
            "show nothing c",
            "-n ns template c",
            "inspect values c",
            "list",
            "version",
        ] {
            assert_eq!(both(arguments).0, None, "{arguments}");
        }
    }
}
