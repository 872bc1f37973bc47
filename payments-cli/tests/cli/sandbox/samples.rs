//! The curl lines of the sandbox run as printed.

use serde_json::Value;

use super::world::{Sandbox, shell};

fn run(provider: &str, sample: &Value) {
    let text = |name: &str| sample[name].as_str().unwrap();
    let (answer, expected) = (shell(text("curl")), text("answers"));
    assert!(!expected.is_empty(), "{sample}");
    assert!(answer.contains(expected), "{provider}: {expected} in {answer}\n{sample}");
}

/// Runs each line of a gateway in its order, and returns how many there were.
fn run_all(sandbox: &Sandbox, provider: &str) -> usize {
    let samples = sandbox.read(provider, "samples");
    let samples = samples.as_array().unwrap();
    samples.iter().for_each(|sample| run(provider, sample));
    samples.len()
}

#[test]
fn every_curl_line_runs_as_printed_and_again_with_new_names() {
    let sandbox = Sandbox::start([]);
    for (provider, least) in [("sepay", 49), ("hpay", 27), ("payos", 9), ("mock", 10)] {
        let first = run_all(&sandbox, provider);
        assert!(first >= least, "{provider}: {first}");
        assert!(run_all(&sandbox, provider) >= first, "{provider}");
        run_what_asks(&sandbox, provider);
    }
    the_overview_shows_what_the_lines_did(&sandbox);
}

/// Runs the lines with inquiries, which need no other line once there is data.
fn run_what_asks(sandbox: &Sandbox, provider: &str) {
    for sample in sandbox.read(provider, "samples").as_array().unwrap() {
        let asks = ["find", "list", "detail", "inquiry", "count", "balance"];
        let operation = sample["operation"].as_str().unwrap();
        // The virtual accounts and webhooks of the lines are deleted by now.
        let is_deleted = operation.starts_with('v') || operation.contains("webhook");
        if !is_deleted && asks.iter().any(|word| operation.contains(word)) {
            run(provider, sample);
        }
    }
}

fn the_overview_shows_what_the_lines_did(sandbox: &Sandbox) {
    for (provider, lists) in [
        ("sepay", &["orders", "payments", "accounts", "credits"][..]),
        ("hpay", &["orders", "payouts", "accounts"]),
        ("payos", &["orders", "payouts", "accounts"]),
        ("mock", &["orders", "payouts", "accounts"]),
    ] {
        let overview = sandbox.read(provider, "overview");
        for list in lists {
            let rows = overview[list].as_array().unwrap();
            assert!(!rows.is_empty(), "{provider} {list}: {overview}");
            let amounts = rows.iter().filter_map(|row| row.get("amount"));
            assert!(amounts.into_iter().all(Value::is_i64), "{provider} {list}: {overview}");
        }
    }
}
