//! One call: a request, and the gateway's reaction to it.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, header::AUTHORIZATION};
use payments_core::{Timestamp, json};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    LoggedRequest, MockGateway, Scripted,
    books::Books,
    refused::Refused,
    response::{UnsignedResponse, foreign_page},
    statement::Query,
};
use crate::wire::{Operation, RefusalCode};

/// The reaction to a request, and its delay.
#[derive(Debug)]
pub(crate) struct Served {
    /// The delay of the response.
    pub(crate) after: Duration,
    pub(crate) reaction: Reaction,
}

/// The reaction.
#[derive(Debug)]
pub(crate) enum Reaction {
    Response(Response<Bytes>),
    /// The connection ends without a response.
    HangUp,
    /// There is no response, and the connection stays open.
    Silence,
}

impl MockGateway {
    /// Serves one request, in memory or from a socket.
    pub(crate) fn serve(&self, request: &Request<Bytes>) -> Served {
        let now = self.now();
        let path = request.uri().path();
        let found = Operation::at(request.method(), path);
        self.inner.log.add(LoggedRequest {
            operation: found.as_ref().map(|(operation, _)| *operation),
            method: request.method().to_string(),
            path: path.to_owned(),
            at: now,
        });
        if !self.knows_caller(request) {
            let refused = Refused::new(RefusalCode::Unauthorized, "the API key is wrong");
            return Served::at_once(UnsignedResponse::refused(refused, None).unsigned());
        }
        let call = format!("{} {path}", request.method());
        let Some((operation, names)) = found else {
            let refused = Refused::new(RefusalCode::NoSuchCall, "there is no such call");
            return Served::at_once(
                UnsignedResponse::refused(refused, None).sign(&call, &self.inner.api_key),
            );
        };
        let incoming = Incoming {
            operation,
            name: names.first().copied().unwrap_or_default(),
            second_name: names.get(1).copied().unwrap_or_default(),
            query: request.uri().query().unwrap_or_default(),
            body: request.body(),
        };
        self.react(&incoming, &call, now)
    }

    /// Carries out a call according to the script, and returns the reaction.
    fn react(&self, incoming: &Incoming<'_>, call: &str, now: Timestamp) -> Served {
        let key = &self.inner.api_key;
        let scripted = self.inner.script.take(incoming.operation);
        let acts = scripted.as_ref().is_none_or(Scripted::acts);
        let decided = scripted != Some(Scripted::Uncertain);
        let answer = acts.then(|| {
            let mut books = self.books();
            match incoming.act(&mut books, decided, now) {
                Ok(answer) => {
                    let reference = incoming.reference().unwrap_or_default();
                    books.keep(incoming.operation, reference, incoming.body);
                    answer
                }
                Err(refused) => UnsignedResponse::refused(refused, incoming.reference()),
            }
        });
        match (scripted, answer) {
            (Some(Scripted::Decline { code }), _) => Served::at_once(
                UnsignedResponse::declined(code, incoming.reference()).sign(call, key),
            ),
            (Some(Scripted::NoAnswer { .. }), _) => Served::reaction(Reaction::Silence),
            (Some(Scripted::Page { status, .. }), _) => Served::at_once(foreign_page(status)),
            (Some(Scripted::LoseAnswer { .. }), _) | (_, None) => {
                Served::reaction(Reaction::HangUp)
            }
            (Some(Scripted::ForgeSignature), Some(answer)) => {
                Served::at_once(answer.sign_wrongly(call, key))
            }
            (Some(Scripted::EchoWrongAmount), Some(answer)) => {
                Served::at_once(answer.with_wrong_amount().sign(call, key))
            }
            (Some(Scripted::Uncertain), Some(answer)) if answer.is_success() => {
                Served::at_once(UnsignedResponse::undecided(incoming.reference()).sign(call, key))
            }
            (Some(Scripted::Delay { milliseconds }), Some(answer)) => Served {
                after: Duration::from_millis(milliseconds),
                ..Served::at_once(answer.sign(call, key))
            },
            (Some(Scripted::Uncertain) | None, Some(answer)) => {
                Served::at_once(answer.sign(call, key))
            }
        }
    }

