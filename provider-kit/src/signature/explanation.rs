//! The input of signature checks, for tools that explain why a signature is wrong.

use std::fmt;
use std::sync::Arc;

use payments_core::{EndpointName, notification::Delivery};

use super::SignedParts;

/// Gives the input of signature checks, for tools that explain why a check fails. A provider's
/// receiver of notifications implements it.
pub trait ExplainSignature: Send + Sync + 'static {
    /// Returns the input of a delivery's signature check. Returns `None` if no formula is checked at
    /// this endpoint, or if the delivery cannot be read far enough.
    ///
    /// It checks nothing: only [`receive`](payments_core::NotificationReceiver::receive) decides
    /// whether a delivery is trusted.
    fn signed_parts<'a>(
        &'a self,
        endpoint: &EndpointName,
        delivery: &Delivery<'a>,
    ) -> Option<SignedParts<'a>>;
}

/// An extension of a provider, for tools such as `payments verify --explain`.
///
/// ```
/// use std::sync::Arc;
/// use payments_core::{NotificationReceiver, Provider};
/// use provider_kit::signature::{ExplainSignature, SignatureExplainer};
///
/// fn receiving(
///     provider: Provider,
///     receiver: Arc<impl NotificationReceiver + ExplainSignature>,
/// ) -> Provider {
///     provider
///         .with_extension(SignatureExplainer::new(Arc::clone(&receiver)))
///         .with_notifications(receiver)
/// }
/// ```
#[derive(Clone)]
pub struct SignatureExplainer(Arc<dyn ExplainSignature>);

impl SignatureExplainer {
    /// Creates the extension of `receiver`.
    pub fn new(receiver: Arc<impl ExplainSignature>) -> Arc<Self> {
        Arc::new(Self(receiver))
    }

    /// Returns the input of a delivery's signature check, see [`ExplainSignature::signed_parts`].
    pub fn signed_parts<'a>(
        &'a self,
        endpoint: &EndpointName,
        delivery: &Delivery<'a>,
    ) -> Option<SignedParts<'a>> {
        self.0.signed_parts(endpoint, delivery)
    }
}

impl fmt::Debug for SignatureExplainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SignatureExplainer")
    }
}
