//! The role of payments: checkout forms, and transfers with a payment code in their memo.

use async_trait::async_trait;
use payments_core::{
    Absence, Error, Lookup, Movement, OrderRef, PaymentProvider, Result, Submission, UnreadableRow,
    money::{Currency, Money},
    payment::{
        CreateMode, CreatePayment, Payment, PaymentCapabilities, PaymentMethod, PaymentState,
        Refund, RefundPayment,
    },
    rules::{AbsenceRule, Repeat},
};

use crate::{
    bank::{
        statement::{StatementV2, readable},
        transfer::MemoTransfer,
    },
    field::Unclear,
    limits,
    payment_gateway::{Gateway, SePayOptions},
};

/// The role of payments, by checkout forms, by transfers, or by both.
#[derive(Debug)]
pub(crate) struct Payments {
    capabilities: PaymentCapabilities,
    gateway: Option<Gateway>,
    transfers: Option<Transfers>,
}

/// Payments by transfer to the merchant's own account.
#[derive(Debug)]
pub(crate) struct Transfers {
    pub(crate) memo: MemoTransfer,
    pub(crate) statement: StatementV2,
}

impl Payments {
    pub(crate) fn new(gateway: Option<Gateway>, transfers: Option<Transfers>) -> Self {
        let capabilities = capabilities(gateway.is_some(), transfers.as_ref());
        Self { capabilities, gateway, transfers }
    }

    /// Opens a payment with a form for SePay's page, or with an account to transfer to. Nothing is
    /// sent.
    fn open(&self, request: &CreatePayment) -> Result<Payment> {
        let options = request.options.get::<SePayOptions>()?;
        match (request.method, &self.gateway, &self.transfers) {
            (Some(PaymentMethod::BankTransfer), _, Some(transfers)) => {
                let mut options = options.unwrap_or_default();
                let sub_account = options.sub_account.take();
                if options != SePayOptions::default() {
                    return Err(Error::invalid(
                        "options",
                        "are for SePay's page, which BankTransfer does not use; leave the method \
                         out to open one there",
                    ));
                }
                transfers.memo.open(request, sub_account.as_deref())
            }
            (_, Some(gateway), _) => {
                let options = options.unwrap_or_default();
                if options.sub_account.is_some() {
                    return Err(Error::invalid(
                        "options.sub_account",
                        "is for BankTransfer; SePay's page chooses its own account",
                    ));
                }
                gateway.checkout.open(request, &options)
            }
            // The capabilities list no method that is not configured.
            _ => Err(Error::unsupported("this method is not accepted").with_field("method")),
        }
    }

    /// Returns the payment of the credits with the order's code. `None` if there are no credits, or
    /// if no code can be made from the reference, so that nobody could have been told to transfer
    /// for it.
    async fn transferred(&self, order: &OrderRef) -> Result<Option<Payment>> {
        let Some(transfers) = &self.transfers else { return Ok(None) };
        let code = match transfers.memo.matching.code_for(order) {
            Ok(code) => code,
            Err(_) if self.gateway.is_some() => return Ok(None),
            Err(error) => return Err(error),
        };
        let unreadable = |row: UnreadableRow| row.into_error("transactions");
        let of_order =
            |credit: &Movement| credit.is_credit() && credit.order.as_ref() == Some(order);
        let query =
            [("q", code.as_str()), ("transfer_type", "in"), ("transaction_date_sort", "asc")];
        let lines = transfers.statement.every_line(&query, |_| true).await?;
        // The search also finds longer codes, and other words that contain this one.
        let mut credits = readable(lines, code.as_str()).map_err(unreadable)?;
        credits.retain(of_order);
        if credits.is_empty() {
            // A code that a bank broke after its prefix is found only by the reference. Any number
            // of lines may contain the reference, so only the newest are searched.
            let query =
                [("q", order.as_str()), ("transfer_type", "in"), ("transaction_date_sort", "desc")];
            let newest = transfers.statement.transactions(&query, 1, |_| true).await?;
            let lines = newest.lines.into_iter().filter_map(|line| line.row);
            credits = readable(lines, code.as_str()).map_err(unreadable)?;
            credits.retain(of_order);
        }
        transferred(order, credits).map_err(|unclear| unclear.into_error("transactions"))
    }
}

#[async_trait]
impl PaymentProvider for Payments {
    fn capabilities(&self) -> &PaymentCapabilities {
        &self.capabilities
    }

    /// Opens the payment, because nothing is sent. Each method has its own rules in addition to the
    /// capabilities, such as the rules of a transfer for the order reference.
    fn check(&self, request: &CreatePayment) -> Result<()> {
        self.open(request).map(drop)
    }

    async fn create_payment(&self, request: &CreatePayment) -> Result<Submission<Payment>> {
        self.open(request).map(Submission::Accepted)
    }

    /// Queries the payment gateway for the order and the statement for its credits, as far as they
    /// are configured. If credits arrived and the checkout is unpaid, the credits are returned. Any
    /// other checkout together with credits is [`Lookup::Several`].
    async fn find_payment(&self, order: &OrderRef) -> Result<Lookup<Payment>> {
        let checkout = match &self.gateway {
            Some(gateway) => {
                limits::invoice().check("order", order.as_str())?;
                gateway.orders.payment(order).await?
            }
            None => None,
        };
        let transfer = self.transferred(order).await?;
        Ok(join(checkout, transfer, absence()))
    }

