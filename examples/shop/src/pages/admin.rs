//! The owner's page: what needs a person, orders and payouts.

use std::fmt::Write as _;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use payments::engine::{Case, CaseId, CaseKind, Change, Decision, Health, Subject};

use super::{markup::Text, page};
use crate::shop::Books;

/// What the owner's page shows.
pub(crate) struct Admin {
    pub(crate) books: Books,
    pub(crate) cases: Vec<(CaseId, Case, Change)>,
    pub(crate) health: Health,
    /// What became of the owner's last action.
    pub(crate) said: Option<String>,
    /// The reference of the next payout, if a gateway sends money. The form has it, so that a form
    /// that is sent twice is one payout.
    pub(crate) next_payout: Option<String>,
}

/// The owner's page.
pub(crate) fn admin(status: StatusCode, shown: &Admin) -> Response {
    let mut body = String::new();
    if let Some(said) = &shown.said {
        let _ = write!(body, "<p id=\"said\"><strong>{}</strong></p>", Text(said));
    }
    body.push_str(&health(&shown.health));
    body.push_str("<h2>Cases</h2>");
    if shown.cases.is_empty() {
        body.push_str("<p id=\"no-cases\">Nothing waits for you.</p>");
    }
    for (id, case, change) in &shown.cases {
        body.push_str(&case_html(id, case, change));
    }
    body.push_str(&orders(&shown.books));
    body.push_str(&payouts(&shown.books));
    if let Some(reference) = &shown.next_payout {
        body.push_str(&pay_out(reference));
    }
    let mut response = page(status, "The owner's page", &body);
    // Its forms have to say where they come from.
    let policy = HeaderValue::from_static("same-origin");
    response.headers_mut().insert(header::REFERRER_POLICY, policy);
    response
}

/// What the engine says of itself, if it needs somebody.
fn health(health: &Health) -> String {
    let mut lines = Vec::new();
    if let Some(why) = &health.restored {
        lines.push(format!("Nothing is sent: {why}"));
    }
    for provider in &health.held {
        lines.push(format!("Payouts of {provider} are held: its instructions come to nothing"));
    }
    if health.dead_letters > 0 {
        lines.push(format!("{} changes could not be handled", health.dead_letters));
    }
    let items: String = lines.iter().map(|line| format!("<li>{}</li>", Text(line))).collect();
    if items.is_empty() { items } else { format!("<ul id=\"health\">{items}</ul>") }
}

/// A case, and the form by which it is decided.
fn case_html(id: &CaseId, case: &Case, change: &Change) -> String {
    let credit = change.unmatched().map(|credit| &credit.movement);
    let memo = credit.and_then(|movement| movement.memo.as_deref()).unwrap_or_default();
    let choices: String = decisions(&id.subject, case.kind)
        .iter()
        .map(|(decision, label)| format!("<option value=\"{}\">{label}</option>", word(*decision)))
        .collect();
    let order = match id.subject {
        Subject::Credit(..) => "<label>Order, if it belongs to one <input name=\"order\"></label>",
        _ => "",
    };
    format!(
        "<form method=\"post\" action=\"/admin/cases\"><h3>{}: {}</h3><p>{} {}</p>\
         <input type=\"hidden\" name=\"case\" value=\"{}\">\
         <label>Decision <select name=\"decision\">{choices}</select></label>{order}\
         <label>Who decides <input name=\"who\" required></label>\
         <label>Why <input name=\"why\" required></label><button>Decide</button></form>",
        Text(&case.kind.as_str().replace('_', " ")),
        Text(&id.subject.to_string()),
        Text(&case.detail),
        Text(memo),
        Text(&id.to_string()),
    )
}

/// What can be decided about a case, the usual one first.
fn decisions(subject: &Subject, kind: CaseKind) -> &'static [(Decision, &'static str)] {
    const CLOSED: (Decision, &str) = (Decision::Closed, "I have looked at it");
    const UNKNOWN: &[(Decision, &str)] = &[
        (Decision::WasPaid, "It was carried out"),
        (Decision::NeverArrived, "It never arrived, and never will"),
        CLOSED,
    ];
    match (subject, kind) {
        (_, CaseKind::NotInStatement) => &[CLOSED],
        (Subject::Payout(_), _) | (Subject::Payment(_), CaseKind::Unknown) => UNKNOWN,
        (Subject::Payment(_), CaseKind::MaybeSame) => &[
            (Decision::Same, "They are the same money"),
            (Decision::Different, "They are different money"),
            CLOSED,
        ],
        (Subject::Credit(..), _) => {
            &[(Decision::BelongsTo, "It belongs to the order below"), CLOSED]
        }
        _ => &[CLOSED],
    }
}

/// A decision as the form names it, which is how it is stored.
fn word(decision: Decision) -> &'static str {
    match decision {
        Decision::NeverArrived => "never_arrived",
        Decision::WasPaid => "was_paid",
        Decision::Same => "same",
        Decision::Different => "different",
        Decision::BelongsTo => "belongs_to",
        _ => "closed",
    }
}

fn orders(books: &Books) -> String {
    let mut rows = String::new();
    for order in &books.orders {
        let packed = if order.packed_at.is_some() { "packed" } else { "waits for its money" };
        let _ = write!(
            rows,
            "<tr><td><a href=\"/orders/{0}\">{0}</a></td><td>{1}</td><td>{2}</td><td>{3}</td>\
             <td>{packed}</td><td>{4}</td></tr>",
            Text(order.reference.as_str()),
            Text(order.item.name),
            order.asked,
            order.received,
            order.placed_at,
        );
    }
    format!(
        "<h2>Orders</h2><table id=\"orders\"><tr><th>Order</th><th>Item</th><th>Asked</th>\
         <th>Received</th><th></th><th>Placed</th></tr>{rows}</table>"
    )
}

fn payouts(books: &Books) -> String {
    let mut rows = String::new();
    for payout in &books.payouts {
        let _ = write!(
            rows,
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
            Text(payout.reference.as_str()),
            Text(payout.provider.as_str()),
            payout.amount,
            Text(&payout.name),
            Text(&payout.state),
            payout.made_at,
        );
    }
    format!(
        "<h2>Payouts</h2><table id=\"payouts\"><tr><th>Payout</th><th>By</th><th>Amount</th>\
         <th>To</th><th></th><th>Made</th></tr>{rows}</table>"
    )
}

fn pay_out(reference: &str) -> String {
    format!(
        "<form method=\"post\" action=\"/admin/payouts\"><h3>Pay out</h3>\
         <input type=\"hidden\" name=\"reference\" value=\"{}\">\
         <label>Bank, as on its cards <input name=\"bank\" placeholder=\"VCB\" required></label>\
         <label>Account <input name=\"account\" required></label>\
         <label>In the name of <input name=\"name\" required></label>\
         <label>Amount in đồng <input name=\"amount\" inputmode=\"numeric\" required></label>\
         <button>Pay out</button></form>",
        Text(reference)
    )
}
