//! Every configuration that a page or a comment of the documentation shows has no problem.

use std::fs;
use std::path::{Path, PathBuf};

use payments::simulators::hpay::{HPaySimulator, Settings};
use tempfile::TempDir;

use crate::program::{file, payments};

const SECRET: &str = "TEST-ONLY-0123456789-0123456789";

/// Tables of which a block may show a part.
const HPAY: &str = "[providers.hpay-main]\nkind = 'hpay'\nenvironment = 'sandbox'\n\
                    merchant_id = '12345'\nreceiver = 'shop@example.com'\n\
                    passcode = 'TEST-ONLY-0123456789-0123456789'\n";
const SEPAY: &str = "[providers.sepay-main]\nkind = 'sepay'\nenvironment = 'sandbox'\n";
const SEPAY_BANK: &str = "[providers.sepay-main]\nkind = 'sepay'\nenvironment = 'sandbox'\n\
                          api_token = 'TEST-ONLY-0123456789-0123456789'\n";

/// What stands before a part of a configuration, by how the part begins.
const PARTS: [(&str, &str); 4] = [
    ("[engine]\n", HPAY),
    ("[providers.hpay-main.formulas]\n", HPAY),
    ("api_token = ", SEPAY),
    ("va_account = ", SEPAY_BANK),
];

/// What is no configuration of the linked providers, by how it begins, with the reason.
const OTHERS: [(&str, &str); 8] = [
    ("# Cargo.toml", "a manifest: payments/tests/outside builds it"),
    ("[dependencies]\n", "a part of a manifest"),
    ("# example.toml", "of the plug-in that the guide builds, which tests it"),
    ("[providers.main]\nkind = \"template\"", "of the plug-in that the guide builds"),
    ("expect = [\"template\"]", "of the plug-in that the guide builds"),
    ("expect = [\"acme\"]", "of a plug-in that is not there"),
    ("prefer = [", "the example beside it reads the providers of its own file"),
    ("", "an empty block: what it includes is the example of a registration, which is built"),
];

/// A block, and where it is.
struct Block {
    place: String,
    text: String,
}

/// The pages and sources of the project.
fn files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let (mut found, mut folders) = (Vec::new(), vec![root.to_owned()]);
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_dir() {
                if name != "target" && name != "node_modules" && !name.starts_with('.') {
                    folders.push(path);
                }
            } else if name.ends_with(".md") || name.ends_with(".rs") {
                found.push(path);
            }
        }
    }
    found
}

/// The `toml` blocks of a page, or of the comments that are documentation of a source.
fn blocks(path: &Path) -> Vec<Block> {
    let text = fs::read_to_string(path).unwrap();
    let is_source = path.extension().is_some_and(|extension| extension == "rs");
    let (mut blocks, mut block) = (Vec::new(), None::<Block>);
    for (line, number) in text.lines().zip(1..) {
        let line = match is_source {
            true => line.trim_start(),
            false => line,
        };
        let comment = ["//! ", "/// ", "//!", "///"].iter().find_map(|it| line.strip_prefix(it));
        let line = match comment {
            Some(comment) if is_source => comment,
            None if is_source => continue,
            _ => line,
        };
        match &mut block {
            None if line == "```toml" => {
                block = Some(Block {
                    place: format!("{}:{number}", path.display()),
                    text: String::new(),
                });
            }
            Some(_) if line == "```" => blocks.extend(block.take()),
            Some(block) => block.text += &format!("{line}\n"),
            None => {}
        }
    }
    blocks
}

/// The values of `name = "…"` in a text.
fn values<'a>(text: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!("{name} = \"");
    text.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// Files of the kinds that configurations name.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let hpay = runtime.block_on(HPaySimulator::start(Settings::test())).unwrap();
        file(&folder, "private.pem", hpay.merchant_private_key().unwrap());
        file(&folder, "certificate.cer", hpay.hpay_certificate());
        file(&folder, "engine.key", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
        Self(folder)
    }

    fn like(&self, name: &str) -> String {
        let name = match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("pem") => "private.pem",
            Some("cer") => "certificate.cer",
            _ => "engine.key",
        };
        self.0.path().join(name).to_str().unwrap().to_owned()
    }

    /// What is wrong with a configuration, if anything.
    fn problem(&self, configuration: &str) -> Option<String> {
        let mut text = configuration.to_owned();
        for name in values(configuration, "file") {
            text = text.replace(&format!("\"{name}\""), &format!("\"{}\"", self.like(name)));
        }
        let path = file(&self.0, "payments.toml", &text);
        let mut doctor = payments(["doctor", "--config", path.to_str().unwrap()]);
        for name in values(configuration, "env") {
            doctor = doctor.variable(name, SECRET);
        }
        let ran = doctor.run();
        (ran.code != 0).then(|| format!("{}{}", ran.out, ran.err))
    }
}

#[test]
fn every_documented_configuration_has_no_problem_or_is_named_with_the_reason() {
    let (files_of_secrets, mut problems, mut found) = (Files::new(), Vec::new(), Vec::new());
    let blocks: Vec<Block> = files().iter().flat_map(|path| blocks(path)).collect();
    for Block { place, text } in &blocks {
        let begins = |begin: &str| match begin {
            "" => text.is_empty(),
            begin => text.starts_with(begin),
        };
        if let Err(error) = toml::from_str::<toml::Table>(text) {
            problems.push(format!("{place}: {error}"));
        }
        if let Some((begin, _)) = OTHERS.iter().find(|(begin, _)| begins(begin)) {
            found.push(*begin);
            continue;
        }
        let part = PARTS.iter().find(|(begin, _)| begins(begin));
        found.extend(part.map(|(begin, _)| *begin));
        let whole = format!("{}{text}", part.map(|(_, before)| *before).unwrap_or_default());
        if let Some(problem) = files_of_secrets.problem(&whole) {
            problems.push(format!("{place}\n{problem}"));
        }
    }
    for (begin, _) in PARTS.iter().chain(&OTHERS) {
        if !found.contains(begin) {
            problems.push(format!("no block begins with {begin:?}: remove it here"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn a_documented_configuration_with_a_mistake_is_found() {
    let files = Files::new();
    assert!(files.problem(&HPAY.replace("receiver", "reciever")).is_some());
    assert_eq!(files.problem(HPAY), None);
}
