//! Books trusted reports into the records.

mod payouts;
mod routes;
mod same_money;

use payments_core::{
    Movement, OrderRef, Timestamp,
    payment::{Funding, Payment},
};

pub(crate) use payouts::{list_payout, named_payout};
pub(crate) use routes::order_of;
use routes::{names_of, routes};

use crate::{
    change::{Subject, changed},
    change_log::log_change,
    journal,
    record::{
        CreditRecord, Observation, Observed, PaymentObservation, PaymentRecord, Report, ReportData,
        Source,
    },
    store::{Due, PaymentWrite, Route, Rows, StoreError, TaskKind},
};

/// The maximum number of credits of one amount that a movement is compared with.
pub(crate) const COMPARED: usize = 200;

/// The maximum number of unmatched credits that are compared with the names of a new opening.
const UNMATCHED: usize = 1_000;

/// Books a *trusted* report into the records and credits of an open transaction, and returns the
/// subjects whose records changed. A report with a known token, or with a known key of the same
/// provider, books nothing.
pub(crate) fn book(
    rows: &mut dyn Rows,
    report: &Report,
    token: &str,
    at: Timestamp,
    start: u64,
) -> Result<Vec<Subject>, StoreError> {
    if rows.payments().has_written_payment(token)? {
        return Ok(Vec::new());
    }
    let mut booking = Booking { rows, token, writes: 0, at, start, subjects: Vec::new() };
    match &report.data {
        ReportData::Movement(movement) => booking.movement(report, movement)?,
        ReportData::Test | ReportData::Unrecognised => {}
        _ if booking.is_known(report)? => {}
        ReportData::Payment(payment) => booking.payment(report, payment)?,
        ReportData::Refund(refund) => booking.report(&refund.order, report)?,
        ReportData::Payout(payout) => {
            let changed =
                journal::change(booking.rows, &payout.payout, token, at, start, |record, _| {
                    let record = record.filter(|record| record.provider == report.provider);
                    let payouts = vec![payments_core::payout::Payout::clone(payout)];
                    let observation = Observation::Found { payouts };
                    Ok(record.map(|_| journal::Change { observation, due: Due::At(at) }))
                })?;
            match changed.record {
                Some(_) if changed.is_written => {
                    booking.subjects.push(Subject::Payout(payout.payout.clone()));
                }
                Some(_) => {}
                None => tracing::warn!(
                    payout = %payout.payout,
                    provider = %report.provider,
                    "reported, and not on record"
                ),
            }
        }
    }
    Ok(booking.subjects)
}

/// Applies the observation that `decide` returns for the current record of an order, if it returns
/// one. Returns the record afterwards and whether it changed. A repeated token changes nothing.
pub(crate) fn change_payment(
    rows: &mut dyn Rows,
    order: &OrderRef,
    token: &str,
    at: Timestamp,
    start: u64,
    decide: impl FnOnce(Option<&PaymentRecord>) -> Option<PaymentObservation>,
) -> Result<(Option<PaymentRecord>, bool), StoreError> {
    let known = rows.payments().payment(order)?;
    if rows.payments().has_written_payment(token)? {
        return Ok((known, true));
    }
    let Some(observation) = decide(known.as_ref()) else { return Ok((known, false)) };
    let looked_after_before = known.as_ref().map(PaymentRecord::looked_after).unwrap_or_default();
    let revision = known.as_ref().map_or(0, |record| record.revision) + 1;
    let observed = Observed { revision, at, start, observation };
    let before = known.clone();
    let Some(record) = PaymentRecord::after(known, &observed) else { return Ok((None, false)) };
    if is_repeated_inquiry(&observed.observation) && is_unchanged(before.as_ref(), &record)? {
        return Ok((before, false));
    }
    rows.payments().write_payment(&PaymentWrite { token, record: &record, observed: &observed })?;
    let looked_after = record.looked_after();
    if looked_after != looked_after_before {
        let due = looked_after.first_due(at).map_or(Due::Never, Due::At);
        rows.make_due(TaskKind::Payment, order.as_str(), due)?;
    }
    let subject = Subject::Payment(order.clone());
    log_change(&subject, record.revision, || (funding_word(&record), record.open_cases().count()));
    changed(rows, &subject, record.revision)?;
    let known = before.as_ref().map(routes).unwrap_or_default();
    for route in routes(&record).iter().filter(|route| !known.contains(route)) {
        rows.payments().add_route(route, order)?;
    }
    Ok((Some(record), true))
}

