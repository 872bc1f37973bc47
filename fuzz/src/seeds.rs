//! Where a fuzzer starts from.

use std::path::PathBuf;

/// Writes each seed into the first folder on the command line, which is the corpus of a target;
/// without one nothing is written.
pub fn plant(seeds: impl IntoIterator<Item = impl AsRef<[u8]>>) {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let Some(folder) = folder.map(PathBuf::from).filter(|folder| folder.is_dir()) else { return };
    for (number, seed) in seeds.into_iter().enumerate() {
        std::fs::write(folder.join(format!("seed-{number:03}")), seed).unwrap();
    }
}
