//! A form that the buyer's browser posts.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};

use crate::{Error, Result, web_address};

/// An address and the fields to post to it, in the order in which they were signed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PostForm {
    /// The address to which the browser posts the form.
    pub action: String,
    /// The names and values in order, not escaped.
    pub fields: Vec<(String, String)>,
}

/// An HTML page that submits a form when it loads, and the security policy to send with it.
///
/// `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FormPage {
    /// The HTML of the page.
    pub html: String,
    /// The value to send in the `Content-Security-Policy` header of the page. The policy allows the
    /// page's own script, by its nonce, and posting the form to its address or to an `https`
    /// address. It forbids every other script and resource.
    pub content_security_policy: String,
}

impl PostForm {
    /// Creates a form with these fields, in this order.
    pub fn new(action: impl Into<String>, fields: Vec<(String, String)>) -> Self {
        Self { action: action.into(), fields }
    }

    /// Returns the form as HTML with hidden inputs and one button labelled `button`. The values are
    /// escaped here, after signing, so the browser posts exactly the signed values.
    pub fn to_html(&self, button: &str) -> String {
        let mut html = String::with_capacity(256 + self.fields.len() * 80);
        html.push_str("<form method=\"post\" accept-charset=\"utf-8\" action=\"");
        escape(&mut html, &self.action);
        html.push_str("\">\n");
        for (name, value) in &self.fields {
            html.push_str("<input type=\"hidden\" name=\"");
            escape(&mut html, name);
            html.push_str("\" value=\"");
            escape(&mut html, value);
            html.push_str("\">\n");
        }
        html.push_str("<button type=\"submit\">");
        escape(&mut html, button);
        html.push_str("</button>\n</form>\n");
        html
    }

    /// Returns a page that submits the form when it loads. If scripts are disabled, the buyer
    /// presses its button, labelled `button`.
    ///
    /// Send it with its [`content_security_policy`](FormPage::content_security_policy), and with
    /// `Cache-Control: no-store` so that a buyer who goes back does not pay a second time. `nonce`
    /// must be new and random for every page: at least 16 bytes, as base64.
    ///
    /// ```
    /// use payments_core::payment::PostForm;
    ///
    /// let form = PostForm::new("https://pay.example/init", vec![("amount".into(), "1".into())]);
    /// let page = form.to_page("Thanh toán", "cmFuZG9tIGFuZCBuZXcgIQ==")?;
    /// assert!(page.html.contains(r#"<script nonce="cmFuZG9tIGFuZCBuZXcgIQ==">"#));
    /// assert!(page.content_security_policy.contains("script-src 'nonce-cmFuZG9tIGFuZCBuZXcgIQ=='"));
    /// # Ok::<(), payments_core::Error>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if `nonce` is not base64 or encodes fewer than 16 bytes.
    pub fn to_page(&self, button: &str, nonce: &str) -> Result<FormPage> {
        check_nonce(nonce)?;
        let mut title = String::new();
        escape(&mut title, button);
        // A field named `submit` would hide the form's own method.
        let html = format!(
            "<!doctype html>\n<html>\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
             <body>\n{form}<script nonce=\"{nonce}\">\
             HTMLFormElement.prototype.submit.call(document.forms[0]);</script>\n</body>\n</html>\n",
            form = self.to_html(button),
        );
        Ok(FormPage { html, content_security_policy: self.policy(nonce) })
    }

    /// Allows any `https` address in `form-action`, because browsers also apply it to the gateway's
    /// redirects of the posted form. The form's own address is named because it may be on loopback.
    fn policy(&self, nonce: &str) -> String {
        let own = match self.action.parse::<http::Uri>() {
            Ok(action) => match (action.scheme_str(), action.authority()) {
                (Some(scheme), Some(authority)) => format!(" {scheme}://{}", authority.as_str()),
                _ => String::new(),
            },
            Err(_) => String::new(),
        };
        format!(
            "default-src 'none'; script-src 'nonce-{nonce}'; form-action https:{own}; \
             base-uri 'none'; frame-ancestors 'none'"
        )
    }
}

/// Checks that `nonce` is base64 of at least 16 bytes (Content Security Policy Level 3, section
/// 7.1).
fn check_nonce(nonce: &str) -> Result<()> {
    const SHORTEST: usize = 22;

    let digits = nonce.trim_end_matches('=');
    let is_base64 = digits
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_'));
    if !is_base64 {
        return Err(Error::invalid("nonce", "is not base64"));
    }
    if digits.len() < SHORTEST {
        return Err(Error::invalid("nonce", "is shorter than 16 bytes"));
    }
    Ok(())
}

impl fmt::Debug for FormPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FormPage").finish_non_exhaustive()
    }
}

impl fmt::Debug for PostForm {
    /// Shows the names only, because the values contain personal data and a signature.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostForm")
            .field("action", &format_args!("{}", web_address::shown(&self.action)))
            .field("fields", &self.fields.iter().map(|(name, _)| name).collect::<Vec<_>>())
            .finish()
    }
}

fn escape(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            // In an attribute, a browser would drop or change these.
            '\r' | '\n' => {
                let _ = write!(html, "&#{};", u32::from(c));
            }
            c => html.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_keep_their_order() {
        let form = PostForm::new(
            "https://pay.example/init?a=1&b=2",
            vec![("b".into(), "\"><script>".into()), ("a".into(), "Tom & 'Jerry'".into())],
        );
        let html = form.to_html("Pay");
        assert!(html.contains("action=\"https://pay.example/init?a=1&amp;b=2\""), "{html}");
        let b = html.find("name=\"b\" value=\"&quot;&gt;&lt;script&gt;\"").unwrap();
        let a = html.find("name=\"a\" value=\"Tom &amp; &#39;Jerry&#39;\"").unwrap();
        assert!(b < a);
    }

    const NONCE: &str = "AAAAAAAAAAAAAAAAAAAAAA==";

    #[test]
    fn values_are_not_printed() {
        let form =
            PostForm::new("https://pay.example", vec![("signature".into(), "c2VjcmV0".into())]);
        assert!(!format!("{form:?}").contains("c2VjcmV0"));
        let page = form.to_page("Pay", NONCE).unwrap();
        assert!(page.html.contains("c2VjcmV0") && !format!("{page:?}").contains("c2VjcmV0"));
    }

    #[test]
    fn a_page_runs_its_own_script_and_no_other() {
        let form = PostForm::new(
            "http://127.0.0.1:8080/init?a=1;%20b",
            vec![("submit".into(), "</form><script>alert(1)</script>".into())],
        );
        let page = form.to_page("<Pay>", NONCE).unwrap();
        assert_eq!(page.html.matches("<script").count(), 1, "{}", page.html);
        assert_eq!(page.html.matches("<title>&lt;Pay&gt;</title>").count(), 1, "{}", page.html);
        assert!(page.html.contains(&form.to_html("<Pay>")));
        assert_eq!(
            page.content_security_policy,
            format!(
                "default-src 'none'; script-src 'nonce-{NONCE}'; \
                 form-action https: http://127.0.0.1:8080; base-uri 'none'; frame-ancestors 'none'"
            )
        );
    }

    #[test]
    fn a_nonce_that_is_guessable_or_could_break_out_is_refused() {
        let form = PostForm::new("https://pay.example", Vec::new());
        for bad in
            ["", "AAAA", &NONCE[1..], "AAAAAAAAAAAAAAAAAAAAAA'; x", "AAAAAAAAAAAAAAAAAAAAA\">"]
        {
            assert_eq!(form.to_page("Pay", bad).unwrap_err().field(), Some("nonce"), "{bad}");
        }
    }
}
