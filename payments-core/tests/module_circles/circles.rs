//! Finds circles between the modules of a crate by reading its `use` paths.
//!
//! Other crates use this file by its path. Test modules are left out, and so are a module and its
//! own children, which may depend on each other.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The path of a module from the root of its crate, such as `transport::retry`.
type Module = Vec<String>;

/// The modules of a crate, each with the paths that it uses.
pub(crate) struct Modules {
    uses: BTreeMap<Module, Vec<Vec<String>>>,
    /// The re-exports of a module under its own name, with their origin.
    exports: BTreeMap<Vec<String>, Vec<String>>,
}

impl Modules {
    /// Reads every file of a crate's `src`.
    pub(crate) fn read(source: &Path) -> Self {
        let mut modules = Self { uses: BTreeMap::new(), exports: BTreeMap::new() };
        modules.read_file(source, &source.join("lib.rs"), &Module::new());
        modules
    }

    pub(crate) fn count(&self) -> usize {
        self.uses.len()
    }

    /// Returns a circle, as its modules and the files by which one leads to the next. Modules count
    /// as one if the first `depth` names of their paths are the same.
    pub(crate) fn circle(&self, depth: usize) -> Option<String> {
        let edges = self.edges(depth);
        edges.keys().find_map(|start| {
            let path = path_back(start, &edges)?;
            let steps = path.windows(2).map(|pair| {
                let by = edges[&pair[0]][&pair[1]].join("::");
                format!("{} uses {} (in {by})", pair[0].join("::"), pair[1].join("::"))
            });
            Some(steps.collect::<Vec<_>>().join(", "))
        })
    }

    /// Returns the modules that each module uses, and the files in which it does.
    fn edges(&self, depth: usize) -> BTreeMap<Module, BTreeMap<Module, Module>> {
        let cut = |module: &[String]| module.iter().take(depth).cloned().collect::<Module>();
        let mut edges: BTreeMap<Module, BTreeMap<Module, Module>> = BTreeMap::new();
        for (file, paths) in &self.uses {
            for path in paths {
                let (from, to) = (cut(file), cut(&self.target(path.clone())));
                if !from.starts_with(&to) && !to.starts_with(&from) {
                    edges.entry(from).or_default().entry(to).or_insert_with(|| file.clone());
                }
            }
        }
        edges
    }

    /// Returns the module in which the item at a path is defined.
    fn target(&self, mut path: Vec<String>) -> Module {
        // A re-export of a re-export is followed. A circle of them would not compile.
        while let Some(from) = self.exports.get(&path) {
            path = from.clone();
        }
        let longest = (0..=path.len()).rev().find(|end| self.uses.contains_key(&path[..*end]));
        path[..longest.unwrap_or_default()].to_vec()
    }

    fn read_file(&mut self, folder: &Path, file: &Path, module: &Module) {
        let text = code(&fs::read_to_string(file).unwrap());
        for (name, path) in children(&text) {
            let child: Module = module.iter().cloned().chain([name.clone()]).collect();
            let file = path.map_or_else(|| format!("{name}.rs"), str::to_owned);
            let inside = folder.join(&name);
            if folder.join(&file).is_file() {
                self.read_file(&inside, &folder.join(&file), &child);
            } else {
                self.read_file(&inside, &inside.join("mod.rs"), &child);
            }
        }
        let mut uses = Vec::new();
        for (start, is_export) in starts(&text) {
            for path in paths(&text[start..]) {
                let Some(path) = absolute(module, path) else { continue };
                if let (true, Some(name)) = (is_export, path.last()) {
                    let exported: Vec<String> =
                        module.iter().cloned().chain([name.clone()]).collect();
                    if path != exported {
                        self.exports.insert(exported, path);
                    }
                } else {
                    uses.push(path);
                }
            }
        }
        self.uses.insert(module.clone(), uses);
    }
}

/// Returns a file without comments and without the code that is compiled for tests only.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let mut code = String::new();
    let mut is_test = false;
    for line in text.lines() {
        let line = line.split("//").next().unwrap_or_default();
        if !is_test {
            code.push_str(line);
            code.push('\n');
        }
        is_test = line.trim().starts_with("#[cfg(") && line.contains("test");
    }
    code
}

