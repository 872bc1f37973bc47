//! Ready payments, ready calls and values that cause a failure.

use maud::{Markup, html};
use simulator_kit::{
    control::{Browser, FailingValue, Sample},
    page::Language,
};

use super::{table, texts};

/// Renders the links and forms by which a buyer starts a payment.
pub(super) fn payments(samples: &[Sample], language: Language) -> Markup {
    let ways = samples.iter().filter_map(|sample| Some((sample, sample.browser.as_ref()?)));
    html! {
        h3 { (texts::START.to(language)) }
        p.note { (texts::START_NOTE.to(language)) }
        @for (sample, browser) in ways {
            div.buttons {
                @match browser {
                    Browser::Link(link) => a.button.start href=(link) lang="en"
                        target="_blank" rel="noopener" { (sample.about) },
                    Browser::Form { action, fields } => {
                        form method="post" action=(action) target="_blank" rel="noopener"
                            accept-charset="utf-8" {
                            @for (name, value) in fields {
                                input type="hidden" name=(name) value=(value);
                            }
                            button.main.start lang="en" { (sample.about) }
                        }
                    },
                }
                span.note { code { (sample.operation) } }
            }
        }
    }
}

/// Renders the curl line of each call.
pub(super) fn calls(samples: &[Sample], language: Language) -> Markup {
    html! {
        details {
            summary { (texts::CALLS.to(language)) " (" (samples.len()) ")" }
            p.note { (texts::CALLS_NOTE.to(language)) }
            @for sample in samples {
                div.call {
                    p { strong { (sample.operation) } " – " span lang="en" { (sample.about) } }
                    div.line {
                        pre tabindex="0" { code { (sample.curl) } }
                        // The script shows the button, because it can copy.
                        button.copy type="button" hidden data-done=(texts::COPIED.to(language)) {
                            (texts::COPY.to(language))
                        }
                    }
                }
            }
        }
    }
}

/// Renders the values that cause a failure.
pub(super) fn failing(values: &[FailingValue], language: Language) -> Markup {
    let heads = [texts::FIELD, texts::VALUE, texts::OUTCOME];
    html! {
        @if !values.is_empty() {
            details {
                summary { (texts::FAILING.to(language)) " (" (values.len()) ")" }
                (table(texts::FAILING, &heads, language, html! {
                    @for value in values {
                        tr {
                            td lang="en" { (value.field) }
                            td { code { (value.value) } }
                            td lang="en" { (value.outcome) }
                        }
                    }
                }))
            }
        }
    }
}
