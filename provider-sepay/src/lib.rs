//! The sepay provider.
