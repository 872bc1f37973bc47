//! The code on a page of Markdown.

use std::collections::BTreeMap;
use std::fs;

use crate::workspace;

/// The pages that build the template, one after the other, as the summary of the book lists them.
pub(crate) fn guide() -> String {
    let docs = workspace::root().join("docs");
    let summary = fs::read_to_string(docs.join("SUMMARY.md")).unwrap();
    let links = summary.split("](plug-ins/").skip(1).map(|rest| rest.split_once(')').unwrap().0);
    let pages = links.filter(|page| !["README.md", "smallest.md"].contains(page));
    pages.map(|page| fs::read_to_string(docs.join("plug-ins").join(page)).unwrap()).collect()
}

/// The fenced blocks of a section, by language.
pub(crate) fn blocks<'a>(page: &'a str, section: &str, language: &str) -> Vec<&'a str> {
    let start = page.find(&format!("## {section}\n")).expect("the section is there");
    let section = &page[start + 3..];
    let section = &section[..section.find("\n## ").unwrap_or(section.len())];
    let fence = format!("```{language}\n");
    section.split(&fence).skip(1).map(|rest| &rest[..rest.find("\n```").unwrap()]).collect()
}

/// The files that a page builds up, by their paths. A block belongs to the file that its first line
/// names in a comment; a later block is appended after an empty line.
pub(crate) fn files(page: &str) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    // Fences open and close in turn, each at the start of a line.
    for block in format!("\n{page}").split("\n```").skip(1).step_by(2) {
        let mut lines = block.lines().skip(1);
        let Some(path) = lines.next().and_then(named) else { continue };
        let text = lines.collect::<Vec<_>>().join("\n");
        let file = files.entry(path.to_owned()).or_default();
        if !file.is_empty() {
            file.push('\n');
        }
        file.push_str(&text);
        file.push('\n');
    }
    files
}

/// `// src/map.rs` and `// src/map.rs, continued` name a file.
fn named(line: &str) -> Option<&str> {
    let comment = line.strip_prefix("// ").or_else(|| line.strip_prefix("# "))?;
    let path = comment.strip_suffix(", continued").unwrap_or(comment);
    let is_path = path.ends_with(".rs") || path.ends_with(".toml");
    (is_path && !path.contains(' ')).then_some(path)
}

#[test]
fn a_file_is_made_of_its_blocks_in_their_order() {
    let page = "# A\n```rust\n// src/a.rs\none\n```\nwords\n```toml\n# b.toml\nb = 1\n```\n\
                ```rust\nno_file()\n```\n```rust\n// src/a.rs, continued\n\ntwo\n```\n";
    let files = files(page);
    assert_eq!(files["src/a.rs"], "one\n\n\ntwo\n");
    assert_eq!(files["b.toml"], "b = 1\n");
    assert_eq!(files.len(), 2);
}
