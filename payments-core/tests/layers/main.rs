//! The layers around a client: one deadline around waits, repetitions and sends; a fair queue in
//! front of a rate limit.

mod deadline;
mod rate_limit;
mod retry;
mod stub;
