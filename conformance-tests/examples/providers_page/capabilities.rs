//! What each provider says that it can do, side by side.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{report::Report, table::markdown};

/// A row: the role, what it is about, and where it stands in the capabilities.
struct Row {
    role: &'static str,
    about: &'static str,
    field: &'static str,
}

const fn row(role: &'static str, about: &'static str, field: &'static str) -> Row {
    Row { role, about, field }
}

const ROWS: [Row; 38] = [
    row("payments", "methods", "methods"),
    row("payments", "the buyer chooses", "buyer_chooses"),
    row("payments", "amounts", "limits"),
    row("payments", "order references", "reference"),
    row("payments", "descriptions", "description"),
    row("payments", "opening", "create"),
    row("payments", "an end", "expiry"),
    row("payments", "find", "find"),
    row("payments", "how far back", "inquiry_window"),
    row("payments", "not found is conclusive", "absence"),
    row("payments", "cancel", "cancel"),
    row("payments", "refund", "refund"),
    row("payments", "find refunds", "find_refund"),
    row("payments", "a repeated order", "repeat"),
    row("virtual_accounts", "amounts", "limits"),
    row("virtual_accounts", "any amount", "any_amount"),
    row("virtual_accounts", "uses", "uses"),
    row("virtual_accounts", "order references", "reference"),
    row("virtual_accounts", "longest life", "longest"),
    row("virtual_accounts", "a lost opening is found", "resolve_open"),
    row("virtual_accounts", "find", "find"),
    row("virtual_accounts", "change", "update"),
    row("virtual_accounts", "close", "close"),
    row("virtual_accounts", "open again", "reopen"),
    row("virtual_accounts", "credits", "credits"),
    row("virtual_accounts", "how far back", "credits_window"),
    row("payouts", "amounts", "limits"),
    row("payouts", "payout references", "reference"),
    row("payouts", "holder's name", "name"),
    row("payouts", "note", "note"),
    row("payouts", "a repeated payout", "repeat"),
    row("payouts", "find", "find"),
    row("payouts", "not found is conclusive", "absence"),
    row("payouts", "name check", "name_check"),
    row("payouts", "it costs a fee", "name_check_costs"),
    row("payouts", "balance", "balance"),
    row("statements", "money that left", "outgoing"),
    row("statements", "balances", "balances"),
];

pub(crate) fn table(reports: &[Report]) -> String {
    let heads = |first: &str| {
        let names = reports.iter().map(|report| report.name.clone());
        std::iter::once(first.to_owned()).chain(names).collect::<Vec<_>>()
    };
    let mut page = String::new();
    for role in ["payments", "virtual_accounts", "payouts", "statements"] {
        let of_role = ROWS.iter().filter(|row| row.role == role);
        let mut rows: Vec<(String, &str)> =
            of_role.map(|row| (row.about.to_owned(), row.field)).collect();
        rows.extend(unnamed(role, reports).map(|field| (field.replace('_', " "), field)));
        let rows = rows.into_iter().map(|(about, field)| {
            let cells = reports.iter().map(|report| {
                match report.capabilities.get(role).and_then(|role| role.get(field)) {
                    None => String::new(),
                    Some(value) => words(value),
                }
            });
            std::iter::once(about).chain(cells).collect()
        });
        page.push_str(&markdown(heads(&role.replace('_', " ")), rows.collect()));
        page.push('\n');
    }
    let endpoints = reports.iter().map(|report| {
        let all = report.capabilities.get("notifications").and_then(Value::as_array);
        let named = all.into_iter().flatten().map(|endpoint| {
            let text = |name| endpoint.get(name).and_then(Value::as_str).unwrap_or_default();
            let shown = endpoint.get("display_only") == Some(&Value::Bool(true));
            let shown = if shown { ", only shown" } else { "" };
            format!("`{}` ({}{shown})", text("name"), text("method"))
        });
        named.collect::<Vec<_>>().join(", ")
    });
    let endpoints = std::iter::once("endpoints".to_owned()).chain(endpoints).collect();
    page.push_str(&markdown(heads("notifications"), vec![endpoints]));
    page
}

/// What a role can do or cannot, and has no row of its own above.
fn unnamed<'a>(role: &str, reports: &'a [Report]) -> impl Iterator<Item = &'a str> {
    let is_named = |field: &str| ROWS.iter().any(|row| (row.role, row.field) == (role, field));
    let roles = reports.iter().filter_map(|report| report.capabilities.get(role)?.as_object());
    let fields = roles.flatten().filter(|(field, value)| value.is_boolean() && !is_named(field));
    fields.map(|(field, _)| field.as_str()).collect::<BTreeSet<_>>().into_iter()
}

/// A capability in words.
fn words(value: &Value) -> String {
    match value {
        Value::Null => "no limit".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(word) => word.replace('_', " "),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        Value::Object(members) => object(value, members.len()),
        Value::Number(number) => number.to_string(),
    }
}

fn object(value: &Value, members: usize) -> String {
    let text = |pointer: &str| value.pointer(pointer).and_then(Value::as_str);
    let number = |name: &str| value.get(name).and_then(Value::as_u64);
    if let (Some(min), Some(currency)) = (text("/min/amount"), text("/min/currency")) {
        return match text("/max/amount") {
            Some(max) => format!("{min} to {max} {currency}"),
            None => format!("from {min} {currency}"),
        };
    }
    if let (Some(min), Some(max)) = (number("min"), number("max")) {
        return match max {
            0 => "none".to_owned(),
            max if max == min => format!("{max} {}", alphabet(value.get("alphabet"))),
            max => format!("{min} to {max} {}", alphabet(value.get("alphabet"))),
        };
    }
    if let Some(seconds) = number("secs") {
        const DAY: u64 = 24 * 3_600;
        return match seconds / DAY {
            1 => "1 day".to_owned(),
            days => format!("{days} days"),
        };
    }
    if let (Some(within), 1) = (value.get("deduplicated"), members) {
        return match within.get("within") {
            None | Some(Value::Null) => "deduplicated".to_owned(),
            Some(within) => format!("deduplicated for {}", words(within)),
        };
    }
    value.to_string()
}

fn alphabet(value: Option<&Value>) -> String {
    let and = |base: &str, more: &str| match more {
        "" => base.replace(", digits", " and digits"),
        " " => format!("{base} and spaces"),
        more => format!("{base} and `{more}`"),
    };
    let member = |name| value.and_then(|value| value.get(name)).and_then(Value::as_str);
    match (value, member("alphanumeric_and"), member("capitals_and")) {
        (_, Some(more), _) => and("letters, digits", more),
        (_, _, Some(more)) => and("capitals, digits", more),
        (Some(Value::String(word)), ..) => format!("{word} characters"),
        (value, ..) => value.map(ToString::to_string).unwrap_or_default(),
    }
}
