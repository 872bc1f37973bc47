//! Every documented code and status, and what it means here.

mod accounts;
mod codes;
mod notices;
mod orders;
mod payouts;
