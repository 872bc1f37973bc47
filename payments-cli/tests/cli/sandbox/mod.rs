//! `payments sandbox`: it prints a configuration, its page can be opened, and its gateways can be
//! controlled.

mod buttons;
mod config;
mod flags;
mod formulas;
mod https;
mod keys;
mod newcomer;
mod receiver;
mod samples;
mod state;
mod world;

use crate::program::{file, payments};
use world::{Sandbox, get};

#[test]
fn the_configuration_is_good_and_the_page_lists_what_there_is() {
    let sandbox = Sandbox::start([]);
    let config = &sandbox.config;
    let page = get(&sandbox.page);
    assert!(page.starts_with("HTTP/1.1 200 OK"), "{page}");
    assert!(page.contains("text/html"), "{page}");
    for gateway in ["HPay", "payOS", "SePay", "The mock"] {
        assert!(page.contains(&format!("<h2>{gateway}")), "{gateway}: {page}");
    }

    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder, "payments.toml", config);
    let ran = payments(["doctor", "--config", path.to_str().unwrap()]).run();
    assert_eq!(ran.code, 0, "{ran:?}\n{config}");
    assert!(ran.out.starts_with("ok: 4 providers"), "{ran:?}");
    for key in ["userapi_v1_url", "oauth_url", "oauth_client_secret", "oauth_redirect_url"] {
        assert!(config.contains(&format!("\n{key} = ")), "{key}: {config}");
    }
}

#[test]
fn a_port_that_is_taken_or_too_high_is_reported() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = payments(["sandbox", "--port", &port]).run();
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("--port"), "{ran:?}");
    payments(["sandbox", "--port", "65535"]).run().refused("--port");
    payments(["sandbox", "--port", "70000"]).run().refused("--port");
}
