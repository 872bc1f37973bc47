//! The owner's page: cases, orders, payouts and reconciliations.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use maud::{Markup, html};
use payments::{
    ProviderId,
    engine::{Case, CaseId, CaseKind, Change, Decision, Health, ReconciliationRun, Subject},
};

use super::{LANGUAGE, moment, page, read, reconciliation};
use crate::{Order, shop::Books};

/// The contents of the owner's page.
pub(crate) struct Admin {
    pub(crate) books: Books,
    pub(crate) cases: Vec<(CaseId, Case, Change)>,
    pub(crate) health: Health,
    pub(crate) reconciliations: Vec<ReconciliationRun>,
    /// The providers whose statements can be compared.
    pub(crate) with_statements: Vec<ProviderId>,
    /// The result of the owner's last action.
    pub(crate) said: Option<String>,
    /// The reference of the next payout, if a gateway can send money. The form contains it, so that
    /// submitting the form twice makes one payout.
    pub(crate) next_payout: Option<String>,
}

/// Renders the owner's page.
pub(crate) fn admin(status: StatusCode, shown: &Admin) -> Response {
    let body = html! {
        @if let Some(said) = &shown.said {
            p.status #said role="status" { strong { (said) } }
        }
        (health(&shown.health))
        h2 { "Cases" }
        @if shown.cases.is_empty() { p #no-cases { "Nothing waits for you." } }
        @for (id, case, change) in &shown.cases { (case_html(id, case, change)) }
        (orders(&shown.books))
        (payouts(&shown.books))
        @if let Some(reference) = &shown.next_payout { (pay_out(reference)) }
        (reconciliation::runs(&shown.reconciliations, &shown.with_statements))
    };
    let mut response = page(status, "The owner's page", body);
    // The browser has to send the origin of its forms.
    let policy = HeaderValue::from_static("same-origin");
    response.headers_mut().insert(header::REFERRER_POLICY, policy);
    response
}

/// Renders the engine's health, if it needs attention.
fn health(health: &Health) -> Markup {
    let mut lines = Vec::new();
    if let Some(why) = &health.restored {
        lines.push(format!("Nothing is sent: {why}"));
    }
    for provider in &health.held {
        lines.push(format!("Payouts of {provider} are held because its instructions keep failing"));
    }
    if health.dead_letters > 0 {
        lines.push(format!("{} changes could not be handled", health.dead_letters));
    }
    html! {
        @if !lines.is_empty() { ul #health { @for line in lines { li.wait { (line) } } } }
    }
}

/// Renders a case, and the form to decide it.
fn case_html(id: &CaseId, case: &Case, change: &Change) -> Markup {
    let credit = change.unmatched().map(|credit| &credit.movement);
    let memo = credit.and_then(|movement| movement.memo.as_deref()).unwrap_or_default();
    html! {
        form.case method="post" action="/admin/cases" {
            h3 { (case.kind.as_str().replace('_', " ")) ": " (id.subject) }
            p { (case.text(LANGUAGE)) " " (memo) }
            input type="hidden" name="case" value=(id);
            label { "Decision "
                select name="decision" {
                    @for (decision, label) in decisions(&id.subject, case.kind) {
                        option value=(word(*decision)) { (label) }
                    }
                }
            }
            @if matches!(id.subject, Subject::Credit(..)) {
                label { "Order, if it belongs to one " input name="order"; }
            }
            label { "Who decides " input name="who" required; }
            label { "Why " input name="why" required; }
            button { "Decide" }
        }
    }
}

/// Returns the possible decisions about a case, the usual one first.
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
        (Subject::Payment(_), CaseKind::Late | CaseKind::Contradicted) => {
            &[(Decision::Closed, "The order may be packed")]
        }
        (Subject::Credit(..), _) => {
            &[(Decision::BelongsTo, "It belongs to the order below"), CLOSED]
        }
        _ => &[CLOSED],
    }
}

/// Returns the name of a decision in the form, which is its stored form.
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

fn orders(books: &Books) -> Markup {
    html! {
        h2 { "Orders" }
        div.table tabindex="0" role="region" aria-label="Orders" { table #orders {
            tr { th { "Order" } th { "Item" } th.amount { "Asked" } th.amount { "Received" }
                th { "Parcel" } th { "Placed" } }
            @for order in &books.orders {
                tr {
                    td { a href={ "/orders/" (order.reference.as_str()) } { (order.reference.as_str()) } }
                    td { (order.item.name) }
                    td.amount { (read(order.asked)) }
                    td.amount { (read(order.received)) }
                    td { (parcel(order)) }
                    td { (moment(order.placed_at)) }
                }
            }
        } }
    }
}

/// Describes the state of an order's parcel.
fn parcel(order: &Order) -> &'static str {
    let is_here = order.received.minor() >= order.asked.minor();
    match order.packed_at {
        Some(_) => "packed",
        // Its money was late, or its gateway holds it.
        None if is_here => "waits for a decision",
        None => "waits for its money",
    }
}

fn payouts(books: &Books) -> Markup {
    html! {
        h2 { "Payouts" }
        div.table tabindex="0" role="region" aria-label="Payouts" { table #payouts {
            tr { th { "Payout" } th { "By" } th.amount { "Amount" } th { "To" } th { "State" }
                th { "Made" } }
            @for payout in &books.payouts {
                tr {
                    td { (payout.reference.as_str()) }
                    td { (payout.provider.as_str()) }
                    td.amount { (read(payout.amount)) }
                    td { (payout.name) }
                    td { (payout.state) }
                    td { (moment(payout.made_at)) }
                }
            }
        } }
    }
}

fn pay_out(reference: &str) -> Markup {
    html! {
        form.case method="post" action="/admin/payouts" {
            h3 { "Pay out" }
            input type="hidden" name="reference" value=(reference);
            label { "Bank, as on its cards " input name="bank" placeholder="VCB" required; }
            label { "Account " input name="account" inputmode="numeric" required; }
            label { "In the name of " input name="name" required; }
            label { "Amount in đồng, digits only " input name="amount" inputmode="numeric" required; }
            button { "Pay out" }
        }
    }
}
