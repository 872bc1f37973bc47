//! HPay keeps every law in the roles that it has, by the API of its reference and by the newer OpenAPI.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod answers;
mod gateway;
mod openapi_answers;

conformance_tests::suite!(
    gateway::HPay::of_the_reference;
    payments { create_payment: offline, cancel_payment: refused, refund_payment: refused },
    virtual_accounts,
    payouts,
    notifications
);

/// Virtual accounts, payouts and the balance by the newer OpenAPI; checkout is the same.
mod openapi {
    conformance_tests::suite!(
        super::gateway::HPay::of_the_openapi;
        payments { create_payment: offline, cancel_payment: refused, refund_payment: refused },
        virtual_accounts { reopen_virtual_account: refused },
        payouts,
        notifications
    );
}
