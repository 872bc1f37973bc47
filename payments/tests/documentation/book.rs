//! The book has every page of docs once.

use crate::markdown::{Page, pages_below, read};

#[test]
fn the_summary_lists_every_page_of_docs_once() {
    let summary = Page::parse(&read("docs/SUMMARY.md"));
    let mut listed: Vec<_> = summary.links.iter().filter(|link| !link.starts_with("../")).collect();
    listed.sort();
    let pages = pages_below("docs");
    let expected: Vec<_> = pages
        .iter()
        .map(|page| &page["docs/".len()..])
        .filter(|page| *page != "SUMMARY.md")
        .collect();
    assert_eq!(listed, expected);
}
