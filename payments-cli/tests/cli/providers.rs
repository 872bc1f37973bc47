//! `payments providers`: the linked providers and their capabilities.

use serde_json::Value;

use crate::program::payments;

fn listed() -> Value {
    let ran = payments(["providers", "--json"]).run();
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.json()
}

#[test]
fn every_provider_is_built_from_its_example() {
    let listed = listed();
    let kinds: Vec<_> =
        listed.as_array().unwrap().iter().map(|report| report["kind"].as_str().unwrap()).collect();
    for kind in ["hpay", "mock", "payos", "sepay"] {
        assert!(kinds.contains(&kind), "{kinds:?}");
    }
    for report in listed.as_array().unwrap() {
        assert!(report.get("problems").is_none(), "{report}");
        assert!(report["roles"].as_array().unwrap().contains(&"payments".into()), "{report}");
        assert_eq!(report["package"], format!("provider-{}", report["kind"].as_str().unwrap()));
        for endpoint in report["endpoints"].as_array().unwrap() {
            assert!(["GET", "POST"].contains(&endpoint["method"].as_str().unwrap()), "{endpoint}");
            assert!(endpoint["display_only"].is_boolean(), "{endpoint}");
        }
    }
}

#[test]
fn the_text_names_every_role_and_endpoint() {
    let ran = payments(["providers"]).run();
    assert_eq!(ran.code, 0, "{ran:?}");
    for report in listed().as_array().unwrap() {
        for role in report["roles"].as_array().unwrap() {
            assert!(ran.out.contains(role.as_str().unwrap()), "{role}: {}", ran.out);
        }
        for endpoint in report["endpoints"].as_array().unwrap() {
            let name = format!("\n  {}", endpoint["name"].as_str().unwrap());
            assert!(ran.out.contains(&name), "{name}: {}", ran.out);
        }
    }
    assert!(!ran.out.contains("not built"), "{}", ran.out);
}
