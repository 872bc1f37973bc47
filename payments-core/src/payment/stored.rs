//! Reads stored values that a later version of this crate may have written.

use serde::{Deserialize, Deserializer, de::IgnoredAny};

/// A value, or a stored word that this version does not know.
#[derive(Deserialize)]
#[serde(untagged)]
enum Read<T> {
    Known(T),
    Unknown(IgnoredAny),
}

impl<T> Read<T> {
    fn known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(IgnoredAny) => None,
        }
    }
}

/// Reads a list and leaves out the values that this version does not know.
pub(super) fn known<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    let values = Vec::<Read<T>>::deserialize(deserializer)?;
    Ok(values.into_iter().filter_map(Read::known).collect())
}

/// Reads one value. Returns `None` if it is absent or this version does not know it.
pub(super) fn if_known<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(Option::<Read<T>>::deserialize(deserializer)?.and_then(Read::known))
}

#[cfg(test)]
mod tests {
    use crate::{
        DedupeKey, Direction, Movement, OrderRef, RefundRef, Timestamp,
        bank::{AccountNumber, BankAccount, Bin},
        money::Money,
        payment::{
            Buyer, CreatePayment, NextAction, Payment, PaymentMethod, PaymentState, PostForm,
            RefundPayment, Transfer,
        },
        virtual_account::OpenVirtualAccount,
    };

    fn order() -> OrderRef {
        OrderRef::new("A1").unwrap()
    }

    fn paid() -> Payment {
        let key = DedupeKey::new("acme.webhook", "1").unwrap();
        let credit = Movement::new(key, Direction::In, Money::vnd(50_000))
            .with_account(AccountNumber::new("0123499999").unwrap())
            .with_memo("A1")
            .with_time(Timestamp::from_unix(1_700_000_000));
        let number = AccountNumber::new("0071001234567").unwrap();
        let account = BankAccount::new(Bin::new("970436").unwrap(), number);
        Payment::new(order(), PaymentState::Settled)
            .with_received(Money::vnd(50_000))
            .with_method(PaymentMethod::BankTransfer)
            .with_credits(vec![credit])
            .with_next(NextAction::Redirect { url: "https://pay.example/a".to_owned() })
            .with_next(NextAction::PostForm(PostForm::new(
                "https://pay.example",
                vec![("a".to_owned(), "1".to_owned())],
            )))
            .with_next(NextAction::Transfer(Transfer::new(account).with_memo("A1")))
    }

    #[test]
    fn a_stored_payment_and_a_stored_request_are_read_back() {
        let stored = serde_json::to_string(&paid()).unwrap();
        assert_eq!(serde_json::from_str::<Payment>(&stored).unwrap(), paid(), "{stored}");
        let request = CreatePayment::new(order(), Money::vnd(50_000))
            .unwrap()
            .with_method(PaymentMethod::Card)
            .with_buyer(Buyer::new().with_name("NGUYEN VAN A"))
            .with_description("Two coffees")
            .with_expiry(Timestamp::from_unix(1_700_000_000));
        let stored = serde_json::to_string(&request).unwrap();
        assert_eq!(serde_json::from_str::<CreatePayment>(&stored).unwrap(), request, "{stored}");
    }

    #[test]
    fn a_stored_request_whose_amount_is_not_positive_is_refused() {
        let amount = Money::vnd(50_000);
        let refund = RefundPayment::new(RefundRef::new("R1").unwrap(), order());
        let account = OpenVirtualAccount::new(order(), "NGUYEN VAN A").unwrap();
        let payment = serde_json::to_value(CreatePayment::new(order(), amount).unwrap()).unwrap();
        let refund = serde_json::to_value(refund.with_amount(amount).unwrap()).unwrap();
        let account = serde_json::to_value(account.with_amount(amount).unwrap()).unwrap();
        for amount in ["0", "-50000"] {
            let stored = |request: &serde_json::Value| request.to_string().replace("50000", amount);
            let errors = [
                serde_json::from_str::<CreatePayment>(&stored(&payment)).unwrap_err(),
                serde_json::from_str::<RefundPayment>(&stored(&refund)).unwrap_err(),
                serde_json::from_str::<OpenVirtualAccount>(&stored(&account)).unwrap_err(),
            ];
            for error in errors {
                assert!(error.to_string().contains("is not above zero"), "{amount}: {error}");
            }
        }
    }

    #[test]
    fn stored_words_of_a_later_version_are_uncertain_or_left_out() {
        let stored = serde_json::to_string(&paid()).unwrap();
        let strange = stored
            .replace("\"redirect\"", "\"teleport\"")
            .replace("\"settled\"", "\"teleported\"")
            .replace("\"bank_transfer\"", "\"barter\"");
        let read: Payment = serde_json::from_str(&strange).unwrap();
        assert_eq!((read.state, read.method), (PaymentState::Uncertain, None));
        assert_eq!(read.next, paid().next[1..]);
        assert_eq!(read.received, paid().received);
    }
}
