//! The data that the sandbox preserves over restarts.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpListener;

use serde_json::{Value, json};

use super::world::{Sandbox, shell};
use crate::program::payments;

fn act(sandbox: &Sandbox, provider: &str, action: &Value) {
    let url = format!("{}/api/{provider}/actions", sandbox.page);
    let answer = shell(&format!(
        "curl -s -w '%{{http_code}}' {url} -H 'content-type: application/json' -d '{action}'"
    ));
    assert!(answer.ends_with("200"), "{action}: {answer}");
}

/// Returns the data of a gateway, apart from the time.
fn known(sandbox: &Sandbox, provider: &str) -> Value {
    let mut overview = sandbox.read(provider, "overview");
    let overview = overview.as_object_mut().unwrap();
    overview.remove("now");
    // The hosts have other ports after a restart.
    for order in overview["orders"].as_array_mut().unwrap() {
        order.as_object_mut().unwrap().remove("page");
    }
    json!(overview)
}

#[test]
fn everything_is_there_after_a_restart_and_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let path = path.to_str().unwrap();
    let sandbox = Sandbox::start(["--state", path]);
    for (provider, pay, endpoint) in [
        ("sepay", "SANDBOX-1", "ipn"),
        ("hpay", "SANDBOX-1", "notify"),
        ("payos", "900001", "webhook"),
    ] {
        // Nobody listens there: the deliveries fail.
        let url = "http://127.0.0.1:9/hook";
        let webhook = json!({ "action": "register_webhook", "endpoint": endpoint, "url": url });
        act(&sandbox, provider, &webhook);
        for sample in sandbox.read(provider, "samples").as_array().unwrap() {
            shell(sample["curl"].as_str().unwrap());
        }
        if provider == "payos" {
            shell(sandbox.read(provider, "samples")[0]["curl"].as_str().unwrap());
        }
        let order = if provider == "payos" { "900002" } else { pay };
        let order = if provider == "sepay" { "SANDBOX-1-CARD" } else { order };
        if provider != "sepay" {
            act(&sandbox, provider, &json!({ "action": "pay", "order": order }));
        }
        act(&sandbox, provider, &json!({ "action": "advance_clock", "seconds": 86_400 }));
    }
    // Deliveries to a closed port end immediately.
    let settled = |sandbox: &Sandbox| {
        ["sepay", "hpay", "payos"].map(|provider| {
            for _ in 0..200 {
                let known = known(sandbox, provider);
                if !known["deliveries"].to_string().contains(r#""status":"pending""#) {
                    return known;
                }
            }
            panic!("{provider}: {}", known(sandbox, provider))
        })
    };
    let before = settled(&sandbox);
    sandbox.terminate();

    let second = Sandbox::start(["--state", path]);
    for (provider, before) in ["sepay", "hpay", "payos"].into_iter().zip(&before) {
        let after = known(&second, provider);
        for (list, rows) in before.as_object().unwrap() {
            assert_eq!(&after[list], rows, "{provider} {list}");
        }
    }
    assert!(!before[0]["deliveries"].as_array().unwrap().is_empty());
    let clock = |sandbox: &Sandbox| sandbox.read("payos", "overview")["now"].as_i64().unwrap();
    assert!(clock(&second) > jiff_now() + 86_000);

    // A kill loses no data that is older than a second.
    act(&second, "payos", &json!({ "action": "pay", "order": "900002", "amount": 1 }));
    let saved = || fs::read_to_string(path).unwrap().contains(r#""amount":1,"#);
    let waited = (0..100).any(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        saved()
    });
    assert!(waited, "the change is not written");
    drop(second);
    let third = Sandbox::start(["--state", path]);
    assert!(known(&third, "payos")["payments"].to_string().contains(r#""amount":1,"#));
}

/// Seconds since the Unix epoch.
fn jiff_now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_secs()).unwrap()
}

#[test]
fn a_delivery_that_was_on_its_way_is_sent_again_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let path = path.to_str().unwrap();
    let shop = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", shop.local_addr().unwrap());
    let flags = [("payos", "webhook"), ("sepay", "bank-webhook")];
    let webhooks = flags.map(|(provider, endpoint)| format!("{provider}/{endpoint}={url}"));
    let sandbox =
        Sandbox::start(["--state", path, "--webhook", &webhooks[0], "--webhook", &webhooks[1]]);
    shell(sandbox.read("payos", "samples")[0]["curl"].as_str().unwrap());
    act(&sandbox, "payos", &json!({ "action": "pay", "order": "900001" }));
    act(
        &sandbox,
        "sepay",
        &json!({
            "action": "credit", "account": "0900000001", "amount": 5_000, "memo": "SPT123456",
        }),
    );
    // The shop reads both requests and replies to none.
    let unanswered: Vec<_> = (0..2).map(|_| shop.accept().unwrap()).collect();
    sandbox.terminate();
    drop(unanswered);

    let _second = Sandbox::start(["--state", path]);
    let mut bodies = String::new();
    for _ in 0..2 {
        let (mut stream, _) = shop.accept().unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"}") {
            let mut more = [0; 4096];
            let read = stream.read(&mut more).unwrap();
            assert_ne!(read, 0);
            request.extend_from_slice(&more[..read]);
        }
        bodies.push_str(&String::from_utf8(request).unwrap());
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").unwrap();
    }
    assert!(bodies.contains(r#""orderCode":900001"#), "{bodies}");
    assert!(bodies.contains(r#""transferAmount":5000"#), "{bodies}");
}

#[test]
fn a_file_that_cannot_be_used_is_refused_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    let flags = ["--state", path.to_str().unwrap()];
    Sandbox::start(flags).terminate();
    let good: Value = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut content = good.clone();
        change(&mut content);
        content.to_string()
    };
    for (content, named) in [
        (changed(&|it| it["version"] = json!(2)), "form 2"),
        (changed(&|it| it["gateways"]["hpay"]["merchant"] = json!("99999")), "99999"),
        (changed(&|it| it["gateways"]["acme"] = json!({})), "acme"),
        (changed(&|it| drop(it["gateways"].as_object_mut().unwrap().remove("payos"))), "payos"),
        (changed(&|it| it["gateways"]["sepay"]["books"] = json!(1)), "sepay"),
        (good.to_string()[..100].to_owned(), "damaged"),
        (String::new(), "damaged"),
        ("[]".to_owned(), "damaged"),
    ] {
        fs::write(&path, &content).unwrap();
        let ran = payments(["sandbox", "--port", "0"]).with("--state", flags[1]).run();
        ran.refused(named);
        assert!(ran.err.contains("state.json"), "{ran:?}");
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}

#[cfg(unix)]
#[test]
fn only_its_owner_reads_the_file() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("state.json");
    Sandbox::start(["--state", path.to_str().unwrap()]).terminate();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}
