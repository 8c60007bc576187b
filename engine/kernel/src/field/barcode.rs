//! `barcode`: what a bar code says. Where the definition names the kind of code, its length and check digit are held to.

use serde_json::json;

use super::{
    Behaviour, Column, TEXTUAL, Wrong,
    text::{length, string},
};
use crate::{Value, definition::Symbology, expression::Type, import};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Text,
    scale: 0,
    operators: TEXTUAL,
    properties: &["symbology", "max"],
    value_type: |_| Type::Text,
    parse: |field, json| {
        // Spaces and hyphens are how people read a code aloud.
        let text: String = string(json)?.chars().filter(|c| !c.is_whitespace()).collect();
        let Some(symbology) = field.symbology else {
            if !text.bytes().all(|b| b.is_ascii_graphic()) {
                return Err(Wrong::new("barcode", "expected letters, digits and signs of ASCII"));
            }
            return length(field, &text, 80);
        };
        let text = text.replace('-', "");
        let lengths = symbology.lengths();
        if !text.bytes().all(|b| b.is_ascii_digit()) || !lengths.contains(&text.len()) {
            let lengths = lengths.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            return Err(Wrong::new("barcode", format!("expected {lengths} digits, but found `{text}`")));
        }
        match check_digit(&text) {
            Some(expected) if !text.ends_with(expected) => {
                Err(Wrong::new("check_digit", format!("expected the check digit {expected} at the end of `{text}`")))
            }
            _ => Ok(Value::text(text)),
        }
    },
    schema: |field| match field.symbology {
        None => json!({"type": "string", "maxLength": 80}),
        Some(symbology) => {
            let lengths = symbology.lengths().iter().map(|n| format!("[0-9]{{{n}}}")).collect::<Vec<_>>().join("|");
            json!({"type": "string", "pattern": format!("^({lengths})$")})
        }
    },
    example: |field| match field.symbology {
        None | Some(Symbology::Gtin | Symbology::Ean13) => "4006381333931".into(),
        Some(Symbology::Ean8) => "96385074".into(),
        Some(Symbology::UpcA) => "036000291452".into(),
    },
    cell: Some(import::code),
    show: None,
};

/// The check digit of GS1 (EAN, UPC, GTIN): the digits before it, from the right, count three times and once in turn.
fn check_digit(code: &str) -> Option<char> {
    let (before, _) = code.split_at(code.len().checked_sub(1)?);
    let sum: u32 = before.bytes().rev().zip([3, 1].into_iter().cycle()).map(|(b, w)| u32::from(b - b'0') * w).sum();
    char::from_digit((10 - sum % 10) % 10, 10)
}

impl Symbology {
    /// How many digits a code has.
    fn lengths(self) -> &'static [usize] {
        match self {
            Self::Ean13 => &[13],
            Self::Ean8 => &[8],
            Self::UpcA => &[12],
            Self::Gtin => &[8, 12, 13, 14],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_are_those_of_codes_on_real_goods() {
        for code in ["4006381333931", "6901234567892", "96385074", "036000291452", "10012345678902"] {
            assert_eq!(check_digit(code), code.chars().last(), "{code}");
        }
    }
}
