//! A gateway where everything happened that it tells of, and what it sent.

use std::collections::BTreeSet;
use std::sync::Arc;

use bytes::Bytes;
use http::Request;
use payments_core::{
    DedupeKey, EndpointName, Movement, NotificationReceiver, Role,
    bank::AccountNumber,
    money::Money,
    notification::{Confirmation, Delivery, Endpoint, Event, EventData, Notification, Received},
    payout::PayoutState,
};

use crate::{
    Flaw, Notifies, Operation, Payers, SignedIn, Start, WebhookSample, buyer,
    fixture::Fixture,
    operations::Instruction,
    undisturbed::{accepted, open_virtual_account},
};

/// A gateway where everything happened that it tells of, and what it sent.
pub(crate) struct WebhookFixture {
    pub(crate) fixture: Fixture,
    pub(crate) gateway: Arc<dyn Notifies>,
    pub(crate) receiver: Arc<dyn NotificationReceiver>,
    pub(crate) sent: Vec<WebhookSample>,
    /// What happened, in the roles that there are.
    pub(crate) happened: Vec<Happened>,
}

impl WebhookFixture {
    /// Where everything happened as it was asked; `None` if the provider receives nothing.
    pub(crate) async fn open(start: &Start) -> Result<Option<Self>, Flaw> {
        Self::after(start, &[0]).await
    }

    /// Where payers also paid a đồng less and a đồng more, and in every currency, as far as they can.
    pub(crate) async fn open_with_every_amount(start: &Start) -> Result<Option<Self>, Flaw> {
        let webhooks = Self::after(start, &[0, -1, 1]).await?;
        let Some(mut webhooks) = webhooks else { return Ok(None) };
        webhooks.happened.extend(paid_in_other_currencies(&webhooks.fixture).await?);
        webhooks.sent.extend(webhooks.gateway.take().await);
        Ok(Some(webhooks))
    }

    /// `offs`: how much more than was asked is paid.
    async fn after(start: &Start, offs: &[i64]) -> Result<Option<Self>, Flaw> {
        let fixture = Fixture::open(start).await?;
        let (Some(gateway), Ok(receiver)) =
            (fixture.subject.notifications.clone(), fixture.provider.notifications().cloned())
        else {
            return Ok(None);
        };
        let happened = everything_happens(&fixture, offs).await?;
        let sent = gateway.take().await;
        if !sent.iter().any(|sent| !sent.by_browser) {
            let expected = "something that the gateway sends about what happened";
            return Err(Flaw::new(expected, "`Notifies::take` gave nothing"));
        }
        Ok(Some(Self { fixture, gateway, receiver, sent, happened }))
    }

    pub(crate) fn server_to_server(&self) -> impl Iterator<Item = &WebhookSample> {
        self.sent.iter().filter(|sent| !sent.by_browser)
    }

    pub(crate) fn receive(&self, endpoint: &EndpointName, request: &Request<Bytes>) -> Received {
        self.receiver.receive(endpoint, &Delivery::of(request), self.fixture.clock().now())
    }

    /// What the provider makes of an unaltered delivery.
    pub(crate) fn genuine(&self, sent: &WebhookSample) -> Result<Notification, Flaw> {
        let notification = notification(sent, self.receive(&sent.endpoint, &sent.request))?;
        notification
            .ok_or_else(|| flaw(sent, "a notification of an unaltered delivery", "an answer"))
    }

    /// The request as the gateway itself signs it, in the place of the one that was `sent`; `None`
    /// if the suite cannot have it signed.
    pub(crate) fn signed_again(
        &self,
        sent: &WebhookSample,
        request: Request<Bytes>,
    ) -> Option<Request<Bytes>> {
        if sent.signature == SignedIn::Nowhere {
            return Some(request);
        }
        let now = self.fixture.clock().now();
        let changed = sent.with_request(request);
        self.fixture.subject.gateway.secrets().into_iter().find_map(|secret| {
            let genuine = self.gateway.signed(sent, &secret, now)?;
            match self.receive(&sent.endpoint, &genuine) {
                Received::Notification(_) | Received::Unreadable(_) => {
                    self.gateway.signed(&changed, &secret, now)
                }
                Received::Reply(_) | Received::Untrusted(_) => None,
            }
        })
    }

