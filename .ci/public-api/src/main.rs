//! Writes the public API of each crate as text, from the rustdoc JSON in a folder.
//!
//! `public-api-text JSON_FOLDER TEXT_FOLDER CRATE...`

use std::error::Error;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(json), Some(text)) = (arguments.next(), arguments.next()) else {
        return Err("usage: public-api-text JSON_FOLDER TEXT_FOLDER CRATE...".into());
    };
    fs::create_dir_all(&text)?;
    for name in arguments {
        let from = Path::new(&json).join(format!("{}.json", name.replace('-', "_")));
        let api = public_api::Builder::from_rustdoc_json(from)
            .omit_blanket_impls(true)
            .omit_auto_trait_impls(true)
            .omit_auto_derived_impls(true)
            .build()?;
        fs::write(Path::new(&text).join(format!("{name}.txt")), api.to_string())?;
    }
    Ok(())
}