/// Compares the received amount with the requested one, in one word.
fn funding_word(record: &PaymentRecord) -> &'static str {
    match record.funding() {
        Some(Funding::Nothing) => "nothing",
        Some(Funding::Short { .. }) => "short",
        Some(Funding::Exact) => "exact",
        Some(Funding::Over { .. }) => "over",
        _ => "not_asked",
    }
}

/// Assigns unmatched credits to an order if they match a name of its openings.
pub(crate) fn adopt_by_route(
    rows: &mut dyn Rows,
    record: &PaymentRecord,
    token: &str,
    at: Timestamp,
    start: u64,
) -> Result<(), StoreError> {
    let routes = routes(record);
    if routes.is_empty() {
        return Ok(());
    }
    let unmatched = rows.payments().unmatched(UNMATCHED)?;
    let mut booking = Booking { rows, token, writes: 1, at, start, subjects: Vec::new() };
    for credit in unmatched.into_iter().filter(|credit| credit.movement.is_credit()) {
        let names = names_of(&credit.movement);
        let is_named = names.into_iter().any(|(kind, name)| {
            let route = Route { provider: credit.provider.clone(), kind, name: name.to_owned() };
            routes.contains(&route)
        });
        // Another report of the same money may have taken it along.
        let known = booking.rows.payments().credit(&credit.provider, &credit.movement.key)?;
        let unmatched = known.filter(|known| is_named && known.order.is_none());
        if let Some(mut credit) = unmatched {
            credit.belongs_to(record.order.clone(), "the engine", "it names the order", at);
            booking.assign(&record.order, &credit)?;
            booking.adopt(&record.order, &credit.provider, &credit.movement)?;
        }
    }
    Ok(())
}

/// Stores a credit whose case a person decided, and books it for its order. Other reports of the
/// same money are assigned with it, so that one transfer is decided once.
pub(crate) fn settle_credit(
    rows: &mut dyn Rows,
    credit: &CreditRecord,
    token: &str,
    at: Timestamp,
    start: u64,
) -> Result<(), StoreError> {
    let mut booking = Booking { rows, token, writes: 0, at, start, subjects: Vec::new() };
    match &credit.order {
        Some(order) => {
            booking.assign(order, credit)?;
            booking.adopt(order, &credit.provider, &credit.movement)
        }
        None => booking.change_credit(credit),
    }
}

/// Returns whether an observation is a response to an inquiry, which may repeat known facts.
fn is_repeated_inquiry(observation: &PaymentObservation) -> bool {
    match observation {
        PaymentObservation::Reported { report, .. } => {
            report.source == Source::Inquiry && report.key.is_none()
        }
        PaymentObservation::AccountFound { .. } => true,
        _ => false,
    }
}

/// Returns whether two records are equal, apart from their revisions.
fn is_unchanged(before: Option<&PaymentRecord>, after: &PaymentRecord) -> Result<bool, StoreError> {
    let Some(before) = before else { return Ok(false) };
    let mut same = after.clone();
    (same.revision, same.changed_at) = (before.revision, before.changed_at);
    let json = |record: &PaymentRecord| serde_json::to_vec(record).map_err(StoreError::not_done);
    Ok(json(before)? == json(&same)?)
}

struct Booking<'a> {
    rows: &'a mut dyn Rows,
    token: &'a str,
    /// The number of writes so far. The first write has the token itself.
    writes: u32,
    at: Timestamp,
    start: u64,
    subjects: Vec<Subject>,
}

