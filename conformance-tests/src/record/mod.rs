//! The record of one honest run of every role: the requests, results, inquiries, bookings and
//! deliveries, with their times.
//!
//! Payments, virtual accounts and payouts each go through everything that can happen to them, one
//! after another at one gateway and without faults. The record is plain data. The laws about such
//! runs only read it and make no further calls. It is made once for each [`Start`].

mod deliveries;
mod edges;
mod life;
mod payments;
mod payouts;
mod virtual_accounts;
mod walk;

use std::time::Duration;

use payments_core::{
    Movement, Role, Timestamp,
    money::Money,
    payment::CreateMode,
    payout::Balance,
    rules::{Repeat, TextRules},
    statement::StatementFilter,
};

use crate::{
    Booking, Flaw, Payers, Start,
    fixture::Fixture,
    pages,
    texts::{self, seed},
};

pub(crate) use crate::step::Step;
pub(crate) use deliveries::{Delivered, Receiver, notification};
pub(crate) use life::{About, Life, Seen};
pub(crate) use walk::Walk;

/// The observations of the honest run.
#[derive(Debug)]
pub(crate) struct Record {
    /// The lives, in the order in which they began.
    pub(crate) lives: Vec<Life>,
    /// The objects that were opened at the limits of the declared rules, with no further steps.
    pub(crate) edges: Vec<Life>,
    /// The money that arrived on the merchant's bank accounts without an order.
    pub(crate) deposits: Vec<Deposit>,
    /// The whole statement at the end, if the provider has statements.
    pub(crate) statement: Option<Result<Vec<Movement>, Flaw>>,
    /// The balance available for payouts at the end and the time of its inquiry, if the provider
    /// can report one.
    pub(crate) balance: Option<(Balance, Timestamp)>,
    /// The roles about which the gateway sends notifications.
    pub(crate) notified: Vec<Role>,
    /// The way in which payments are opened.
    pub(crate) create: Option<CreateMode>,
    /// The effect of a repeated payout.
    pub(crate) repeat: Option<Repeat>,
    /// The possible behaviour of buyers, as the gateway declares it.
    pub(crate) buyers: Option<Payers>,
    /// The possible behaviour of payers on virtual accounts, as the gateway declares it.
    pub(crate) payers: Option<Payers>,
    /// The seed of the random texts.
    pub(crate) seed: u64,
}

/// Money that arrived on a bank account of the merchant without an order.
#[derive(Debug)]
pub(crate) struct Deposit {
    pub(crate) amount: Money,
    pub(crate) at: Timestamp,
    pub(crate) bookings: Vec<Booking>,
    pub(crate) deliveries: Vec<Delivered>,
}

impl Record {
    pub(crate) async fn make(start: &Start) -> Result<Self, Flaw> {
        let fixture = Fixture::open(start).await?;
        let seed = seed();
        let mut walk = Walk::new(&fixture, seed);
        // The present time must differ from the time at which the gateway started.
        walk.pass(Duration::from_secs(3 * 3_600)).await;
        payments::live(&mut walk).await?;
        virtual_accounts::live(&mut walk).await?;
        payouts::live(&mut walk).await?;
        let mut deposits = walk.deposits().await;
        let ordinary = walk.lives.len();
        edges::live(&mut walk).await?;
        let (balance, mut lives) = (walk.balance().await, walk.lives);
        let edges = lives.split_off(ordinary);
        let deposited = deposits.iter_mut().flat_map(|deposit| &mut deposit.deliveries);
        let steps = lives.iter_mut().flat_map(|life| &mut life.steps);
        let delivered = steps.flat_map(|seen| &mut seen.deliveries).chain(deposited);
        deliveries::repeat(&fixture, delivered).await;
        let statement = match fixture.statements() {
            Some((_, role)) => Some(pages::all(role, &StatementFilter::new()).await),
            None => None,
        };
        let subject = &fixture.subject;
        let mut notified = subject.roles();
        notified.retain(|role| {
            subject.notifications.as_ref().is_some_and(|gateway| gateway.tells_of(*role))
        });
        Ok(Self {
            lives,
            edges,
            deposits,
            statement,
            balance,
            notified,
            create: fixture.payments().map(|(_, role)| role.capabilities().create),
            repeat: fixture.payouts().map(|(_, role)| role.capabilities().repeat),
            buyers: fixture.payments().map(|(gateway, _)| gateway.buyers()),
            payers: fixture.virtual_accounts().map(|(gateway, _)| gateway.payers()),
            seed,
        })
    }

    /// Returns the whole statement at the end. `None` if the provider has no statements.
    pub(crate) fn entries(&self) -> Result<Option<&[Movement]>, Flaw> {
        let statement = self.statement.as_ref().map(|read| read.as_deref().map_err(Flaw::clone));
        statement.transpose()
    }

    /// Returns the lives of one role.
    pub(crate) fn of(&self, role: Role) -> impl Iterator<Item = &Life> {
        self.lives.iter().filter(move |life| life.call.operation.role() == role)
    }

    /// Returns all deliveries, oldest first.
    pub(crate) fn deliveries(&self) -> impl Iterator<Item = &Delivered> {
        let steps = self.lives.iter().flat_map(|life| &life.steps);
        let deposits = self.deposits.iter().flat_map(|deposit| &deposit.deliveries);
        steps.flat_map(|seen| &seen.deliveries).chain(deposits)
    }
}

/// Returns a text of one word and the longest allowed text. They are the same in every run.
fn short_and_long(rules: &TextRules) -> [String; 2] {
    [rules.min.max(5).min(rules.max), rules.max].map(|length| texts::words(1, rules, length))
}
