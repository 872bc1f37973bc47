//! The curl lines of the sandbox run as printed.

use serde_json::Value;

use super::world::{Sandbox, shell};

/// Runs each line of a gateway in its order, and returns how many there were.
fn run_all(sandbox: &Sandbox, provider: &str) -> usize {
    let samples = sandbox.read(provider, "samples");
    let samples = samples.as_array().unwrap();
    for sample in samples {
        let text = |name: &str| sample[name].as_str().unwrap();
        let answer = shell(text("curl"));
        let expected = text("answers");
        assert!(!expected.is_empty(), "{sample}");
        assert!(answer.contains(expected), "{provider}: {expected} in {answer}\n{sample}");
    }
    samples.len()
}

#[test]
fn every_curl_line_runs_as_printed_and_again_with_new_names() {
    let sandbox = Sandbox::start([]);
    for (provider, least) in [("sepay", 49), ("hpay", 27), ("payos", 9)] {
        let first = run_all(&sandbox, provider);
        assert!(first >= least, "{provider}: {first}");
        assert!(run_all(&sandbox, provider) >= first, "{provider}");
    }
}

/// A line that creates something can be run alone; so can one that asks, once there is something.
#[test]
fn a_line_needs_no_other_once_there_is_something_to_ask_about() {
    let sandbox = Sandbox::start([]);
    for provider in ["sepay", "hpay", "payos"] {
        run_all(&sandbox, provider);
        for sample in sandbox.read(provider, "samples").as_array().unwrap() {
            let asks = ["find", "list", "detail", "inquiry", "count", "balance"];
            let operation = sample["operation"].as_str().unwrap();
            // The virtual accounts and webhooks of the lines are deleted by now.
            let is_deleted = operation.starts_with('v') || operation.contains("webhook");
            if is_deleted || !asks.iter().any(|word| operation.contains(word)) {
                continue;
            }
            let answer = shell(sample["curl"].as_str().unwrap());
            let expected = sample["answers"].as_str().unwrap();
            assert!(answer.contains(expected), "{provider}: {expected} in {answer}\n{sample}");
        }
    }
}

#[test]
fn the_overview_shows_what_the_lines_did() {
    let sandbox = Sandbox::start([]);
    for (provider, lists) in [
        ("sepay", &["orders", "payments", "accounts", "credits"][..]),
        ("hpay", &["orders", "payouts", "accounts"]),
        ("payos", &["orders", "payouts", "accounts"]),
    ] {
        run_all(&sandbox, provider);
        let overview = sandbox.read(provider, "overview");
        for list in lists {
            let rows = overview[list].as_array().unwrap();
            assert!(!rows.is_empty(), "{provider} {list}: {overview}");
            let amounts = rows.iter().filter_map(|row| row.get("amount"));
            assert!(amounts.into_iter().all(Value::is_i64), "{provider} {list}: {overview}");
        }
    }
}
