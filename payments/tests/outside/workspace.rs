//! A workspace that has this one only as dependencies, built once for all tests.
//!
//! It is in a fixed folder, and only changes are built again: the first run takes a minute, later
//! ones almost none.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use crate::{guide, readme};

/// This workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A crate of the workspace outside: its folder, and its files by their paths.
pub(crate) type Member = (&'static str, BTreeMap<String, String>);

/// The programs that were built, by the folder of their crate and their name.
pub(crate) struct Programs(BTreeMap<(String, String), PathBuf>);

/// Builds every crate outside, once in this process.
pub(crate) fn programs() -> &'static Programs {
    static PROGRAMS: OnceLock<Programs> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("outside");
        let members: Vec<Member> = readme::members().into_iter().chain(guide::members()).collect();
        write(&folder, &members);
        build(&folder)
    })
}

impl Programs {
    /// Runs a program.
    pub(crate) fn run(&self, member: &str, name: &str, arguments: &[&str]) -> Output {
        self.command(member, name).args(arguments).output().unwrap()
    }

    /// A program, to be run.
    pub(crate) fn command(&self, member: &str, name: &str) -> Command {
        let program = self.0.get(&(member.to_owned(), name.to_owned()));
        let mut command =
            Command::new(program.unwrap_or_else(|| panic!("{member} has no program {name}")));
        // Failures that are expected here do not belong in a report.
        command.env_remove("CONFORMANCE_REPORT");
        command
    }
}

/// The output of a program.
pub(crate) fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

pub(crate) fn cargo(folder: &Path) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", root().join("target/outside"))
        .env_remove("RUSTFLAGS");
    cargo
}

fn write(folder: &Path, members: &[Member]) {
    let root = root();
    let names: Vec<_> = members.iter().map(|(name, _)| *name).collect();
    let manifest = format!(
        r#"[workspace]
members = {names:?}
resolver = "3"

# As if they were published.
[patch.crates-io]
conformance-fuzz = {{ path = "{root}/conformance-fuzz" }}
conformance-tests = {{ path = "{root}/conformance-tests" }}
payments = {{ path = "{root}/payments" }}
payments-cli = {{ path = "{root}/payments-cli" }}
payments-core = {{ path = "{root}/payments-core" }}
provider-kit = {{ path = "{root}/provider-kit" }}
simulator-kit = {{ path = "{root}/simulators/kit" }}

[profile.dev]
debug = false
"#,
        root = root.display()
    );
    put(&folder.join("Cargo.toml"), &manifest);
    let lock = fs::read_to_string(root.join("Cargo.lock")).unwrap();
    // Cargo leaves unused packages out of a lock file.
    if put(&folder.join("of-the-workspace.lock"), &lock) {
        fs::write(folder.join("Cargo.lock"), &lock).unwrap();
    }
    for (member, files) in members {
        let member = folder.join(member);
        for (path, text) in files {
            put(&member.join(path), text);
        }
        remove_others(&member, &member, files);
    }
}

/// Writes a file unless it has that text already; returns whether it was written.
fn put(path: &Path, text: &str) -> bool {
    if fs::read_to_string(path).is_ok_and(|there| there == text) {
        return false;
    }
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    true
}

fn remove_others(folder: &Path, member: &Path, files: &BTreeMap<String, String>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            remove_others(&path, member, files);
        } else if !files.contains_key(path.strip_prefix(member).unwrap().to_str().unwrap()) {
            fs::remove_file(path).unwrap();
        }
    }
}

fn build(folder: &Path) -> Programs {
    let output = cargo(folder)
        .args(["build", "--offline", "--workspace", "--lib", "--bins"])
        .args(["--test", "conformance", "--test", "configuration", "--test", "fuzz"])
        .args(["--example", "template"])
        .args(["--quiet", "--message-format", "json-render-diagnostics"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let messages = String::from_utf8(output.stdout).unwrap();
    let programs = messages.lines().filter_map(|message| {
        let message: serde_json::Value = serde_json::from_str(message).unwrap();
        let program = message["executable"].as_str()?;
        let manifest = Path::new(message["manifest_path"].as_str()?);
        let member = manifest.parent()?.file_name()?.to_str()?.to_owned();
        Some(((member, message["target"]["name"].as_str()?.to_owned()), program.into()))
    });
    Programs(programs.collect())
}
