//! The journal of virtual accounts: openings and changes are stored before they are sent.

mod change;
mod find;
mod layer;
mod open;

use std::sync::Arc;

use payments_core::{
    Provider, Submission, VirtualAccountProvider, virtual_account::VirtualAccount,
};

pub(crate) use layer::JournaledAccounts;

use crate::{
    limits::Limits,
    record::{AccountRecord, Sending},
};

/// A provider of the engine that opens virtual accounts.
pub(crate) struct AccountMember {
    pub(crate) provider: Provider,
    pub(crate) accounts: Arc<dyn VirtualAccountProvider>,
    pub(crate) limits: Limits,
}

/// Returns the result of a repeated instruction, or `None` while its outcome is unknown or if it
/// was not sent.
fn submission(account: &AccountRecord, sending: &Sending) -> Option<Submission<VirtualAccount>> {
    if sending.state == crate::record::SendingState::Done {
        return account.account.clone().map(Submission::Accepted);
    }
    sending.not_accepted()
}
