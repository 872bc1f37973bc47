//! The role of taking payments: checkout forms, and transfers with a code in their memo.

use async_trait::async_trait;
use payments_core::{
    Absence, Error, Lookup, Movement, OrderRef, PaymentProvider, Result, Submission, UnreadableRow,
    payment::{
        CreateMode, CreatePayment, Payment, PaymentCapabilities, PaymentMethod, Refund,
        RefundPayment,
    },
    rules::{AbsenceRule, Repeat},
};

use crate::{
    SePayOptions,
    client::{Gateway, UserApi},
    map, rules,
    transfer::MemoTransfer,
};

/// Takes payments by one way or by both.
#[derive(Debug)]
pub(crate) struct Payments {
    capabilities: PaymentCapabilities,
    gateway: Option<Gateway>,
    transfers: Option<Transfers>,
}

/// Payments by transfer to our own account.
#[derive(Debug)]
pub(crate) struct Transfers {
    pub(crate) memo: MemoTransfer,
    pub(crate) statement: UserApi,
}

impl Payments {
    pub(crate) fn new(gateway: Option<Gateway>, transfers: Option<Transfers>) -> Self {
        let capabilities = capabilities(gateway.is_some(), transfers.as_ref());
        Self { capabilities, gateway, transfers }
    }

    /// A form for SePay's page, or an account to transfer to. Nothing is sent.
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
            // The capabilities name no method that has no way.
            _ => Err(Error::unsupported("this method is not taken").with_field("method")),
        }
    }

    /// The credits with the order's code; `None` if there are none, or the reference makes no
    /// code and so was never to be transferred for.
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
        // The search also finds longer codes, and other words with this one in them.
        let mut credits = map::readable(lines, code.as_str()).map_err(unreadable)?;
        credits.retain(of_order);
        if credits.is_empty() {
            // A code that a bank broke after its prefix is found by the reference alone. That may
            // stand in any number of lines, so only the newest are looked at.
            let query =
                [("q", order.as_str()), ("transfer_type", "in"), ("transaction_date_sort", "desc")];
            let newest = transfers.statement.transactions(&query, 1, |_| true).await?;
            let lines = newest.lines.into_iter().filter_map(|line| line.row);
            credits = map::readable(lines, code.as_str()).map_err(unreadable)?;
            credits.retain(of_order);
        }
        map::transferred(order, credits).map_err(|unclear| unclear.into_error("transactions"))
    }
}

#[async_trait]
impl PaymentProvider for Payments {
    fn capabilities(&self) -> &PaymentCapabilities {
        &self.capabilities
    }

    /// Opens it, for nothing is sent: each method has its own rules beyond the capabilities, as a
    /// transfer has for the order reference.
    fn check(&self, request: &CreatePayment) -> Result<()> {
        self.open(request).map(drop)
    }

    async fn create_payment(&self, request: &CreatePayment) -> Result<Submission<Payment>> {
        self.open(request).map(Submission::Accepted)
    }

    /// Asks the payment gateway for the order and the statement for its credits, each where it is
    /// configured. An unpaid checkout yields to credits that arrived; anything else beside credits
    /// is [`Lookup::Several`].
    async fn find_payment(&self, order: &OrderRef) -> Result<Lookup<Payment>> {
        let checkout = match &self.gateway {
            Some(gateway) => {
                rules::invoice().check("order", order.as_str())?;
                gateway.orders.payment(order).await?
            }
            None => None,
        };
        let transfer = self.transferred(order).await?;
        Ok(map::join(checkout, transfer, absence()))
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

/// What both ways take together. A transfer is stricter on the reference, and then says so.
fn capabilities(gateway: bool, transfers: Option<&Transfers>) -> PaymentCapabilities {
    let mut methods = Vec::new();
    if gateway {
        methods.extend([PaymentMethod::Card, PaymentMethod::NapasQr]);
    }
    if transfers.is_some() {
        methods.push(PaymentMethod::BankTransfer);
    }
    let amounts = match transfers {
        Some(_) => rules::transfer_amounts(),
        None => rules::checkout_amounts(),
    };
    let reference = match transfers {
        Some(transfers) if !gateway => transfers.memo.references.clone(),
        _ => rules::invoice(),
    };
    let mut capabilities = PaymentCapabilities::new(CreateMode::Offline, methods, vec![amounts])
        .with_reference(reference)
        .with_description(rules::description())
        .with_find(None, AbsenceRule::Never);
    if gateway {
        capabilities = capabilities.with_buyer_choice().with_cancel();
    }
    // An invoice number is taken once (developer.sepay.vn, payment form); a code in a memo works
    // for ever.
    capabilities.with_repeat(match transfers {
        Some(_) => Repeat::PaysAgain,
        None => Repeat::Refused,
    })
}

/// SePay learns of an order when the buyer arrives or the money does, and a form that was handed
/// out works for ever.
fn absence() -> Absence {
    Absence::inconclusive("SePay knows an order only once its buyer acts, and takes it at any time")
}
