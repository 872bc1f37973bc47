//! The npm packages that the driver needs.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

const PACKAGES: [(&str, &str); 2] = [("playwright-core", "1.65.1"), ("axe-core", "4.14.1")];

/// `target/browser` of the workspace.
pub(crate) fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/browser");
    std::fs::create_dir_all(&folder).unwrap();
    folder.canonicalize().unwrap()
}

/// Installs the packages unless they are there; returns the folder in which scripts find them.
pub(crate) fn packages() -> PathBuf {
    let folder = folder().join("node");
    std::fs::create_dir_all(&folder).unwrap();
    // Another test program may install them at the same time.
    let lock = File::create(folder.join("lock")).unwrap();
    lock.lock().unwrap();
    if !PACKAGES.iter().all(|(name, version)| is_installed(&folder, name, version)) {
        let mut npm = Command::new("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]);
        npm.arg("--prefix").arg(&folder);
        npm.args(PACKAGES.map(|(name, version)| format!("{name}@{version}")));
        let output = npm.output().expect("npm has to be installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    folder
}

fn is_installed(folder: &Path, name: &str, version: &str) -> bool {
    let path = folder.join("node_modules").join(name).join("package.json");
    let Ok(text) = std::fs::read(path) else { return false };
    serde_json::from_slice::<serde_json::Value>(&text)
        .is_ok_and(|package| package["version"] == version)
}
