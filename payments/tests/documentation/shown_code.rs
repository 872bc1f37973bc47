//! The Rust code of the guides is code that a test runs.

use std::fs;

use crate::markdown::{Page, pages_below, read, root};

const SNIPPETS: &str = "payments/tests/guides/snippets";

/// Files whose whole text is shown: the snippets of the guides, and examples.
fn tested() -> Vec<(String, String)> {
    let snippets = fs::read_dir(root().join(SNIPPETS)).unwrap();
    let names = snippets.map(|file| file.unwrap().file_name().into_string().unwrap());
    names
        .filter(|name| name != "mod.rs")
        .map(|name| format!("{SNIPPETS}/{name}"))
        .chain(["payments/examples/small_shop.rs".to_owned()])
        .map(|path| (path.clone(), read(&path)))
        .collect()
}

#[test]
fn every_guide_shows_tested_code_and_every_tested_snippet_is_shown() {
    let tested = tested();
    let others = ["docs/deliveries.md", "docs/observability.md"].map(str::to_owned);
    let pages = pages_below("docs/guides").into_iter().chain(others);
    let mut shown = Vec::new();
    for page in pages {
        for (language, code) in Page::parse(&read(&page)).code {
            if language.starts_with("rust") {
                let file = tested.iter().find(|(_, text)| *text == code);
                let (file, _) = file.unwrap_or_else(|| {
                    panic!("{page} shows code that is no file of {SNIPPETS}:\n{code}")
                });
                shown.push(file);
            }
        }
    }
    for (file, _) in &tested {
        assert!(shown.contains(&file), "no guide shows {file}");
    }
}
