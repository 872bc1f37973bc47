//! Converts an order to the core's virtual account.

use form_urlencoded::parse;
use payments_core::{
    GatewayRef, OrderRef, Raw,
    bank::{AccountNumber, Bin},
    money::Money,
    virtual_account::{VirtualAccount, VirtualAccountNumber},
};
use vietqr::VietQr;

use super::status::{state, va_state};
use crate::{
    bank::user_api::order::{CreatedOrder, VaOrder},
    field::Unclear,
};

/// Converts an order to the core's virtual account. `bank` is the bank of the account that receives
/// the money.
pub(crate) fn found_account(
    order: &OrderRef,
    found: &VaOrder,
    bank: Option<Bin>,
    raw: Raw,
) -> Result<VirtualAccount, Unclear> {
    let numbers = found.va.iter().map(|va| {
        let mut number = number(&va.va_number, bank, va.amount)?.with_state(va_state(&va.status));
        if let Some(holder) = &va.holder {
            number = number.with_holder(holder);
        }
        if let Some(at) = va.expires_at {
            number = number.with_expiry(at);
        }
        Ok(number)
    });
    let numbers = numbers.collect::<Result<Vec<_>, Unclear>>()?;
    let mut account = VirtualAccount::new(order.clone(), state(&found.status), numbers)
        .with_gateway_ref(gateway_ref(&found.id)?)
        .with_raw(raw);
    account.amount = found.amount;
    account.received = found.paid_amount;
    Ok(account)
}

/// Converts a newly created order to the core's virtual account.
pub(crate) fn opened_account(
    created: &CreatedOrder,
    bank: Option<Bin>,
) -> Result<VirtualAccount, Unclear> {
    let state = state(&created.status);
    let mut number = number(&created.va_number, bank, created.amount)?.with_state(state);
    if let Some(holder) = &created.holder {
        number = number.with_holder(holder);
    }
    if let Some(at) = created.expires_at {
        number = number.with_expiry(at);
    }
    number = qr(number, created);
    let mut account = VirtualAccount::new(created.code.clone(), state, vec![number])
        .with_gateway_ref(gateway_ref(&created.id)?)
        .with_raw(created.raw.clone());
    account.amount = created.amount;
    Ok(account)
}

fn gateway_ref(id: &str) -> Result<GatewayRef, Unclear> {
    GatewayRef::new(id).map_err(|_| Unclear::new("the id of an order cannot be one"))
}

/// Returns a number with a VietQR code made from the bank, the number and the amount, which are
/// also the content of SePay's own image.
fn number(
    text: &str,
    bank: Option<Bin>,
    amount: Option<Money>,
) -> Result<VirtualAccountNumber, Unclear> {
    let number = AccountNumber::new(text)
        .map_err(|error| Unclear::new(format!("va_number cannot be transferred to: {error}")))?;
    let mut account = VirtualAccountNumber::new(number.clone());
    account.amount = amount;
    account.bank = bank;
    account.vietqr = bank.and_then(|bank| {
        let code = VietQr::to_account(bank.as_str(), number.as_str());
        let code = match amount {
            Some(amount) => code.and_then(|code| code.with_amount(amount.minor())),
            None => code,
        };
        code.map(|code| code.payload()).ok()
    });
    Ok(account)
}

