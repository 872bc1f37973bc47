//! Runs every command that a page of the project shows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use payments::{
    Payments,
    simulators::sepay::{Host, SePaySimulator, Settings},
};
use tempfile::TempDir;

/// Commands that are not run here, by their beginnings, each with the reason.
const NOT_HERE: [(&str, &str); 20] = [
    ("cargo run -- demo", ".ci/run runs it"),
    ("payments demo", ".ci/run runs it"),
    ("cargo test", ".ci/run runs every test"),
    ("CONFORMANCE_REPORT=target/conformance cargo test", "a step of an author's own crate"),
    ("CONFORMANCE_REPORT=$PWD/target/conformance cargo test", ".ci/run runs it"),
    ("cargo run -p conformance-tests --example providers_page", ".ci/run runs it"),
    ("cargo run --example template -- ", "payments/tests/outside/commands.rs runs the template's"),
    ("payments sandbox", "runs until Ctrl-C; tests/cli/sandbox.rs runs it"),
    ("payments doctor --config payments.toml --online", "asks gateways; tests/cli runs it"),
    ("payments probe --config payments.toml ", "asks gateways; tests/cli runs it"),
    ("openssl rand ", "a program of others"),
    ("openssl ", "a program of others"),
    ("chmod ", "a program of others"),
    ("apt-get install ", "a program of others"),
    ("cargo install ", "a program of others"),
    ("cargo fuzz ", ".ci/run fuzzes"),
    ("fuzz/smoke ", ".ci/run runs it"),
    ("BROWSER_TESTS=1 cargo test ", ".ci/run runs every test, with a browser"),
    ("export PAYMENTS_TEST_POSTGRES_URL=", "of the machine"),
    ("ENGINE_TRIAL_", ".ci/run runs them, with smaller numbers"),
];

/// The files that the commands find in their folder.
struct Shop {
    folder: TempDir,
    _sepay: SePaySimulator,
    _runtime: tokio::runtime::Runtime,
}

impl Shop {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
        let sepay = runtime.block_on(SePaySimulator::start(Settings::test())).unwrap();
        let config = format!(
            "[engine]\nstore = 'sqlite:{}'\n\
             [providers.hpay-main]\nkind = 'hpay'\nenvironment = 'sandbox'\n\
             merchant_id = '12345'\nreceiver = 'merchant@shop.example'\n\
             passcode = 'a-passcode-of-the-tests'\n\
             [providers.sepay-main]\nkind = 'sepay'\nenvironment = 'sandbox'\n\
             api_token = '{}'\naccount_bin = '970436'\naccount_number = '0900000001'\n\
             code_prefix = 'SPT'\ncode_min = 8\nuserapi_url = '{}'\nwebhook_secret = '{}'\n",
            folder.path().join("shop.db").display(),
            sepay.settings().api_token(),
            sepay.url(Host::UserApi),
            sepay.settings().webhook_secret(),
        );
        runtime.block_on(async {
            let payments = Payments::from_toml(&config).unwrap();
            payments.engine().unwrap().start().await.unwrap().stop().await;
        });
        fs::write(folder.path().join("payments.toml"), config).unwrap();
        fs::write(folder.path().join("webhook.json"), "{}").unwrap();
        Self { folder, _sepay: sepay, _runtime: runtime }
    }

    /// Runs a line in a shell, in which `payments` is the program of this crate.
    fn run(&self, line: &str) -> Result<(), String> {
        let programs = Path::new(env!("CARGO_BIN_EXE_payments")).parent().unwrap();
        let path = std::env::var("PATH").unwrap();
        let output = Command::new("sh")
            .args(["-c", line])
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", format!("{}:{path}", programs.display()))
            .env("HPAY_PASSCODE", "a-passcode-of-the-tests")
            .env("TIMESTAMP", "1731741261")
            .env("SIGNATURE", "0".repeat(64))
            .env("QUERY", "order_code=20260042&price=50000&secure_code=00")
            .output()
            .unwrap();
        let code = output.status.code();
        // The messages that the pages check are made up: their signatures are wrong.
        let refused = ["payments check ", "payments verify "].iter().any(|it| line.starts_with(it));
        if code == Some(if refused { 3 } else { 0 }) {
            return Ok(());
        }
        let [out, err] = [output.stdout, output.stderr].map(|it| String::from_utf8(it).unwrap());
        Err(format!("ended with {code:?}\n{out}{err}"))
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every page of the project.
fn pages() -> Vec<PathBuf> {
    let (mut pages, mut folders) = (Vec::new(), vec![root()]);
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_str().unwrap();
            let is_of_others = ["target", "node_modules"].contains(&name) || name.starts_with('.');
            if path.is_dir() && !is_of_others {
                folders.push(path);
            } else if name.ends_with(".md") {
                pages.push(path);
            }
        }
    }
    pages
}

/// Returns the commands of a page: the lines of its `sh` blocks, with lines that end in `\` joined,
/// and the beginnings of the rows of its tables.
fn commands(page: &str) -> Vec<String> {
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("\n```").next().unwrap());
    let text = blocks.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    let lines = text.lines().map(|line| line.split(" # ").next().unwrap().trim());
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    let rows = page.lines().filter_map(|row| row.strip_prefix("| `")?.split('`').next());
    let commands = lines.chain(rows.filter(|code| code.starts_with("payments ")));
    commands.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

#[test]
fn every_documented_command_runs_or_is_named_with_the_reason_why_not() {
    let shop = Shop::open();
    let commands: BTreeSet<_> =
        pages().iter().flat_map(|page| commands(&fs::read_to_string(page).unwrap())).collect();
    let (mut not_here, mut problems) = (BTreeSet::new(), Vec::new());
    for command in &commands {
        let listed = NOT_HERE.iter().find(|(begins, _)| command.starts_with(begins));
        if let Some((begins, _)) = listed {
            not_here.insert(*begins);
            continue;
        }
        let line = command.replacen("cargo run -- ", "payments ", 1);
        if !line.starts_with("payments ") {
            problems.push(format!("{command}\nis no command of this project: say why in NOT_HERE"));
        } else if let Err(problem) = shop.run(&line) {
            problems.push(format!("{command}\n{problem}"));
        }
    }
    for (begins, _) in NOT_HERE {
        if !not_here.contains(begins) {
            problems.push(format!("no page shows {begins}: remove it from NOT_HERE"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n\n"));
}

#[test]
fn commands_are_read_from_the_blocks_of_a_page() {
    let page = "```sh\n# a comment\npayments a \\\n  --b c   # why\n\nd\n```\n`e`\n```toml\nf\n```\n\
         | `payments g`, `h` | does |\n| `i` | is no command |\n";
    assert_eq!(commands(page), ["payments a --b c", "d", "payments g"]);
}

#[test]
fn a_command_that_fails_is_found() {
    let shop = Shop::open();
    assert!(shop.run("payments doctor --config elsewhere.toml").is_err());
    assert!(shop.run("payments prviders").is_err());
}
