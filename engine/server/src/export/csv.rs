//! Delimited text, with everything disarmed that a spreadsheet program would run.

/// A row of cells.
pub(crate) fn line(cells: impl Iterator<Item = String>) -> String {
    let mut text = cells.map(|cell| quoted(&cell)).collect::<Vec<_>>().join(",");
    text.push_str("\r\n");
    text
}

/// A cell that begins like a formula would be run by a spreadsheet program: it gets an apostrophe, unless it is a number.
/// What could begin a cell of its own further on is quoted, whatever separates cells where the file is opened.
/// After <https://owasp.org/www-community/attacks/CSV_Injection>.
fn quoted(cell: &str) -> String {
    let first = cell.trim_start_matches([' ', '\u{A0}', '\u{3000}', '\u{FEFF}', '\u{200B}']).chars().next();
    let control = cell.starts_with(['\t', '\r', '\n']);
    let formula = control || first.is_some_and(|first| "=+-@＝＋－＠\t\r\n".contains(first));
    let cell = if formula && !is_number(cell) { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', '\'', ',', ';', '\t', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

fn is_number(cell: &str) -> bool {
    cell.chars().all(|c| c.is_ascii_digit() || "+-.".contains(c)) && cell.parse::<rust_decimal::Decimal>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_disarmed() {
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted("plain"), "plain");
    }

    #[test]
    fn numbers_stay_numbers() {
        for number in ["-12.50", "+7", "0.5", "-0", "-79228162514264337593543950335"] {
            assert_eq!(quoted(number), number);
        }
    }

    #[test]
    fn whatever_a_spreadsheet_program_takes_for_a_formula_gets_an_apostrophe() {
        let begins = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " =", "\u{3000}＝", "\u{FEFF}="];
        for begin in begins {
            let cell = quoted(&format!("{begin}cmd|' /C calc'!A0"));
            assert!(cell.starts_with("\"'"), "{begin:?}: {cell}");
        }
        assert!(quoted("-1_000").starts_with("\"'"), "what only we read as a number is none");
    }

    #[test]
    fn no_other_separator_begins_a_cell() {
        for cell in ["a;=1+1", "a\t=1+1", "a\r=1+1", "a,=1+1"] {
            let told = quoted(cell);
            assert!(told.starts_with('"') && told.ends_with('"'), "{told:?}");
        }
    }
}
