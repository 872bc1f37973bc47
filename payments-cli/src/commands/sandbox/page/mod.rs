//! The page of the sandbox: every gateway with ready payments and calls, its data, and buttons for
//! the actions of buyers, banks and the gateway's staff.

mod controls;
mod live;
mod posted;
mod samples;
mod texts;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::{
    Form, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use maud::{Markup, PreEscaped, html};
use serde::Deserialize;
use simulator_kit::{
    Section,
    control::Control,
    page::{LANGUAGE_COOKIE, Language, Text, document, preferred_language},
};

use crate::simulator::RunningSimulator;
use live::Of;

/// The state of the page.
struct Page {
    configuration: String,
    gateways: Vec<Gateway>,
    /// The result of the last action of each gateway.
    said: Mutex<BTreeMap<&'static str, Said>>,
}

struct Gateway {
    kind: &'static str,
    title: String,
    sections: Vec<Section>,
    control: Option<Arc<dyn Control>>,
}

/// The result of an action.
#[derive(Clone)]
struct Said {
    text: String,
    is_refused: bool,
}

/// Returns the routes of the page: `/`, and those for its buttons and its script.
pub(super) fn router(
    gateways: &[(&'static str, RunningSimulator)],
    configuration: String,
) -> Router {
    let gateways = gateways
        .iter()
        .map(|(kind, gateway)| Gateway {
            kind,
            title: gateway.title.clone(),
            sections: gateway.sections.clone(),
            control: gateway.control.clone(),
        })
        .collect();
    let page = Arc::new(Page { configuration, gateways, said: Mutex::default() });
    Router::new()
        .route("/", get(show))
        .route("/page.js", get(script))
        .route("/live/{kind}", get(show_live))
        .route("/actions/{kind}", post(act))
        .with_state(page)
}

impl Page {
    fn control(&self, kind: &str) -> Option<(&'static str, &Arc<dyn Control>)> {
        let gateway = self.gateways.iter().find(|gateway| gateway.kind == kind)?;
        Some((gateway.kind, gateway.control.as_ref()?))
    }

    fn said(&self, kind: &str) -> Option<Said> {
        self.said.lock().unwrap_or_else(PoisonError::into_inner).get(kind).cloned()
    }
}

#[derive(Deserialize)]
struct Chosen {
    lang: Option<String>,
}

/// Returns the language of `?lang=`, or the one that the visitor chose before, or the one that the
/// browser prefers.
fn language(chosen: &Chosen, headers: &HeaderMap) -> Language {
    let named = chosen.lang.as_deref().and_then(Language::from_tag);
    named.unwrap_or_else(|| preferred_language(headers, Language::English))
}

async fn show(
    State(page): State<Arc<Page>>,
    Query(chosen): Query<Chosen>,
    headers: HeaderMap,
) -> Response {
    let language = language(&chosen, &headers);
    let mut response = secured(whole(&page, language));
    if chosen.lang.is_some() {
        let year = 365 * 24 * 60 * 60;
        let cookie =
            format!("{LANGUAGE_COOKIE}={}; Path=/; Max-Age={year}; SameSite=Lax", language.tag());
        if let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().insert(header::SET_COOKIE, cookie);
        }
    }
    response
}

/// Returns a response with security headers. The page shows credentials, so it must not be cached
/// or framed, and its forms have to send their origin.
fn secured(markup: Markup) -> Response {
    let mut response = markup.into_response();
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; \
             connect-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'",
        ),
    ] {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

async fn script() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], include_str!("page.js"))
}

