//! The keys of a provider's configuration that its readings change.

use payments::{
    config::{PaymentsConfig, Value},
    reading::{Alternative, Change, Reading},
};

/// Returns the text of a key.
pub(super) fn text<'a>(config: &'a PaymentsConfig, id: &str, key: &str) -> Option<&'a str> {
    match config.value(id, key) {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

/// Returns the alternative that the configuration follows now, or `None` if it follows another one.
pub(super) fn today<'a>(
    config: &PaymentsConfig,
    id: &str,
    reading: &'a Reading,
) -> Option<&'a Alternative> {
    let is_set = |change: &Change| match (config.value(id, change.key), change.value) {
        (Some(Value::Text(text)), Some(value)) => text == value,
        (None, None) => true,
        _ => false,
    };
    let is_default = |change: &Change| config.value(id, change.key).is_none() || is_set(change);
    let mut alternatives = reading.alternatives.iter().enumerate();
    let found = alternatives.find(|(place, alternative)| match place {
        0 => alternative.changes.iter().all(is_default),
        _ => alternative.changes.iter().all(is_set),
    });
    found.map(|(_, alternative)| alternative)
}

/// Returns the configuration changed to follow an alternative.
pub(super) fn changed(
    config: &PaymentsConfig,
    id: &str,
    alternative: &Alternative,
) -> PaymentsConfig {
    let mut config = config.clone();
    for change in alternative.changes {
        config.set_value(id, change.key, change.value.map(Value::from));
    }
    config
}

/// Formats a change as lines of a configuration file.
pub(super) fn lines(id: &str, change: &Change) -> String {
    let (table, key) = match change.key.split_once('.') {
        Some((table, key)) => (format!("providers.{id}.{table}"), key),
        None => (format!("providers.{id}"), change.key),
    };
    match change.value {
        Some(value) => {
            format!("[{table}]\n{key} = {value:?}")
        }
        None => format!("[{table}]\n# without {key}"),
    }
}
