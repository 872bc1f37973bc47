//! A gateway at which everything that it notifies about has happened, with its deliveries.

use bytes::Bytes;
use http::Request;
use payments_core::{
    notification::{Event, EventData, Received},
    payout::PayoutState::Succeeded,
};

use crate::{
    Flaw, Operation, SignedIn, Start, WebhookSample,
    fixture::Fixture,
    record::{
        About, Receiver,
        Step::{End, Pay, Visit},
        Walk,
    },
};

/// A gateway at which everything that it notifies about has happened, with its deliveries.
pub(crate) struct WebhookFixture {
    pub(crate) fixture: Fixture,
    pub(crate) receiver: Receiver,
    pub(crate) sent: Vec<WebhookSample>,
}

impl WebhookFixture {
    /// Starts a gateway and makes everything happen as requested. `None` if the provider receives
    /// no notifications.
    pub(crate) async fn open(start: &Start) -> Result<Option<Self>, Flaw> {
        let fixture = Fixture::open(start).await?;
        let Some(receiver) = Receiver::of(&fixture) else { return Ok(None) };
        let mut walk = Walk::new(&fixture, 0);
        // A provider may cache the result of an earlier confirmation.
        walk.believes = false;
        for (operation, steps) in [
            (Operation::CreatePayment, &[Visit, Pay(0)][..]),
            (Operation::OpenVirtualAccount, &[Pay(0)]),
            (Operation::CreatePayout, &[End(Succeeded)]),
        ] {
            if fixture.subject.roles().contains(&operation.role()) {
                walk.life((About::Choice, operation), |_| {}, steps).await?;
            }
        }
        let deposits = walk.deposits().await;
        let steps = walk.lives.into_iter().flat_map(|life| life.steps);
        let deliveries = steps.flat_map(|seen| seen.deliveries);
        let deliveries = deliveries.chain(deposits.into_iter().flat_map(|one| one.deliveries));
        let mut sent: Vec<_> = deliveries.map(|delivered| delivered.sample).collect();
        if sent.is_empty() {
            let expected = "something that the gateway sends about what happened";
            return Err(Flaw::new(expected, "`Notifies::take` gave nothing"));
        }
        sent.extend(walk.returns);
        Ok(Some(Self { fixture, receiver, sent }))
    }

    pub(crate) fn server_to_server(&self) -> impl Iterator<Item = &WebhookSample> {
        self.sent.iter().filter(|sent| !sent.by_browser)
    }

    /// Returns the request as the gateway itself would sign it, in place of `sent`. `None` if the
    /// suite cannot have it signed.
    pub(crate) fn signed_again(
        &self,
        sent: &WebhookSample,
        request: Request<Bytes>,
    ) -> Option<Request<Bytes>> {
        if sent.signature == SignedIn::Nowhere {
            return Some(request);
        }
        let (now, gateway) = (self.fixture.now(), &self.receiver.gateway);
        let changed = sent.with_request(request);
        self.fixture.subject.gateway.secrets().into_iter().find_map(|secret| {
            let genuine = gateway.signed(sent, &secret, now)?;
            match self.receiver.receive(&sent.endpoint, &genuine) {
                Received::Notification(_) | Received::Unreadable(_) => {
                    gateway.signed(&changed, &secret, now)
                }
                Received::Reply(_) | Received::Untrusted(_) => None,
            }
        })
    }
}

/// Describes the money in an event, without the identifiers of its route.
pub(crate) fn said(event: &Event) -> String {
    match event.data() {
        EventData::Payment(it) => {
            let credits: Vec<_> = it.credits.iter().map(|credit| credit.amount).collect();
            let (order, state, received) = (&it.order, it.state, it.received);
            format!("payment of {order:?}: {state:?}, {received:?} received, {credits:?}")
        }
        EventData::Movement(it) => {
            let on = (&it.account, &it.virtual_account);
            format!("{:?} of {} on {on:?} for {:?}", it.direction, it.amount, it.order)
        }
        EventData::Payout(payout) => {
            format!("payout {:?} of {:?}: {:?}", payout.payout, payout.amount, payout.state)
        }
        other => format!("{other:?}"),
    }
}

/// Describes the whole content of an event, with the key under which an app handles it once. The
/// raw bytes are excluded, because they may differ in parts that no signature covers.
pub(crate) fn said_exactly(event: &Event) -> String {
    match serde_json::to_string(event.data()) {
        Ok(data) => format!("{:?} {data}", event.key()),
        Err(error) => format!("{:?} that cannot be written: {error}", event.key()),
    }
}
