//! Writes TOML.

use std::fmt::Write as _;

/// Returns a basic string of TOML.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            control if control.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(control));
            }
            other => quoted.push(other),
        }
    }
    quoted.push('"');
    quoted
}

/// Formats a value on one line.
pub(crate) fn inline(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => quoted(text),
        toml::Value::Integer(number) => number.to_string(),
        toml::Value::Float(number) => number.to_string(),
        toml::Value::Boolean(flag) => flag.to_string(),
        toml::Value::Datetime(moment) => moment.to_string(),
        toml::Value::Array(several) => {
            format!("[{}]", several.iter().map(inline).collect::<Vec<_>>().join(", "))
        }
        toml::Value::Table(table) => {
            let pairs = table.iter();
            let pairs = pairs.map(|(key, value)| format!("{} = {}", quoted(key), inline(value)));
            format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_value_on_one_line_is_read_back() {
        let text = "a = { \"x y\" = [1, true, 'q\"\\', { b = 1.5 }], d = 2026-01-02 }\ne = {}\n";
        let table: toml::Table = toml::from_str(text).unwrap();
        for (key, value) in &table {
            let again = format!("{key} = {}", super::inline(value));
            let again: toml::Table = toml::from_str(&again).unwrap();
            assert_eq!(&again[key], value);
        }
    }
}
