//! What a column of a table is likely meant as, told by its cells.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::{
    Cell, Content, Reading, parse,
    text::{tidy, tidy_code},
};
use crate::{Value, definition::FieldKind};

/// More different texts are no options to choose from.
const MOST_OPTIONS: usize = 12;
/// A longer text is no option.
const LONGEST_OPTION: usize = 40;
/// An option is met so often on average, or it is no option.
const REPEATED: usize = 3;
/// A longer text stands on lines of its own.
const LONGEST_LINE: usize = 120;
/// A number with more digits is a name of something: a telephone, an account.
const MOST_DIGITS: usize = 12;
/// More decimal places are noise of a calculation.
const MOST_SCALE: u32 = 6;

/// Types that a column is tried as, the narrowest first.
const TRIED: [FieldKind; 5] =
    [FieldKind::Boolean, FieldKind::Integer, FieldKind::Decimal, FieldKind::Date, FieldKind::Datetime];

/// A column whose cells are looked at one after another.
#[derive(Clone, Debug)]
pub struct Inference {
    possible: Vec<FieldKind>,
    filled: usize,
    empty: usize,
    scale: u32,
    longest: usize,
    has_lines: bool,
    is_mail: bool,
    is_address: bool,
    /// Different texts, until they are too many.
    texts: Option<BTreeSet<String>>,
    /// Different texts, as many as are kept to tell whether each is there once.
    seen: BTreeSet<String>,
    repeats: bool,
}

/// What a column is likely meant as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inferred {
    /// The type of field.
    pub kind: FieldKind,
    /// Of a choice its options, in the order of their texts.
    pub options: Vec<String>,
    /// Decimal places.
    pub scale: u32,
    /// Cells that hold something.
    pub filled: usize,
    /// Cells that hold nothing.
    pub empty: usize,
    /// Whether no two cells that hold something hold the same.
    pub unique: bool,
}

/// So many different texts are kept to tell whether a column is unique.
const MOST_SEEN: usize = 20_000;

impl Default for Inference {
    fn default() -> Self {
        Self {
            possible: TRIED.to_vec(),
            filled: 0,
            empty: 0,
            scale: 0,
            longest: 0,
            has_lines: false,
            is_mail: true,
            is_address: true,
            texts: Some(BTreeSet::new()),
            seen: BTreeSet::new(),
            repeats: false,
        }
    }
}

impl Inference {
    /// Looks at a cell.
    pub fn see(&mut self, cell: &Cell, reading: Reading) {
        if cell.is_empty() {
            self.empty += 1;
            return;
        }
        self.filled += 1;
        let shown = tidy(&cell.display());
        self.longest = self.longest.max(shown.chars().count());
        self.has_lines |= cell.display().trim().contains('\n');
        self.is_mail &= is_mail(&shown);
        self.is_address &= shown.starts_with("http://") || shown.starts_with("https://");
        self.possible.retain(|kind| fits(*kind, cell, reading));
        if self.possible.contains(&FieldKind::Decimal)
            && let Ok(Value::Decimal(number)) = parse(FieldKind::Decimal, cell, reading)
        {
            self.scale = self.scale.max(number.normalize().scale());
        }
        if let Some(texts) = &mut self.texts {
            texts.insert(shown.clone());
            if texts.len() > MOST_OPTIONS || shown.chars().count() > LONGEST_OPTION {
                self.texts = None;
            }
        }
        if !self.repeats && self.seen.len() < MOST_SEEN {
            self.repeats = !self.seen.insert(shown);
        }
    }

    /// What the cells say so far.
    #[must_use]
    pub fn told(&self) -> Inferred {
        let mut options = Vec::new();
        let narrowest = self.possible.first().copied().filter(|_| self.filled > 0);
        let kind = narrowest.unwrap_or_else(|| match &self.texts {
            _ if self.filled == 0 => FieldKind::Text,
            _ if self.is_mail => FieldKind::Email,
            _ if self.is_address => FieldKind::Url,
            Some(texts) if !texts.is_empty() && self.filled >= REPEATED * texts.len() => {
                options = texts.iter().cloned().collect();
                FieldKind::Choice
            }
            _ if self.has_lines || self.longest > LONGEST_LINE => FieldKind::LongText,
            _ => FieldKind::Text,
        });
        let scale = if kind == FieldKind::Decimal { self.scale.min(MOST_SCALE) } else { 0 };
        let unique = self.filled > 1 && !self.repeats && self.filled <= MOST_SEEN;
        Inferred { kind, options, scale, filled: self.filled, empty: self.empty, unique }
    }
}

