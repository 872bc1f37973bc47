use payments_core::Timestamp;

/// A moment as SePay takes it: Vietnam's time, without an offset.
pub(crate) fn civil(moment: Timestamp) -> String {
    moment.vietnam_civil("%Y-%m-%d %H:%M:%S")
}

/// The day of a moment in Vietnam.
pub(crate) fn day(moment: Timestamp) -> String {
    moment.vietnam_civil("%Y-%m-%d")
}
