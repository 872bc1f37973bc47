//! Pages of HTML for people, in English and in Vietnamese.
//!
//! They are written with [`maud`], which escapes every text.

use fast_qr::{QRBuilder, convert::svg::SvgBuilder};
use http::{
    HeaderMap,
    header::{ACCEPT_LANGUAGE, COOKIE},
};
use maud::{DOCTYPE, Markup, PreEscaped, html};
pub use payments_core::money::Language;
use payments_core::money::{Currency, Money};

/// The name of the cookie that stores the language chosen by a visitor. Browsers send it to every
/// port of a host, so all simulated gateways on a machine receive it.
pub const LANGUAGE_COOKIE: &str = "language";

/// A text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// The English text.
    pub english: &'static str,
    /// The Vietnamese text.
    pub vietnamese: &'static str,
}

impl Text {
    /// Creates a text from both languages.
    pub const fn new(english: &'static str, vietnamese: &'static str) -> Self {
        Self { english, vietnamese }
    }

    /// Returns the text in one language.
    pub const fn to(self, language: Language) -> &'static str {
        match language {
            Language::Vietnamese => self.vietnamese,
            _ => self.english,
        }
    }
}

/// Returns the language that the visitor chose, or else the one that their browser prefers, or else
/// `otherwise`.
pub fn preferred_language(headers: &HeaderMap, otherwise: Language) -> Language {
    let texts = |name| headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    let chosen = texts(COOKIE).flat_map(|text| text.split(';')).find_map(|cookie| {
        let (name, tag) = cookie.trim().split_once('=')?;
        Language::from_tag(tag).filter(|_| name == LANGUAGE_COOKIE)
    });
    // Browsers list their languages from the most preferred to the least.
    let mut accepted =
        texts(ACCEPT_LANGUAGE).flat_map(|text| text.split(',')).filter_map(|range| {
            Language::from_tag(range.split([';', '-']).next().unwrap_or_default().trim())
        });
    chosen.or_else(|| accepted.next()).unwrap_or(otherwise)
}

/// Formats an amount for people, without line breaks. `units` is a number of whole units of the
/// `currency` with this code, such as đồng for `VND`.
pub fn amount(units: i64, currency: &str, language: Language) -> Markup {
    let read = Currency::from_code(currency)
        .and_then(|currency| Money::from_decimal(units.into(), currency));
    let text = match read {
        Ok(amount) => amount.localized(language),
        // The currency is not in ISO 4217, or the amount does not fit into its minor units.
        Err(_) => format!("{units} {currency}"),
    };
    html! { span.amount { (text) } }
}

/// Returns a QR code as an SVG image, dark on light in every colour scheme. `None` if the text is
/// too long.
pub fn qr_svg(text: &str) -> Option<String> {
    let code = QRBuilder::new(text).build().ok()?;
    Some(SvgBuilder::default().to_str(&code))
}

/// Returns a whole page in the common style. `head` may be empty; `body` includes the heading.
pub fn document(language: Language, title: &str, head: Markup, body: Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang=(language.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                // Otherwise browsers request an icon, which no gateway has.
                link rel="icon" href="data:,";
                title { (title) }
                style { (PreEscaped(STYLE)) }
                (head)
            }
            body { (body) }
        }
    }
}

const SIMULATED: Text = Text::new("simulated, no real money", "giả lập, không có tiền thật");

/// Returns a page on which a buyer pays at `gateway`.
pub fn buyer_page(gateway: &str, language: Language, heading: &str, body: Markup) -> Markup {
    let title = format!("{heading} – {gateway}");
    document(
        language,
        &title,
        html! {},
        html! {
            main.buyer {
                p.gateway { strong { (gateway) } " · " (SIMULATED.to(language)) }
                h1 { (heading) }
                (body)
            }
        },
    )
}

/// Returns rows of a label and a value each. A row without a value is omitted.
pub fn facts<'a>(rows: impl IntoIterator<Item = (&'a str, Markup)>) -> Markup {
    html! {
        dl {
            @for (label, value) in rows {
                @if !value.0.is_empty() { dt { (label) } dd { (value) } }
            }
        }
    }
}

