//! The mock keeps every law, in every role.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod answers;
mod gateway;
mod settings;

use conformance_tests::{LAWS, Start, break_law};
use provider_mock::{EventSignature, Settings};

async fn start() -> gateway::Mock {
    gateway::Mock::start(answers::all()).await
}

conformance_tests::suite!(
    start;
    payments, virtual_accounts, payouts, statements, notifications
);

/// A gateway that signs a part of the body and puts the signature beside it.
#[tokio::test]
async fn deliveries_that_are_signed_in_the_body_break_no_law() {
    let settings = || Settings::test().with_event_signature(EventSignature::InBody);
    for name in [
        "a_notification_agrees_with_the_ledger",
        "one_event_has_one_key",
        "a_browsers_return_settles_nothing",
        "unknown_events_and_fields_are_accepted",
        "a_test_of_the_address_moves_no_money",
        "the_reply_is_the_documented_one",
        "a_forged_delivery_is_untrusted",
        "nothing_unsigned_is_believed",
        "a_confirmed_event_has_the_values_of_the_inquiry",
    ] {
        let start = Start::new(move || async move {
            gateway::Mock::start_as(settings(), answers::all()).await.subject(None)
        });
        let law = LAWS.iter().find(|law| law.name == name).unwrap();
        if let Some(finding) = break_law(start, law).await {
            panic!("{finding}");
        }
    }
}
