//! The rows of the failure table that need no second process.
//!
//! A trial returns what it found wrong. With a mistake in the engine it has to find something;
//! [`FINDERS`] lists which trial finds which mistake.

mod accounts;
mod cancel;
mod commits;
mod dishonest;
mod evidence;
mod handlers;
mod inbox;
mod notices;
mod payments;
mod reconciliation;
mod references;
mod refunds;
mod renaming;
mod restarts;
mod sends;
mod statements;
mod unsent;

use std::future::Future;
use std::pin::Pin;

use payments_engine::Seeded;

/// The finding of a trial: an error if something was wrong.
pub type Finding = Result<(), String>;

/// A trial of an engine with a mistake, or without one.
pub type Trial = fn(Option<Seeded>) -> Pin<Box<dyn Future<Output = Finding>>>;

/// Returns what was found wrong unless a condition holds.
macro_rules! ensure {
    ($condition:expr, $($found:tt)+) => {
        if !$condition {
            return Err(format!($($found)+));
        }
    };
}
pub(crate) use ensure;

/// Lists each trial with its name and the mistakes that it has to find.
macro_rules! trials {
    ($($module:ident::$trial:ident $(finds $($mistake:ident)|+)?;)+) => {
        /// Every trial by its name.
        pub const TRIALS: &[(&str, Trial)] =
            &[$((stringify!($trial), |seeded| Box::pin($module::$trial(seeded))),)+];

        /// Every mistake with the name of the trial that finds it.
        pub const FINDERS: &[(Seeded, &str)] =
            &[$($($((Seeded::$mistake, stringify!($trial)),)+)?)+];
    };
}

