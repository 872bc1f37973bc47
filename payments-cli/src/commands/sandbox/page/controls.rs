//! Forms of a gateway as a whole: transfers, webhooks, faults and the clock.

use maud::{Markup, html};
use simulator_kit::control::Overview;

use super::{
    live::{Of, form},
    texts,
};

/// Renders the forms of a gateway. `endpoints` are the names of those that receive webhooks.
pub(super) fn html(of: Of<'_>, overview: &Overview) -> Markup {
    html! {
        div.controls {
            (transfer(of, overview))
            (register(of))
            (faults(of))
        }
    }
}

fn transfer(of: Of<'_>, overview: &Overview) -> Markup {
    let language = of.language;
    let list = format!("accounts-{}", of.kind);
    let inputs = html! {
        label { (texts::ACCOUNT.to(language)) " " input name="account" list=(list) required; }
        datalist id=(list) {
            @for account in &overview.accounts { option value=(account.account) {} }
        }
        label { (texts::AMOUNT.to(language)) " (VND) "
            input name="amount" inputmode="numeric" pattern="[0-9]+" required; }
        label { (texts::MEMO.to(language)) " " input name="memo"; }
        button { (texts::TRANSFER_BUTTON.to(language)) }
    };
    html! {
        div { h3 { (texts::TRANSFER.to(language)) } (form(of, &[("action", "credit")], inputs)) }
    }
}

fn register(of: Of<'_>) -> Markup {
    let language = of.language;
    let inputs = html! {
        label { (texts::ENDPOINT.to(language)) " " input name="endpoint" required; }
        label { (texts::ADDRESS.to(language)) " "
            input name="url" type="url" placeholder="http://127.0.0.1:3000/webhook" required; }
        button { (texts::REGISTER_BUTTON.to(language)) }
    };
    html! {
        div {
            h3 { (texts::REGISTER.to(language)) }
            (form(of, &[("action", "register_webhook")], inputs))
        }
    }
}

fn faults(of: Of<'_>) -> Markup {
    let language = of.language;
    let lose = [("after_booking", texts::LOSE_AFTER), ("before_booking", texts::LOSE_BEFORE)];
    let advance = [("3600", texts::AN_HOUR), ("86400", texts::A_DAY)];
    html! {
        div {
            h3 { (texts::FAULTS.to(language)) }
            (form(of, &[("action", "lose_answer")], html! {
                @for (when, text) in lose {
                    button name="when" value=(when) { (text.to(language)) }
                }
            }))
            (form(of, &[("action", "advance_clock")], html! {
                @for (seconds, text) in advance {
                    button name="seconds" value=(seconds) { (text.to(language)) }
                }
            }))
        }
    }
}
