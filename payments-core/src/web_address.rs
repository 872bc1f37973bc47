//! Checks of web addresses.

use url::{Host, Url};

use crate::printable::{self, printable};

/// Checks that a text is an absolute `http` or `https` address that every URL parser reads in the
/// same way.
///
/// URL parsers repair their input: `https:/host`, `https:host`, `https://a\@b` and an address with
/// a line break become addresses that nobody wrote, and different parsers make different ones.
///
/// ```
/// use payments_core::check_web_address;
///
/// assert!(check_web_address("https://shop.example/thanks?a=1").is_ok());
/// assert!(check_web_address("https:/shop.example").is_err());
/// assert!(check_web_address("https://user:password@shop.example").is_err());
/// ```
///
/// # Errors
/// Returns the problem, without the address, which may contain a secret.
pub fn check_web_address(text: &str) -> Result<(), &'static str> {
    let url = parse(text)?;
    if url.fragment().is_some() {
        return Err("has a fragment (#…), which is never sent to a server");
    }
    Ok(())
}

/// Checks an address that a browser opens. The rules are those of [`check_web_address`], except
/// that a fragment is allowed, because pages can read it.
///
/// # Errors
/// Returns the problem, without the address, which may contain a secret.
pub fn check_page_address(text: &str) -> Result<(), &'static str> {
    parse(text).map(drop)
}

/// Checks an address as [`check_page_address`] does, and returns it parsed.
fn parse(text: &str) -> Result<Url, &'static str> {
    const NOT_ONE: &str = "is not an absolute http or https address, such as https://shop.example";

    let is_strange = |character: char| {
        character.is_whitespace() || character == '\\' || printable::is_invisible(character)
    };
    if text.contains(is_strange) {
        return Err("contains a space, a backslash or an invisible character");
    }
    let (scheme, rest) = text.split_once("://").ok_or(NOT_ONE)?;
    if !["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known)) {
        return Err(NOT_ONE);
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.is_empty() {
        return Err("has no host");
    }
    if authority.contains('@') {
        return Err("contains a user name or password; remove it");
    }
    let url = Url::parse(text).map_err(|_| NOT_ONE)?;
    if url.port() == Some(0) || authority.ends_with(':') {
        return Err("has an empty port or the port 0");
    }
    if !is_written_plainly(&url, authority) {
        return Err(
            "has a host that is not written plainly: give a domain name in ASCII (Vietnamese \
             letters as xn--…), or an IP address with all its numbers",
        );
    }
    Ok(url)
}

/// Returns an address for logs: without user name and password, cut at its query or fragment.
pub(crate) fn shown(address: &str) -> String {
    let (before, is_cut) = match address.find(['?', '#']) {
        Some(end) => (address.get(..end).unwrap_or_default(), true),
        None => (address, false),
    };
    let (scheme, rest) = before.split_once("//").unwrap_or(("", before));
    // If there is an odd character before the host, parsers disagree where the host begins. So
    // everything up to the last `@`, which may end credentials, is left out.
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host);
    let slashes = if scheme.is_empty() { "" } else { "//" };
    let end = if is_cut { "?…" } else { "" };
    printable(&format!("{scheme}{slashes}{host}{end}")).into_owned()
}

