//! No two files import each other, directly or by way of others; only a module and its children may.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A module by the segments of its path; the crate's root has none.
type Module = Vec<String>;

/// The imports of each module: paths from the crate's root, with the name that is imported last, and
/// whether they are re-exported.
struct Sources {
    imports: BTreeMap<Module, Vec<(Module, bool)>>,
}

impl Sources {
    fn read(root: &Path) -> Self {
        let mut imports = BTreeMap::new();
        read_folder(root, &Vec::new(), &mut imports);
        Self { imports }
    }

    /// The file that an imported path leads to, through re-exports.
    fn target(&self, path: &[String], depth: usize) -> Module {
        let mut end = path.len();
        while !self.imports.contains_key(&path[..end]) {
            end -= 1;
        }
        let (module, rest) = path.split_at(end);
        let re_exported = rest.first().and_then(|name| {
            let known = &self.imports[module];
            known.iter().find(|(path, is_public)| *is_public && path.last() == Some(name))
        });
        match re_exported {
            Some((path, _)) if depth > 0 => self.target(path, depth - 1),
            _ => module.to_vec(),
        }
    }

    /// Which files each file imports from, but for its ancestors and descendants.
    fn graph(&self) -> BTreeMap<Module, BTreeSet<Module>> {
        let edges = |(module, imports): (&Module, &Vec<(Module, bool)>)| {
            let targets = imports.iter().map(|(path, _)| self.target(path, 8));
            let others = targets.filter(|target| {
                !module.starts_with(target.as_slice()) && !target.starts_with(module.as_slice())
            });
            (module.clone(), others.collect())
        };
        self.imports.iter().map(edges).collect()
    }
}

fn read_folder(
    folder: &Path,
    module: &Module,
    imports: &mut BTreeMap<Module, Vec<(Module, bool)>>,
) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let inner = || module.iter().cloned().chain([name.clone()]).collect::<Module>();
        if path.is_dir() {
            read_folder(&path, &inner(), imports);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let file =
                if matches!(name.as_str(), "mod" | "lib") { module.clone() } else { inner() };
            let text = std::fs::read_to_string(&path).unwrap();
            let found = imports_of(&file, &text);
            imports.entry(file).or_default().extend(found);
        }
    }
}

/// The imports of a file from this crate, without those of its tests.
fn imports_of(file: &Module, text: &str) -> Vec<(Module, bool)> {
    let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let mut found = Vec::new();
    for statement in code.split(';') {
        let lines: Vec<_> =
            statement.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let statement = lines.join(" ");
        let Some(at) = statement.find("use ").filter(|at| {
            let before = statement[..*at].trim();
            before.is_empty()
                || before.ends_with(']')
                || before.ends_with(')')
                || before.ends_with("pub")
        }) else {
            continue;
        };
        let is_public = statement[..at].contains("pub");
        expand(&statement[at + 4..], &Vec::new(), &mut |path| {
            if let Some(path) = from_root(file, path) {
                found.push((path, is_public));
            }
        });
    }
    found
}

/// Every path of a tree of imports.
fn expand(tree: &str, before: &Module, add: &mut impl FnMut(Module)) {
    let tree = tree.trim();
    let Some(open) = tree.find('{') else {
        let name = tree.split(" as ").next().unwrap();
        let path = name.split("::").map(|segment| segment.trim().to_owned());
        return add(before.iter().cloned().chain(path.filter(|it| it != "self")).collect());
    };
    let prefix = tree[..open].split("::").map(str::trim).filter(|segment| !segment.is_empty());
    let prefix: Module = before.iter().cloned().chain(prefix.map(str::to_owned)).collect();
    let inner = &tree[open + 1..tree.rfind('}').unwrap_or(tree.len())];
    let (mut depth, mut start) = (0, 0);
    for (at, c) in inner.char_indices().chain([(inner.len(), ',')]) {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                if !inner[start..at].trim().is_empty() {
                    expand(&inner[start..at], &prefix, add);
                }
                start = at + 1;
            }
            _ => {}
        }
    }
}

/// A path from the crate's root; `None` for another crate's, and for a child's by its own name.
fn from_root(file: &Module, path: Module) -> Option<Module> {
    match path.first().map(String::as_str) {
        Some("crate") => Some(path[1..].to_vec()),
        Some("super") => {
            let ups = path.iter().take_while(|segment| *segment == "super").count();
            let parent = &file[..file.len().checked_sub(ups)?];
            Some(parent.iter().chain(&path[ups..]).cloned().collect())
        }
        // A re-export of a child; what else begins with a name is of another crate.
        Some(_) => Some(file.iter().chain(&path).cloned().collect()),
        None => None,
    }
}

/// The files of a circle, in order; empty without one.
fn circle(graph: &BTreeMap<Module, BTreeSet<Module>>) -> Vec<String> {
    fn visit<'a>(
        graph: &'a BTreeMap<Module, BTreeSet<Module>>,
        at: &'a Module,
        way: &mut Vec<&'a Module>,
        done: &mut BTreeSet<&'a Module>,
    ) -> Option<Vec<String>> {
        if let Some(begin) = way.iter().position(|known| *known == at) {
            return Some(way[begin..].iter().map(|module| module.join("::")).collect());
        }
        if done.contains(at) {
            return None;
        }
        way.push(at);
        let found = graph[at].iter().find_map(|next| visit(graph, next, way, done));
        way.pop();
        done.insert(at);
        found
    }
    let mut done = BTreeSet::new();
    graph.keys().find_map(|at| visit(graph, at, &mut Vec::new(), &mut done)).unwrap_or_default()
}

#[test]
fn no_files_import_each_other_but_a_module_and_its_children() {
    let sources = Sources::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
    let graph = sources.graph();
    assert!(graph.values().map(BTreeSet::len).sum::<usize>() > 100, "imports are found");
    let circle = circle(&graph);
    assert!(circle.is_empty(), "a circle of imports: {}", circle.join(" -> "));
}

#[test]
fn a_circle_is_found_through_a_re_export() {
    let imports = |text: &str, file: &str| {
        let file: Module = file.split("::").map(str::to_owned).collect();
        (file.clone(), imports_of(&file, text))
    };
    let sources = Sources {
        imports: BTreeMap::from([
            (Vec::new(), imports_of(&Vec::new(), "pub use one::{One, inner};\nmod one;")),
            imports("use crate::two::Two;\npub struct One;", "one"),
            imports("use super::{self, One};\npub struct Two;", "two"),
        ]),
    };
    assert_eq!(circle(&sources.graph()), ["one", "two"]);
}
