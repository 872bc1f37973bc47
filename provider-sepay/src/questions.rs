//! Inquiries that have no effect, in addition to those of the roles.

use provider_kit::reading::Question;

/// The inquiries of `payments doctor --online` in addition to those of the roles.
#[cfg(not(feature = "oauth"))]
pub(crate) const QUESTIONS: &[Question] = &[];

/// The inquiries of `payments doctor --online` in addition to those of the roles.
#[cfg(feature = "oauth")]
pub(crate) const QUESTIONS: &[Question] = &[Question::new(
    "oauth: a refresh token that does not exist",
    |provider| provider.extension::<crate::SePay>().is_ok_and(|sepay| sepay.oauth().is_ok()),
    |provider| {
        Box::pin(async move { provider.extension::<crate::SePay>()?.oauth()?.check_app().await })
    },
)];