/// Adds the QR code in SePay's response, which is documented as an image. If it is the text of a
/// code, the text is used if it leads to this number. An image for another number removes our own
/// code.
fn qr(mut number: VirtualAccountNumber, created: &CreatedOrder) -> VirtualAccountNumber {
    match created.qr_code.as_deref() {
        Some(picture) if picture.starts_with("data:") => {
            number.qr_images.push(picture.to_owned());
        }
        Some(text) => {
            let code = VietQr::parse(text).ok().filter(|code| {
                code.number() == number.number.as_str()
                    && code.amount().is_none_or(|dong| created.amount == Some(Money::vnd(dong)))
            });
            if code.is_some() {
                number.vietqr = Some(text.to_owned());
            }
        }
        None => {}
    }
    if let Some(url) = &created.qr_code_url {
        let query = url.split_once('?').map_or("", |(_, query)| query);
        let account = parse(query.as_bytes()).find(|(name, _)| name == "acc");
        if account.is_some_and(|(_, account)| account != number.number.as_str()) {
            number.vietqr = None;
            number.qr_images.clear();
        } else {
            number.qr_images.insert(0, url.clone());
        }
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bank::virtual_account::order_reading::{created_order, va_order};
    use payments_core::virtual_account::VirtualAccountState;

    const DETAIL: &str = r#"{"id":"b2c3","order_code":"DH20250001","amount":1000000,
        "paid_amount":400000,"status":"Partially","created_at":"2025-12-18 08:15:00",
        "bank_name":"BIDV","account_number":"1234567890","account_holder_name":"CONG TY",
        "va":[{"va_number":"963NQDORDZVTBPJ3Z7H","va_holder_name":"CONG TY","amount":400000,
               "status":"Paid","expired_at":"2025-12-19 08:15:00","paid_at":"2025-12-18 09:00:00"},
              {"va_number":"963NQDORDZVTBPJ3Z7J","va_holder_name":"CONG TY","amount":null,
               "status":"Unpaid","expired_at":null,"paid_at":null}]}"#;

    fn bin() -> Bin {
        Bin::new("970418").unwrap()
    }

    #[test]
    fn an_order_keeps_what_arrived_its_numbers_and_their_ends() {
        let order = OrderRef::new("DH20250001").unwrap();
        let found = va_order(&serde_json::from_str(DETAIL).unwrap()).unwrap();
        let account = found_account(&order, &found, Some(bin()), Raw::default()).unwrap();
        assert_eq!(account.state, VirtualAccountState::PartlyPaid);
        assert_eq!(account.amount, Some(Money::vnd(1_000_000)));
        assert_eq!(account.received, Some(Money::vnd(400_000)));
        assert_eq!(account.gateway_ref.as_ref().unwrap().as_str(), "b2c3");
        let [paid, open] = account.numbers.as_slice() else { panic!("{account:?}") };
        assert_eq!(paid.state, VirtualAccountState::Paid);
        assert_eq!(paid.expires_at.unwrap().to_string(), "2025-12-19T01:15:00Z");
        assert_eq!((open.amount, open.expires_at), (None, None));
        let qr = VietQr::parse(paid.vietqr.as_ref().unwrap()).unwrap();
        assert_eq!(qr.number(), "963NQDORDZVTBPJ3Z7H");
        assert_eq!((qr.bin(), qr.amount()), (bin().as_str(), Some(400_000)));
        assert_eq!(VietQr::parse(open.vietqr.as_ref().unwrap()).unwrap().amount(), None);
    }

    #[test]
    fn a_number_that_no_transfer_carries_is_not_guessed() {
        // A sample of the documentation has 21 characters; a transfer allows 19.
        let long = DETAIL.replace("963NQDORDZVTBPJ3Z7H", "963NQDORD1234567890AB");
        let found = va_order(&serde_json::from_str(&long).unwrap()).unwrap();
        let order = OrderRef::new("DH20250001").unwrap();
        assert!(found_account(&order, &found, None, Raw::default()).is_err());
    }

    fn created(more: &str) -> VirtualAccount {
        let json = format!(
            r#"{{"id":"a1","order_code":"ORDER001","va_number":"SEP200001WEB1234567",
                "va_holder_name":"NGUYEN VAN A","amount":100000,"status":"Pending",
                "bank_name":"Sacombank","account_number":"0123456789",
                "expired_at":"2026-03-27 10:15:00"{more}}}"#
        );
        let code = OrderRef::new("ORDER001").unwrap();
        let row = serde_json::from_str(&json).unwrap();
        let created = created_order(&row, &code, Raw::default()).unwrap();
        opened_account(&created, Some(Bin::new("970403").unwrap())).unwrap()
    }

    #[test]
    fn a_picture_is_kept_and_a_code_is_made_beside_it() {
        let account = created(
            r#","qr_code":"data:image/png;base64,AAAA",
               "qr_code_url":"https://vietqr.app/img?acc=SEP200001WEB1234567&bank=Sacombank&amount=100000""#,
        );
        let [number] = account.numbers.as_slice() else { panic!("{account:?}") };
        assert_eq!(number.qr_images.len(), 2);
        assert!(number.qr_images[0].starts_with("https://"));
        let qr = VietQr::parse(number.vietqr.as_ref().unwrap()).unwrap();
        assert_eq!(qr.number(), "SEP200001WEB1234567");
        assert_eq!(qr.amount(), Some(100_000));
    }

    #[test]
    fn the_text_of_a_code_is_taken_only_if_it_leads_to_this_number() {
        let ours = created("").numbers[0].vietqr.clone().unwrap();
        let text = format!(r#","qr_code":"{ours}""#);
        assert_eq!(created(&text).numbers[0].vietqr.as_ref(), Some(&ours));
        let other = VietQr::to_account("970403", "0999999999").unwrap();
        let text = format!(r#","qr_code":"{}""#, other.payload());
        assert_eq!(created(&text).numbers[0].vietqr.as_ref(), Some(&ours));
    }

    #[test]
    fn a_picture_for_another_number_is_not_shown() {
        let account = created(r#","qr_code_url":"https://vietqr.app/img?acc=999&bank=BIDV""#);
        let number = &account.numbers[0];
        assert!(number.vietqr.is_none() && number.qr_images.is_empty());
    }
}
