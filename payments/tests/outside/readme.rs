//! The code of the README and of the guides' first pages compiles, and the smallest plug-in is
//! linked, found and configured.

use std::collections::BTreeMap;
use std::fs;

use crate::{
    page::blocks,
    workspace::{self, Member, cargo, programs, text},
};

const README: &str = include_str!("../../../README.md");
const RECEIVE_MONEY: &str = include_str!("../../../docs/guides/receive-money.md");
const SMALLEST: &str = include_str!("../../../docs/plug-ins/smallest.md");

pub(crate) fn members() -> Vec<Member> {
    let files = |files: &[(&str, String)]| -> BTreeMap<String, String> {
        files.iter().map(|(path, text)| ((*path).to_owned(), text.clone())).collect()
    };
    let app = |name: &str, main: &str| {
        let main = format!("{main}{BUILD}");
        files(&[("Cargo.toml", manifest(name)), ("src/main.rs", main)])
    };
    let plug_in = |language| blocks(SMALLEST, "The crate", language)[0].to_owned();
    let shop = |language| blocks(README, "Take a payment", language)[0].to_owned();
    let receive = blocks(RECEIVE_MONEY, "Without the engine", "rust")[0].to_owned();
    let main = format!("mod receive;\n\n{}", shop("rust"));
    vec![
        (
            "provider-toy",
            files(&[("Cargo.toml", plug_in("toml")), ("src/lib.rs", plug_in("rust"))]),
        ),
        ("linked", app("linked", LINKED)),
        ("not-linked", app("not-linked", NOT_LINKED)),
        (
            "shop",
            files(&[
                ("Cargo.toml", shop("toml")),
                ("src/main.rs", main),
                ("src/receive.rs", receive),
            ]),
        ),
    ]
}

/// An app beside the smallest plug-in, with the facade.
fn manifest(name: &str) -> String {
    format!(
        r#"
[package]
name = "{name}"
version = "0.1.0"
edition = "2024"

[dependencies]
async-trait = "0.1"
bytes = "1"
http = "1"
payments = {{ path = "{}/payments", default-features = false, features = ["inventory"] }}
payments-core = "0.1"
provider-toy = {{ path = "../provider-toy" }}
toml = "1"
"#,
        workspace::root().display()
    )
}

const BUILD: &str = r#"
struct Offline;

#[async_trait::async_trait]
impl payments::transport::Transport for Offline {
    async fn send(
        &self,
        _: payments::transport::Call,
    ) -> Result<http::Response<bytes::Bytes>, payments::transport::TransportError> {
        Err(payments::transport::TransportError::new(
            payments::transport::TransportErrorKind::NotSent,
            "offline",
        ))
    }
}

fn payments(registry: payments::registry::Registry) -> payments::Result<payments::Payments> {
    let config = toml::from_str(
        "[providers.my-toy]\nkind = \"toy\"\nenvironment = \"sandbox\"\nurl = \"http://127.0.0.1:9\"\n",
    )
    .unwrap();
    let context = payments::registry::Context::new(std::sync::Arc::new(Offline));
    payments::Payments::build(&config, &registry, &context)
}
"#;

const LINKED: &str = r#"
use provider_toy as _;

fn main() {
    let linked = payments(payments::registry::Registry::linked()).unwrap();
    let toy = linked.provider("my-toy").unwrap();
    println!("{:?}", toy.roles());

    // Two crates of one kind are an error that names both.
    let toy = provider_toy::REGISTRATION;
    let other = payments::registry::Registration::new("toy", "their-toy", "0.1.0", toy.build, "");
    let registry = payments::registry::Registry::linked().add(other);
    println!("{}", payments(registry).unwrap_err());

    answers();
}

