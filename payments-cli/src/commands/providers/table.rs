//! The reports as text.

use std::fmt::Write as _;
use std::time::Duration;

use payments::{
    notification::Endpoint,
    payment::{CreateMode, PaymentCapabilities},
    payout::PayoutCapabilities,
    rules::{AbsenceRule, Alphabet, AmountLimits, Repeat, RepeatWindow, TextRules},
    statement::StatementCapabilities,
    virtual_account::{ResolveOpen, VirtualAccountCapabilities},
};
use serde::Serialize;

use super::report::Report;
use crate::output::{BAD, DIM, STRONG, prose, row, styled, word};

/// Formats every report, one after the other.
pub(super) fn of(reports: &[Report<'_>]) -> String {
    let mut out = String::new();
    for report in reports {
        let _ = writeln!(
            out,
            "{}  {}",
            styled(STRONG, report.kind),
            styled(DIM, format_args!("{} {}", report.package, report.version))
        );
        row(&mut out, "roles", or_none(words(&report.roles)));
        row(&mut out, "formulas", report.formulas);
        if !report.has_sandbox {
            row(&mut out, "sandbox", "none: only a simulator on this machine is reached there");
        }
        if let Some(can) = report.payments {
            payments(&mut out, can);
        }
        if let Some(can) = report.virtual_accounts {
            virtual_accounts(&mut out, can);
        }
        if let Some(can) = report.payouts {
            payouts(&mut out, can);
        }
        if let Some(can) = report.statements {
            statements(&mut out, can);
        }
        endpoints(&mut out, report.endpoints);
        for problem in &report.problems {
            row(&mut out, "not built", styled(BAD, problem));
        }
        out.push('\n');
    }
    out
}

fn payments(out: &mut String, can: &PaymentCapabilities) {
    heading(out, "payments");
    let choice = if can.buyer_chooses { "; or the buyer chooses" } else { "" };
    row(out, "methods", format_args!("{}{choice}", words(&can.methods)));
    row(out, "amounts", amounts(&can.limits));
    let create = match can.create {
        CreateMode::Networked => "by a call to the provider",
        CreateMode::Offline => "here, without a call; it reaches the gateway through the buyer",
    };
    row(out, "references", texts(&can.reference));
    required(out, &can.required);
    row(out, "opened", create);
    row(out, "a repeat", repeat(can.repeat));
    row(out, "find", find(can.find, can.inquiry_window, can.absence));
    let others = [
        ("expiry", can.expiry),
        ("cancel", can.cancel),
        ("refund", can.refund),
        ("find refunds", can.find_refund),
    ];
    yes_and_no(out, &others);
}

fn virtual_accounts(out: &mut String, can: &VirtualAccountCapabilities) {
    heading(out, "virtual accounts");
    row(out, "for", words(&can.uses));
    row(out, "amounts", amounts(&can.limits));
    let lost = match can.resolve_open {
        ResolveOpen::ByReference => "found again by its order reference",
        ResolveOpen::Never => "never found; opening another is safe",
    };
    row(out, "a lost open", lost);
    if let Some(longest) = can.longest {
        row(out, "lives at most", span(longest));
    }
    if can.credits {
        row(out, "credits", back(can.credits_window));
    }
    let others = [
        ("any amount", can.any_amount),
        ("find", can.find),
        ("update", can.update),
        ("close", can.close),
        ("reopen", can.reopen),
        ("credits", can.credits),
    ];
    yes_and_no(out, &others);
}

fn payouts(out: &mut String, can: &PayoutCapabilities) {
    heading(out, "payouts");
    row(out, "amounts", amounts(&can.limits));
    row(out, "references", texts(&can.reference));
    required(out, &can.required);
    row(out, "a repeat", repeat(can.repeat));
    row(out, "find", find(can.find, can.inquiry_window, can.absence));
    let name_check = match (can.name_check, can.name_check_costs) {
        (false, _) => "no",
        (true, false) => "yes",
        (true, true) => "yes, for a fee",
    };
    row(out, "name check", name_check);
    yes_and_no(out, &[("balance", can.balance)]);
}

fn statements(out: &mut String, can: &StatementCapabilities) {
    heading(out, "statements");
    row(out, "currencies", words(&can.currencies));
    row(out, "a page", format_args!("{} entries at most", can.page));
    yes_and_no(out, &[("outgoing", can.outgoing), ("balances", can.balances)]);
}

fn endpoints(out: &mut String, endpoints: &[Endpoint]) {
    if endpoints.is_empty() {
        return;
    }
    heading(out, "endpoints");
    for endpoint in endpoints {
        let only = if endpoint.display_only { " (display only: settles nothing)" } else { "" };
        row(out, endpoint.name.as_str(), format_args!("{}{only}", endpoint.method));
        prose(out, "", &endpoint.register);
    }
}

fn heading(out: &mut String, role: &str) {
    let _ = writeln!(out, " {}", styled(STRONG, role));
}

fn yes_and_no(out: &mut String, flags: &[(&str, bool)]) {
    let those = |wanted: bool| {
        let names: Vec<_> =
            flags.iter().filter(|(_, can)| *can == wanted).map(|(name, _)| *name).collect();
        names.join(", ")
    };
    for (label, names) in [("also", those(true)), ("not", those(false))] {
        if !names.is_empty() {
            row(out, label, names);
        }
    }
}

fn amounts(limits: &[AmountLimits]) -> String {
    let lines: Vec<_> = limits
        .iter()
        .map(|limit| match limit.max {
            Some(max) => format!("{} to {max}", limit.min.to_decimal()),
            None => format!("from {}", limit.min),
        })
        .collect();
    or_none(lines.join("\n"))
}

fn texts(rules: &TextRules) -> String {
    if let Some(range) = rules.numbers {
        return format!("a number from {} to {}", range.min, range.max);
    }
    let characters = match rules.alphabet {
        Alphabet::Printable => "printable characters".to_owned(),
        Alphabet::Ascii => "ASCII characters".to_owned(),
        Alphabet::AlphanumericAnd(more) => format!("letters A–Z a–z, digits {more}"),
        Alphabet::CapitalsAnd(more) => format!("letters A–Z, digits {more}"),
        Alphabet::Digits => "digits".to_owned(),
        ref other => word(other),
    };
    format!("{} to {} of {}", rules.min, rules.max, characters.trim_end())
}

fn required(out: &mut String, fields: &[impl Serialize]) {
    if !fields.is_empty() {
        row(out, "requires", words(fields));
    }
}

fn repeat(repeat: Repeat) -> String {
    match repeat {
        Repeat::Deduplicated { within: RepeatWindow::Forever } => "returns the first".to_owned(),
        Repeat::Deduplicated { within: RepeatWindow::For(time) } => {
            format!("returns the first for {}", span(time))
        }
        Repeat::Deduplicated { .. } => {
            "returns the first for an unknown time: do not rely on it".to_owned()
        }
        Repeat::Refused => "is refused".to_owned(),
        Repeat::PaysAgain => "is carried out again: never send twice".to_owned(),
        other => word(&other),
    }
}

fn find(can: bool, window: Option<Duration>, absence: AbsenceRule) -> String {
    if !can {
        return "no".to_owned();
    }
    let conclusive = match absence {
        AbsenceRule::Always => "conclusive at once".to_owned(),
        AbsenceRule::AfterExpiry => "conclusive after its end".to_owned(),
        AbsenceRule::After(time) => format!("conclusive {} after the instruction", span(time)),
        AbsenceRule::AfterRefusal(time) => format!("conclusive {} after a refusal", span(time)),
        AbsenceRule::Never => "never conclusive".to_owned(),
        other => word(&other),
    };
    format!("{}; absence is {conclusive}", back(window))
}

fn back(window: Option<Duration>) -> String {
    window.map_or_else(|| "yes, for ever".to_owned(), |window| format!("{} back", span(window)))
}

/// Formats a time span in its largest whole unit.
fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    let units = [("day", 86_400), ("hour", 3_600), ("minute", 60)];
    let whole = |unit: u64| seconds >= unit && seconds.is_multiple_of(unit);
    let (name, unit) = units.into_iter().find(|(_, unit)| whole(*unit)).unwrap_or(("second", 1));
    let number = seconds / unit;
    format!("{number} {name}{}", if number == 1 { "" } else { "s" })
}

fn words(values: &[impl Serialize]) -> String {
    values.iter().map(word).collect::<Vec<_>>().join(", ")
}

fn or_none(text: String) -> String {
    if text.is_empty() { "none".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_in_its_largest_whole_unit() {
        let in_words = |seconds| span(Duration::from_secs(seconds));
        assert_eq!(in_words(86_400), "1 day");
        assert_eq!(in_words(7 * 86_400), "7 days");
        assert_eq!(in_words(90_000), "25 hours");
        assert_eq!(in_words(61), "61 seconds");
    }
}
