//! Mistakes that trials add to the engine. Each has to be found by a trial.

/// A mistake in the engine, for its own trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "seeded-bugs"), expect(unreachable_pub, reason = "only trials see them"))]
pub enum Seeded {
    /// An instruction that was under way before a start is sent again, as if its lease had expired.
    SendsAgainAfterACrash,
    /// The permit is not stored before the instruction leaves.
    SendsWithoutAPermit,
    /// A second instruction is sent under one permit.
    SendsTwiceUnderOnePermit,
    /// An absence ends a payout although its sender may still write and the gateway may still book.
    ConcludesWithoutQuiet,
    /// An outcome that arrives after an inquiry, or too late, is dropped.
    DropsALateOutcome,
    /// The call returns before its outcome is stored, and the outcome is then not stored.
    AnswersBeforeTheCommit,
    /// A record stays prepared after its call returned an error.
    LeavesItDueAfterAnError,
    /// Permits are never held.
    HasNoBreaker,
    /// No inquiry is sent while permits are held because our credentials were refused.
    ForgetsTheHeld,
    /// A permit is given back although bytes were written under it.
    GivesBackWithoutTheCount,
    /// A provider whose transport does not ask for a departure is called without a permit.
    SkipsThePermitWithoutADeparture,
    /// The instruction runs in the future of its caller.
    SendsInTheCallersFuture,
    /// Payouts that an earlier start left prepared are sent without an inquiry.
    SendsInheritedWithoutAsking,
    /// The content of an instruction under a known reference is not compared.
    IgnoresOtherContent,
    /// A commit whose result is unknown is treated as one that did not happen.
    TakesAnUnknownCommitForNone,
    /// Handing over is confirmed before the payout is stored.
    AcknowledgesBeforeTheCommit,
    /// A handed-over payout is sent after its time limit.
    SendsAfterItsTime,
    /// Two payouts under one reference are treated as one.
    TakesTheFirstOfSeveral,
    /// An uncertain payout is forgotten: it is never due again.
    ForgetsTheUncertain,
    /// A person's decision "never arrived" does not wait for the quiet time.
    DecidesWithoutQuiet,
    /// An unconfirmed refusal ends a payout.
    BelievesAnyRefusal,
    /// Refunds may exceed what was received.
    DoesNotCapRefunds,
    /// A payment whose opening is uncertain is opened again.
    OpensAgainWhatIsUncertain,
    /// A routed payment is opened at one provider although another one may have it.
    OpensElsewhereToo,
    /// An instruction about a payment whose process ended before its permit is never closed.
    ForgetsTheUnsent,
    /// No inquiry is sent about an open payment, so a lost notification is never replaced.
    ForgetsOpenPayments,
    /// A virtual account whose opening is uncertain is opened again although an inquiry is
    /// possible.
    OpensAnAccountAgain,
    /// No inquiry is sent for the credits of a virtual account, so a lost notification is never
    /// replaced.
    ForgetsOpenAccounts,
    /// A payment is cancelled although it is unknown whether it was opened, or cancelled before.
    CancelsWithoutAsking,
    /// A cancellation whose response was lost is recorded as carried out.
    TakesALostCancellationForDone,
    /// A new reference is not stored, so that it is returned twice.
    ForgetsReferences,
    /// Refunds by payout may exceed what was received.
    DoesNotCapRefundsByPayout,
    /// A refund by payout is not counted as a refund of its payment.
    DoesNotCountRefundsByPayout,
    /// A payout that a statement lists stays uncertain.
    IgnoresAListedPayout,
    /// A provider whose merchant changed is accepted.
    IgnoresTheMerchant,
    /// Subjects without a record, such as contradicted deliveries, are not listed as cases.
    ForgetsNotices,
    /// The reply to a gateway is sent before its delivery is stored.
    RepliesBeforeTheCommit,
    /// A delivery is stored in one transaction and booked in the next one.
    BooksOutsideTheTransaction,
    /// Deliveries are identified by their subject, so that a contradicted one uses up the key of
    /// the genuine one.
    UniqueByKey,
    /// A dead letter is given to its handler in the state in which the handler first failed.
    ReplaysTheOldChange,
    /// The mark that a change is handled is not part of the handler's transaction.
    MarksHandledInASecondTransaction,
    /// A line that a statement lists twice is matched twice.
    MatchesALineAgain,
    /// The moment at which a period ends belongs to it and to the next period.
    CountsTheEndOfThePeriod,
    /// A listed amount that differs from the recorded one is matched.
    IgnoresAnotherAmount,
    /// No case is opened for outgoing money that no record explains.
    IgnoresWhatLeft,
    /// An engine starts although payouts are open of a provider that it does not have.
    IgnoresAMissingProvider,
    /// No case is opened for open payouts of a provider that was removed for good.
    ForgetsTheRetired,
    /// A renamed provider starts without the records of its old name.
    RenamesWithoutRecords,
    /// A provider gets the records of another merchant as its own.
    RenamesAnotherMerchant,
    /// A period is reconciled that has not ended, so that its statement is not complete.
    ReconcilesBeforeTheEnd,
    /// A store on which no engine was ever started is reconciled.
    ReconcilesAnUnusedStore,
}

#[cfg(feature = "seeded-bugs")]
impl Seeded {
    /// Every mistake.
    pub const ALL: [Self; 51] = [
        Self::SendsAgainAfterACrash,
        Self::SendsWithoutAPermit,
        Self::SendsTwiceUnderOnePermit,
        Self::ConcludesWithoutQuiet,
        Self::DropsALateOutcome,
        Self::AnswersBeforeTheCommit,
        Self::LeavesItDueAfterAnError,
        Self::HasNoBreaker,
        Self::ForgetsTheHeld,
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
        Self::ForgetsTheUnsent,
        Self::ForgetsOpenPayments,
        Self::OpensAnAccountAgain,
        Self::ForgetsOpenAccounts,
        Self::CancelsWithoutAsking,
        Self::TakesALostCancellationForDone,
        Self::ForgetsReferences,
        Self::DoesNotCapRefundsByPayout,
        Self::DoesNotCountRefundsByPayout,
        Self::IgnoresAListedPayout,
        Self::IgnoresTheMerchant,
        Self::ForgetsNotices,
        Self::IgnoresWhatLeft,
        Self::IgnoresAMissingProvider,
        Self::ForgetsTheRetired,
        Self::RenamesWithoutRecords,
        Self::RenamesAnotherMerchant,
        Self::ReconcilesBeforeTheEnd,
        Self::ReconcilesAnUnusedStore,
    ];
}
