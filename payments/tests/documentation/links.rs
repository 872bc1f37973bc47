//! Every relative link leads to a file, and to a heading of it.

use std::path::{Component, Path, PathBuf};

use crate::markdown::{Page, pages_below, read, root};

/// Pages outside of docs.
const PAGES: [&str; 7] = [
    "README.md",
    "README.vi.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "conformance-tests/laws.md",
    "fuzz/README.md",
];

/// What is wrong with a link of a page, if anything is.
fn problem(page: &str, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (file, heading) = link.split_once('#').unwrap_or((link, ""));
    let file = match file {
        "" => Path::new(page).to_owned(),
        file => normalized(&Path::new(page).parent().unwrap().join(file)),
    };
    if !root().join(&file).exists() {
        return Some(format!("{page}: {link} leads to no file"));
    }
    if heading.is_empty() || file.extension().is_none_or(|extension| extension != "md") {
        return None;
    }
    let target = Page::parse(&read(file.to_str().unwrap()));
    let known = target.anchors().iter().any(|anchor| anchor == heading);
    (!known).then(|| format!("{page}: {link} leads to no heading"))
}

fn normalized(path: &Path) -> PathBuf {
    let mut parts = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => assert!(parts.pop(), "{} leaves the project", path.display()),
            part => parts.push(part),
        }
    }
    parts
}

#[test]
fn every_relative_link_leads_to_a_file_and_a_heading() {
    let pages = PAGES.map(str::to_owned).into_iter().chain(pages_below("docs"));
    let problems: Vec<_> = pages
        .flat_map(|page| {
            let links = Page::parse(&read(&page)).links;
            links.into_iter().filter_map(move |link| problem(&page, &link)).collect::<Vec<_>>()
        })
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn a_link_to_nothing_is_found() {
    for link in ["docs/nowhere.md", "docs/glossary.md#nothing", "#nothing"] {
        assert!(problem("README.md", link).is_some(), "{link}");
    }
    assert_eq!(problem("docs/operations.md", "glossary.md#glossary"), None);
}
