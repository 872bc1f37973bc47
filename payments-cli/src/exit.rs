//! The end of a command, and its exit code.

use std::fmt;
use std::process::ExitCode;

/// The result of a command.
pub(crate) type Ended = Result<Exit, Failure>;

/// The end of a command that completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// No problem was found.
    Done,
    /// Problems were found and printed.
    Problems,
    /// The signature or delivery is not trusted.
    Untrusted,
    /// The endpoint accepts deliveries without any secret.
    Unauthenticated,
}

/// The reason why a command could not complete.
#[derive(Debug)]
pub(crate) enum Failure {
    /// An argument or flag is wrong.
    Usage {
        /// The flag or argument.
        flag: String,
        /// The reason. It never contains a secret.
        message: String,
    },
    /// The environment prevented it: a port is in use, or output cannot be written.
    Machine(String),
}

impl Failure {
    /// Creates a failure for a wrong value of `flag`. `message` must not contain a secret.
    pub(crate) fn usage(flag: impl Into<String>, message: impl fmt::Display) -> Self {
        Self::Usage { flag: flag.into(), message: message.to_string() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage { flag, message } => write!(f, "{flag}: {message}"),
            Self::Machine(message) => f.write_str(message),
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Problems => 1,
            Exit::Untrusted => 3,
            Exit::Unauthenticated => 4,
        })
    }
}

impl From<Failure> for ExitCode {
    fn from(failure: Failure) -> Self {
        Self::from(match failure {
            Failure::Machine(_) => 1,
            Failure::Usage { .. } => 2,
        })
    }
}
