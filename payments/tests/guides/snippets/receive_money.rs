use std::collections::{HashMap, HashSet};

use payments::{
    CreditMatch, DedupeKey, Doubt, Listed, Movement, OrderRef, Payments, ProviderId, match_credit,
    money::Money,
    notification::{Delivery, EventData},
    payment::{Funding, Payment, PaymentState},
    statement::{Cursor, StatementFilter, StatementReader},
};

/// In a shop these are tables, and each function below is one transaction.
#[derive(Default)]
pub struct Books {
    /// The price of each order, as your shop set it.
    pub prices: HashMap<OrderRef, Money>,
    /// The orders to hand over to their buyers. Its primary key: the order.
    pub paid: HashSet<OrderRef>,
    /// Events that were handled. Its primary key: provider and dedupe key.
    pub handled: HashSet<(ProviderId, DedupeKey)>,
    /// Every credit that any source reported. Its primary key: provider and dedupe key.
    pub reported: Vec<(ProviderId, Movement)>,
    /// The credits that count, each transfer once.
    pub counted: Vec<Movement>,
    /// Reports about money that your shop sent: payouts, refunds and other outgoing money.
    pub sent: Vec<EventData>,
    /// What a person has to look at.
    pub for_a_person: Vec<String>,
}

impl Books {
    /// Books the state of an order's payment, as its provider reports it.
    pub fn payment(&mut self, payment: &Payment) {
        use PaymentState::{Cancelled, Expired, Failed, Open, Processing, Settled};

        let (order, state) = (&payment.order, payment.state);
        let received = payment.received.filter(|received| !received.is_zero());
        match (state, received) {
            (Settled, Some(received)) => self.receive(order, received),
            (Open | Processing | Expired | Cancelled | Failed, None)
                if !self.paid.contains(order) => {}
            // For example, the provider holds the money back, or it was refunded.
            _ => self.for_a_person.push(format!("{order} is {state:?}, received: {received:?}")),
        }
    }

    /// Counts a credit, unless this or another source reported the same money before.
    pub fn credit(&mut self, provider: &ProviderId, credit: &Movement) {
        let reported = self.reported.iter().map(|(provider, credit)| (provider, credit));
        let is_new = match match_credit(provider, credit, reported) {
            CreditMatch::New => true,
            CreditMatch::Repeated(_) => return,
            CreditMatch::Same(_) => false,
            CreditMatch::Maybe(other) => {
                let question = format!("are {} and {} the same money?", credit.key, other.key);
                self.for_a_person.push(question);
                false
            }
        };
        self.reported.push((provider.clone(), credit.clone()));
        if !is_new {
            return;
        }
        self.counted.push(credit.clone());
        let Some(order) = &credit.order else {
            self.for_a_person.push(format!("{} belongs to no known order", credit.key));
            return;
        };
        let credits = self.counted.iter().filter(|counted| counted.order.as_ref() == Some(order));
        let sum = credits
            .map(|counted| counted.amount)
            .try_fold(Money::zero(credit.amount.currency()), |sum, amount| sum.checked_add(amount));
        match sum {
            Ok(sum) => self.receive(order, sum),
            Err(error) => self.for_a_person.push(format!("{order}: {error}")),
        }
    }

    /// Marks the order as paid, once, if all that arrived for it covers its price.
    fn receive(&mut self, order: &OrderRef, received: Money) {
        let Some(price) = self.prices.get(order) else {
            self.for_a_person.push(format!("{received} arrived for {order}, which is not known"));
            return;
        };
        let funding = Funding::of(*price, received);
        let is_enough = matches!(funding, Ok(Funding::Exact | Funding::Over { .. }));
        let is_first = is_enough && self.paid.insert(order.clone());
        match funding {
            Ok(Funding::Exact) if is_first => {}
            Ok(Funding::Exact) => self.for_a_person.push(format!("{order} was paid again")),
            // Too little, too much, or another currency.
            other => self.for_a_person.push(format!("{order}: {other:?}")),
        }
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
            EventData::Payment(payment) => books.payment(payment),
            EventData::Movement(movement) if movement.is_credit() => {
                books.credit(&intake.provider, movement);
            }
            EventData::Test | EventData::Unrecognised { .. } => {}
            sent => books.sent.push(sent.clone()),
        }
    }
    // A delivery that the provider contradicts is acknowledged as well.
    for doubtful in &intake.doubts {
        if let Doubt::Contradicted { claimed, found } = &doubtful.doubt {
            books.for_a_person.push(format!("claimed: {claimed}, but found: {found}"));
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
            Listed::Read(line) => books.sent.push(EventData::Movement(line)),
            Listed::Unreadable(row) => books.for_a_person.push(row.to_string()),
        }
    }
    Ok(reader.cursor().clone())
}
