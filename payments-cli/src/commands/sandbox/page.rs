//! The page of the sandbox.

use std::fmt::{self, Display, Write as _};

use simulator_kit::Section;

use crate::simulator::RunningSimulator;

const HEAD: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Payments sandbox</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem }
h2 { margin-top: 2.5rem; border-bottom: 2px solid #8886 }
h3 { margin-bottom: .3rem }
table { border-collapse: collapse; width: 100% }
th, td { padding: .3rem .8rem .3rem 0; text-align: left; vertical-align: top;
         border-bottom: 1px solid #8883 }
th { font-weight: 500; width: 14rem }
code { overflow-wrap: anywhere; user-select: all }
small { color: #888 }
pre { overflow-x: auto; padding: 1rem; background: #8881 }
</style>
<h1>Payments sandbox</h1>
<p>Simulated gateways on this machine: no real money, and credentials for tests only.</p>
"#;

/// The page, in HTML. Every text of the gateways is escaped.
pub(super) fn of(gateways: &[(&str, RunningSimulator)], configuration: &str) -> String {
    let mut page = HEAD.to_owned();
    let _ = writeln!(
        page,
        "<details><summary>The configuration that talks to them</summary>\n<pre>{}</pre>\n\
         </details>",
        Escaped(configuration)
    );
    for (_, gateway) in gateways {
        let _ = writeln!(page, "<h2>{}</h2>", Escaped(&gateway.title));
        for section in &gateway.sections {
            write_section(&mut page, section);
        }
    }
    page.push_str("</html>\n");
    page
}

fn write_section(page: &mut String, section: &Section) {
    let _ = writeln!(page, "<h3>{}</h3>\n<table>", Escaped(&section.title));
    for row in &section.rows {
        let (name, value, note) = (Escaped(&row.label), Escaped(&row.value), Escaped(&row.note));
        let _ = write!(page, "<tr><th>{name}</th><td><code>{value}</code>");
        if !row.note.is_empty() {
            let _ = write!(page, "<br><small>{note}</small>");
        }
        page.push_str("</td></tr>\n");
    }
    page.push_str("</table>\n");
}

/// Text that is safe between tags and in attributes.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => f.write_str("&amp;")?,
                '<' => f.write_str("&lt;")?,
                '>' => f.write_str("&gt;")?,
                '"' => f.write_str("&quot;")?,
                '\'' => f.write_str("&#39;")?,
                other => f.write_char(other)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use simulator_kit::Row;

    use super::*;

    #[test]
    fn texts_of_the_gateways_cannot_become_tags() {
        let text = || r#"<a href="x" title='y'>&"#.to_owned();
        let section = Section::new(text()).with_row(Row::new(text(), text()).with_note(text()));
        let gateway = RunningSimulator::new(text(), ()).with_sections([section]);
        let page = of(&[("acme", gateway)], &text());
        assert!(!page.contains("<a"), "{page}");
        let escaped = "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;";
        assert_eq!(page.matches(escaped).count(), 6, "{page}");
    }
}
