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
    rules::{AmountLimits, Repeat, TextRules},
    statement::StatementFilter,
};

use crate::{
    Booking, Flaw, Payers, Start,
    fixture::Fixture,
    operations::Reported,
    pages,
    texts::{Texts, seed},
};

pub(crate) use crate::step::Step;
pub(crate) use deliveries::{Delivered, Receiver, notification};
pub(crate) use life::{About, Life, Seen};
pub(crate) use walk::Walk;

/// What was seen.
#[derive(Debug)]
pub(crate) struct Record {
    /// In the order in which they began.
    pub(crate) lives: Vec<Life>,
    /// What was opened at the edges of what is declared, and no further.
    pub(crate) edges: Vec<Life>,
    /// The money that arrived on our bank accounts by itself.
    pub(crate) deposits: Vec<Deposit>,
    /// The whole statement at the end, if the provider lists one.
    pub(crate) statement: Option<Result<Vec<Movement>, Flaw>>,
    /// The balance to send from at the end, if the provider can be asked, and when it was asked.
    pub(crate) balance: Option<(Reported, Timestamp)>,
    /// What of it the gateway notifies, of the roles that there are.
    pub(crate) notified: Vec<Role>,
    /// Of payments.
    pub(crate) create: Option<CreateMode>,
    /// Of payouts.
    pub(crate) repeat: Option<Repeat>,
    /// What buyers can do, as the gateway says.
    pub(crate) buyers: Option<Payers>,
    /// What can be done on virtual accounts, as the gateway says.
    pub(crate) payers: Option<Payers>,
    /// What random texts were made of.
    pub(crate) seed: u64,
}

/// Money that arrived on a bank account of ours by itself.
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
        // Now is not when the gateway started.
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

    /// The whole statement at the end; `None` if the provider lists none.
    pub(crate) fn entries(&self) -> Result<Option<&[Movement]>, Flaw> {
        let statement = self.statement.as_ref().map(|read| read.as_deref().map_err(Flaw::clone));
        statement.transpose()
    }

    /// The lives of one role.
    pub(crate) fn of(&self, role: Role) -> impl Iterator<Item = &Life> {
        self.lives.iter().filter(move |life| life.call.operation.role() == role)
    }

    /// Everything that was delivered, oldest first.
    pub(crate) fn deliveries(&self) -> impl Iterator<Item = &Delivered> {
        let steps = self.lives.iter().flat_map(|life| &life.steps);
        let deposits = self.deposits.iter().flat_map(|deposit| &deposit.deliveries);
        steps.flat_map(|seen| &seen.deliveries).chain(deposits)
    }
}

/// A text of one word, and one as long as it may be. They are the same in every run.
fn short_and_long(rules: &TextRules) -> [String; 2] {
    let mut texts = Texts::new(1);
    [rules.min.max(5).min(rules.max), rules.max].map(|length| texts.words(rules, length))
}

/// An amount within each limit, which are of one currency each.
fn amounts(limits: &[AmountLimits]) -> Vec<Money> {
    let within = |limit: &AmountLimits| {
        let most = limit.max.map_or(i64::MAX, |max| max.minor());
        Money::from_minor(limit.min.minor().max(50_000).min(most), limit.min.currency())
    };
    limits.iter().map(within).collect()
}