async fn show_live(
    State(page): State<Arc<Page>>,
    Path(kind): Path<String>,
    Query(chosen): Query<Chosen>,
    headers: HeaderMap,
) -> Response {
    match page.control(&kind) {
        Some((kind, control)) => {
            let of = Of { kind, language: language(&chosen, &headers) };
            secured(live::html(of, &control.overview(), page.said(kind).as_ref()))
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Carries out the action of a button, and shows the page again.
async fn act(
    State(page): State<Arc<Page>>,
    Path(kind): Path<String>,
    headers: HeaderMap,
    Form(fields): Form<Vec<(String, String)>>,
) -> Response {
    let Some((kind, control)) = page.control(&kind) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if !posted::is_from_the_page(&headers) {
        let language = preferred_language(&headers, Language::English);
        return (StatusCode::FORBIDDEN, texts::FOREIGN.to(language)).into_response();
    }
    let outcome = match posted::action(fields) {
        Ok(action) => control.act(action).await.map_err(|refused| refused.to_string()),
        Err(error) => Err(error),
    };
    let is_refused = outcome.is_err();
    let text = outcome.map_or_else(|refused| refused, |acted| acted.message);
    let mut said = page.said.lock().unwrap_or_else(PoisonError::into_inner);
    said.insert(kind, Said { text, is_refused });
    Redirect::to(&format!("/#{kind}")).into_response()
}

fn whole(page: &Page, language: Language) -> Markup {
    let head = html! {
        style { (PreEscaped(STYLE)) }
        script src="/page.js" defer {}
    };
    let title = texts::TITLE.to(language);
    let body = html! {
        main {
            header {
                h1 { (title) }
                nav aria-label=(texts::LANGUAGE.to(language)) {
                    @for (other, name) in
                        [(Language::English, "English"), (Language::Vietnamese, "Tiếng Việt")]
                    {
                        a href={ "/?lang=" (other.tag()) } lang=(other.tag()) hreflang=(other.tag())
                            aria-current=[(other == language).then_some("true")] { (name) }
                    }
                }
            }
            p { (texts::INTRODUCTION.to(language)) }
            nav.gateways aria-label=(texts::GATEWAYS.to(language)) {
                @for gateway in &page.gateways {
                    a href={ "#" (gateway.kind) } { (gateway.title) }
                }
            }
            details {
                summary { (texts::CONFIGURATION.to(language)) }
                pre tabindex="0" { (page.configuration) }
            }
            @for gateway in &page.gateways { (gateway_html(page, gateway, language)) }
        }
    };
    document(language, title, head, body)
}

fn gateway_html(page: &Page, gateway: &Gateway, language: Language) -> Markup {
    let of = Of { kind: gateway.kind, language };
    html! {
        section.gateway-part id=(gateway.kind) {
            h2 { (gateway.title) }
            @if let Some(control) = &gateway.control {
                @let (samples, overview) = (control.samples(), control.overview());
                (samples::payments(&samples, language))
                div.live data-url={ "/live/" (gateway.kind) "?lang=" (language.tag()) } {
                    (live::html(of, &overview, page.said(gateway.kind).as_ref()))
                }
                (controls::html(of, &overview))
                (samples::calls(&samples, language))
                (samples::failing(&control.failing_values(), language))
            } @else {
                p.note { (texts::NO_CONTROL.to(language)) }
            }
            details {
                summary { (texts::CREDENTIALS.to(language)) }
                @for section in &gateway.sections { (section_html(section)) }
            }
        }
    }
}

/// Renders a table of addresses, credentials or things to try. Gateways describe them in English.
fn section_html(section: &Section) -> Markup {
    html! {
        h3 lang="en" { (section.title) }
        div.table tabindex="0" role="group" aria-label=(section.title) {
            table.facts lang="en" {
                @for row in &section.rows {
                    tr {
                        th scope="row" { (row.label) }
                        td {
                            code { (row.value) }
                            @if !row.note.is_empty() { br; span.note { (row.note) } }
                        }
                    }
                }
            }
        }
    }
}

/// Renders a table with these headings, which scrolls if it is too wide.
fn table(title: Text, heads: &[Text], language: Language, rows: Markup) -> Markup {
    html! {
        div.table tabindex="0" role="group" aria-label=(title.to(language)) {
            table {
                thead { tr { @for head in heads { th scope="col" { (head.to(language)) } } } }
                tbody { (rows) }
            }
        }
    }
}

const STYLE: &str = "\
header{display:flex;flex-wrap:wrap;gap:.5rem 2rem;align-items:baseline;justify-content:space-between}\
nav a{margin-right:1rem}nav a[aria-current]{color:inherit;text-decoration:none;font-weight:600}\
.gateway-part{margin-top:2rem;padding:1rem;background:var(--card);border:1px solid var(--line);\
border-radius:.75rem}h2{margin:0 0 .5rem}h3{margin:1.25rem 0 .4rem;font-size:1.05rem}\
.table{overflow-x:auto}table{border-collapse:collapse;width:100%}\
th,td{padding:.4rem .8rem .4rem 0;text-align:left;vertical-align:top;\
border-bottom:1px solid var(--line)}th{font-weight:600;font-size:.9rem}\
.facts th{width:14rem;font-weight:500}td pre{max-width:36rem}.time{white-space:nowrap}\
pre{overflow-x:auto;margin:0;padding:.75rem;background:var(--page);border-radius:.5rem;\
white-space:pre-wrap;overflow-wrap:anywhere}\
summary{cursor:pointer;padding:.25rem 0}.buttons,.buttons form,.act{display:flex;flex-wrap:wrap;\
gap:.5rem;align-items:flex-end}.buttons+.buttons{margin-top:.5rem}\
.start::first-letter{text-transform:uppercase}.controls{display:grid;gap:0 2rem;\
grid-template-columns:repeat(auto-fit,minmax(17rem,1fr))}\
.controls .act{margin-bottom:.5rem}label{display:block;width:100%}\
input{font:inherit;display:block;width:100%;padding:.4rem .6rem;border:1px solid var(--soft);\
border-radius:.4rem;background:transparent;color:inherit}\
.said{padding:.5rem .75rem;border-left:4px solid;background:var(--page)}\
.call p{margin:.75rem 0 .25rem}.line{display:flex;gap:.5rem;align-items:flex-start}\
.line pre{flex:1;min-width:0}td button{padding:.25rem .6rem}";
