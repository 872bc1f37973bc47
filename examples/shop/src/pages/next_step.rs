//! The buyer's next action.

use payments::{
    payment::{NextAction, Transfer},
    vietqr::{Bank, render},
};

use super::Text;

/// The first next action that a page can show, as HTML. The buyer has to click: nothing happens
/// automatically.
pub(super) fn html(next: &[NextAction]) -> String {
    // A later version may have other next actions; the notification still arrives.
    next.iter()
        .find_map(step)
        .unwrap_or_else(|| "<p>The gateway will get in touch with you.</p>".to_owned())
}

fn step(next: &NextAction) -> Option<String> {
    match next {
        NextAction::Redirect { url } => {
            let link = Text(url);
            Some(format!("<p><a id=\"pay\" rel=\"noreferrer\" href=\"{link}\">Pay now</a></p>"))
        }
        NextAction::PostForm(form) => Some(form.to_html("Pay now")),
        NextAction::Transfer(transfer) => Some(transfer_html(transfer)),
        _ => None,
    }
}

fn transfer_html(transfer: &Transfer) -> String {
    let account = &transfer.account;
    let bank = match Bank::by_bin(account.bin.as_str()) {
        Some(bank) => bank.name(),
        None => account.bin.as_str(),
    };
    let amount = transfer.amount.map(|amount| amount.to_string());
    let rows = [
        ("bank", "Bank", Some(bank)),
        ("account", "Account", Some(account.number.as_str())),
        ("holder", "In the name of", account.holder.as_deref()),
        ("amount", "Amount", amount.as_deref()),
        ("memo", "Memo, exactly", transfer.memo.as_deref()),
    ];
    let mut html = String::from("<p>Scan the code with your bank's app, or transfer:</p><dl>");
    for (id, label, value) in rows {
        if let Some(value) = value {
            html.push_str(&format!("<dt>{label}</dt><dd id=\"{id}\">{}</dd>", Text(value)));
        }
    }
    html.push_str("</dl>");
    // Without a picture the rows above are enough to pay.
    if let Some(Ok(image)) = transfer.vietqr.as_deref().map(render::svg) {
        html.push_str(&image);
    }
    html
}

#[cfg(test)]
mod tests {
    use payments::{
        bank::{AccountNumber, BankAccount, Bin},
        money::Money,
        payment::PostForm,
    };

    use super::*;

    #[test]
    fn a_link_and_a_form_are_shown_escaped() {
        let link = NextAction::Redirect { url: "https://pay.example/?a=1&b=\"2\"".into() };
        let link = html(&[link]);
        assert!(link.contains("href=\"https://pay.example/?a=1&amp;b=&quot;2&quot;\""), "{link}");
        let form = PostForm::new("https://pay.example", vec![("a".into(), "<1>".into())]);
        let form = html(&[NextAction::PostForm(form)]);
        assert!(form.contains("name=\"a\" value=\"&lt;1&gt;\""), "{form}");
        assert!(html(&[]).contains("will get in touch"));
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
        let html = html(&[NextAction::Transfer(transfer)]);
        for shown in [bank.name(), "0123", "SHOP &amp; CO", "50000 VND", "DH1", "<svg"] {
            assert!(html.contains(shown), "{shown} is not in {html}");
        }
    }
}