    fn knows_caller(&self, request: &Request<Bytes>) -> bool {
        let mut given = request.headers().get_all(AUTHORIZATION).iter();
        let (Some(value), None) = (given.next(), given.next()) else { return false };
        value.as_bytes().strip_prefix(b"Bearer ").is_some_and(|key| {
            self.inner.api_key.newest().is_some_and(|expected| expected.matches(key))
        })
    }
}

impl Served {
    fn reaction(reaction: Reaction) -> Self {
        Self { after: Duration::ZERO, reaction }
    }

    fn at_once(response: Response<Bytes>) -> Self {
        Self::reaction(Reaction::Response(response))
    }
}

/// A call whose operation is known.
struct Incoming<'a> {
    operation: Operation,
    name: &'a str,
    second_name: &'a str,
    query: &'a str,
    body: &'a [u8],
}

impl Incoming<'_> {
    fn act(
        &self,
        books: &mut Books,
        decided: bool,
        now: Timestamp,
    ) -> Result<UnsignedResponse, Refused> {
        let name = self.name;
        Ok(match self.operation {
            Operation::CreatePayment => {
                UnsignedResponse::of(&books.open_payment(self.read()?, now)?)
            }
            Operation::FindPayment => UnsignedResponse::of(&books.show_order(name, now)?),
            Operation::CancelPayment => UnsignedResponse::of(&books.cancel_payment(name, now)?),
            Operation::RefundPayment => UnsignedResponse::of(&books.give_back(self.read()?, now)?),
            Operation::FindRefund => UnsignedResponse::of(&books.show_refund(name)?),
            Operation::OpenVirtualAccount => {
                UnsignedResponse::of(&books.open_account(self.read()?, now)?)
            }
            Operation::FindVirtualAccount => UnsignedResponse::of(&books.show_account(name, now)?),
            Operation::UpdateVirtualAccount => {
                UnsignedResponse::of(&books.change_account(name, self.read()?, now)?)
            }
            Operation::CloseVirtualAccount => {
                UnsignedResponse::of(&books.close_account(name, now)?)
            }
            Operation::ReopenVirtualAccount => {
                let asked: crate::wire::ReopenAccount = self.read()?;
                UnsignedResponse::of(&books.reopen_account(name, asked.until, now)?)
            }
            Operation::Credits => UnsignedResponse::of(&books.account_credits(name, now)?),
            Operation::CreatePayout => {
                UnsignedResponse::of(&books.send_money(self.read()?, decided, now)?)
            }
            Operation::FindPayout => UnsignedResponse::of(&books.show_payout(name)?),
            Operation::VerifyBeneficiary => match books.holder(name, self.second_name) {
                Some(holder) => UnsignedResponse::of(&holder),
                None => return Err(Refused::unknown("account", self.second_name)),
            },
            Operation::Balance => UnsignedResponse::of(&books.sendable(now)?),
            Operation::Accounts => UnsignedResponse::of(&books.own_accounts(now)),
            Operation::Entries => UnsignedResponse::of(&books.page(&Query::read(self.query)?)?),
            Operation::FindTransaction => UnsignedResponse::of(&books.show_transaction(name)?),
        })
    }

    fn read<T: DeserializeOwned>(&self) -> Result<T, Refused> {
        json::read(self.body)
            .map_err(|error| Refused::new(RefusalCode::InvalidRequest, error.to_string()))
    }

    /// Returns the order, payout or refund of the call, from the path or else from the body.
    fn reference(&self) -> Option<String> {
        #[derive(Deserialize)]
        struct Named {
            payout: Option<String>,
            refund: Option<String>,
            order: Option<String>,
        }
        if !self.name.is_empty() {
            return Some(self.name.to_owned());
        }
        let named: Named = serde_json::from_slice(self.body).ok()?;
        named.payout.or(named.refund).or(named.order)
    }
}
