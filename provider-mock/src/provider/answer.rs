//! What an answer proves: the one place where answers are believed or not.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header::RETRY_AFTER};
use payments_core::{
    Error, ErrorKind, Raw, Result, Submission, Uncertain, UncertainCause,
    formula::CheckingKeys,
    notification::{Proof, Untrusted, UntrustedReason, check::Keys},
    transport::Unreadable,
};
use serde::de::DeserializeOwned;

use super::map;
use crate::{
    formula::{ANSWER, BODY, CALL, STATUS},
    wire::{Refusal, RefusalCode, SIGNATURE, Undecided},
};

/// The content of an answer whose signature is good, and the bytes that it was read from.
pub(super) struct Told<A> {
    pub(super) content: A,
    pub(super) raw: Raw,
}

/// What an answer is checked against.
pub(super) struct Expected<'a> {
    /// The method and path that were called.
    pub(super) call: String,
    pub(super) key: &'a Keys,
}

impl Expected<'_> {
    /// Reads the answer to an instruction about `reference`.
    ///
    /// Content comes before signature, so that a stranger's page is unreadable rather than
    /// badly signed; neither is ever a refusal.
    pub(super) fn submission<A: DeserializeOwned, T>(
        &self,
        response: &Response<Bytes>,
        reference: &str,
        accept: impl FnOnce(Told<A>) -> Result<Submission<T>, Unreadable>,
    ) -> Result<Submission<T>, Unreadable> {
        let proof = self.proof(response);
        match response.status() {
            StatusCode::OK => {
                let told = read(response)?;
                if let Err(untrusted) = proof {
                    return Ok(badly_signed(&untrusted));
                }
                accept(told)
            }
            StatusCode::ACCEPTED => {
                let Told { content, .. } = read::<Undecided>(response)?;
                if let Err(untrusted) = proof {
                    return Ok(badly_signed(&untrusted));
                }
                if content.reference.as_deref() != Some(reference) {
                    return Ok(mismatch("reference"));
                }
                let cause = UncertainCause::ProviderUndecided;
                Ok(Submission::Uncertain(Uncertain::new(cause, content.message)))
            }
            _ => {
                let Told { content, .. } = read::<Refusal>(response)?;
                let confirmed = match proof {
                    Ok(_) => true,
                    Err(untrusted) if is_unsigned_by_design(&content, &untrusted) => false,
                    Err(untrusted) => return Ok(badly_signed(&untrusted)),
                };
                if confirmed && content.reference.as_deref() != Some(reference) {
                    return Ok(mismatch("reference"));
                }
                Ok(map::refused_instruction(content, confirmed))
            }
        }
    }

    /// Reads the answer to an inquiry; `None` if the gateway itself says that there is no such
    /// thing. A stranger's 404 says nothing.
    pub(super) fn found<A: DeserializeOwned>(
        &self,
        response: &Response<Bytes>,
    ) -> Result<Option<Told<A>>> {
        let proof = self.proof(response);
        if response.status() == StatusCode::OK {
            let told = read(response).map_err(malformed)?;
            return match proof {
                Ok(_) => Ok(Some(told)),
                Err(untrusted) => Err(not_signed(untrusted)),
            };
        }
        let Told { content, .. } =
            read::<Refusal>(response).map_err(|error| stranger(response, error))?;
        match proof {
            Ok(_) if content.code == RefusalCode::NotFound.as_str() => Ok(None),
            Ok(_) => Err(map::refused_inquiry(content, wait(response.headers()))),
            Err(untrusted) if is_unsigned_by_design(&content, &untrusted) => {
                Err(map::refused_inquiry(content, None))
            }
            Err(untrusted) => Err(not_signed(untrusted)),
        }
    }

    fn proof(&self, response: &Response<Bytes>) -> Result<Proof, Untrusted> {
        let mut signatures = response.headers().get_all(SIGNATURE).iter();
        let signature = match (signatures.next(), signatures.next()) {
            (None, _) => "",
            (Some(one), None) => one.to_str().map_err(|_| malformed_signature("is not text"))?,
            (Some(_), Some(_)) => return Err(malformed_signature("is there twice")),
        };
        let status = response.status();
        let fields = [
            (CALL, self.call.as_bytes()),
            (STATUS, status.as_str().as_bytes()),
            (BODY, response.body().as_ref()),
        ];
        ANSWER.check(
            &fields,
            signature,
            CheckingKeys { secrets: Some(self.key), public: &[] },
            None,
        )
    }
}

/// An answer that speaks of something else than was sent, under a good signature.
pub(super) fn mismatch<T>(what: &str) -> Submission<T> {
    let message = format!("the answer tells another {what} than was sent");
    Submission::Uncertain(Uncertain::new(UncertainCause::Mismatch, message).needing_attention())
}

/// An answer to an inquiry whose content is not what the protocol says.
pub(super) fn malformed(error: Unreadable) -> Error {
    Error::new(ErrorKind::Malformed, "the answer is not what the gateway documents")
        .with_source(error)
}

fn read<A: DeserializeOwned>(response: &Response<Bytes>) -> Result<Told<A>, Unreadable> {
    let content = serde_json::from_slice(response.body())?;
    Ok(Told { content, raw: Raw::new(response.body().clone()) })
}

/// Only a wrong API key is refused without a signature: there is no key in common.
fn is_unsigned_by_design(refusal: &Refusal, untrusted: &Untrusted) -> bool {
    refusal.code == RefusalCode::Unauthorized.as_str()
        && untrusted.reason == UntrustedReason::MissingSignature
}

fn badly_signed<T>(untrusted: &Untrusted) -> Submission<T> {
    let message = format!("the answer cannot be believed: {}", untrusted.detail);
    Submission::Uncertain(Uncertain::new(UncertainCause::BadSignature, message))
}

fn not_signed(untrusted: Untrusted) -> Error {
    Error::new(ErrorKind::Malformed, "the answer cannot be believed").with_source(untrusted)
}

/// An answer that the gateway did not give, told by its status alone.
fn stranger(response: &Response<Bytes>, error: Unreadable) -> Error {
    let kind = match response.status() {
        StatusCode::TOO_MANY_REQUESTS => ErrorKind::RateLimited,
        status if status.is_server_error() => ErrorKind::Unavailable,
        _ => ErrorKind::Malformed,
    };
    let error = Error::new(kind, "somebody else than the gateway answered")
        .with_status(response.status())
        .with_source(error);
    match wait(response.headers()) {
        Some(after) => error.with_retry_after(after),
        None => error,
    }
}

fn malformed_signature(what: &str) -> Untrusted {
    Untrusted::new(UntrustedReason::MalformedSignature, format!("the header {SIGNATURE} {what}"))
}

fn wait(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}
