//! Pages of Markdown: their headings, links and code.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};

/// The root of this workspace.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// The text of a file, by its path from the root.
pub(crate) fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The pages below a folder, by their paths from the root.
pub(crate) fn pages_below(folder: &str) -> Vec<String> {
    let mut pages = Vec::new();
    for entry in fs::read_dir(root().join(folder)).unwrap().map(|entry| entry.unwrap()) {
        let path = format!("{folder}/{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            pages.extend(pages_below(&path));
        } else if path.ends_with(".md") {
            pages.push(path);
        }
    }
    pages.sort();
    pages
}

#[derive(Debug, Default)]
pub(crate) struct Page {
    /// Each heading's level and text.
    pub(crate) headings: Vec<(usize, String)>,
    /// The targets of its links and images.
    pub(crate) links: Vec<String>,
    /// Each block of code: its language and its text.
    pub(crate) code: Vec<(String, String)>,
}

impl Page {
    pub(crate) fn parse(text: &str) -> Self {
        let mut page = Self::default();
        let mut heading: Option<(usize, String)> = None;
        let mut code: Option<(String, String)> = None;
        for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    heading = Some((level as usize, String::new()));
                }
                Event::End(TagEnd::Heading(_)) => page.headings.extend(heading.take()),
                Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) => {
                    code = Some((language.to_string(), String::new()));
                }
                Event::End(TagEnd::CodeBlock) => page.code.extend(code.take()),
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push(dest_url.to_string());
                }
                Event::Text(text) | Event::Code(text) => {
                    if let Some((_, heading)) = &mut heading {
                        heading.push_str(&text);
                    }
                    if let Some((_, code)) = &mut code {
                        code.push_str(&text);
                    }
                }
                _ => {}
            }
        }
        page
    }

    /// The names by which links lead to its headings, as GitHub and mdBook make them.
    pub(crate) fn anchors(&self) -> Vec<String> {
        let mut seen = BTreeMap::<String, usize>::new();
        let mut anchor = |text: &str| {
            let kept = |letter: &char| letter.is_alphanumeric() || " -_".contains(*letter);
            let name = text.to_lowercase().chars().filter(kept).collect::<String>();
            let name = name.replace(' ', "-");
            let times = seen.entry(name.clone()).or_default();
            *times += 1;
            if *times == 1 { name } else { format!("{name}-{}", *times - 1) }
        };
        self.headings.iter().map(|(_, text)| anchor(text)).collect()
    }
}

#[test]
fn a_page_is_read_into_headings_links_and_code() {
    let page = Page::parse(
        "# A `b`?\n[one](x.md#y) ![two](z.svg)\n```sh\n# no heading\n[no](link)\n```\n## A b\n",
    );
    assert_eq!(page.headings, [(1, "A b?".to_owned()), (2, "A b".to_owned())]);
    assert_eq!(page.links, ["x.md#y", "z.svg"]);
    assert_eq!(page.code, [("sh".to_owned(), "# no heading\n[no](link)\n".to_owned())]);
    assert_eq!(page.anchors(), ["a-b", "a-b-1"]);
}