/// Every result type can be built from outside.
fn answers() {
    use payments_core::{*, bank::*, money::*, notification::*, payment::*, payout::*, statement::*, virtual_account::*};
    let order = OrderRef::new("A1").unwrap();
    let amount = Money::vnd(1);
    let number = AccountNumber::new("0123").unwrap();
    let account = BankAccount::new(Bin::new("970436").unwrap(), number.clone());
    let key = DedupeKey::new("acme.transaction", "k").unwrap();
    let movement = Movement::new(key.clone(), Direction::In, amount).with_account(number.clone());
    let _ = Payment::new(order.clone(), PaymentState::Settled).with_received(amount).with_credits(vec![movement.clone()]);
    let _ = NextAction::Transfer(Transfer::new(account.clone()).with_amount(amount));
    let _ = NextAction::PostForm(PostForm::new("https://x.example", vec![]));
    let _ = Refund::new(RefundRef::new("R").unwrap(), order.clone(), amount, RefundState::Done);
    let _ = VirtualAccount::new(order.clone(), VirtualAccountState::Open, vec![VirtualAccountNumber::new(number)]);
    let _ = VirtualAccountRules::new().with_parts();
    let _ = Payout::new(PayoutRef::new("P").unwrap(), amount, PayoutState::Pending);
    let _ = Balance::new(amount, Timestamp::from_unix(0));
    let _ = Beneficiary::new(account.clone(), "A").unwrap();
    let _ = Page::new(vec![movement.into()], Cursor::start(), false);
    let _ = StatementAccount::new(AccountId::new("1").unwrap()).with_account(account);
    let _ = Submission::<()>::Declined(Decline::new(DeclineReason::Other).confirmed());
    let _ = Submission::<()>::Uncertain(Uncertain::new(UncertainCause::ConnectionLost, "lost"));
    let _ = Lookup::<()>::Absent(Absence::inconclusive("why"));
    let _ = Event::inquired(key, EventData::Unrecognised { name: "x".into() });
    let _ = Endpoint::new(EndpointName::new("e").unwrap(), http::Method::POST, "anywhere");
    let _ = Untrusted::new(UntrustedReason::WrongSignature, "wrong");
    let _ = Confirmation::NotYet { retry_after: None };
}
"#;

const NOT_LINKED: &str = r#"
fn main() {
    println!("{}", payments(payments::registry::Registry::linked()).unwrap_err());
}
"#;

#[test]
fn the_shop_of_the_readme_compiles_with_its_own_dependencies_and_names_what_is_missing() {
    let said = text(&programs().run("shop", "shop", &[]));
    assert!(said.contains("No such file or directory"), "it reads payments.toml: {said}");
}

#[test]
fn the_smallest_plug_in_is_linked_found_and_configured() {
    let output = programs().run("linked", "linked", &[]);
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
    let said = text(&programs().run("not-linked", "not-linked", &[]));
    // The shop beside it in the workspace turns on the features of other gateways.
    assert!(said.contains("no provider of kind \"toy\" is linked; linked: "), "{said}");
    assert!(!said.contains("provider-toy"), "{said}");
    assert!(said.contains("`use provider_toy as _;`"), "{said}");
}

#[test]
fn two_majors_of_the_core_in_one_graph_are_refused_by_cargo() {
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, text: &str| {
        let file = folder.path().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    };
    let root = workspace::root();
    fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    let next = fs::read_to_string(root.join("payments-core/Cargo.toml")).unwrap();
    let key = next.lines().find(|line| line.starts_with("links = ")).unwrap();
    write(
        "next/Cargo.toml",
        &format!(
            "[package]\nname = \"payments-core\"\nversion = \"0.2.0\"\nedition = \"2024\"\n{key}\n\
             build = \"build.rs\"\n"
        ),
    );
    write("next/build.rs", "fn main() {}");
    write("next/src/lib.rs", "");
    write(
        "Cargo.toml",
        &format!(
            "[package]\nname = \"app\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n[workspace]\n\n\
             [dependencies]\none = {{ package = \"payments-core\", path = \"{}/payments-core\" }}\n\
             two = {{ package = \"payments-core\", path = \"next\" }}\n",
            root.display()
        ),
    );
    write("src/main.rs", "fn main() {}");
    let mut metadata = cargo(folder.path());
    metadata.args(["metadata", "--format-version", "1", "--offline"]);
    let output = metadata.output().unwrap();
    let said = text(&output);
    assert!(!output.status.success());
    assert!(
        said.contains("links to native library `payments-core`") || said.contains("links"),
        "{said}"
    );
}
