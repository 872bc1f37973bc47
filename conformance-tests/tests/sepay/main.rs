//! SePay keeps every law: its checkout page, and the bank side by either version of its API.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops at the first surprise"
)]

mod answers;
mod bank;
mod checkout;
mod gateway;

/// Cards and NAPAS QR on SePay's page, with IPNs.
mod page {
    conformance_tests::suite!(
        super::checkout::Checkout::start;
        payments { create_payment: offline, refund_payment: refused },
        notifications
    );
}

/// Transfers with a code in their memo, virtual accounts, statements and signed webhooks.
mod bank_side {
    conformance_tests::suite!(
        super::bank::BankSide::v2;
        payments { create_payment: offline, cancel_payment: refused, refund_payment: refused },
        virtual_accounts { update_virtual_account: refused, reopen_virtual_account: refused },
        statements,
        notifications
    );
}

/// The same by the first version of the API.
mod bank_side_v1 {
    conformance_tests::suite!(
        super::bank::BankSide::v1;
        payments { create_payment: offline, cancel_payment: refused, refund_payment: refused },
        virtual_accounts { update_virtual_account: refused, reopen_virtual_account: refused },
        statements,
        notifications
    );
}
