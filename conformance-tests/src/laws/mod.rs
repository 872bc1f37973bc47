//! The laws and the functions that check them. The texts of the laws are in `laws.md`.

mod absence;
mod accepted;
mod arrival;
mod caches;
pub(crate) mod capabilities;
mod changed_responses;
mod coverage;
mod credits;
mod deliveries;
mod departure;
mod dropping;
mod forgery;
mod inquiries;
mod limits;
mod notified;
mod opening;
mod outgoing;
mod repeats;
mod responses;
mod rows;
mod secrets;
mod sending;
mod settling;
mod shown;
mod statements;
mod values;
pub(crate) mod webhook_fixture;

use futures_util::future::FutureExt as _;

use crate::{
    Law,
    law::Check::{self, FaultCase, Record},
};

/// Creates the check of a law with its own fixture. The function `$check` receives the `Start`.
macro_rules! by_fixture {
    ($check:expr) => {
        Check::Fixture(|start| $check(start).boxed_local())
    };
}

/// Creates the check of a law with the gateway's deliveries, which the function `$check` receives.
macro_rules! by_deliveries {
    ($check:expr) => {
        Check::Deliveries(|webhooks| async move { $check(&webhooks).await }.boxed_local())
    };
}

/// Every law; `laws.md` has a section for each.
pub static LAWS: &[Law] = &[
    law("roles_are_as_declared", by_fixture!(capabilities::roles)),
    law("what_is_not_allowed_is_never_sent", by_fixture!(limits::check)),
    law("what_the_check_allows_is_accepted", Record(accepted::what_the_check_allows)),
    law("capabilities_are_true", by_fixture!(capabilities::check)),
    law("opening_is_as_declared", Record(opening::judge)),
    law("created_is_not_paid", Record(settling::created_is_not_paid)),
    law("only_the_exact_amount_settles", Record(settling::only_the_exact_amount_settles)),
    law("money_belongs_to_its_order_alone", Record(settling::money_belongs_to_its_order_alone)),
    law("a_refund_goes_back_to_its_payer", Record(outgoing::refunds)),
    law("no_credit_is_lost", Record(credits::judge)),
    law("one_call_sends_once", FaultCase(sending::one_call_sends_once)),
    law("an_instruction_that_was_sent_is_never_an_error", FaultCase(sending::is_no_error)),
    law("only_the_gateways_own_response_counts", FaultCase(sending::only_its_response_counts)),
    law("an_inquiry_finds_what_was_done", FaultCase(sending::an_inquiry_finds_what_was_done)),
    law("departures_are_declared", by_fixture!(departure::declared)),
    law("an_instruction_departs_once", by_fixture!(departure::departs)),
    law("absence_is_conclusive_only_when_it_is", by_fixture!(absence::check)),
    law("a_forged_response_is_not_believed", by_fixture!(responses::check)),
    law("a_changed_response_is_not_believed", by_fixture!(changed_responses::unbelievable)),
    law("an_unsigned_refusal_is_not_confirmed", by_fixture!(changed_responses::unsigned_refusals)),
    law(
        "documented_states_are_known_and_others_are_uncertain",
        by_fixture!(changed_responses::states),
    ),
    law("a_row_of_another_order_or_account_is_not_believed", by_fixture!(rows::anothers)),
    law("one_malformed_row_hides_no_other", by_fixture!(rows::malformed)),
    law("a_declared_reference_is_accepted_and_found", Record(accepted::references)),
    law("what_is_requested_arrives", Record(arrival::judge)),
    law("the_buyer_pays_the_order_by_what_is_shown", Record(shown::judge)),
    law("no_honest_run_is_uncertain", Record(values::known_states)),
    law("times_and_currencies_are_the_gateways", Record(values::times_and_currencies)),
    law("a_response_belongs_to_its_inquiry", by_fixture!(caches::check)),
    law("a_repeated_reference_does_what_is_declared", by_fixture!(repeats::check)),
    law("inquiries_are_patient", by_fixture!(inquiries::patient)),
    law("the_rate_limit_is_kept", by_fixture!(inquiries::rate)),
    law("a_paid_inquiry_is_made_once", by_fixture!(inquiries::paid)),
    law("a_payout_goes_to_its_beneficiary", Record(outgoing::beneficiaries)),
    law("how_a_payout_ends_is_reported", Record(outgoing::ends)),
    law("a_statement_leaves_nothing_out", by_fixture!(statements::check)),
    law("one_transfer_is_one_on_every_source", Record(notified::one_on_every_source)),
    law("a_notification_agrees_with_the_ledger", Record(notified::agrees_with_the_ledger)),
    law("a_forged_delivery_is_untrusted", by_deliveries!(forgery::forged)),
    law("an_old_delivery_is_untrusted", by_deliveries!(forgery::old)),
    law("nothing_unsigned_is_believed", by_deliveries!(coverage::nothing_unsigned)),
    law("a_confirmed_event_has_the_values_of_the_inquiry", by_deliveries!(coverage::confirmed)),
    law("one_event_has_one_key", Record(notified::one_key)),
    law("a_browsers_return_settles_nothing", by_deliveries!(deliveries::browsers)),
    law("unknown_events_and_fields_are_accepted", by_deliveries!(deliveries::unknown)),
    law("a_test_of_the_address_moves_no_money", by_deliveries!(deliveries::tests_of_the_address)),
    law("the_reply_is_the_documented_one", by_deliveries!(deliveries::replies)),
    law("no_secret_is_shown", by_fixture!(secrets::check)),
    law("a_dropped_call_leaves_the_provider_usable", by_fixture!(dropping::dropped)),
    law("two_runtimes_can_share_a_provider", by_fixture!(dropping::two_runtimes)),
];

const fn law(name: &'static str, check: Check) -> Law {
    Law { name, check }
}
