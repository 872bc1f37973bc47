//! The laws, and what checks each. Their texts are in `laws.md`.

mod absence;
mod arrival;
mod caches;
pub(crate) mod capabilities;
mod changed_responses;
mod checking;
mod coverage;
mod credits;
mod deliveries;
mod departure;
mod dropping;
mod forgery;
mod inquiries;
mod known_states;
mod limits;
mod notified;
mod opening;
mod payouts;
mod references;
mod refunds;
mod repeats;
mod responses;
mod roles;
mod rows;
mod secrets;
mod sending;
mod settling;
mod shown;
mod statements;
mod values;
pub(crate) mod webhook_fixture;

use futures_util::future::{BoxFuture, FutureExt as _, ready};

use crate::{
    Flaw, Law, Meaning, Start,
    fault_case::FaultCase,
    law::{Check, Passed},
    record::Record,
};

use webhook_fixture::WebhookFixture;

/// Every law; `laws.md` has a section for each.
pub static LAWS: &[Law] = &[
    fixture("roles_are_as_declared", |start| roles::check(start).boxed()),
    fixture("what_is_not_allowed_is_never_sent", |start| limits::check(start).boxed()),
    record("what_the_check_allows_is_accepted", checking::judge),
    fixture("capabilities_are_true", |start| capabilities::check(start).boxed()),
    record("opening_is_as_declared", opening::judge),
    record("created_is_not_paid", settling::created_is_not_paid),
    record("only_the_exact_amount_settles", settling::only_the_exact_amount_settles),
    record("money_belongs_to_its_order_alone", settling::money_belongs_to_its_order_alone),
    record("a_refund_goes_back_to_its_payer", refunds::judge),
    record("no_credit_is_lost", credits::judge),
    fault_case("one_call_sends_once", sending::one_call_sends_once),
    fault_case(
        "an_instruction_that_was_sent_is_never_an_error",
        sending::an_instruction_that_was_sent_is_never_an_error,
    ),
    fault_case(
        "only_the_gateways_own_response_counts",
        sending::only_the_gateways_own_response_counts,
    ),
    fault_case("an_inquiry_finds_what_was_done", sending::an_inquiry_finds_what_was_done),
    fixture("departures_are_declared", |start| departure::declared(start).boxed()),
    fixture("an_instruction_departs_once", |start| departure::departs(start).boxed()),
    fixture("absence_is_conclusive_only_when_it_is", |start| absence::check(start).boxed()),
    fixture("a_forged_response_is_not_believed", |start| responses::check(start).boxed()),
    fixture("a_changed_response_is_not_believed", |start| {
        changed_responses::check(start, |answer| answer.meaning == Meaning::Unbelievable).boxed()
    }),
    fixture("an_unsigned_refusal_is_not_confirmed", |start| {
        changed_responses::check(start, |answer| answer.meaning == Meaning::UnsignedRefusal).boxed()
    }),
    fixture("documented_states_are_known_and_others_are_uncertain", |start| {
        changed_responses::states(start).boxed()
    }),
    fixture("a_row_of_another_order_or_account_is_not_believed", |start| {
        rows::anothers(start).boxed()
    }),
    fixture("one_malformed_row_hides_no_other", |start| rows::malformed(start).boxed()),
    record("a_declared_reference_is_accepted_and_found", references::judge),
    record("what_is_requested_arrives", arrival::judge),
    record("the_buyer_pays_the_order_by_what_is_shown", shown::judge),
    record("no_honest_run_is_uncertain", known_states::judge),
    record("times_and_currencies_are_the_gateways", values::judge),
    fixture("a_response_belongs_to_its_inquiry", |start| caches::check(start).boxed()),
    fixture("a_repeated_reference_does_what_is_declared", |start| repeats::check(start).boxed()),
    fixture("inquiries_are_patient", |start| inquiries::patient(start).boxed()),
    fixture("the_rate_limit_is_kept", |start| inquiries::rate(start).boxed()),
    fixture("a_paid_inquiry_is_made_once", |start| inquiries::paid(start).boxed()),
    record("a_payout_goes_to_its_beneficiary", payouts::beneficiaries),
    record("how_a_payout_ends_is_reported", payouts::ends),
    fixture("a_statement_leaves_nothing_out", |start| {
        statements::leaves_nothing_out(start).boxed()
    }),
    record("one_transfer_is_one_on_every_source", notified::one_on_every_source),
    record("a_notification_agrees_with_the_ledger", notified::agrees_with_the_ledger),
    deliveries("a_forged_delivery_is_untrusted", |webhooks| forgery::forged(webhooks).boxed()),
    deliveries("an_old_delivery_is_untrusted", |webhooks| forgery::old(webhooks).boxed()),
    deliveries("nothing_unsigned_is_believed", |webhooks| {
        coverage::nothing_unsigned(webhooks).boxed()
    }),
    deliveries("a_confirmed_event_has_the_values_of_the_inquiry", |webhooks| {
        coverage::inquirys_values(webhooks).boxed()
    }),
    record("one_event_has_one_key", notified::one_key),
    deliveries("a_browsers_return_settles_nothing", |webhooks| {
        ready(deliveries::browsers(&webhooks)).boxed()
    }),
    deliveries("unknown_events_and_fields_are_accepted", |webhooks| {
        deliveries::unknown_events_and_fields(webhooks).boxed()
    }),
    deliveries("a_test_of_the_address_moves_no_money", |webhooks| {
        deliveries::tests_of_the_address(webhooks).boxed()
    }),
    deliveries("the_reply_is_the_documented_one", |webhooks| {
        ready(deliveries::replies(&webhooks)).boxed()
    }),
    fixture("no_secret_is_shown", |start| secrets::check(start).boxed()),
    fixture("a_dropped_call_leaves_the_provider_usable", |start| dropping::dropped(start).boxed()),
    fixture("two_runtimes_can_share_a_provider", |start| dropping::two_runtimes(start).boxed()),
];

const fn fixture(
    name: &'static str,
    check: fn(Start) -> BoxFuture<'static, Result<Passed, Flaw>>,
) -> Law {
    Law { name, check: Check::Fixture(check) }
}

const fn deliveries(
    name: &'static str,
    check: fn(WebhookFixture) -> BoxFuture<'static, Result<Passed, Flaw>>,
) -> Law {
    Law { name, check: Check::Deliveries(check) }
}

const fn record(name: &'static str, judge: fn(&Record) -> Result<Passed, Flaw>) -> Law {
    Law { name, check: Check::Record(judge) }
}

const fn fault_case(name: &'static str, check: fn(&FaultCase) -> Result<(), Flaw>) -> Law {
    Law { name, check: Check::FaultCase(check) }
}