    /// An event as an app may believe it: proven, or confirmed.
    pub(crate) async fn believed(&self, event: &Event) -> Result<Event, Flaw> {
        believed(self.receiver.as_ref(), event).await
    }

    pub(crate) fn endpoint(&self, sent: &WebhookSample) -> Result<&Endpoint, Flaw> {
        let mut endpoints = self.receiver.endpoints().iter();
        endpoints
            .find(|endpoint| endpoint.name == sent.endpoint)
            .ok_or_else(|| flaw(sent, "an endpoint of the provider", "it has none of that name"))
    }
}

/// Something of which a gateway may tell.
#[derive(Clone, Debug)]
pub(crate) enum Happened {
    /// The payment of this order was paid, in full or not.
    Paid { order: String, asked: Money, arrived: Money },
    /// Money arrived on the virtual account of this order.
    Credited { order: String, numbers: Vec<AccountNumber>, amount: Money },
    /// A payout was made; whether it succeeded is known where the suite let it end.
    PaidOut { payout: String, amount: Money, succeeded: bool },
    /// Money arrived on a bank account of ours.
    Moved { amount: Money },
}

impl Happened {
    pub(crate) fn role(&self) -> Role {
        match self {
            Self::Paid { .. } => Role::Payments,
            Self::Credited { .. } => Role::VirtualAccounts,
            Self::PaidOut { .. } => Role::Payouts,
            Self::Moved { .. } => Role::Statements,
        }
    }

    /// Whether an event tells of it, with all its money.
    pub(crate) fn is_told_by(&self, event: &Event) -> bool {
        let is_credit_of = |movement: &Movement, amount: &Money| {
            movement.is_credit() && movement.amount == *amount
        };
        match (self, event.data()) {
            (Self::Paid { order, asked, arrived }, EventData::Payment(payment)) => {
                payment.order.as_str() == order
                    && payment.received == Some(*arrived)
                    && (arrived != asked || payment.settles(*asked))
            }
            // Whose it is may stand in the memo alone.
            (Self::Paid { order, arrived, .. }, EventData::Movement(movement)) => {
                is_credit_of(movement, arrived)
                    && movement.order.as_ref().is_none_or(|of| of.as_str() == order)
            }
            (Self::Credited { order, amount, .. }, EventData::Payment(payment)) => {
                payment.order.as_str() == order && payment.received == Some(*amount)
            }
            (Self::Credited { order, numbers, amount }, EventData::Movement(movement)) => {
                let on = [&movement.virtual_account, &movement.account];
                let is_there = on.into_iter().flatten().any(|number| numbers.contains(number))
                    || movement.order.as_ref().is_some_and(|of| of.as_str() == order);
                is_there && is_credit_of(movement, amount)
            }
            (Self::PaidOut { payout, amount, succeeded }, EventData::Payout(told)) => {
                told.payout.as_str() == payout
                    && told.amount == Some(*amount)
                    && (!succeeded || told.state == PayoutState::Succeeded)
            }
            (Self::Moved { amount }, EventData::Movement(movement)) => {
                is_credit_of(movement, amount)
            }
            _ => false,
        }
    }
}