    async fn cancel_payment(&self, order: &OrderRef) -> Result<Submission<Payment>> {
        match &self.gateway {
            Some(gateway) => gateway.orders.cancel(order).await,
            None => Err(Error::unsupported(
                "a transfer cannot be called off; only orders of SePay's page can",
            )),
        }
    }

    async fn refund_payment(&self, _: &RefundPayment) -> Result<Submission<Refund>> {
        Err(Error::unsupported(
            "SePay documents no refund of payments; a card payment of the same day can be voided \
             with the extension `SePay`, and anything else is paid back by hand",
        ))
    }
}

/// Returns the capabilities of both together. A transfer has stricter rules for the reference, and
/// its check reports a violation.
fn capabilities(gateway: bool, transfers: Option<&Transfers>) -> PaymentCapabilities {
    let mut methods = Vec::new();
    if gateway {
        methods.extend([PaymentMethod::Card, PaymentMethod::NapasQr]);
    }
    if transfers.is_some() {
        methods.push(PaymentMethod::BankTransfer);
    }
    let amounts = match transfers {
        Some(_) => limits::transfer_amounts(),
        None => limits::checkout_amounts(),
    };
    let reference = match transfers {
        Some(transfers) if !gateway => transfers.memo.references.clone(),
        _ => limits::invoice(),
    };
    let mut capabilities = PaymentCapabilities::new(CreateMode::Offline, methods, vec![amounts])
        .with_reference(reference)
        .with_description(limits::description())
        .with_find(None, AbsenceRule::Never);
    if gateway {
        capabilities = capabilities.with_buyer_choice().with_cancel();
    }
    // An invoice number can be used once (source: developer.sepay.vn, payment form); a code in a
    // memo remains valid forever.
    capabilities.with_repeat(match transfers {
        Some(_) => Repeat::PaysAgain,
        None => Repeat::Refused,
    })
}

/// Returns the absence of an order. SePay learns of an order only when the buyer or the money
/// arrives, and a form that was given to a buyer remains valid forever.
fn absence() -> Absence {
    Absence::inconclusive("SePay knows an order only once its buyer acts, and takes it at any time")
}

/// Returns the payment that the credits with an order's code amount to. `None` if there are no
/// credits.
fn transferred(order: &OrderRef, credits: Vec<Movement>) -> Result<Option<Payment>, Unclear> {
    if credits.is_empty() {
        return Ok(None);
    }
    let received = credits
        .iter()
        .try_fold(Money::zero(Currency::VND), |sum, credit| sum.checked_add(credit.amount))
        .map_err(|error| Unclear::new(format!("the credits do not add up: {error}")))?;
    Ok(Some(
        Payment::new(order.clone(), PaymentState::Settled)
            .with_received(received)
            .with_method(PaymentMethod::BankTransfer)
            .with_credits(credits),
    ))
}

/// Combines the results of the payment gateway and of the bank statement for one order.
///
/// A checkout that the buyer left or that was cancelled is ignored if credits arrived. In any other
/// case both are returned, because the order may have been paid twice.
fn join(checkout: Option<Payment>, transfer: Option<Payment>, absence: Absence) -> Lookup<Payment> {
    let told = match (checkout, transfer) {
        (Some(checkout), Some(transfer))
            if matches!(checkout.state, PaymentState::Open | PaymentState::Cancelled) =>
        {
            vec![transfer]
        }
        (checkout, transfer) => checkout.into_iter().chain(transfer).collect(),
    };
    Lookup::from_vec(told, absence)
}

#[cfg(test)]
mod tests {
    use super::*;
    use payments_core::{DedupeKey, Direction};

    fn reference() -> OrderRef {
        OrderRef::new("DH1").unwrap()
    }

    fn credit(amount: i64) -> Movement {
        Movement::new(DedupeKey::new("test.line", "1").unwrap(), Direction::In, Money::vnd(amount))
    }

    #[test]
    fn credits_are_summed_and_kept() {
        assert_eq!(transferred(&reference(), Vec::new()).unwrap(), None);
        let payment = transferred(&reference(), vec![credit(20), credit(30)]).unwrap().unwrap();
        assert_eq!(payment.received, Some(Money::vnd(50)));
        assert_eq!(payment.credits.len(), 2);
        assert!(payment.settles(Money::vnd(50)));
        assert!(!payment.settles(Money::vnd(60)));
        assert!(transferred(&reference(), vec![credit(i64::MAX), credit(1)]).is_err());
    }

    #[test]
    fn an_order_paid_by_transfer_is_one_payment_and_one_paid_twice_is_several() {
        let of = |state| Payment::new(reference(), state).with_asked(Money::vnd(300));
        let by_transfer = || transferred(&reference(), vec![credit(300)]).unwrap();
        let absence = || Absence::inconclusive("nothing");
        assert_eq!(join(None, None, absence()), Lookup::Absent(absence()));
        assert_eq!(join(None, by_transfer(), absence()).into_vec().len(), 1);
        for (state, told) in [
            (PaymentState::Open, 1),
            (PaymentState::Cancelled, 1),
            (PaymentState::Settled, 2),
            (PaymentState::Refunded, 2),
            (PaymentState::Uncertain, 2),
        ] {
            let alone = join(Some(of(state)), None, absence());
            assert_eq!(alone, Lookup::Found(of(state)), "{state:?}");
            let both = join(Some(of(state)), by_transfer(), absence()).into_vec();
            assert_eq!(both.len(), told, "{state:?}");
            assert_eq!(both.last(), by_transfer().as_ref(), "{state:?}");
        }
    }
}
