//! The printed configuration for the sandbox's gateways.

use std::fmt::{Display, Write as _};

use crate::{
    output::{DIM, STRONG, styled},
    simulator::{RunningSimulator, Value},
    toml_text::quoted,
};

/// Returns a configuration file with all providers, and the addresses as comments.
pub(super) fn of(page: &str, gateways: &[(&str, RunningSimulator)]) -> String {
    let mut out = String::new();
    comment(&mut out, "Simulated gateways: no real money. What there is and what to try:");
    let _ = writeln!(out, "{} {}", styled(DIM, "#"), styled(STRONG, page));
    for (kind, gateway) in gateways {
        provider(&mut out, kind, gateway);
    }
    out.push('\n');
    comment(&mut out, "The gateways run until Ctrl-C.");
    out
}

/// Appends the table of a provider. Only the sandbox allows secrets in the file itself.
fn provider(out: &mut String, kind: &str, gateway: &RunningSimulator) {
    out.push('\n');
    for (host, url) in &gateway.hosts {
        comment(out, format_args!("{kind} {host}: {url}"));
    }
    let _ = writeln!(out, "[providers.{kind}]\nkind = {}", quoted(kind));
    let _ = writeln!(out, "environment = \"sandbox\"");
    for (key, value) in &gateway.keys {
        let _ = match value {
            Value::Number(number) => writeln!(out, "{key} = {number}"),
            Value::Toml(toml) => writeln!(out, "{key} = {toml}"),
            Value::Text(text) if text.contains('\n') => {
                writeln!(out, "{key} = '''\n{}\n'''", text.trim_end())
            }
            Value::Text(text) => writeln!(out, "{key} = {}", quoted(text)),
        };
    }
}

fn comment(out: &mut String, text: impl Display) {
    let _ = writeln!(out, "{}", styled(DIM, format_args!("# {text}")));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_is_read_back_from_the_configuration() {
        let texts =
            ["a\"b\\c", "tab\tđ\u{301}\u{7f}", "-----BEGIN KEY-----\nAA\n-----END KEY-----"];
        let mut gateway = RunningSimulator::new("Acme", ()).with_number("number", 5);
        for (text, index) in texts.iter().zip(0..) {
            gateway = gateway.with_text(&format!("text_{index}"), text);
        }
        let printed = of("http://127.0.0.1:1", &[("acme", gateway)]);
        let plain = anstream::adapter::strip_str(&printed).to_string();
        let read: toml::Table = toml::from_str(&plain).unwrap();
        let provider = &read["providers"]["acme"];
        for (text, index) in texts.iter().zip(0..) {
            let found = provider[&format!("text_{index}")].as_str().unwrap();
            assert_eq!(found.trim_end(), *text);
        }
        assert_eq!(provider["number"].as_integer(), Some(5));
    }
}
