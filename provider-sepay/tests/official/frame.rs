//! What every official client needs: leave to run, a folder of its own, and an answer that is read.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

const ASKED_FOR: &str = "SEPAY_OFFICIAL_CLIENTS";

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
