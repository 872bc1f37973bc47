//! The operations of the role that lists statements.

use futures_util::future::FutureExt as _;
use payments_core::{
    Role,
    statement::{Cursor, StatementFilter},
};

use crate::Operation;

use super::{Answer, Availability, Call, Needs, Row};

pub(super) const ROWS: &[Row] = &[
    Row {
        operation: Operation::Accounts,
        name: "accounts",
        role: Role::Statements,
        availability: |provider| provider.statements().map(|_| Availability::Networked),
        needs: Needs::Nothing,
        call: Call::Inquiry(|provider, _| {
            async { Ok(Answer::found(&provider.statements()?.accounts().await?)) }.boxed()
        }),
    },
    Row {
        operation: Operation::Entries,
        name: "entries",
        role: Role::Statements,
        availability: |provider| provider.statements().map(|_| Availability::Networked),
        needs: Needs::Nothing,
        call: Call::Inquiry(|provider, _| {
            async {
                let role = provider.statements()?;
                let page = role.entries(&Cursor::start(), &StatementFilter::new()).await?;
                Ok(Answer::found(&page))
            }
            .boxed()
        }),
    },
];
