//! The results of reconciliations.

use axum::{http::StatusCode, response::Response};
use maud::{Markup, html};
use payments::{
    ProviderId,
    engine::{ReconciliationRow, ReconciliationRun, RowKind},
};

use super::{moment, page, read};

/// Renders the runs, newest first, and the form that starts one for a provider with statements.
pub(super) fn runs(runs: &[ReconciliationRun], providers: &[ProviderId]) -> Markup {
    html! {
        h2 { "Reconciliation" }
        @if !runs.is_empty() {
            div.table tabindex="0" role="region" aria-label="Reconciliations" { table #reconciliations {
                tr { th { "Run" } th { "Provider" } th { "From" } th { "Until" } th { "Lines" }
                    th { "For a person" } th { "State" } }
                @for run in runs {
                    tr {
                        td { a href={ "/admin/reconciliations/" (run.number) } { (run.number) } }
                        td { (run.provider.as_str()) }
                        td { (moment(run.period.from())) }
                        td { (moment(run.period.until())) }
                        td { (run.lines) }
                        td { (run.need_a_person()) }
                        td { (state(run)) }
                    }
                }
            } }
        }
        @if providers.is_empty() {
            p { "No gateway has statements." }
        } @else {
            form.case method="post" action="/admin/reconciliations" {
                h3 { "Compare a statement with the records" }
                label { "Provider "
                    select name="provider" {
                        @for id in providers { option value=(id.as_str()) { (id.as_str()) } }
                    }
                }
                label { "Period "
                    select name="days" {
                        option value="1" { "The last 24 hours" }
                        option value="7" { "The last 7 days" }
                        option value="30" { "The last 30 days" }
                    }
                }
                button { "Compare" }
            }
        }
    }
}

/// Renders the page of a run with its first rows.
pub(crate) fn reconciliation(run: &ReconciliationRun, rows: &[ReconciliationRow]) -> Response {
    let kinds = RowKind::ALL.into_iter().filter(|kind| run.count(*kind) > 0);
    let body = html! {
        p { a href="/admin" { "The owner's page" } }
        p { (run.provider.as_str()) ", from " (moment(run.period.from())) " until "
            (moment(run.period.until())) ": " (state(run)) }
        ul { @for kind in kinds { li { (run.count(kind)) " " (kind.as_str().replace('_', " ")) } } }
        div.table tabindex="0" role="region" aria-label="Rows" { table #rows {
            tr { th { "Row" } th { "Kind" } th.amount { "Amount" } th { "At" } th { "About" }
                th { "Detail" } }
            @for row in rows {
                tr {
                    td { (row.number) }
                    td { span.wait[row.kind.needs_a_person()] {
                        (row.kind.as_str().replace('_', " "))
                    } }
                    td.amount { (row.amount.map(read).unwrap_or_default()) }
                    td { @if let Some(at) = row.at { (moment(at)) } }
                    td { (about(row)) }
                    td { (row.detail) }
                }
            }
        } }
    };
    page(StatusCode::OK, &format!("Reconciliation {}", run.number), body)
}

fn about(row: &ReconciliationRow) -> String {
    let subject = row.subject.as_ref().map(ToString::to_string);
    subject.or_else(|| row.key.as_ref().map(ToString::to_string)).unwrap_or_default()
}

fn state(run: &ReconciliationRun) -> String {
    match &run.interrupted {
        Some(why) => format!("interrupted: {why}"),
        None => run.state.as_str().replace('_', " "),
    }
}
