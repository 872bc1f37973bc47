//! A buyer's browser, which gets pages, posts forms and follows links.

use std::time::Duration;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{Method, Request, Response, header};
use simulator_kit::{Outbox, Outgoing, Schedule};

/// A browser on the shop's pages.
pub(crate) struct Browser {
    shop: String,
    /// The credentials for the owner's page.
    authorization: String,
    outbox: Outbox,
}

/// A response to the browser.
pub(crate) struct Page(Response<Bytes>);

impl Browser {
    pub(crate) fn at(shop: String) -> Self {
        let authorization = String::new();
        Self { shop, authorization, outbox: Outbox::new(Duration::from_secs(10)) }
    }

    /// Returns the browser of the owner, who typed this password.
    pub(crate) fn with_password(mut self, password: &str) -> Self {
        self.authorization = format!("Basic {}", STANDARD.encode(format!("owner:{password}")));
        self
    }

    /// Gets the owner's page.
    pub(crate) async fn get_admin(&self) -> Page {
        let headers = [("authorization", self.authorization.as_str())];
        self.send(Method::GET, "/admin", &headers, Bytes::new()).await
    }

    /// Submits a form of the owner's page.
    pub(crate) async fn post_admin(&self, place: &str, fields: &[(&str, &str)]) -> Page {
        self.post_as_owner(&self.shop, place, fields).await
    }

    /// Submits a form of another site to the owner's page.
    pub(crate) async fn post_admin_from(&self, site: &str, place: &str) -> Page {
        self.post_as_owner(site, place, &[]).await
    }

    async fn post_as_owner(&self, origin: &str, place: &str, fields: &[(&str, &str)]) -> Page {
        let headers = [
            ("authorization", self.authorization.as_str()),
            ("origin", origin),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.send(Method::POST, place, &headers, form(fields)).await
    }

    pub(crate) async fn get(&self, place: &str) -> Page {
        self.send(Method::GET, place, &[], Bytes::new()).await
    }

    pub(crate) async fn post(&self, place: &str, fields: &[(&str, &str)]) -> Page {
        let headers = [("content-type", "application/x-www-form-urlencoded")];
        self.send(Method::POST, place, &headers, form(fields)).await
    }

    /// Sends a request to a path of the shop, or to another address.
    pub(crate) async fn send(
        &self,
        method: Method,
        place: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Page {
        let url = match place.strip_prefix('/') {
            Some(path) => format!("{}/{path}", self.shop),
            None => place.to_owned(),
        };
        let request = headers
            .iter()
            .fold(Request::builder().method(method).uri(url), |request, (name, value)| {
                request.header(*name, *value)
            })
            .body(body)
            .unwrap();
        let outgoing = Outgoing { request, schedule: Schedule::Once };
        Page(self.outbox.send(outgoing).await.remove(0).answer.unwrap())
    }

    /// Submits the form that leads out of the shop.
    pub(crate) async fn submit(&self, page: &Page) -> Page {
        let form = page.between("<form method=\"post\" accept-charset=\"utf-8\"", "</form>");
        let fields: Vec<_> = form
            .split("<input ")
            .skip(1)
            .map(|input| (attribute(input, "name"), attribute(input, "value")))
            .collect();
        let fields: Vec<_> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        self.post(&attribute(form, "action"), &fields).await
    }
}

impl Page {
    pub(crate) fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        self.0.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    pub(crate) fn location(&self) -> String {
        assert_eq!(self.status(), 303, "{}", self.text());
        self.header(header::LOCATION).to_owned()
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(self.0.body()).unwrap()
    }

    /// Returns the text of the element with this id.
    pub(crate) fn text_of(&self, id: &str) -> String {
        let element = self.between(&format!("id=\"{id}\">"), "</");
        element.to_owned()
    }

    /// Returns the address of the link with this id.
    pub(crate) fn link(&self, id: &str) -> String {
        attribute(self.between(&format!("id=\"{id}\""), "</a>"), "href")
    }

    pub(crate) fn between(&self, start: &str, end: &str) -> &str {
        let text = self.text();
        let from = text.find(start).unwrap_or_else(|| panic!("{start} is not in {text}"));
        let rest = &text[from + start.len()..];
        &rest[..rest.find(end).unwrap()]
    }
}

fn form(fields: &[(&str, &str)]) -> Bytes {
    let form: Vec<_> = fields.iter().map(|(n, v)| format!("{}={}", encode(n), encode(v))).collect();
    form.join("&").into()
}

pub(crate) fn attribute(element: &str, name: &str) -> String {
    let start = format!("{name}=\"");
    let from = element.find(&start).unwrap_or_else(|| panic!("{name} is not in {element}"));
    let rest = &element[from + start.len()..];
    rest[..rest.find('"').unwrap()]
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

fn encode(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}