/// Everything of which a gateway may tell: a payment, a credit, a payout, a movement.
async fn everything_happens(fixture: &Fixture, offs: &[i64]) -> Result<Vec<Happened>, Flaw> {
    let mut happened = Vec::new();
    if let Some((gateway, _)) = fixture.payments() {
        for (off, number) in possible(gateway.buyers(), offs).zip([1, 4, 5]) {
            let payment = buyer::visited(fixture, number).await?;
            let asked = gateway.payment(payment.order.clone()).amount;
            let arrived = Money::from_minor(asked.minor() + off, asked.currency());
            buyer::pay(fixture, &payment, arrived).await?;
            happened.push(Happened::Paid { order: payment.order.to_string(), asked, arrived });
        }
    }
    if let Some((gateway, _)) = fixture.virtual_accounts() {
        for (off, number) in possible(gateway.payers(), offs).zip([2, 6, 7]) {
            let account = open_virtual_account(fixture, number).await?;
            let asked = fixture.credit_for(&account.order)?;
            let amount = Money::from_minor(asked.minor() + off, asked.currency());
            gateway.credit(&account, amount).await.map_err(|impossible| {
                Flaw::new(format!("a payer who can pay {amount}, as `payers` says"), impossible)
            })?;
            let numbers = account.numbers.into_iter().map(|number| number.number).collect();
            happened.push(Happened::Credited { order: account.order.to_string(), numbers, amount });
        }
    }
    if let Some((gateway, _)) = fixture.payouts() {
        let made = Instruction::ready(fixture, Operation::CreatePayout, 3).await?;
        made.carry_out(&fixture.provider).await.accepted()?;
        let payout = fixture.payout(3)?;
        // Some end by themselves.
        let succeeded = gateway.end_payout(&payout, PayoutState::Succeeded).await.is_ok();
        let amount = gateway.payout(payout.clone()).amount;
        happened.push(Happened::PaidOut { payout: payout.to_string(), amount, succeeded });
    }
    if let Some((gateway, role)) = fixture.statements() {
        for currency in &role.capabilities().currencies {
            let amount = Money::from_minor(70_000, *currency);
            gateway.receive(amount, "of nobody's order").await;
            happened.push(Happened::Moved { amount });
        }
    }
    Ok(happened)
}

/// A payment in each currency that the capabilities name beside the usual one.
async fn paid_in_other_currencies(fixture: &Fixture) -> Result<Vec<Happened>, Flaw> {
    let mut happened = Vec::new();
    let Some((gateway, payments)) = fixture.payments() else { return Ok(happened) };
    for (number, limits) in (20..).zip(&payments.capabilities().limits) {
        let mut request = gateway.payment(fixture.order(number)?);
        if limits.min.currency() == request.amount.currency() {
            continue;
        }
        request.amount = limits.min;
        let payment = accepted(Operation::CreatePayment, payments.create_payment(&request).await)?;
        buyer::visit(fixture, &payment).await?;
        buyer::pay(fixture, &payment, request.amount).await?;
        let (order, amount) = (request.order.to_string(), request.amount);
        happened.push(Happened::Paid { order, asked: amount, arrived: amount });
    }
    Ok(happened)
}

/// How much more than was asked payers can pay.
fn possible(payers: Payers, offs: &[i64]) -> impl Iterator<Item = i64> {
    offs.iter().copied().filter(move |off| *off == 0 || payers.any_amount)
}

async fn believed(receiver: &dyn NotificationReceiver, event: &Event) -> Result<Event, Flaw> {
    if event.is_trusted() || !event.moves_money() {
        return Ok(event.clone());
    }
    match receiver.confirm(event).await {
        Ok(Confirmation::Confirmed(event)) => Ok(event),
        Ok(other) => Err(Flaw::new("a confirmed event, for it is so", format!("{other:?}"))),
        Err(error) => Err(Flaw::new("a confirmed event, for it is so", error)),
    }
}

/// The notification that an unaltered delivery became; `None` if it is answered and tells nothing.
pub(crate) fn notification(
    sent: &WebhookSample,
    received: Received,
) -> Result<Option<Notification>, Flaw> {
    let refused = match received {
        Received::Notification(notification) => return Ok(Some(notification)),
        Received::Reply(_) => return Ok(None),
        Received::Unreadable(unreadable) => unreadable.to_string(),
        Received::Untrusted(untrusted) => untrusted.to_string(),
    };
    Err(flaw(sent, "a notification of an unaltered delivery", refused))
}

