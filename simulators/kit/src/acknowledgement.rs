//! Which responses acknowledge a webhook.

/// Which responses acknowledge a webhook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Acknowledgement {
    /// Every response that the gateway documents as an acknowledgement, usually by its status alone.
    #[default]
    Documented,
    /// Exactly the response that the gateway's pages print, body included.
    Strict,
}

/// Whether a body is a JSON object with this member.
pub fn has_member(body: &[u8], name: &str, value: &serde_json::Value) -> bool {
    serde_json::from_slice::<serde_json::Value>(body)
        .is_ok_and(|body| body.get(name) == Some(value))
}
