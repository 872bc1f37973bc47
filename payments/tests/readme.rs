//! The README's code compiles and its plug-in works, outside of this workspace.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const README: &str = include_str!("../../README.md");

/// The fenced blocks of a section, by language.
fn blocks<'a>(section: &str, language: &str) -> Vec<&'a str> {
    let start = README.find(&format!("## {section}\n")).expect("the section is there");
    let section = &README[start + 3..];
    let section = &section[..section.find("\n## ").unwrap_or(section.len())];
    let fence = format!("```{language}\n");
    section.split(&fence).skip(1).map(|rest| &rest[..rest.find("\n```").unwrap()]).collect()
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// A folder outside of the workspace for a crate that depends on it. What it builds is kept under
/// the workspace's target folder, so that only the first run is slow.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::copy(workspace().join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
        folder
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn write(&self, file: &str, text: &str) {
        let file = self.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    fn cargo(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO"))
            .args(arguments)
            .arg("--offline")
            .current_dir(self.path())
            .env("CARGO_TARGET_DIR", workspace().join("target/outside"))
            .env_remove("RUSTFLAGS")
            .output()
            .unwrap()
    }
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// An app beside the README's plug-in, with the facade and without a HTTP client.
///
/// Each has a name of its own, because all build into one target folder at the same time.
fn app(folder: &Folder, name: &str, main: &str) {
    let root = workspace();
    let root = root.display();
    folder.write(
        "Cargo.toml",
        &format!(
            r#"
[workspace]
members = ["app", "provider-toy"]
resolver = "3"

[patch.crates-io]
payments-core = {{ path = "{root}/payments-core" }}
"#
        ),
    );
    folder.write("provider-toy/Cargo.toml", blocks("Write a plug-in", "toml")[0]);
    folder.write("provider-toy/src/lib.rs", blocks("Write a plug-in", "rust")[0]);
    folder.write(
        "app/Cargo.toml",
        &format!(
            r#"
[package]
name = "{name}"
version = "0.1.0"
edition = "2024"

[dependencies]
bytes = "1"
http = "1"
payments = {{ path = "{root}/payments", default-features = false, features = ["inventory"] }}
payments-core = "0.1"
provider-toy = {{ path = "../provider-toy" }}
toml = "1"
async-trait = "0.1"
"#
        ),
    );
    folder.write("app/src/main.rs", main);
}

const BUILD: &str = r#"
struct Offline;

#[async_trait::async_trait]
impl payments_core::transport::Transport for Offline {
    async fn send(
        &self,
        _: payments_core::transport::Call,
    ) -> Result<http::Response<bytes::Bytes>, payments_core::transport::TransportError> {
        Err(payments_core::transport::TransportError::new(
            payments_core::transport::TransportErrorKind::NotSent,
            "offline",
        ))
    }
}

fn payments(registry: payments_core::registry::Registry) -> payments::Result<payments::Payments> {
    let config = toml::from_str(
        "[providers.my-toy]\nkind = \"toy\"\nenvironment = \"sandbox\"\nurl = \"http://127.0.0.1:9\"\n",
    )
    .unwrap();
    let context = payments_core::registry::Context::new(std::sync::Arc::new(Offline));
    payments::Payments::build(&config, &registry, &context)
}
"#;

#[test]
fn the_plug_in_of_the_readme_is_linked_found_and_configured() {
    let folder = Folder::new();
    app(
        &folder,
        "linked",
        &format!(
            "{}{BUILD}",
            r#"
use provider_toy as _;

fn main() {
    let linked = payments(payments_core::registry::Registry::linked()).unwrap();
    let toy = linked.provider("my-toy").unwrap();
    println!("{:?}", toy.roles());

    // Two crates of one kind are an error that names both.
    let toy = provider_toy::REGISTRATION;
    let other = payments_core::registry::Registration::new("toy", "their-toy", "0.1.0", toy.build, "");
    let registry = payments_core::registry::Registry::linked().add(other);
    println!("{}", payments(registry).unwrap_err());

    answers();
}

/// Every answer type can be built from outside.
fn answers() {
    use payments_core::{*, bank::*, money::*, notification::*, payment::*, payout::*, statement::*, virtual_account::*};
    let order = OrderRef::new("A1").unwrap();
    let amount = Money::vnd(1);
    let number = AccountNumber::new("0123").unwrap();
    let account = BankAccount::new(Bin::new("970436").unwrap(), number.clone());
    let key = DedupeKey::new("k").unwrap();
    let movement = Movement::new(key, Direction::In, amount).with_account(number.clone());
    let _ = Payment::new(order.clone(), PaymentState::Settled).with_received(amount).with_credits(vec![movement.clone()]);
    let _ = NextAction::Transfer(Transfer::new(account.clone()).with_amount(amount));
    let _ = NextAction::PostForm(PostForm::new("https://x.example", vec![]));
    let _ = Refund::new(RefundRef::new("R").unwrap(), order.clone(), amount, RefundState::Done);
    let _ = VirtualAccount::new(order.clone(), VirtualAccountState::Open, vec![VirtualAccountNumber::new(number)]);
    let _ = VirtualAccountRules::new().with_parts();
    let _ = Payout::new(PayoutRef::new("P").unwrap(), amount, PayoutState::Pending);
    let _ = Balance::new(amount, Timestamp::from_unix(0));
    let _ = Beneficiary::new(account.clone(), "A").unwrap();
    let _ = Page::new(vec![movement], Cursor::start(), false);
    let _ = StatementAccount::new(AccountId::new("1").unwrap()).with_account(account);
    let _ = Submission::<()>::Declined(Decline::new(DeclineReason::Other).confirmed());
    let _ = Submission::<()>::Uncertain(Uncertain::new(UncertainCause::ConnectionLost, "lost"));
    let _ = Lookup::<()>::Absent(Absence::inconclusive("why"));
    let _ = Event::inquired(News::Unrecognised { name: "x".into() });
    let _ = Endpoint::new(EndpointName::new("e").unwrap(), http::Method::POST, "anywhere");
    let _ = Untrusted::new(UntrustedReason::WrongSignature, "wrong");
    let _ = Confirmation::NotYet { retry_after: None };
}
"#
        ),
    );
    let output = folder.cargo(&["run", "--quiet", "-p", "linked"]);
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("[Payouts]"), "{said}");
    assert!(
        said.contains(
            "two crates provide the kind \"toy\": provider-toy 0.1.0 and their-toy 0.1.0"
        ),
        "{said}"
    );
}

#[test]
fn a_provider_that_no_source_names_is_an_error_with_the_line_to_add() {
    let folder = Folder::new();
    app(
        &folder,
        "not-linked",
        &format!(
            "{}{BUILD}",
            r#"
fn main() {
    println!("{}", payments(payments_core::registry::Registry::linked()).unwrap_err());
}
"#
        ),
    );
    let output = folder.cargo(&["run", "--quiet", "-p", "not-linked"]);
    let said = text(&output);
    assert!(said.contains("no provider of kind \"toy\" is linked; linked: nothing"), "{said}");
    assert!(said.contains("`use provider_toy as _;`"), "{said}");
}

#[test]
fn two_majors_of_the_core_in_one_graph_are_refused_by_cargo() {
    let folder = Folder::new();
    let next = fs::read_to_string(workspace().join("payments-core/Cargo.toml")).unwrap();
    let key = next.lines().find(|line| line.starts_with("links = ")).unwrap();
    folder.write(
        "next/Cargo.toml",
        &format!(
            "[package]\nname = \"payments-core\"\nversion = \"0.2.0\"\nedition = \"2024\"\n{key}\n\
             build = \"build.rs\"\n"
        ),
    );
    folder.write("next/build.rs", "fn main() {}");
    folder.write("next/src/lib.rs", "");
    folder.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\none = {{ package = \"payments-core\", path = \"{}/payments-core\" }}\n\
             two = {{ package = \"payments-core\", path = \"next\" }}\n",
            workspace().display()
        ),
    );
    folder.write("src/main.rs", "fn main() {}");
    let output = folder.cargo(&["metadata", "--format-version", "1"]);
    let said = text(&output);
    assert!(!output.status.success());
    assert!(
        said.contains("links to native library `payments-core`") || said.contains("links"),
        "{said}"
    );
}

#[test]
fn the_code_of_the_readme_compiles() {
    let folder = Folder::new();
    let root = workspace();
    let main = blocks("Take a payment", "rust").join("\n\n").replace(
        "use payments::{Payments, money::Money, notification::{Delivery, News}};",
        "use payments::notification::{Delivery, News};",
    );
    folder.write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"readme\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\nbytes = \"1\"\nhttp = \"1\"\n\
             payments = {{ path = \"{}/payments\", default-features = false, features = [\"inventory\"] }}\n",
            root.display()
        ),
    );
    folder.write("src/lib.rs", &main);
    let output = folder.cargo(&["check", "--quiet"]);
    assert!(output.status.success(), "{}", text(&output));
}
