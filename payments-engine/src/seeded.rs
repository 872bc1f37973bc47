//! Mistakes that trials put into the engine. Each has to be found by a trial.

/// A mistake in the engine, for its own trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "seeded-bugs"), expect(unreachable_pub, reason = "only trials see them"))]
pub enum Seeded {
    /// What was submitting at a start is sent again, as after a lease that ran out.
    SendsAgainAfterACrash,
    /// The permit is not stored before the instruction leaves.
    SendsWithoutAPermit,
    /// A second instruction under one permit leaves too.
    SendsTwiceUnderOnePermit,
    /// An absence ends a payout although its sender may still write and the gateway still book.
    ConcludesWithoutQuiet,
    /// The outcome that comes after an inquiry, or after its time, is dropped.
    DropsALateOutcome,
    /// The call returns before its outcome is stored, which is then not stored.
    AnswersBeforeTheCommit,
    /// A record stays prepared after its call returned an error.
    LeavesItDueAfterAnError,
    /// Permits are never held.
    HasNoBreaker,
    /// A permit is given back whatever was written under it.
    GivesBackWithoutTheCount,
    /// A provider whose transport asks no departure is called without a permit.
    SkipsThePermitWithoutADeparture,
    /// The instruction runs in the future of its caller.
    SendsInTheCallersFuture,
    /// What an earlier start left prepared is sent without asking.
    SendsInheritedWithoutAsking,
    /// Content is not compared under a known reference.
    IgnoresOtherContent,
    /// A commit that is not known is taken for one that did not happen.
    TakesAnUnknownCommitForNone,
    /// What was handed over is answered before it is stored.
    AcknowledgesBeforeTheCommit,
    /// A handed-over payout is sent after its time.
    SendsAfterItsTime,
    /// Two payouts under one reference are taken for one.
    TakesTheFirstOfSeveral,
    /// An uncertain payout is forgotten: it is never due again.
    ForgetsTheUncertain,
    /// A person's "never arrived" does not wait for quiet.
    DecidesWithoutQuiet,
    /// An unconfirmed refusal ends a payout.
    BelievesAnyRefusal,
    /// Refunds may exceed what was received.
    DoesNotCapRefunds,
    /// A payment whose opening is uncertain is opened again.
    OpensAgainWhatIsUncertain,
    /// A routed payment is opened at one provider although another one may have it.
    OpensElsewhereToo,
    /// A payment that is open is not asked about: what a lost notification said stays unknown.
    ForgetsOpenPayments,
    /// A virtual account whose opening is uncertain is opened again although it can be asked about.
    OpensAnAccountAgain,
    /// The credits of a virtual account are not asked for: what a lost notification said stays unknown.
    ForgetsOpenAccounts,
    /// A payment is cancelled although it is not known whether it was opened, or cancelled before.
    CancelsWithoutAsking,
    /// A new reference is not stored, so that it is given out again.
    ForgetsReferences,
    /// Refunds by payout may exceed what was received.
    DoesNotCapRefundsByPayout,
    /// A payout that a statement lists stays uncertain.
    IgnoresAListedPayout,
    /// A provider that is another merchant than before is accepted.
    IgnoresTheMerchant,
    /// What has no record of its own, such as a contradicted delivery, is not listed as a case.
    ForgetsNotices,
    /// A gateway is replied to before its delivery is stored.
    RepliesBeforeTheCommit,
    /// A delivery is stored in one transaction and booked in the next.
    BooksOutsideTheTransaction,
    /// Deliveries are told apart by what they are about, so that one that was contradicted uses up
    /// the key of the genuine one.
    UniqueByKey,
    /// A dead letter is given to its handler as it was when the handler failed first.
    ReplaysTheOldChange,
    /// The mark that a change is handled is not part of the handler's transaction.
    MarksHandledInASecondTransaction,
    /// A line that a statement lists again is matched again.
    MatchesALineAgain,
    /// The moment at which a period ends belongs to it, and to the next one.
    CountsTheEndOfThePeriod,
    /// What a statement lists with another amount than is on record is matched.
    IgnoresAnotherAmount,
}

#[cfg(feature = "seeded-bugs")]
impl Seeded {
    /// Every mistake.
    pub const ALL: [Self; 40] = [
        Self::SendsAgainAfterACrash,
        Self::SendsWithoutAPermit,
        Self::SendsTwiceUnderOnePermit,
        Self::ConcludesWithoutQuiet,
        Self::DropsALateOutcome,
        Self::AnswersBeforeTheCommit,
        Self::LeavesItDueAfterAnError,
        Self::HasNoBreaker,
        Self::GivesBackWithoutTheCount,
        Self::SkipsThePermitWithoutADeparture,
        Self::SendsInTheCallersFuture,
        Self::SendsInheritedWithoutAsking,
        Self::IgnoresOtherContent,
        Self::TakesAnUnknownCommitForNone,
        Self::AcknowledgesBeforeTheCommit,
        Self::SendsAfterItsTime,
        Self::TakesTheFirstOfSeveral,
        Self::ForgetsTheUncertain,
        Self::DecidesWithoutQuiet,
        Self::BelievesAnyRefusal,
        Self::RepliesBeforeTheCommit,
        Self::BooksOutsideTheTransaction,
        Self::UniqueByKey,
        Self::ReplaysTheOldChange,
        Self::MarksHandledInASecondTransaction,
        Self::DoesNotCapRefunds,
        Self::OpensAgainWhatIsUncertain,
        Self::OpensElsewhereToo,
        Self::MatchesALineAgain,
        Self::CountsTheEndOfThePeriod,
        Self::IgnoresAnotherAmount,
        Self::ForgetsOpenPayments,
        Self::OpensAnAccountAgain,
        Self::ForgetsOpenAccounts,
        Self::CancelsWithoutAsking,
        Self::ForgetsReferences,
        Self::DoesNotCapRefundsByPayout,
        Self::IgnoresAListedPayout,
        Self::IgnoresTheMerchant,
        Self::ForgetsNotices,
    ];
}