/// Returns whether the parsed host is the host as it is written.
fn is_written_plainly(url: &Url, authority: &str) -> bool {
    let port = authority.rsplit_once(':').filter(|(host, port)| {
        (!host.starts_with('[') || host.ends_with(']')) && port.bytes().all(|b| b.is_ascii_digit())
    });
    let written = port.map_or(authority, |(host, _)| host);
    match url.host() {
        Some(Host::Ipv6(address)) => {
            let inner = written.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            inner.and_then(|text| text.parse().ok()) == Some(address)
        }
        Some(Host::Ipv4(address)) => written == address.to_string(),
        Some(Host::Domain(name)) => {
            let labels = name.strip_suffix('.').unwrap_or(name);
            // Parsers accept more than a host name may contain: `{host}`, `*.example`, `a,b` (RFC
            // 1123, section 2.1; the underscore is common in container networks).
            let is_label = |label: &str| {
                (1..=63).contains(&label.len())
                    && label.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
            };
            written.eq_ignore_ascii_case(name)
                && labels.len() <= 253
                && labels.split('.').all(is_label)
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_call_can_use_is_accepted() {
        for text in [
            "https://shop.example",
            "https://shop.example/thanks?a=1&b=%20",
            "HTTPS://Shop.Example:8443/a",
            "http://localhost:8080",
            "http://127.0.0.1:1/x",
            "http://[::1]:8080/",
            "https://xn--vit-jla9s.vn/cảm-ơn",
            "https://a@b".strip_suffix("@b").unwrap(),
            "https://shop.example/@user",
            "http://payment_gateway:8080",
            "https://a-b.shop.example.",
        ] {
            assert_eq!(check_web_address(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_a_parser_would_have_to_repair_is_refused() {
        for text in [
            "",
            "shop.example",
            "/thanks",
            "//shop.example",
            "https:shop.example",
            "https:/shop.example",
            "https:///shop.example",
            "https://",
            "https://?a",
            "https://:443",
            "https://shop.example:",
            "https://shop.example:0",
            "https://shop.example:99999",
            "https://shop .example",
            " https://shop.example",
            "https://shop.example/a b",
            "https://shop.example/\n",
            "https://shop.example\t",
            "\u{feff}https://shop.example",
            "https://shop\u{200b}.example",
            "https://a\\@b",
            "https:\\\\shop.example",
            "https://user@shop.example",
            "https://user:password@shop.example",
            "https://@shop.example",
            "https://shop.example/#top",
            "https://127.1/",
            "https://0x7f000001",
            "https://2130706433",
            "https://[::1",
            "https://việt.vn",
            "https://shop..example",
            "https://.",
            "https://{host}/v1",
            "https://${GATEWAY}",
            "https://$GATEWAY/v1",
            "https://*.shop.example",
            "https://shop.example,pay.example",
            "https://shop.example;x",
            "https://\"shop.example\"",
            "https://'shop.example'",
            "https://shop.example'",
            "https://(shop.example)",
            "https://shop!.example",
            "https://a&b",
            "https://a=b",
            "https://sh%6fp.example",
            "https://shop%2eexample",
            "https://shop。example",
            "https://ｓhop.example",
            "https://1.2.3",
            "https://0177.0.0.1",
            "https://1.2.3.4.",
            "ftp://shop.example",
            "javascript://shop.example/%0aalert(1)",
        ] {
            assert!(check_web_address(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn only_a_page_may_have_a_fragment() {
        let page = "https://shop.example/#/orders/20260042";
        assert_eq!(check_page_address(page), Ok(()));
        assert!(check_web_address(page).is_err());
        for text in ["https:/shop.example/#a", "https://a\\@b/#a", "https://shop.example:0/#a"] {
            assert!(check_page_address(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn what_is_shown_of_an_address_holds_no_credentials_query_or_fragment() {
        for (address, expected) in [
            ("https://pay.example/order/1", "https://pay.example/order/1"),
            ("https://pay.example/order?code=canary", "https://pay.example/order?…"),
            ("https://pay.example/#token=canary", "https://pay.example/?…"),
            ("https://user:canary@pay.example/a", "https://pay.example/a"),
            ("https://canary@pay.example?x=@", "https://pay.example?…"),
            ("https://user:can@ary@pay.example", "https://pay.example"),
            ("https://user:can/ary@pay.example", "https://pay.example"),
            ("user:canary@pay.example", "pay.example"),
            ("https://pay.example/\n2026 INFO", "https://pay.example/\\u{a}2026 INFO"),
        ] {
            assert_eq!(shown(address), expected, "{address}");
        }
    }

    #[test]
    fn a_refusal_does_not_repeat_the_address() {
        let refusal = check_web_address("https://user:hunter2@shop.example").unwrap_err();
        assert!(!refusal.contains("hunter2"), "{refusal}");
    }
}