fn fits(kind: FieldKind, cell: &Cell, reading: Reading) -> bool {
    match (kind, &cell.content) {
        // Ones and noughts are numbers.
        (FieldKind::Boolean, Content::Number(_)) => return false,
        (FieldKind::Boolean, Content::Text(text)) if tidy_code(text).parse::<Decimal>().is_ok() => return false,
        (FieldKind::Integer | FieldKind::Decimal, Content::Text(text) | Content::Number(text)) if is_name(text) => {
            return false;
        }
        // A number is a day only where the file shows it as one; in text a day has its separators.
        (FieldKind::Date | FieldKind::Datetime, Content::Number(_)) => return false,
        (FieldKind::Date | FieldKind::Datetime, Content::Text(text)) if number_like(text) => return false,
        (FieldKind::Date, Content::Moment(at)) if at.time() != chrono::NaiveTime::MIN => return false,
        _ => {}
    }
    // A date would drop a time of day.
    let drops = kind == FieldKind::Date && matches!(&cell.content, Content::Text(text) if text.contains(':'));
    !drops && parse(kind, cell, reading).is_ok()
}

/// Whether digits name something: with a nought before them, or too many to count with.
fn is_name(text: &str) -> bool {
    let text = text.trim().trim_start_matches(['+', '-']);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let whole = text.split('.').next().unwrap_or_default();
    digits > MOST_DIGITS || (whole.len() > 1 && whole.starts_with('0') && whole.chars().all(|c| c.is_ascii_digit()))
}

fn number_like(text: &str) -> bool {
    !text.trim().is_empty() && text.trim().chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ',' | ' '))
}

fn is_mail(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !text.contains(' '))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(cells: &[&str]) -> Inferred {
        let reading = Reading { from_1904: false, zone: chrono_tz::Asia::Shanghai };
        let mut column = Inference::default();
        cells.iter().for_each(|cell| column.see(&Cell::text(*cell), reading));
        column.told()
    }

    fn kind(cells: &[&str]) -> FieldKind {
        told(cells).kind
    }

    #[test]
    fn a_column_is_the_narrowest_type_that_all_its_cells_fit() {
        assert_eq!(kind(&["1", "20", ""]), FieldKind::Integer);
        assert_eq!(kind(&["1", "2.50", "1,234.5"]), FieldKind::Decimal);
        assert_eq!(told(&["1", "2.50", "1.234"]).scale, 3);
        assert_eq!(kind(&["2026-11-23", "2026-12-01"]), FieldKind::Date);
        assert_eq!(kind(&["2026-11-23 08:30", "2026-12-01 17:00"]), FieldKind::Datetime);
        assert_eq!(kind(&["yes", "no"]), FieldKind::Boolean);
        assert_eq!(kind(&["1", "0", "1"]), FieldKind::Integer);
        assert_eq!(kind(&["a@b.example", "c@d.example"]), FieldKind::Email);
        assert_eq!(kind(&["https://a.example", "https://b.example"]), FieldKind::Url);
        assert_eq!(kind(&["1", "two"]), FieldKind::Text);
        assert_eq!(kind(&["", ""]), FieldKind::Text);
        assert_eq!(kind(&["first line\nsecond line", "x"]), FieldKind::LongText);
    }

    #[test]
    fn digits_that_name_something_are_no_numbers() {
        assert_eq!(kind(&["00123", "00456"]), FieldKind::Text);
        assert_eq!(kind(&["6222021234567890123", "6222021234567890124"]), FieldKind::Text);
        assert_eq!(kind(&["0.5", "0"]), FieldKind::Decimal);
    }

    #[test]
    fn few_texts_that_come_again_are_options() {
        let column = told(&["海运", "空运", "海运", "海运", "空运", "海运"]);
        assert_eq!((column.kind, column.options), (FieldKind::Choice, vec!["海运".to_owned(), "空运".to_owned()]));
        let names = told(&["Acme", "Bolt", "Acme"]);
        assert_eq!((names.kind, names.unique), (FieldKind::Text, false));
        assert!(told(&["Acme", "Bolt", "Cord"]).unique);
    }

    #[test]
    fn what_is_empty_is_counted() {
        let column = told(&["1", "", "3", "  "]);
        assert_eq!((column.filled, column.empty), (2, 2));
    }
}
