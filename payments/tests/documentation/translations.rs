//! The Vietnamese pages have the structure and the code of the English ones.

use crate::markdown::{Page, pages_below, read};

/// Each English page and its translation.
fn pairs() -> Vec<(String, String)> {
    let name = |page: &str| page.rsplit('/').next().unwrap().to_owned();
    let english: Vec<_> = pages_below("docs/guides").iter().map(|page| name(page)).collect();
    let vietnamese: Vec<_> = pages_below("docs/vi").iter().map(|page| name(page)).collect();
    assert_eq!(english, vietnamese, "the guides in English, and in Vietnamese");
    let guides =
        english.iter().map(|name| (format!("docs/guides/{name}"), format!("docs/vi/{name}")));
    guides.chain([("README.md".to_owned(), "README.vi.md".to_owned())]).collect()
}

#[test]
fn a_translation_has_the_same_code_and_the_same_headings() {
    for (english, vietnamese) in pairs() {
        let [here, there] = [&english, &vietnamese].map(|page| Page::parse(&read(page)));
        assert_eq!(here.code, there.code, "the code of {english} and of {vietnamese}");
        let levels =
            |page: &Page| page.headings.iter().map(|(level, _)| *level).collect::<Vec<_>>();
        assert_eq!(levels(&here), levels(&there), "the headings of {english} and {vietnamese}");
    }
}

#[test]
fn a_translation_links_to_what_the_original_links_to() {
    let vietnamese = |link: &str| {
        let file = link.split('#').next().unwrap_or_default().replace("../guides/", "");
        let file = file.replace("docs/vi/", "docs/guides/").replace("README.vi.md", "README.md");
        file.trim_start_matches("../vi/").to_owned()
    };
    for (english, translation) in pairs() {
        let links = |page: &str| {
            let links = Page::parse(&read(page)).links;
            let mut links: Vec<_> = links.iter().map(|link| vietnamese(link)).collect();
            links.sort();
            links
        };
        // The pages that lead to each other.
        let others = |link: &String| link != "README.md" && !link.is_empty();
        let [here, there] = [&english, &translation]
            .map(|page| links(page).into_iter().filter(others).collect::<Vec<_>>());
        assert_eq!(here, there, "the links of {english} and of {translation}");
    }
}
