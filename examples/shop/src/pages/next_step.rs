//! The buyer's next action.

use maud::{Markup, PreEscaped, html};
use payments::{
    money::Money,
    payment::{NextAction, Transfer},
    vietqr::{Bank, render},
};

use super::read;

/// Renders the first next action that a page can show. The buyer has to click; nothing happens
/// automatically. If some money arrived, `missing` is the amount that still has to be transferred.
pub(super) fn html(next: &[NextAction], missing: Option<Money>) -> Markup {
    // A later version may have other next actions; the notification still arrives.
    next.iter()
        .find_map(|next| step(next, missing))
        .unwrap_or_else(|| html! { p { "The gateway will get in touch with you." } })
}

fn step(next: &NextAction, missing: Option<Money>) -> Option<Markup> {
    match next {
        NextAction::Redirect { url } => Some(html! {
            p { a.button #pay rel="noreferrer" href=(url) { "Pay now" } }
        }),
        NextAction::PostForm(form) => Some(PreEscaped(form.to_html("Pay now"))),
        NextAction::Transfer(transfer) => Some(transfer_html(transfer, missing)),
        _ => None,
    }
}

fn transfer_html(transfer: &Transfer, missing: Option<Money>) -> Markup {
    let account = &transfer.account;
    let bank = match Bank::by_bin(account.bin.as_str()) {
        Some(bank) => bank.name(),
        None => account.bin.as_str(),
    };
    let amount = missing.or(transfer.amount).map(read);
    let rows = [
        ("bank", "Bank", Some(bank)),
        ("account", "Account", Some(account.number.as_str())),
        ("holder", "In the name of", account.holder.as_deref()),
        ("amount", "Amount", amount.as_deref()),
        ("memo", "Memo, exactly", transfer.memo.as_deref()),
    ];
    // The rows suffice to pay without the QR image. The code is for the whole amount.
    let code = transfer.vietqr.as_deref().filter(|_| missing.is_none());
    let code = code.and_then(|text| render::svg(text).ok());
    html! {
        p {
            @if missing.is_some() { "Transfer the rest:" }
            @else { "Scan the code with your bank's app, or transfer:" }
        }
        @if let Some(code) = code { div role="img" aria-label="VietQR code" { (PreEscaped(code)) } }
        dl {
            @for (id, label, value) in rows {
                @if let Some(value) = value { dt { (label) } dd id=(id) { (value) } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use payments::{
        bank::{AccountNumber, BankAccount, Bin},
        payment::PostForm,
    };

    use super::*;

    fn shown(action: NextAction) -> String {
        html(&[action], None).into_string()
    }

    #[test]
    fn a_link_and_a_form_are_shown_escaped() {
        let link = shown(NextAction::Redirect { url: "https://pay.example/?a=1&b=\"2\"".into() });
        assert!(link.contains("href=\"https://pay.example/?a=1&amp;b=&quot;2&quot;\""), "{link}");
        let form = PostForm::new("https://pay.example", vec![("a".into(), "<1>".into())]);
        let form = shown(NextAction::PostForm(form));
        assert!(form.contains("name=\"a\" value=\"&lt;1&gt;\""), "{form}");
        assert!(html(&[], None).into_string().contains("will get in touch"));
    }

    #[test]
    fn a_transfer_shows_everything_that_the_buyer_types_and_the_code_to_scan() {
        let bank = Bank::one_by_code("VCB").unwrap();
        let account =
            BankAccount::new(Bin::new(bank.bin()).unwrap(), AccountNumber::new("0123").unwrap());
        let transfer = Transfer::new(account.with_holder("SHOP & CO"))
            .with_amount(Money::vnd(50_000))
            .with_memo("DH1")
            .with_vietqr("0002");
        let html = shown(NextAction::Transfer(transfer.clone()));
        for shown in [bank.name(), "0123", "SHOP &amp; CO", "50,000 VND", "DH1", "<svg"] {
            assert!(html.contains(shown), "{shown} is not in {html}");
        }
        let rest = super::html(&[NextAction::Transfer(transfer)], Some(Money::vnd(20_000)));
        let rest = rest.into_string();
        assert!(rest.contains("20,000 VND") && !rest.contains("50,000 VND"), "{rest}");
        assert!(!rest.contains("<svg"), "the code is for the whole amount: {rest}");
    }
}
