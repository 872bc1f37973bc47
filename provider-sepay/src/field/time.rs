use payments_core::Timestamp;

/// Formats a time for SePay: in Vietnamese time, without an offset.
pub(crate) fn civil(moment: Timestamp) -> String {
    moment.vietnam_civil("%Y-%m-%d %H:%M:%S")
}

/// Returns the day of a time in Vietnam.
pub(crate) fn day(moment: Timestamp) -> String {
    moment.vietnam_civil("%Y-%m-%d")
}