/// Returns the modules that a file declares, each with its own path if it has one.
fn children(text: &str) -> Vec<(String, Option<&str>)> {
    let mut children = Vec::new();
    let mut path = None;
    for line in text.lines().map(str::trim) {
        let declared = line.strip_suffix(';').and_then(|line| {
            let (before, name) = line.split_once("mod ")?;
            (before.is_empty() || before.starts_with("pub")).then(|| name.to_owned())
        });
        if let Some(name) = declared {
            children.push((name, path.take()));
        } else if let Some(quoted) = line.strip_prefix("#[path = \"") {
            path = quoted.strip_suffix("\"]");
        }
    }
    children
}

/// Returns the positions at which paths begin, and whether they are re-exported: `use` items, and
/// paths inside code.
fn starts(text: &str) -> Vec<(usize, bool)> {
    let mut starts = Vec::new();
    for (at, _) in text.match_indices("use ") {
        let line = text[..at].rsplit('\n').next().unwrap_or_default().trim();
        if line.is_empty() || line.starts_with("pub") {
            starts.push((at + "use ".len(), !line.is_empty()));
        }
    }
    for (at, _) in text.match_indices("crate::").chain(text.match_indices("super::")) {
        let before = &text[..at];
        let is_inside =
            before.ends_with("::") || before.ends_with(is_name) || before.ends_with('$');
        let item = &before[before.rfind(';').map_or(0, |end| end + 1)..];
        if !is_inside && !item.contains("use ") {
            starts.push((at, false));
        }
    }
    starts
}

fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Returns the paths of a `use` tree at the beginning of a text.
fn paths(text: &str) -> Vec<Vec<String>> {
    let mut rest = text;
    tree(&mut rest)
}

fn tree(rest: &mut &str) -> Vec<Vec<String>> {
    let mut names = Vec::new();
    loop {
        *rest = rest.trim_start();
        if let Some(inside) = rest.strip_prefix('{') {
            *rest = inside;
            let mut all = Vec::new();
            while !rest.trim_start().starts_with('}') && !rest.is_empty() {
                let below = tree(rest);
                all.extend(below.into_iter().map(|path| [names.clone(), path].concat()));
                *rest = rest.trim_start();
                *rest = rest.strip_prefix(',').unwrap_or(rest);
            }
            *rest = rest.trim_start().strip_prefix('}').unwrap_or_default();
            return all;
        }
        let end = rest.find(|character| !is_name(character)).unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        if name.is_empty() {
            // `*`, or text that is not a path.
            *rest = rest.get(1..).unwrap_or_default();
            return vec![names];
        }
        names.push(name.to_owned());
        *rest = after;
        match rest.strip_prefix("::") {
            Some(after) => *rest = after,
            None => break,
        }
    }
    if let Some(renamed) = rest.strip_prefix(" as ") {
        *rest = renamed.trim_start_matches(is_name);
    }
    if names.last().is_some_and(|name| name == "self") {
        names.pop();
    }
    vec![names]
}

/// Returns a path from the root of the crate, or `None` for a path of another crate.
fn absolute(module: &Module, mut path: Vec<String>) -> Option<Vec<String>> {
    let mut base = module.clone();
    match path.first()?.as_str() {
        "crate" => {
            path.remove(0);
            return Some(path);
        }
        "self" => drop(path.remove(0)),
        _ => {}
    }
    while path.first().is_some_and(|name| name == "super") {
        path.remove(0);
        base.pop();
    }
    Some([base, path].concat())
}

/// Returns a path from a module back to itself.
fn path_back(
    start: &Module,
    edges: &BTreeMap<Module, BTreeMap<Module, Module>>,
) -> Option<Vec<Module>> {
    let mut seen = BTreeSet::new();
    let mut ways = vec![vec![start.clone()]];
    while let Some(way) = ways.pop() {
        for next in edges.get(way.last()?).into_iter().flat_map(BTreeMap::keys) {
            let longer = [way.clone(), vec![next.clone()]].concat();
            if next == start {
                return Some(longer);
            }
            if seen.insert(next.clone()) {
                ways.push(longer);
            }
        }
    }
    None
}
