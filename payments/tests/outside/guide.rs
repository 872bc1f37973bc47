//! The provider that the guide builds keeps every law, and a law that it is made to break is named.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use crate::{
    page,
    workspace::{self, Member, programs, text},
};

/// A provider as the guide builds it, with one of its checks removed.
struct Broken {
    member: &'static str,
    file: &'static str,
    check: &'static str,
    without: &'static str,
    /// The law that finds it, by the name of its test.
    test: &'static str,
    /// Where the finding says to look: the file, and the text of that line.
    look_at: (&'static str, &'static str),
}

const BROKEN: [Broken; 2] = [
    Broken {
        member: "without-the-echo",
        file: "src/map.rs",
        check: "payment.order != request.order || payment.asked != Some(request.amount)",
        without: "payment.order != request.order",
        test: "every_role::a_changed_response_is_not_believed",
        look_at: ("src/client.rs", "Call::instruction(\"create_payment\""),
    },
    Broken {
        member: "without-the-window",
        file: "src/signature.rs",
        check: "tolerance: TOLERANCE",
        without: "tolerance: Duration::MAX",
        test: "notifications::an_old_delivery_is_untrusted",
        look_at: ("src/notification.rs", "Notification::new("),
    },
];

impl Broken {
    fn files(&self) -> BTreeMap<String, String> {
        let mut files = page::files(&page::guide());
        let file = files.get_mut(self.file).unwrap();
        assert_eq!(file.matches(self.check).count(), 1, "{}", self.check);
        *file = file.replace(self.check, self.without);
        files.retain(|path, _| !path.starts_with("examples/") && !path.starts_with("tests/fuzz/"));
        let manifest = files.get_mut("Cargo.toml").unwrap();
        // The package, and its dependency on itself.
        assert_eq!(manifest.matches("provider-template").count(), 2, "{manifest}");
        *manifest = manifest.replace("provider-template", self.member)
            + "\n[lib]\nname = \"provider_template\"\n";
        files
    }

    /// The line of its source at which to look.
    fn line(&self) -> String {
        let (file, holds) = self.look_at;
        let text = &self.files()[file];
        let number = text.lines().position(|line| line.contains(holds)).unwrap() + 1;
        format!("look at   {}/{file}:{number}:", self.member)
    }
}

pub(crate) fn members() -> Vec<Member> {
    let broken = BROKEN.iter().map(|broken| (broken.member, broken.files()));
    std::iter::once(("provider-template", page::files(&page::guide()))).chain(broken).collect()
}

#[test]
fn the_provider_of_the_guide_keeps_every_law() {
    for test in ["conformance", "configuration", "fuzz"] {
        let output = programs().run("provider-template", test, &[]);
        let said = text(&output);
        assert!(output.status.success(), "{said}");
        assert!(said.contains("test result: ok") && !said.contains(" 0 passed"), "{said}");
    }
}

#[test]
fn a_check_that_is_taken_out_is_found_with_its_law_and_the_line_to_look_at() {
    for broken in &BROKEN {
        let output = programs().run(broken.member, "conformance", &["--exact", broken.test]);
        let said = text(&output);
        assert!(!output.status.success(), "{}: {said}", broken.member);
        let law = broken.test.rsplit("::").next().unwrap();
        for expected in [format!("the law `{law}` is broken"), broken.line()] {
            assert!(said.contains(&expected), "{}: no {expected:?} in {said}", broken.member);
        }
    }
}

#[test]
fn the_finding_in_the_guide_is_what_the_suite_says() {
    let broken = &BROKEN[0];
    let output = programs().run(broken.member, "conformance", &["--exact", broken.test]);
    let said = text(&output).replace(&format!("{}/", broken.member), "");
    for shown in page::blocks(&page::guide(), "What does a finding say?", "text") {
        assert!(said.contains(shown), "{shown}\n is not in\n{said}");
    }
}

#[test]
fn the_template_is_what_the_guide_builds() {
    let template = workspace::root().join("examples/provider-template");
    let mut there = BTreeMap::new();
    read(&template, &template, &mut there);
    // It is a member of this workspace.
    let own = there.remove("Cargo.toml").unwrap();
    let mut guide = page::files(&page::guide());
    let manifest = guide.remove("Cargo.toml").unwrap();

    let paths = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(paths(&guide), paths(&there), "files of the guide, and of the template");
    for (path, text) in &guide {
        let lines = text.lines().zip(there[path].lines()).zip(1..);
        if let Some(((guide, template), line)) = lines.clone().find(|((a, b), _)| a != b) {
            panic!("{path}:{line}\n  in the guide    {guide}\n  in the template {template}");
        }
        assert_eq!(*text, there[path], "{path} ends otherwise in the guide");
    }
    let needed = dependencies(&manifest);
    let own = dependencies(&own);
    assert!(needed.is_subset(&own), "{needed:?} in the guide, {own:?} in the template");
}

fn read(folder: &Path, template: &Path, files: &mut BTreeMap<String, String>) {
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            read(&path, template, files);
        } else {
            let name = path.strip_prefix(template).unwrap().to_str().unwrap().to_owned();
            files.insert(name, fs::read_to_string(path).unwrap());
        }
    }
}

/// The names of a manifest's dependencies, each with its table.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let manifest: toml::Table = toml::from_str(manifest).unwrap();
    ["dependencies", "dev-dependencies"]
        .into_iter()
        .flat_map(|table| {
            manifest[table].as_table().unwrap().keys().map(move |name| format!("{table}.{name}"))
        })
        .collect()
}
