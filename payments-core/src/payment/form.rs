//! A form that the buyer's browser posts.

use std::fmt::{self, Write as _};

use serde::Serialize;

/// An address and the fields to post to it, in the order in which they were signed.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PostForm {
    /// Where the browser posts it.
    pub action: String,
    /// Names and values in order, not escaped.
    pub fields: Vec<(String, String)>,
}

impl PostForm {
    /// A form with these fields in this order.
    pub fn new(action: impl Into<String>, fields: Vec<(String, String)>) -> Self {
        Self { action: action.into(), fields }
    }

    /// The form as HTML with hidden inputs and one button. Values are escaped here, after
    /// signing, so that the browser posts exactly what was signed.
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
}

impl fmt::Debug for PostForm {
    /// The names only: values hold personal data and a signature.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostForm")
            .field("action", &self.action)
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
            // A browser would drop or change these in an attribute.
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

    #[test]
    fn values_are_not_printed() {
        let form =
            PostForm::new("https://pay.example", vec![("signature".into(), "c2VjcmV0".into())]);
        assert!(!format!("{form:?}").contains("c2VjcmV0"));
    }
}
