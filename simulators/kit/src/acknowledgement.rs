//! The responses that acknowledge a webhook.

/// Selects which responses acknowledge a webhook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Acknowledgement {
    /// Every response that the gateway documents as an acknowledgement, usually by its status
    /// alone.
    #[default]
    Documented,
    /// Only a response that equals the one printed in the gateway's documents, including its body.
    Strict,
}

/// Returns `true` if `body` is a JSON object whose member `name` has the value `value`.
pub fn has_member(body: &[u8], name: &str, value: &serde_json::Value) -> bool {
    serde_json::from_slice::<serde_json::Value>(body)
        .is_ok_and(|body| body.get(name) == Some(value))
}
