//! The command line that the guide builds has the commands for the guide's provider, and for no
//! other.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::workspace::{programs, text};

const BODY: &str = r#"{"id":"evt_1","merchant":"T-1001","type":"weather.changed"}"#;
const AT: &str = "1731741261";
const FORMULA: &str = "template.notification";

fn template(arguments: &[&str]) -> Command {
    let mut command = programs().command("provider-template", "template");
    command.args(arguments).env_clear().env("SECRET", "notify-secret");
    command
}

/// Its exit code and what it printed.
fn run(command: &mut Command) -> (Option<i32>, String) {
    let output = command.output().unwrap();
    (output.status.code(), text(&output))
}

fn json(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", text(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn file(folder: &TempDir, name: &str, content: &str) -> String {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_owned()
}

fn configuration(folder: &TempDir) -> String {
    let content = "[providers.main]\nkind = \"template\"\nenvironment = \"sandbox\"\n\
                   merchant_id = \"T-1001\"\napi_key = { env = \"SECRET\" }\n\
                   notify_secret = { env = \"SECRET\" }\n";
    file(folder, "payments.toml", content)
}

fn signature() -> String {
    let (stamp, body) = (format!("stamp={AT}"), format!("body={BODY}"));
    let arguments = ["sign", FORMULA, "--field", &stamp, "--field", &body];
    let signed = json(template(&arguments).args(["--secret-env", "SECRET"]));
    signed["signature"].as_str().unwrap().to_owned()
}

#[test]
fn it_lists_the_provider_of_the_guide_and_its_formulas_and_no_others() {
    for (command, name, expected) in
        [("providers", "kind", "template"), ("formulas", "id", FORMULA)]
    {
        let listed = json(&mut template(&[command, "--json"]));
        let names: Vec<_> = listed.as_array().unwrap().iter().map(|row| &row[name]).collect();
        assert_eq!(names, [expected], "{command}");
    }
    let listed = json(&mut template(&["providers", "--json"]));
    assert_eq!(listed[0]["roles"], serde_json::json!(["payments", "notifications"]));
}

#[test]
fn it_signs_and_checks_by_the_formula_of_the_guide() {
    let signature = signature();
    let (stamp, body) = (format!("stamp={AT}"), format!("body={BODY}"));
    for (body, code) in [(body.as_str(), 0), ("body={}", 3)] {
        let mut check = template(&["check", FORMULA, "--field", &stamp, "--field", body]);
        let ran = run(check.args(["--secret-env", "SECRET", "--signature", &signature]));
        assert_eq!(ran.0, Some(code), "{}", ran.1);
    }
}

#[test]
fn it_finds_what_is_wrong_with_a_configuration() {
    let folder = tempfile::tempdir().unwrap();
    let good = configuration(&folder);
    let (code, said) = run(&mut template(&["doctor", "--config", &good]));
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("main (template, sandbox): payments, notifications"), "{said}");

    let bad = "[providers.main]\nkind = \"template\"\nenvironment = \"sandbox\"\n\
               [providers.h]\nkind = \"hpay\"\nenvironment = \"sandbox\"\n";
    let bad = file(&folder, "bad.toml", bad);
    let (code, said) = run(&mut template(&["doctor", "--config", &bad]));
    assert_eq!(code, Some(1), "{said}");
    for problem in ["providers.main.merchant_id", "no provider of kind \"hpay\" is linked"] {
        assert!(said.contains(problem), "{problem}: {said}");
    }
}

#[test]
fn it_verifies_a_delivery_to_the_provider_of_the_guide() {
    let folder = tempfile::tempdir().unwrap();
    let (config, body) = (configuration(&folder), file(&folder, "body.json", BODY));
    let (stamp, signature) =
        (format!("template-stamp: {AT}"), format!("template-signature: {}", signature()));
    for (signature, code, verdict) in
        [(signature.as_str(), 0, "trusted"), ("template-signature: v1=00", 3, "untrusted")]
    {
        let mut verify = template(&["verify", "--config", &config, "--provider", "main"]);
        verify.args(["--endpoint", "notify", "--body-file", &body, "--at", AT]);
        let output = verify.args(["--header", &stamp, "--header", signature]).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", text(&output));
        let printed: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(printed["verdict"], verdict, "{printed}");
    }
}

/// A running program. Dropping it stops it.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn get(url: &str, path: &str) -> String {
    let address = url.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn its_sandbox_runs_the_simulated_gateway_of_the_guide() {
    let mut sandbox = template(&["sandbox", "--port", "0"]);
    let mut running = Running(sandbox.stdout(Stdio::piped()).spawn().unwrap());
    let mut out = BufReader::new(running.0.stdout.take().unwrap());
    let mut printed = String::new();
    while !printed.contains("Ctrl-C") {
        assert_ne!(out.read_line(&mut printed).unwrap(), 0, "the sandbox ended: {printed}");
    }
    let page = printed.lines().find_map(|line| line.strip_prefix("# http://")).unwrap();
    let page = get(page, "/");
    assert!(page.contains("<h2>Template, simulated</h2>"), "{page}");
    assert!(!page.contains("HPay"), "{page}");

    let config: toml::Table = toml::from_str(&printed).unwrap();
    let url = config["providers"]["template"]["url"].as_str().unwrap();
    assert!(get(url, "/v1/payments/T-1").starts_with("HTTP/1.1 401"), "{url}");
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "payments.toml", &printed);
    let (code, said) = run(&mut template(&["doctor", "--config", &path]));
    assert_eq!(code, Some(0), "{said}");
}

#[test]
fn bad_usage_ends_with_2_and_help_with_0() {
    for (arguments, code, expected) in [
        (vec!["--help"], 0, "Usage: template"),
        (vec!["check", "--help"], 0, "template check template.notification"),
        (vec!["demo"], 2, "demo"),
        (vec!["sign", "hpay.checkout_v1_link"], 2, "there is no formula \"hpay.checkout_v1_link\""),
    ] {
        let (ended, said) = run(&mut template(&arguments));
        assert_eq!(ended, Some(code), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}
