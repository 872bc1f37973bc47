//! Every block of code on every page is checked by a test.

use std::fs;

use crate::markdown::{Page, read, root};

const TRANSLATED: &str = "payments/tests/documentation/translations.rs";
const SHOWN: &str = "payments/tests/documentation/shown_code.rs";
const README: &str = "payments/tests/outside/readme.rs";
const GUIDE: &str = "payments/tests/outside/guide.rs";

/// Which test checks a block: how the path of its page begins, its language (every one if empty), and
/// the file of the test.
const CHECKED: [(&str, &str, &str); 12] = [
    ("README.vi.md", "", TRANSLATED),
    ("docs/vi/", "", TRANSLATED),
    ("README.md", "rust", README),
    ("docs/guides/", "rust", SHOWN),
    ("docs/deliveries.md", "rust", SHOWN),
    ("docs/observability.md", "rust", SHOWN),
    ("docs/plug-ins/smallest.md", "rust", README),
    ("docs/plug-ins/findings.md", "text", GUIDE),
    ("vietqr/README.md", "rust", "vietqr/src/lib.rs"),
    ("", "toml", "payments-cli/tests/cli/documented_configurations.rs"),
    ("", "sh", "payments-cli/tests/documented_commands.rs"),
    ("provider-", "", "a test of rustdoc, which the source includes the page in"),
];

/// Compiled files that contain blocks of the pages.
const COMPILED: [&str; 4] = [
    "payments/tests/outside/payouts.rs",
    "examples/shop/tests/shop/plug_in.rs",
    "examples/provider-template/tests/conformance/main.rs",
    "conformance-tests/tests/sepay/main.rs",
];

/// The pages of the project.
fn pages() -> Vec<String> {
    let (mut pages, mut folders) = (Vec::new(), vec![root()]);
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir()
                && !["target", "node_modules"].contains(&name)
                && !name.starts_with('.')
            {
                folders.push(path);
            } else if name.ends_with(".md") {
                pages.push(path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned());
            }
        }
    }
    pages
}

/// Whether the first line names a file of the plug-in that the guide builds.
fn is_of_the_template(page: &str, code: &str) -> bool {
    let first = code.lines().next().unwrap_or_default();
    let path = first.trim_start_matches("// ").trim_start_matches("# ");
    let path = path.trim_end_matches(", continued");
    page.starts_with("docs/plug-ins/")
        && path != first
        && root().join("examples/provider-template").join(path).exists()
}

/// Whether rustdoc compiles the page, because a source of its crate includes it.
fn is_included(page: &str) -> bool {
    let Some((member, name)) = page.split_once("/docs/") else { return false };
    let include = format!("doc = include_str!(\"../docs/{name}\")");
    ["src/guide.rs", "src/lib.rs"].iter().any(|source| {
        let source = fs::read_to_string(root().join(member).join(source));
        source.is_ok_and(|source| source.contains(&include))
    })
}

fn is_compiled(code: &str) -> bool {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    COMPILED.iter().any(|file| words(&read(file)).contains(&words(code)))
}

#[test]
fn every_block_of_code_is_checked() {
    let (mut problems, mut used) = (Vec::new(), Vec::new());
    for page in pages() {
        for (language, code) in Page::parse(&read(&page)).code {
            if is_of_the_template(&page, &code) || language == "rust" && is_compiled(&code) {
                continue;
            }
            let checked = CHECKED.iter().find(|(pages, of, _)| {
                let is_rustdoc = !pages.is_empty() && pages.ends_with('-');
                page.starts_with(pages)
                    && (of.is_empty() || *of == language)
                    && (!is_rustdoc || is_included(&page))
            });
            match checked {
                Some((pages, of, _)) => used.push((*pages, *of)),
                None => problems.push(format!("{page}, a block of {language:?}:\n{code}")),
            }
        }
    }
    let checked = CHECKED.iter().map(|(pages, of, _)| (*pages, *of));
    for line in checked.filter(|line| !used.contains(line)) {
        problems.push(format!("no block is of the line {line:?}: remove it here"));
    }
    for (_, _, test) in CHECKED.iter().filter(|(_, _, test)| test.ends_with(".rs")) {
        assert!(root().join(test).exists(), "{test} is not there");
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}
