//! Nothing but tests: see `tests/compile`.
