//! A shop on several gateways: shows which of them accept which payment and payout, and why the
//! others do not.
//!
//! ```sh
//! cargo run -p payments --example routing --features hpay,payos,sepay -- payments.toml
//! ```
//!
//! Each gateway checks a request by its own rules: methods, currencies, amounts, references. Of the
//! gateways that accept it, `prefer` of the configuration says which comes first:
//!
//! ```toml
//! prefer = ["payos", "hpay", "hpay-openapi", "sepay", "hpay-usd"]
//! ```

use payments::{
    OrderRef, Payments, PayoutRef, Result,
    bank::{AccountNumber, BankAccount, Bin},
    money::{Currency, Money},
    payment::{CreatePayment, PaymentMethod},
    payout::{Beneficiary, CreatePayout},
};

/// The payments that buyers of the shop ask for, each with a name.
pub(crate) fn purchases() -> Result<Vec<(&'static str, CreatePayment)>> {
    let coffee = Money::vnd(50_000);
    let purchase = |order: &str, amount: Money| -> Result<CreatePayment> {
        CreatePayment::new(OrderRef::new(order)?, amount)?
            .with_description("Hai ly ca phe")
            .with_return_url("https://shop.example/thanks")?
            .with_cancel_url("https://shop.example/basket")
    };
    Ok(vec![
        ("whatever the buyer likes", purchase("1001", coffee)?),
        ("by bank transfer", purchase("1002", coffee)?.with_method(PaymentMethod::BankTransfer)),
        ("by NAPAS QR", purchase("1003", coffee)?.with_method(PaymentMethod::NapasQr)),
        ("by international card", purchase("1004", coffee)?.with_method(PaymentMethod::Card)),
        ("by domestic card", purchase("1005", coffee)?.with_method(PaymentMethod::DomesticCard)),
        ("in dollars", purchase("1006", Money::from_minor(1_200, Currency::USD))?),
        ("for half a dollar", purchase("1007", Money::from_minor(50, Currency::USD))?),
        ("under a reference with letters", purchase("DH-1008", coffee)?),
        ("with a memo for the QR code", purchase("1009", coffee)?.with_description("T11/2026")),
    ])
}

/// A payout of the shop, with a note and without one.
pub(crate) fn payouts() -> Result<Vec<(&'static str, CreatePayout)>> {
    let account = BankAccount::new(Bin::new("970418")?, AccountNumber::new("1234567890912312")?);
    let supplier = Beneficiary::new(account, "NGUYEN VAN A")?;
    let payout = |reference: &str| {
        CreatePayout::new(PayoutRef::new(reference)?, Money::vnd(20_000), supplier.clone())
    };
    Ok(vec![
        ("to a supplier", payout("P-1")?.with_note("Tien hang")),
        ("to a supplier without a note", payout("P-2")?),
    ])
}

/// Returns the names of the providers that accept the request, the preferred one first, and the
/// reasons of the others.
pub(crate) fn judged(route: Result<payments::Route<'_>>) -> (Vec<String>, Vec<String>) {
    match route {
        Ok(route) => {
            let takers = route.providers.iter().map(|provider| provider.id().to_string());
            let others = route.passed_over.iter();
            let others = others.map(|passed| format!("{}: {}", passed.provider, passed.reason));
            (takers.collect(), others.collect())
        }
        Err(error) => (Vec::new(), vec![error.to_string()]),
    }
}

#[allow(dead_code, reason = "the test has a main of its own")]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("name the configuration")?;
    let payments = Payments::from_toml(&std::fs::read_to_string(path)?)?;
    let print = |what: &str, (takers, others): (Vec<String>, Vec<String>)| {
        println!("{what}: {}", takers.join(", then "));
        others.iter().for_each(|why| println!("    not {why}"));
    };
    for (what, request) in purchases()? {
        print(what, judged(payments.route(&request)));
    }
    for (what, request) in payouts()? {
        print(what, judged(payments.route_payout(&request)));
    }
    Ok(())
}
