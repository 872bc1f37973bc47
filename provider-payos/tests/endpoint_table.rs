//! The table of endpoints in the documentation. That its functions are there, rustdoc sees.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use std::path::Path;

const TABLE: &str = include_str!("../docs/endpoints.md");

/// The source of every test of this crate.
fn tests() -> String {
    fn add(folder: &Path, to: &mut String) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                add(&path, to);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                to.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }
    let mut source = String::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    add(&root.join("tests"), &mut source);
    add(&root.join("src"), &mut source);
    source
}

#[test]
fn every_endpoint_names_a_function_and_a_test_that_exists() {
    let tests = tests();
    let rows: Vec<Vec<&str>> = TABLE
        .lines()
        .filter(|line| line.starts_with("| `"))
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert!(!rows.is_empty());
    for row in rows {
        let [endpoint, function, named] = row[..] else { panic!("{row:?} has no three cells") };
        assert!(function.starts_with("[`"), "{endpoint} links to no function");
        for test in named.split(", ") {
            let name = test.trim_matches('`');
            assert!(tests.contains(&format!("fn {name}(")), "{endpoint}: there is no test {test}");
        }
    }
}
