//! The command line: its commands and the registry that they use.

use std::ffi::OsString;
use std::fmt;
use std::pin::Pin;
use std::process::ExitCode;

use clap::{ArgMatches, FromArgMatches as _, Subcommand as _};
use payments::registry::Registry;

use crate::{commands::Command, output, simulator::Simulator};

const ABOUT: &str = "Payment gateways: simulated, configured, explained";
const LONG_ABOUT: &str = "\
Payment gateways: simulated, configured, explained.

Nothing here reaches a real gateway, except `engine reconcile`, which asks for a statement,
`doctor --online`, which asks harmless questions, and `probe`, which tries a sandbox.
Your secrets are read from environment variables and files, and are never printed.";
const EXIT_CODES: &str = "\
Exit codes: 0 done, valid or trusted; 1 a problem was found; 2 bad usage; 3 not trusted;
4 accepted without any secret.";

/// A command line for the providers of a registry.
pub struct CommandLine {
    name: &'static str,
    version: Option<&'static str>,
    registry: Registry,
    simulators: Vec<Simulator>,
    own: Vec<OwnCommand>,
}

type Ending = Pin<Box<dyn Future<Output = ExitCode>>>;

/// A command that the program adds.
struct OwnCommand {
    command: clap::Command,
    run: Box<dyn FnOnce(ArgMatches) -> Ending>,
}

impl CommandLine {
    /// Creates a program with this name, for only the providers of `registry`.
    pub fn new(name: &'static str, registry: Registry) -> Self {
        Self { name, version: None, registry, simulators: Vec::new(), own: Vec::new() }
    }

    /// Sets the version that `--version` prints.
    #[must_use]
    pub fn with_version(mut self, version: &'static str) -> Self {
        self.version = Some(version);
        self
    }

    /// Adds a simulated gateway, which `sandbox` starts.
    #[must_use]
    pub fn with_simulator(mut self, simulator: Simulator) -> Self {
        self.simulators.push(simulator);
        self
    }

    /// Adds a command of the program's own. `run` is called with its arguments.
    #[must_use]
    pub fn with_command<F>(
        mut self,
        command: clap::Command,
        run: impl FnOnce(ArgMatches) -> F + 'static,
    ) -> Self
    where
        F: Future<Output = ExitCode> + 'static,
    {
        self.own.push(OwnCommand { command, run: Box::new(|args| Box::pin(run(args))) });
        self
    }

    /// Runs the command that `args` select. The first argument is the program itself, as in
    /// [`std::env::args_os`]. Call this within a tokio runtime with I/O and time enabled.
    ///
    /// It prints the result on standard output and errors on standard error. The exit code is 0 on
    /// success, 1 if a problem was found, 2 for bad usage, 3 for a signature or delivery that is
    /// not trusted, and 4 for a delivery that an endpoint accepts without any secret.
    pub async fn run(mut self, args: impl IntoIterator<Item = OsString>) -> ExitCode {
        let matches = match self.clap().try_get_matches_from(args) {
            Ok(matches) => matches,
            Err(error) => {
                // If nothing can be printed, only the exit code reports the error.
                let _ = error.print();
                return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
            }
        };
        if let Some((name, args)) = matches.subcommand()
            && let Some(index) = self.own.iter().position(|own| own.command.get_name() == name)
        {
            return (self.own.swap_remove(index).run)(args.clone()).await;
        }
        let ended = match Command::from_arg_matches(&matches) {
            Ok(command) => command.run(&self.registry, self.simulators).await,
            Err(error) => {
                let _ = error.print();
                return ExitCode::from(2);
            }
        };
        match ended {
            Ok(exit) => exit.into(),
            Err(failure) => {
                output::complain(&failure);
                failure.into()
            }
        }
    }

    fn clap(&self) -> clap::Command {
        let mut command = clap::Command::new(self.name)
            .about(ABOUT)
            .long_about(LONG_ABOUT)
            .after_help(EXIT_CODES)
            .subcommand_required(true)
            .arg_required_else_help(true)
            .subcommands(self.own.iter().map(|own| own.command.clone()));
        if let Some(version) = self.version {
            command = command.version(version);
        }
        crate::commands::with_examples(
            Command::augment_subcommands(command),
            self.name,
            &self.registry,
        )
    }
}

impl fmt::Debug for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommandLine")
            .field("name", &self.name)
            .field("registry", &self.registry)
            .field("simulators", &self.simulators)
            .finish_non_exhaustive()
    }
}