/// The style of every page, which is readable on a phone, in light and in dark mode.
const STYLE: &str = "\
:root{color-scheme:light dark;--text:#1b1f24;--soft:#59636e;--line:#d1d9e0;--page:#f6f8fa;\
--card:#fff;--accent:#0b57d0;--on-accent:#fff;--good:#1a7f37;--bad:#b3261e;--wait:#8a5a00}\
@media(prefers-color-scheme:dark){:root{--text:#e6edf3;--soft:#9da7b3;--line:#3d444d;\
--page:#0d1117;--card:#161b22;--accent:#8ab4f8;--on-accent:#0d1117;--good:#56d364;--bad:#ff8a80;\
--wait:#e3b341}}\
*{box-sizing:border-box}\
body{margin:0;background:var(--page);color:var(--text);\
font:16px/1.5 system-ui,-apple-system,'Segoe UI','Noto Sans',sans-serif}\
main{max-width:72rem;margin:0 auto;padding:1rem}\
a{color:var(--accent)}h1{font-size:1.5rem;line-height:1.25;margin:.25rem 0 1rem}\
.buyer{width:min(30rem,100% - 2rem);margin:1rem auto;padding:1.5rem;background:var(--card);\
border:1px solid var(--line);border-radius:.75rem}\
.gateway{margin:0;color:var(--soft);font-size:.9rem}.amount{white-space:nowrap}\
.total{font-size:2rem;font-weight:600;line-height:1.2;margin:0 0 1rem}\
dl{margin:0 0 1rem}dt{color:var(--soft);font-size:.9rem}dd{margin:0 0 .6rem;overflow-wrap:anywhere}\
button,.button{font:inherit;padding:.5rem 1rem;border:1px solid var(--line);border-radius:.5rem;\
background:transparent;color:inherit;cursor:pointer}\
button.main,.button{background:var(--accent);border-color:var(--accent);color:var(--on-accent);\
text-decoration:none;display:inline-block}\
.buyer button{display:block;width:100%;margin:.5rem 0;min-height:2.75rem}\
button:focus-visible,a:focus-visible,input:focus-visible,summary:focus-visible{\
outline:3px solid var(--accent);outline-offset:2px}\
fieldset{border:1px solid var(--line);border-radius:.5rem;margin:0 0 1rem;padding:.5rem 1rem}\
fieldset label{display:block;padding:.4rem 0}.note{color:var(--soft);font-size:.9rem}\
.good{color:var(--good)}.bad{color:var(--bad)}.wait{color:var(--wait)}\
code,pre{font:.9em/1.5 ui-monospace,'Cascadia Code','DejaVu Sans Mono',monospace}\
code{overflow-wrap:anywhere}svg{max-width:100%;height:auto}";

#[cfg(test)]
mod tests {
    use super::*;

    fn preferred(headers: &[(&'static str, &'static str)]) -> Language {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        preferred_language(&headers, Language::English)
    }

    #[test]
    fn the_chosen_language_comes_before_that_of_the_browser() {
        use Language::{English, Vietnamese};
        for (headers, expected) in [
            (&[][..], English),
            (&[("accept-language", "vi-VN,vi;q=0.9,en;q=0.8")], Vietnamese),
            (&[("accept-language", "fr-FR, en-GB;q=0.9, vi;q=0.8")], English),
            (&[("accept-language", "de")], English),
            (&[("accept-language", "en"), ("cookie", "a=b; language=vi")], Vietnamese),
            (&[("accept-language", "vi"), ("cookie", "language=en")], English),
            (&[("accept-language", "vi"), ("cookie", "language=xx; my-language=en")], Vietnamese),
        ] {
            assert_eq!(preferred(headers), expected, "{headers:?}");
        }
    }

    #[test]
    fn an_amount_is_read_in_whole_units() {
        let shown = |units, currency| amount(units, currency, Language::English).into_string();
        assert_eq!(shown(50_000, "VND"), "<span class=\"amount\">50,000 VND</span>");
        assert!(shown(20, "usd").contains("20.00 USD"));
        assert!(shown(i64::MAX, "USD").contains("9223372036854775807 USD"));
        assert!(shown(5, "<b>").contains("5 &lt;b&gt;"));
    }

    #[test]
    fn texts_cannot_become_markup() {
        let text = r#"<a href="x" title='y'>&"#;
        let rows = facts([(text, html! { (text) }), ("empty", html! { "" })]);
        let page = buyer_page(text, Language::Vietnamese, text, rows).into_string();
        assert!(!page.contains("<a "), "{page}");
        assert!(!page.contains("empty"), "{page}");
        assert_eq!(
            page.matches("&lt;a href=&quot;x&quot; title='y'&gt;&amp;").count(),
            6,
            "{page}"
        );
        assert!(page.contains("<html lang=\"vi\">"), "{page}");
    }
}
