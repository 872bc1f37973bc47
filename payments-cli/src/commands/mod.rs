//! One module for each command.

pub(crate) mod check;
pub(crate) mod doctor;
pub(crate) mod formulas;
pub(crate) mod providers;
pub(crate) mod qr;
pub(crate) mod sandbox;
pub(crate) mod sign;
pub(crate) mod verify;
