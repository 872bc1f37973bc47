//! What a simulated gateway says about itself, in one form for all of them.

use payments::{
    hpay::simulator::HPaySimulator, mock::simulator::MockSimulator,
    sepay::simulator::SePaySimulator,
};

/// A gateway: its name, and tables in reading order.
pub(super) struct Described {
    pub(super) title: String,
    pub(super) sections: Vec<Section>,
}

/// A titled table.
pub(super) struct Section {
    pub(super) title: String,
    pub(super) rows: Vec<Row>,
}

/// A word, what to copy, and a remark that may be empty.
pub(super) struct Row {
    pub(super) name: String,
    pub(super) value: String,
    pub(super) note: String,
}

pub(super) fn of_hpay(gateway: &HPaySimulator) -> Described {
    let sections = gateway.description().into_iter().map(|section| {
        let rows = section.rows.into_iter().map(|row| (row.label, row.value, row.note));
        Section::new(section.title, rows)
    });
    Described { title: "HPay, simulated".to_owned(), sections: sections.collect() }
}

pub(super) fn of_sepay(gateway: &SePaySimulator) -> Described {
    let description = gateway.description();
    let sections = description.sections.into_iter().map(|section| {
        let rows = section.rows.into_iter().map(|row| (row.name, row.value, String::new()));
        Section::new(section.title, rows)
    });
    Described { title: description.title, sections: sections.collect() }
}

pub(super) fn of_mock(gateway: &MockSimulator) -> Described {
    let sections = gateway.description().into_iter().map(|section| {
        let rows = section.rows.into_iter().map(|row| (row.label, row.value, row.note));
        Section::new(section.title, rows)
    });
    Described { title: "The mock gateway".to_owned(), sections: sections.collect() }
}

impl Section {
    fn new(title: impl Into<String>, rows: impl Iterator<Item = (String, String, String)>) -> Self {
        let rows = rows.map(|(name, value, note)| Row { name, value, note });
        Self { title: title.into(), rows: rows.collect() }
    }
}
