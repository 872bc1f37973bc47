//! What every official client needs: leave to run, a folder of its own, and an answer that is read.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const ASKED_FOR: &str = "OFFICIAL_CLIENTS";

/// Whether official clients are to be installed and run; says so where they are not.
pub(crate) fn asked_for(client: &str) -> bool {
    let asked = std::env::var_os(ASKED_FOR).is_some_and(|value| !value.is_empty());
    if !asked {
        say(&format!("SKIPPED {client}: it has to be downloaded; set {ASKED_FOR}=1 to run it"));
    }
    asked
}

/// Says that the client did all that was asked of it; `.ci/run` looks for this line.
pub(crate) fn ran(client: &str) {
    say(&format!("official client {client} ran"));
}

/// Past the capture of the test harness: what is skipped is not to be overlooked.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "\n{line}");
}

/// A command that has to succeed, with its output.
pub(crate) fn run(command: &mut Command) -> Vec<u8> {
    let shown = command.get_program().to_string_lossy().into_owned();
    let output = command.output().unwrap_or_else(|error| panic!("{shown}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shown}: {}\n{errors}", output.status);
    output.stdout
}

/// An npm package in a folder that goes away.
pub(crate) fn npm(package: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let flags = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
    run(Command::new("npm").args(flags).arg("--prefix").arg(folder.path()).arg(package));
    folder
}

/// PyPI packages in an environment of their own, which goes away with its folder. `alone` is
/// installed without what it asks for.
pub(crate) fn pip(alone: &[&str], packages: &[&str]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    run(Command::new("python3").args(["-m", "venv"]).arg(folder.path()));
    let install = |more: &[&str]| {
        let flags = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        run(Command::new(python(folder.path())).args(flags).arg("--no-compile").args(more));
    };
    if !alone.is_empty() {
        install(&[&["--no-deps"], alone].concat());
    }
    install(packages);
    folder
}

/// The interpreter of such an environment.
pub(crate) fn python(folder: &Path) -> String {
    folder.join("bin/python").to_string_lossy().into_owned()
}

/// A program of ours that uses the installed client, in the folder of that: given `input` in a
/// variable, it prints what it saw as JSON. It reaches loopback only, so no proxy is to help it.
pub(crate) fn told<S: AsRef<OsStr>>(
    program: &str,
    arguments: impl IntoIterator<Item = S>,
    folder: &Path,
    input: &Value,
) -> Value {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env("INPUT", input.to_string());
    for proxy in ["http_proxy", "https_proxy", "all_proxy"] {
        command.env_remove(proxy).env_remove(proxy.to_uppercase());
    }
    let told = run(&mut command);
    serde_json::from_slice(&told)
        .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&told)))
}