impl Booking<'_> {
    /// Returns the token of the next write.
    fn token(&self) -> String {
        match self.writes {
            0 => self.token.to_owned(),
            number => format!("{}/{number}", self.token),
        }
    }

    /// Returns whether the key of a report is booked already. Marks it as booked.
    fn is_known(&mut self, report: &Report) -> Result<bool, StoreError> {
        match &report.key {
            Some(key) => self.rows.payments().use_key(&report.provider, key),
            None => Ok(false),
        }
    }

    /// Adds an observation to an order.
    fn observe(
        &mut self,
        order: &OrderRef,
        observation: PaymentObservation,
    ) -> Result<(), StoreError> {
        let (token, at, start) = (self.token(), self.at, self.start);
        let (record, is_written) =
            change_payment(self.rows, order, &token, at, start, |_| Some(observation))?;
        self.writes += 1;
        if let Some(record) = record.filter(|_| is_written) {
            self.add(Subject::Payment(record.order));
        }
        Ok(())
    }

    fn add(&mut self, subject: Subject) {
        if !self.subjects.contains(&subject) {
            self.subjects.push(subject);
        }
    }

    fn report(&mut self, order: &OrderRef, report: &Report) -> Result<(), StoreError> {
        let (order, report) = (order.clone(), Box::new(report.clone()));
        self.observe(&order.clone(), PaymentObservation::Reported { order, report })
    }

    /// Books a payment that a provider reports. Each credit that it lists is booked under its own
    /// key, and is assigned to this order unless it already belongs to another one.
    fn payment(&mut self, report: &Report, payment: &Payment) -> Result<(), StoreError> {
        let order = &payment.order;
        let mut payment = payment.clone();
        let mut claimed_twice = Vec::new();
        let mut adopted = Vec::new();
        let mut own = Vec::new();
        for movement in std::mem::take(&mut payment.credits) {
            if !movement.is_credit() {
                own.push(movement);
                continue;
            }
            let known = self.rows.payments().credit(&report.provider, &movement.key)?;
            match known.as_ref().and_then(|credit| credit.order.as_ref()) {
                Some(other) if other != order => {
                    claimed_twice.push((movement.key.clone(), other.clone()));
                }
                Some(_) => own.push(movement),
                None => {
                    let credit = match known {
                        Some(mut credit) => {
                            let why = "its provider names the order";
                            credit.belongs_to(order.clone(), "the engine", why, self.at);
                            self.change_credit(&credit)?;
                            credit
                        }
                        None => {
                            let (provider, at) = (report.provider.clone(), self.at);
                            let (movement, order) = (movement.clone(), Some(order.clone()));
                            CreditRecord::new(provider, movement, report.source, order, at)
                        }
                    };
                    self.rows.payments().put_credit(&credit)?;
                    adopted.push(movement.clone());
                    own.push(movement);
                }
            }
        }
        payment.credits = own;
        let booked = Report { data: ReportData::Payment(Box::new(payment)), ..report.clone() };
        self.report(order, &booked)?;
        for (key, other) in claimed_twice {
            let provider = report.provider.clone();
            let is_known = |record: &PaymentRecord| {
                let names = record.cases.iter().flat_map(|case| &case.credits);
                names.into_iter().any(|name| name.provider == provider && name.key == key)
            };
            let known = self.rows.payments().payment(order)?;
            if !known.as_ref().is_some_and(is_known) {
                let observation =
                    PaymentObservation::ClaimedTwice { provider, key: key.clone(), order: other };
                self.observe(order, observation)?;
            }
        }
        for movement in adopted {
            self.adopt(order, &report.provider, &movement)?;
        }
        Ok(())
    }

    /// Books a movement for the order that it names, or that its payment code, its virtual account
    /// or another report of the same money names. A credit without an order is stored as unmatched.
    fn movement(&mut self, report: &Report, movement: &Movement) -> Result<(), StoreError> {
        if !movement.is_credit() {
            // Money that left belongs to a payout, unless it names an order that it was refunded
            // from.
            let Some(order) = &movement.order else { return self.payout_left(report, movement) };
            if self.rows.payments().use_key(&report.provider, &movement.key)? {
                return Ok(());
            }
            return self.report(order, report);
        }
        let known = self.rows.payments().credit(&report.provider, &movement.key)?;
        let mut credit = match known {
            Some(credit) if credit.order.is_some() => {
                return self.repeated(report, movement, &credit);
            }
            Some(credit) => credit,
            None => {
                let (provider, source) = (report.provider.clone(), report.source);
                let order = order_of(self.rows, &report.provider, movement)?;
                let credit =
                    CreditRecord::new(provider, movement.clone(), source, order.clone(), self.at);
                return match order {
                    Some(order) => {
                        self.rows.payments().put_credit(&credit)?;
                        self.report(&order, report)?;
                        self.adopt(&order, &report.provider, movement)
                    }
                    None => self.keep(credit),
                };
            }
        };
        let Some(order) = order_of(self.rows, &report.provider, movement)? else { return Ok(()) };
        credit.belongs_to(order.clone(), "the engine", "a later report names the order", self.at);
        self.change_credit(&credit)?;
        self.report(&order, report)?;
        self.adopt(&order, &report.provider, movement)
    }

    /// Books a line of a statement that names a payout: the line shows that its money left.
    fn payout_left(&mut self, report: &Report, line: &Movement) -> Result<(), StoreError> {
        if report.source != Source::Statement {
            return Ok(());
        }
        let Some(record) = named_payout(self.rows, &report.provider, line)? else { return Ok(()) };
        let (token, at, start) = (self.token(), self.at, self.start);
        if let Some(reference) = list_payout(self.rows, &record, line, &token, at, start)? {
            self.writes += 1;
            self.add(Subject::Payout(reference));
        }
        Ok(())
    }

    /// Handles a credit that is already booked. A statement adds its line to it; another order or
    /// amount is a contradiction.
    fn repeated(
        &mut self,
        report: &Report,
        movement: &Movement,
        credit: &CreditRecord,
    ) -> Result<(), StoreError> {
        let Some(order) = &credit.order else { return Ok(()) };
        let record = self.rows.payments().payment(order)?;
        let name = credit.name();
        let is_line = record.as_ref().is_some_and(|record| {
            let lines = record.credits.iter().filter(|one| one.source == Source::Statement);
            lines.into_iter().any(|one| one.name() == name)
        });
        let is_new_line = report.source == Source::Statement && !is_line;
        if is_new_line || movement.amount != credit.movement.amount {
            return self.report(order, report);
        }
        match &movement.order {
            Some(other) if other != order => {
                let (provider, key) = (name.provider, name.key);
                let other = other.clone();
                tracing::warn!(%key, "a credit of {order} is now reported for {other}");
                let is_known = record.is_some_and(|record| {
                    let names = record.cases.iter().flat_map(|case| &case.credits);
                    names.into_iter().any(|known| known.provider == provider && known.key == key)
                });
                if is_known {
                    return Ok(());
                }
                let observation = PaymentObservation::ClaimedTwice { provider, key, order: other };
                self.observe(order, observation)
            }
            _ => Ok(()),
        }
    }

    /// Books an unmatched credit for its order.
    fn assign(&mut self, order: &OrderRef, credit: &CreditRecord) -> Result<(), StoreError> {
        self.change_credit(credit)?;
        let data = ReportData::Movement(Box::new(credit.movement.clone()));
        let report = Report::new(credit.provider.clone(), credit.source, data)
            .with_key(credit.movement.key.clone());
        self.report(order, &report)
    }

    /// Stores a credit that changed.
    fn change_credit(&mut self, credit: &CreditRecord) -> Result<(), StoreError> {
        self.rows.payments().put_credit(credit)?;
        let name = credit.name();
        let subject = Subject::Credit(name.provider, name.key);
        log_change(&subject, credit.revision, || {
            let state = if credit.order.is_some() { "assigned" } else { "unmatched" };
            (state, credit.open_cases().count())
        });
        changed(self.rows, &subject, credit.revision)?;
        self.add(subject);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
