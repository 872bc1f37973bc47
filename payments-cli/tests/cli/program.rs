//! Runs the binary and keeps its output.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A run of the binary that can still be given flags.
pub(crate) struct Program(Command, Vec<u8>);

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Prepares `payments` with these arguments, and only the variables that a test sets.
pub(crate) fn payments<S: AsRef<str>>(arguments: impl IntoIterator<Item = S>) -> Program {
    let mut command = Command::new(env!("CARGO_BIN_EXE_payments"));
    command.env_clear();
    for argument in arguments {
        command.arg(argument.as_ref());
    }
    Program(command, Vec::new())
}

impl Program {
    pub(crate) fn with(mut self, flag: &str, value: impl AsRef<str>) -> Self {
        self.0.arg(flag).arg(value.as_ref());
        self
    }

    pub(crate) fn flag(mut self, flag: &str) -> Self {
        self.0.arg(flag);
        self
    }

    pub(crate) fn field(self, name: &str, value: &str) -> Self {
        self.with("--field", format!("{name}={value}"))
    }

    /// The secret, in a variable that `--secret-env` names.
    pub(crate) fn secret(mut self, secret: &str) -> Self {
        self.0.env("TEST_SECRET", secret);
        self.with("--secret-env", "TEST_SECRET")
    }

    pub(crate) fn variable(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    pub(crate) fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.1 = bytes.into();
        self
    }

    pub(crate) fn run(mut self) -> Ran {
        let command = self.0.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // A program that reads no input may have ended already.
        let _ = child.stdin.take().unwrap().write_all(&self.1);
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        Ran {
            code: status.code().unwrap(),
            out: String::from_utf8(stdout).unwrap(),
            err: String::from_utf8(stderr).unwrap(),
        }
    }
}

impl Ran {
    /// Returns what it printed as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts that it ended with bad usage and named this.
    pub(crate) fn refused(&self, named: &str) {
        assert_eq!(self.code, 2, "{self:?}");
        assert!(self.err.contains(named), "{named}: {self:?}");
        assert_eq!(self.out, "", "{self:?}");
    }
}

/// The test data of another crate of the workspace.
pub(crate) fn vectors(path: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path);
    serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap()
}

/// Writes a file, which is removed with its folder.
pub(crate) fn file(folder: &tempfile::TempDir, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path
}
