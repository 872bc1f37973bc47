//! Draws a payload as a QR code, as SVG for pages and as text for terminals.
//!
//! Both include the quiet zone of four modules that scanners need, and can correct up to 15 per
//! cent of damage (level M).

use fast_qr::convert::{Builder, Shape, svg::SvgBuilder};
use fast_qr::{ECL, QRBuilder, QRCode};

/// The width of the quiet zone, in modules.
const QUIET_ZONE: usize = 4;

/// The reason why a text was not drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RenderError {
    /// The text is too long for a QR code.
    #[error(
        "the text has {length} bytes and a QR code can contain about 2300: check that it is a payload"
    )]
    TooLong {
        /// The number of bytes of the text.
        length: usize,
    },
}

/// Draws a payload as an SVG image, black on white, that scales to any size.
///
/// # Errors
/// Returns [`RenderError::TooLong`] if the text is too long. A VietQR code never is.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use vietqr::{VietQr, render};
///
/// let qr = VietQr::to_account("970436", "0071001234567")?;
/// let image = render::svg(&qr.payload())?;
/// assert!(image.starts_with("<svg"));
/// # Ok(())
/// # }
/// ```
pub fn svg(payload: &str) -> Result<String, RenderError> {
    let code = encode(payload)?;
    Ok(SvgBuilder::default().margin(QUIET_ZONE).shape(Shape::Square).to_str(&code))
}

/// Draws a payload as lines of block characters, each with two modules, one above the other.
///
/// Light modules are drawn and dark ones are left out, so the code is right on a terminal with
/// light text on a dark background. Each line ends in a line break.
///
/// # Errors
/// Returns [`RenderError::TooLong`] if the text is too long. A VietQR code never is.
pub fn terminal(payload: &str) -> Result<String, RenderError> {
    let code = encode(payload)?;
    let side = code.size + 2 * QUIET_ZONE;
    let mut lines = String::with_capacity(side * side * 2);
    for row in (0..side).step_by(2) {
        lines.extend((0..side).map(|column| {
            match (is_light(&code, row, column), is_light(&code, row + 1, column)) {
                (true, true) => '█',
                (true, false) => '▀',
                (false, true) => '▄',
                (false, false) => ' ',
            }
        }));
        lines.push('\n');
    }
    Ok(lines)
}

fn encode(payload: &str) -> Result<QRCode, RenderError> {
    QRBuilder::new(payload)
        .ecl(ECL::M)
        .build()
        .map_err(|_| RenderError::TooLong { length: payload.len() })
}

/// Returns whether a module is light. The counts include the quiet zone, which is light.
fn is_light(code: &QRCode, row: usize, column: usize) -> bool {
    let place = |index: usize| index.checked_sub(QUIET_ZONE).filter(|&index| index < code.size);
    match (place(row), place(column)) {
        (Some(row), Some(column)) => {
            !code.data.get(row * code.size + column).is_some_and(|module| module.value())
        }
        // There is nothing to draw below the last row of an odd number of rows.
        _ => row < code.size + 2 * QUIET_ZONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYLOAD: &str = "00020101021138570010A00000072701270006970403011300110123456780208QRIBFTTA\
                           53037045802VN63049E6F";

    #[test]
    fn the_terminal_shows_every_module_and_the_quiet_zone() {
        let text = terminal(PAYLOAD).unwrap();
        let code = encode(PAYLOAD).unwrap();
        let side = code.size + 8;
        let lines: Vec<Vec<char>> = text.lines().map(|line| line.chars().collect()).collect();
        assert_eq!(lines.len(), side.div_ceil(2));
        assert!(lines.iter().all(|line| line.len() == side), "{text}");
        for row in 0..side {
            for column in 0..side {
                let drawn = lines[row / 2][column];
                let light = matches!((drawn, row % 2), ('█', _) | ('▀', 0) | ('▄', 1));
                let inside = (4..side - 4).contains(&row) && (4..side - 4).contains(&column);
                let dark = inside && code[row - 4][column - 4].value();
                assert_eq!(light, !dark, "row {row}, column {column}\n{text}");
            }
        }
    }

    #[test]
    fn the_image_has_the_quiet_zone() {
        let side = encode(PAYLOAD).unwrap().size + 8;
        let image = svg(PAYLOAD).unwrap();
        assert!(image.contains(&format!("viewBox=\"0 0 {side} {side}\"")), "{image}");
    }

    #[test]
    fn a_text_that_no_code_holds_is_an_error() {
        let text = "x".repeat(3_000);
        assert_eq!(svg(&text), Err(RenderError::TooLong { length: 3_000 }));
        assert_eq!(terminal(&text), Err(RenderError::TooLong { length: 3_000 }));
    }
}
