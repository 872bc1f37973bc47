//! `engine payouts`, `engine payments` and `engine accounts`: lists of records.

use std::fmt::Write as _;

use payments::{
    OrderRef, PayoutRef, ProviderId,
    engine::{Engine, PaymentFilter, RecordState},
    money::{Language, Money},
};

use super::failed;
use crate::{
    exit::Failure,
    output::{self, STRONG, styled},
};

/// The length and the beginning of a list.
#[derive(clap::Args)]
struct Page {
    /// The maximum number of records to list
    #[arg(long, value_name = "NUMBER", default_value_t = 100)]
    most: usize,
    /// List only the records after this reference, in the order of references
    #[arg(long, value_name = "REFERENCE")]
    after: Option<String>,
}

#[derive(clap::Args)]
pub(super) struct Payouts {
    /// List only the payouts in this state, such as uncertain
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Option<RecordState>,
    #[command(flatten)]
    page: Page,
}

#[derive(clap::Args)]
pub(super) struct Payments {
    /// List only these payments: nothing, short, exact or over received, not_asked, or in_doubt
    #[arg(long, value_name = "FILTER", default_value = "all")]
    filter: PaymentFilter,
    #[command(flatten)]
    page: Page,
}

#[derive(clap::Args)]
pub(super) struct Accounts {
    /// List only the accounts of this provider
    #[arg(long, value_name = "NAME")]
    provider: Option<ProviderId>,
    /// List only the accounts in this state, such as open, closed or uncertain
    #[arg(long, value_name = "STATE")]
    state: Option<String>,
    #[command(flatten)]
    page: Page,
}

fn state(text: &str) -> Result<RecordState, String> {
    RecordState::ALL.into_iter().find(|state| state.as_str() == text).ok_or_else(|| {
        let known = RecordState::ALL.map(RecordState::as_str).join(", ");
        format!("is not one of {known}")
    })
}

pub(super) async fn payouts(args: Payouts, engine: &Engine) -> Result<(), Failure> {
    let after = args.page.after.map(PayoutRef::new).transpose().map_err(failed)?;
    let listed = engine.list_payouts(args.state, after.as_ref(), args.page.most).await;
    let mut out = String::new();
    for record in listed.map_err(failed)? {
        let payout = styled(STRONG, record.reference());
        let amount = amount_text(record.request.amount);
        let (provider, state, at) = (&record.provider, record.state, record.changed_at);
        let _ = writeln!(out, "{payout} {state} since {at}: {amount} at {provider}");
    }
    print(&out)
}

pub(super) async fn payments(args: Payments, engine: &Engine) -> Result<(), Failure> {
    let after = args.page.after.map(OrderRef::new).transpose().map_err(failed)?;
    let listed = engine.list_payments(args.filter, after.as_ref(), args.page.most).await;
    let mut out = String::new();
    for record in listed.map_err(failed)? {
        let order = styled(STRONG, &record.order);
        let amount = |money: Option<_>| money.map_or_else(|| "-".to_owned(), amount_text);
        let (received, asked) = (amount(record.received()), amount(record.asked));
        let at = record.changed_at;
        let _ = writeln!(out, "{order} received {received} of {asked}, changed {at}");
    }
    print(&out)
}

fn amount_text(amount: Money) -> String {
    amount.localized(Language::English)
}

pub(super) async fn accounts(args: Accounts, engine: &Engine) -> Result<(), Failure> {
    let after = args.page.after.map(OrderRef::new).transpose().map_err(failed)?;
    let listed = engine.list_virtual_accounts(after.as_ref(), args.page.most).await;
    let mut out = String::new();
    for (order, account) in listed.map_err(failed)? {
        let is_other = args.provider.as_ref().is_some_and(|id| *id != account.provider)
            || args.state.as_ref().is_some_and(|state| *state != account.state_word());
        if is_other {
            continue;
        }
        let (order, state) = (styled(STRONG, order), account.state_word());
        let numbers = account.account.iter().flat_map(|known| &known.numbers);
        // Payers need the number, so it is shown in full.
        let numbers: Vec<_> = numbers.map(|one| one.number.as_str()).collect();
        let _ = write!(out, "{order} {state} at {}", account.provider);
        if !numbers.is_empty() {
            let _ = write!(out, ": {}", numbers.join(", "));
        }
        if let Some(change) = &account.change {
            let (what, sending) = (change.what.as_str(), change.sending.state.as_str());
            let _ = write!(out, " (last change: {what}, {sending})");
        }
        out.push('\n');
    }
    print(&out)
}

fn print(out: &str) -> Result<(), Failure> {
    output::print(if out.is_empty() { "none is on record\n" } else { out })
}
