use std::collections::HashSet;

use payments::{
    CreditMatch, DedupeKey, Listed, Movement, Payments, ProviderId, match_credit,
    money::Money,
    notification::{Delivery, EventData},
    statement::{Cursor, StatementFilter, StatementReader},
};

/// In a shop these are tables, and each function below is one transaction.
#[derive(Default)]
pub struct Books {
    /// Events that were handled. Its primary key: provider and dedupe key.
    pub handled: HashSet<(ProviderId, DedupeKey)>,
    /// Every credit that any source reported. Its primary key: provider and dedupe key.
    pub reported: Vec<(ProviderId, Movement)>,
    /// The credits that count, each transfer once.
    pub counted: Vec<Movement>,
}

impl Books {
    /// Counts a credit, unless this or another source reported the same money before.
    pub fn credit(&mut self, provider: &ProviderId, credit: &Movement) {
        let reported = self.reported.iter().map(|(provider, credit)| (provider, credit));
        match match_credit(provider, credit, reported) {
            CreditMatch::New => self.counted.push(credit.clone()),
            CreditMatch::Repeated(_) => return,
            CreditMatch::Same(_) => {}
            CreditMatch::Maybe(other) => {
                println!("{} and {}: a person decides if they are one", credit.key, other.key);
            }
        }
        self.reported.push((provider.clone(), credit.clone()));
    }
}

/// Handles a delivery. `request` contains the raw body.
pub async fn webhook(
    payments: &Payments,
    books: &mut Books,
    provider: &str,
    endpoint: &str,
    request: http::Request<Vec<u8>>,
) -> payments::Result<http::Response<bytes::Bytes>> {
    let intake = payments.receive(provider, endpoint, &Delivery::of(&request)).await?;
    for event in &intake.events {
        // Every event that moves money has a key, under which it is handled once.
        if let Some(key) = event.key()
            && !books.handled.insert((intake.provider.clone(), key.clone()))
        {
            continue;
        }
        match event.data() {
            EventData::Payment(payment) if payment.settles(Money::vnd(50_000)) => {
                println!("hand over {}", payment.order);
            }
            EventData::Movement(movement) if movement.is_credit() => {
                books.credit(&intake.provider, movement);
            }
            _ => {}
        }
    }
    Ok(intake.reply(intake.outcome()))
}

/// Reads the statement from `cursor` on, and returns the cursor for the next time.
pub async fn reconcile(
    payments: &Payments,
    books: &mut Books,
    provider: &str,
    cursor: Cursor,
) -> payments::Result<Cursor> {
    let provider = payments.provider(provider)?;
    let statements = provider.statements()?.clone();
    let mut reader = StatementReader::new(statements, cursor, StatementFilter::new());
    while let Some(line) = reader.next().await? {
        match line {
            Listed::Read(line) if line.is_credit() => books.credit(provider.id(), &line),
            Listed::Read(_) => {}
            Listed::Unreadable(row) => println!("a person has to look at it: {row}"),
        }
    }
    Ok(reader.cursor().clone())
}