/// What the gateway has sent since the last time, as far as it can be believed.
async fn told(fixture: &Fixture) -> Result<Vec<Event>, Flaw> {
    let (Some(gateway), Ok(receiver)) =
        (&fixture.subject.notifications, fixture.provider.notifications())
    else {
        return Ok(Vec::new());
    };
    let mut told = Vec::new();
    for sent in gateway.take().await.into_iter().filter(|sent| !sent.by_browser) {
        let delivery = Delivery::of(&sent.request);
        let received = receiver.receive(&sent.endpoint, &delivery, fixture.clock().now());
        for event in notification(&sent, received)?.iter().flat_map(Notification::events) {
            told.push(believed(receiver.as_ref(), event).await?);
        }
    }
    Ok(told)
}

/// The keys under which what the gateway sent is handled, each once.
pub(crate) async fn keys(fixture: &Fixture) -> Result<Vec<DedupeKey>, Flaw> {
    let told = told(fixture).await?;
    let keys: BTreeSet<DedupeKey> = told.iter().filter_map(Event::key).cloned().collect();
    Ok(keys.into_iter().collect())
}

/// The movements that the gateway told of, each once: a payment lists its credits each time.
pub(crate) async fn movements(fixture: &Fixture) -> Result<Vec<Movement>, Flaw> {
    let mut movements = Vec::new();
    for event in told(fixture).await? {
        match event.into_data() {
            EventData::Movement(movement) => movements.push(movement),
            EventData::Payment(payment) => movements.extend(payment.credits),
            _ => {}
        }
    }
    movements.sort_by(|a: &Movement, b| a.key.cmp(&b.key));
    movements.dedup_by(|a, b| a.key == b.key);
    Ok(movements)
}

/// What an event says of money, without what names it on its route.
pub(crate) fn said(event: &Event) -> String {
    match event.data() {
        EventData::Payment(payment) => format!(
            "payment of {:?}: {:?}, {:?} received, {:?}",
            payment.order,
            payment.state,
            payment.received,
            payment.credits.iter().map(|credit| credit.amount).collect::<Vec<_>>()
        ),
        EventData::Movement(movement) => format!(
            "{:?} of {} on {:?} {:?} for {:?}",
            movement.direction,
            movement.amount,
            movement.account,
            movement.virtual_account,
            movement.order
        ),
        EventData::Payout(payout) => {
            format!("payout {:?} of {:?}: {:?}", payout.payout, payout.amount, payout.state)
        }
        EventData::Refund(refund) => {
            format!("refund {:?} of {}: {:?}", refund.refund, refund.amount, refund.state)
        }
        other => format!("{other:?}"),
    }
}

/// All that an event says, and the key under which an app handles it once, without the raw bytes,
/// which may differ in what no signature covers.
pub(crate) fn said_exactly(event: &Event) -> String {
    match serde_json::to_string(event.data()) {
        Ok(data) => format!("{:?} {data}", event.key()),
        Err(error) => format!("{:?} that cannot be written: {error}", event.key()),
    }
}

pub(crate) fn flaw(sent: &WebhookSample, expected: &str, found: impl std::fmt::Display) -> Flaw {
    let expected = format!("{expected}, of a delivery to `{}`", sent.endpoint);
    Flaw::new(expected, found)
}

/// A request as a finding shows it: without what it carries.
pub(crate) fn text(request: &Request<Bytes>) -> String {
    let digest = request
        .body()
        .iter()
        .fold(0u32, |digest, byte| digest.rotate_left(5).wrapping_add(u32::from(*byte)));
    let query = request.uri().query().unwrap_or_default().len();
    format!(
        "{} with {query} bytes of query and {} of body ({digest:x})",
        request.method(),
        request.body().len()
    )
}
