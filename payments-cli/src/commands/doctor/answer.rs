//! The meaning of a gateway's response to a harmless question.

use std::fmt::Write as _;

use payments::{
    Error, ErrorKind, Suspect,
    transport::{Unreached, unreached},
};
use serde::Serialize;

use crate::output::{BAD, DIM, GOOD, styled};

/// The result of one question to a gateway.
#[derive(Debug, Serialize)]
pub(super) struct Answer {
    /// The question.
    asks: String,
    /// The meaning of the response; several values if one code has several causes.
    meaning: Vec<Meaning>,
    /// The host that the question was sent to, if it was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    /// The message of the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<String>,
    /// The error code of the gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    /// The error message of the gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    gateway_message: Option<String>,
    /// The HTTP status.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
}

/// The meaning of a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Meaning {
    Good,
    NotAsked,
    FormulaWrong,
    CredentialsWrong,
    AddressNotAllowed,
    NotAllowed,
    ClockWrong,
    UnknownHost,
    ConnectionRefused,
    NoRoute,
    NoAnswerInTime,
    CertificateNotValidNow,
    CertificateOfAnotherName,
    TlsFailed,
    ConnectionFailed,
    RateLimited,
    GatewayUnavailable,
    RequestRefused,
    NotUnderstood,
}

impl Meaning {
    fn words(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::NotAsked => "not asked",
            Self::FormulaWrong => "signature formula wrong",
            Self::CredentialsWrong => "key, token or merchant number wrong",
            Self::AddressNotAllowed => "the address of this machine is not on the gateway's list",
            Self::NotAllowed => "not allowed to this account",
            Self::ClockWrong => "the clock of this machine is wrong",
            Self::UnknownHost => "the name of the host has no address (DNS)",
            Self::ConnectionRefused => "nothing listens at the host (connection refused)",
            Self::NoRoute => "no route to the host",
            Self::NoAnswerInTime => "no response in time",
            Self::CertificateNotValidNow => {
                "the host's certificate is not valid now, or the clock of this machine is wrong"
            }
            Self::CertificateOfAnotherName => "the host's certificate is for another name",
            Self::TlsFailed => "no TLS connection to the host",
            Self::ConnectionFailed => "the connection failed",
            Self::RateLimited => "too many calls (rate limited)",
            Self::GatewayUnavailable => "the gateway cannot respond now",
            Self::RequestRefused => "the gateway refuses the request as wrong",
            Self::NotUnderstood => "the response is not one that the gateway documents",
        }
    }
}

impl Answer {
    /// Creates the result of a question with a good response.
    pub(super) fn good(asks: impl Into<String>, host: Option<String>) -> Self {
        Self::of(asks, Meaning::Good, host, None)
    }

    /// Creates the result of a question that is not sent, with the reason.
    pub(super) fn not_asked(asks: impl Into<String>, why: impl Into<String>) -> Self {
        Self::of(asks, Meaning::NotAsked, None, Some(why.into()))
    }

    /// Creates the result for a clock that differs from the gateway's.
    pub(super) fn clock(ahead: i64, host: String) -> Self {
        let way = if ahead > 0 { "behind" } else { "ahead of" };
        let message = format!("it is {} s {way} the clock of the host", ahead.unsigned_abs());
        Self::of("clock", Meaning::ClockWrong, Some(host), Some(message))
    }

    /// Creates the result for an error. It is good if the gateway does not know the made-up
    /// reference.
    pub(super) fn error(asks: impl Into<String>, error: &Error, host: Option<String>) -> Self {
        let meaning = meaning(error);
        if meaning == [Meaning::Good] {
            return Self::good(asks, host);
        }
        Self {
            asks: asks.into(),
            meaning,
            host,
            message: Some(error.to_string()),
            code: error.code().map(str::to_owned),
            gateway_message: error.provider_message().map(str::to_owned),
            status: error.status().map(|status| status.as_u16()),
        }
    }

    fn of(
        asks: impl Into<String>,
        meaning: Meaning,
        host: Option<String>,
        message: Option<String>,
    ) -> Self {
        Self {
            asks: asks.into(),
            meaning: vec![meaning],
            host,
            message,
            code: None,
            gateway_message: None,
            status: None,
        }
    }

    /// Returns whether nothing has to be done.
    pub(super) fn is_well(&self) -> bool {
        matches!(self.meaning.as_slice(), [Meaning::Good | Meaning::NotAsked])
    }

    /// Appends the lines about it.
    pub(super) fn describe(&self, out: &mut String) {
        let words: Vec<_> = self.meaning.iter().map(|meaning| meaning.words()).collect();
        let style = match self.meaning.as_slice() {
            [Meaning::Good] => GOOD,
            [Meaning::NotAsked] => DIM,
            _ => BAD,
        };
        let host = self.host.as_ref().map(|host| format!(" at {host}")).unwrap_or_default();
        let _ = writeln!(out, "    {}{host}: {}", self.asks, styled(style, words.join(", or ")));
        if let Some(message) = &self.message {
            let _ = writeln!(out, "      {message}");
        }
        if let Some(message) = &self.gateway_message {
            let _ = writeln!(out, "      the gateway's words: {message}");
        }
    }
}

fn meaning(error: &Error) -> Vec<Meaning> {
    if !error.suspects().is_empty() {
        return error.suspects().iter().map(|suspect| of_suspect(*suspect)).collect();
    }
    vec![match error.kind() {
        ErrorKind::NotFound => Meaning::Good,
        ErrorKind::Unsupported => Meaning::NotAsked,
        ErrorKind::Authentication | ErrorKind::Configuration => Meaning::CredentialsWrong,
        ErrorKind::Permission => Meaning::NotAllowed,
        ErrorKind::RateLimited => Meaning::RateLimited,
        ErrorKind::Unavailable => Meaning::GatewayUnavailable,
        ErrorKind::Timeout => Meaning::NoAnswerInTime,
        ErrorKind::Transport => of_network(error),
        ErrorKind::InvalidRequest | ErrorKind::Conflict => Meaning::RequestRefused,
        _ => Meaning::NotUnderstood,
    }]
}

fn of_suspect(suspect: Suspect) -> Meaning {
    match suspect {
        Suspect::Formula => Meaning::FormulaWrong,
        Suspect::SourceAddress => Meaning::AddressNotAllowed,
        Suspect::Clock => Meaning::ClockWrong,
        _ => Meaning::CredentialsWrong,
    }
}

fn of_network(error: &Error) -> Meaning {
    match unreached(error) {
        Some(Unreached::UnknownName) => Meaning::UnknownHost,
        Some(Unreached::Refused) => Meaning::ConnectionRefused,
        Some(Unreached::NoRoute) => Meaning::NoRoute,
        Some(Unreached::TimedOut) => Meaning::NoAnswerInTime,
        Some(Unreached::CertificateTime) => Meaning::CertificateNotValidNow,
        Some(Unreached::CertificateName) => Meaning::CertificateOfAnotherName,
        Some(Unreached::Tls) => Meaning::TlsFailed,
        _ => Meaning::ConnectionFailed,
    }
}