trials! {
    sends::a_permit_is_stored_before_the_first_byte finds SendsWithoutAPermit;
    sends::without_a_departure_a_permit_is_taken_before_the_role
        finds SkipsThePermitWithoutADeparture;
    sends::a_second_instruction_under_one_permit_is_refused finds SendsTwiceUnderOnePermit;
    sends::an_error_after_sending_is_uncertain_and_a_case finds GivesBackWithoutTheCount;
    sends::an_error_leaves_nothing_that_is_sent_later finds LeavesItDueAfterAnError;
    sends::a_dropped_caller_leaves_nothing_open finds SendsInTheCallersFuture;
    sends::a_queue_at_a_502_is_held finds HasNoBreaker;
    sends::an_hour_of_a_wrong_key_ends_few_payouts;
    sends::refused_credentials_hold_payouts_until_they_are_right finds ForgetsTheHeld;
    sends::another_content_is_a_conflict finds IgnoresOtherContent;
    sends::nothing_is_sent_after_its_time finds SendsAfterItsTime;
    restarts::killed_after_the_send_it_is_not_sent_again finds SendsAgainAfterACrash;
    restarts::what_a_copy_of_the_store_does_not_know_is_asked_for finds SendsInheritedWithoutAsking;
    restarts::what_was_acknowledged_survives_a_kill finds AcknowledgesBeforeTheCommit;
    evidence::an_outcome_is_stored_before_it_is_returned finds AnswersBeforeTheCommit;
    evidence::an_outcome_after_an_inquiry_is_recorded finds DropsALateOutcome;
    evidence::an_absence_ends_nothing_before_it_was_quiet finds ConcludesWithoutQuiet;
    evidence::a_person_decides_nothing_before_it_was_quiet finds DecidesWithoutQuiet;
    evidence::two_payouts_under_one_reference_are_a_case finds TakesTheFirstOfSeveral;
    evidence::what_is_uncertain_is_asked_about finds ForgetsTheUncertain;
    evidence::an_unconfirmed_refusal_ends_nothing finds BelievesAnyRefusal;
    commits::a_commit_that_is_not_known_is_no_error finds TakesAnUnknownCommitForNone;
    inbox::what_was_acknowledged_to_a_gateway_survives_a_kill finds RepliesBeforeTheCommit;
    inbox::a_delivery_is_stored_and_booked_in_one_commit finds BooksOutsideTheTransaction;
    inbox::a_contradicted_delivery_uses_up_nothing finds UniqueByKey;
    inbox::what_was_signed_for_another_time_is_confirmed;
    inbox::killed_between_storing_and_confirming_it_is_confirmed;
    inbox::a_gateway_that_is_down_for_hours_is_asked_later;
    inbox::equal_deliveries_at_once_are_stored_once;
    inbox::unsigned_deliveries_are_limited_and_refused_ones_are_counted;
    inbox::a_buyers_return_is_not_kept_and_its_order_is_asked_about;
    inbox::an_hour_of_a_wrong_secret_loses_no_delivery;
    inbox::what_is_not_durable_in_time_is_requested_again;
    handlers::what_a_handler_writes_is_there_exactly_once finds MarksHandledInASecondTransaction;
    handlers::a_handler_that_fails_is_called_again;
    handlers::inside_a_handler_only_submit_in_works;
    handlers::a_dead_letter_is_replayed_with_the_present_record finds ReplaysTheOldChange;
    handlers::after_a_dead_letter_its_subject_goes_on;
    handlers::a_handler_with_another_database_is_refused;
    handlers::a_handler_that_is_missing_loses_no_change;
    payments::an_uncertain_opening_is_not_opened_again finds OpensAgainWhatIsUncertain;
    payments::a_routed_order_is_opened_by_one_provider finds OpensElsewhereToo;
    payments::an_open_payment_is_asked_about_until_it_is_paid finds ForgetsOpenPayments;
    payments::an_order_that_is_opened_twice_at_once_is_opened_once;
    payments::refunds_never_exceed_what_was_received finds DoesNotCapRefunds;
    accounts::an_account_whose_opening_got_lost_is_not_opened_again finds OpensAnAccountAgain;
    accounts::an_account_that_is_opened_twice_at_once_is_opened_once;
    accounts::what_arrives_on_an_account_counts_once finds ForgetsOpenAccounts;
    accounts::one_transfer_over_every_order_of_sources_counts_once;
    accounts::a_change_that_got_lost_is_asked_about;
    accounts::an_account_that_nobody_can_find_is_a_case;
    cancel::an_uncertain_opening_is_asked_about_before_it_is_cancelled
        finds CancelsWithoutAsking;
    cancel::an_uncertain_opening_is_asked_about_before_it_is_refunded;
    cancel::a_cancellation_that_got_lost_is_asked_about;
    cancel::a_cancellation_that_never_arrived_may_be_asked_for_again
        finds TakesALostCancellationForDone;
    refunds::refunds_by_payout_never_exceed_what_was_received finds DoesNotCapRefundsByPayout;
    refunds::a_refund_follows_the_payout_that_carries_it_out finds DoesNotCountRefundsByPayout;
    refunds::two_refunds_under_one_name_are_a_case;
    unsent::what_was_not_sent_before_its_process_ended_is_closed finds ForgetsTheUnsent;
    restarts::another_merchant_under_a_known_name_is_refused finds IgnoresTheMerchant;
    restarts::another_environment_under_a_known_name_is_refused;
    restarts::a_provider_that_is_missing_is_refused finds IgnoresAMissingProvider;
    restarts::a_retired_provider_leaves_its_payouts_to_a_person finds ForgetsTheRetired;
    restarts::a_provider_retired_after_a_kill_leaves_nothing_under_way;
    renaming::a_renamed_provider_keeps_its_records finds RenamesWithoutRecords;
    renaming::a_renaming_that_does_not_fit_is_refused finds RenamesAnotherMerchant;
    notices::a_contradicted_delivery_is_a_case_until_it_is_closed finds ForgetsNotices;
    notices::a_line_that_cannot_be_read_is_one_case;
    handlers::a_dead_letter_is_a_case_until_it_is_closed;
    references::a_reference_is_given_out_once finds ForgetsReferences;
    statements::a_statement_books_what_no_delivery_told_once;
    statements::a_statement_is_read_on_after_a_kill;
    statements::unmatched_money_of_two_sources_is_one_case_for_each_transfer;
    reconciliation::a_line_is_matched_booked_or_before_a_person;
    reconciliation::what_a_statement_does_not_list_is_a_case;
    reconciliation::what_is_listed_again_is_a_duplicate finds MatchesALineAgain;
    reconciliation::another_amount_differs_and_is_a_case finds IgnoresAnotherAmount;
    reconciliation::each_line_belongs_to_one_period finds CountsTheEndOfThePeriod;
    reconciliation::other_keys_of_the_same_money_are_matched;
    reconciliation::payouts_are_matched_with_what_left;
    reconciliation::a_payout_that_a_statement_names_has_left finds IgnoresAListedPayout;
    reconciliation::a_pending_payout_that_a_statement_names_stays_pending;
    reconciliation::money_that_left_for_nothing_on_record_is_a_case finds IgnoresWhatLeft;
    reconciliation::an_interrupted_run_is_taken_up_again;
    reconciliation::unknown_commits_add_no_row_twice;
    reconciliation::what_cannot_be_reconciled_is_refused finds ReconcilesBeforeTheEnd;
    reconciliation::a_store_that_was_never_used_is_not_reconciled finds ReconcilesAnUnusedStore;
}
