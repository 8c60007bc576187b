//! Cells read as values of a type: dates in the ways people write them, numbers with separators, yes and no in words.
//!
//! What can be meant in two ways is a problem, never a guess.

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::{
    Cell, Content,
    number::number_in,
    text::{tidy, tidy_code, tidy_lines},
};
use crate::{
    Value,
    definition::FieldKind,
    field::{behaviour, from_plain, split_tags, written_time},
    likeness,
};

/// What a cell cannot be read as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Stable code: `number`, `integer`, `date`, `date_order`, `time`, `boolean`, `formula`, `cell_error`, `encoding`.
    pub code: &'static str,
    /// What was expected, in plain words.
    pub message: String,
}

impl Unreadable {
    fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// What reading needs to know beside the cell.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// Whether the file counts days from 1904 on.
    pub from_1904: bool,
    /// The zone in which times without one are meant.
    pub zone: Tz,
}

/// Reads a cell as a value of a type. An empty cell is null. Choices and references come out as text: what they mean is
/// for those to say who know the options and the records.
pub fn parse(kind: FieldKind, cell: &Cell, reading: Reading) -> Result<Value, Unreadable> {
    match &cell.content {
        Content::Empty if cell.formula => {
            return Err(Unreadable::new("formula", "Expected a value, but the formula's result is not in the file"));
        }
        Content::Error(error) => {
            return Err(Unreadable::new("cell_error", format!("Expected a value, but the calculation gives {error}")));
        }
        Content::Text(text) if text.contains(char::REPLACEMENT_CHARACTER) => {
            return Err(Unreadable::new("encoding", "Expected text, but some characters are in another encoding"));
        }
        _ => {}
    }
    if cell.is_empty() {
        return Ok(Value::Null);
    }
    // So our own files of text disarm what a spreadsheet program would run.
    if let Content::Text(text) = &cell.content
        && let Some(rest) = text.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@']))
    {
        return parse(kind, &Cell::text(rest), reading);
    }
    behaviour(kind).cell.unwrap_or(text)(cell, reading)
}

/// A line of text.
pub(crate) fn text(cell: &Cell, _: Reading) -> Result<Value, Unreadable> {
    Ok(Value::text(tidy(&cell.display())))
}

/// Text of several lines.
pub(crate) fn long_text(cell: &Cell, _: Reading) -> Result<Value, Unreadable> {
    Ok(Value::text(tidy_lines(&cell.display())))
}

/// Text of several lines as paragraphs: what looks like HTML in a file is meant as it stands there.
pub(crate) fn rich_text(cell: &Cell, _: Reading) -> Result<Value, Unreadable> {
    Ok(Value::text(from_plain(&tidy_lines(&cell.display()))))
}

/// A code, in which full-width signs are a slip.
pub(crate) fn code(cell: &Cell, _: Reading) -> Result<Value, Unreadable> {
    Ok(Value::text(tidy_code(&cell.display())))
}

pub(crate) fn email(cell: &Cell, _: Reading) -> Result<Value, Unreadable> {
    Ok(Value::text(tidy_code(&cell.display()).to_lowercase()))
}

/// A telephone number: one that says its country as `+` and digits, as E.164 has it; any other as it is written, and so
/// several in one cell.
pub(crate) fn phone(cell: &Cell, _: Reading) -> Result<Value, Unreadable> {
    let text = tidy_code(&cell.display());
    let number = likeness::e164(&text, "").filter(|_| !text.contains('/'));
    Ok(Value::text(number.unwrap_or(text)))
}

pub(crate) fn currency(cell: &Cell, _: Reading) -> Result<Value, Unreadable> {
    Ok(Value::text(tidy_code(&cell.display()).to_uppercase()))
}

/// Texts with commas, semicolons or lines between.
pub(crate) fn tags(cell: &Cell, _: Reading) -> Result<Value, Unreadable> {
    let display = cell.display();
    let tags: Vec<Value> = split_tags(&display).map(tidy).filter(|tag| !tag.is_empty()).map(Value::text).collect();
    Ok(if tags.is_empty() { Value::Null } else { Value::List(tags) })
}

/// A time of day; of a moment its time.
pub(crate) fn time(cell: &Cell, _: Reading) -> Result<Value, Unreadable> {
    let read = match &cell.content {
        Content::Moment(at) => Some(at.time()),
        _ => time_in(&tidy_code(&cell.display())),
    };
    read.map(|time| Value::text(written_time(time))).ok_or_else(|| {
        Unreadable::new("time", format!("Expected a time of day such as 08:30, but found {}", cell.display()))
    })
}

pub(crate) fn date(cell: &Cell, reading: Reading) -> Result<Value, Unreadable> {
    moment(cell, reading).map(|at| Value::Date(at.date()))
}

pub(crate) fn datetime(cell: &Cell, reading: Reading) -> Result<Value, Unreadable> {
    moment_of(cell, reading).map(Value::Datetime)
}

pub(crate) fn number(cell: &Cell, _: Reading) -> Result<Value, Unreadable> {
    decimal(cell).map(Value::Decimal)
}

pub(crate) fn integer(cell: &Cell, _: Reading) -> Result<Value, Unreadable> {
    let number = decimal(cell)?;
    let whole = number.trunc();
    if whole != number {
        return Err(Unreadable::new("integer", format!("Expected a whole number, but found {}", cell.display())));
    }
    i64::try_from(whole)
        .map(Value::Integer)
        .map_err(|_| Unreadable::new("integer", format!("Expected a smaller number, but found {}", cell.display())))
}

fn decimal(cell: &Cell) -> Result<Decimal, Unreadable> {
    let read = match &cell.content {
        Content::Number(text) => Decimal::from_str_exact(text).ok(),
        Content::Text(text) => number_in(&tidy_code(text)),
        Content::Bool(_) | Content::Moment(_) | Content::Empty | Content::Error(_) => None,
    };
    read.map(|d| d.normalize())
        .ok_or_else(|| Unreadable::new("number", format!("Expected a number, but found {}", cell.display())))
}

pub(crate) fn boolean(cell: &Cell, _: Reading) -> Result<Value, Unreadable> {
    let text = match &cell.content {
        Content::Bool(b) => return Ok(Value::Bool(*b)),
        other => match other {
            Content::Number(n) => n.clone(),
            _ => tidy_code(&cell.display()).to_lowercase(),
        },
    };
    match text.as_str() {
        "true" | "yes" | "y" | "1" | "x" | "是" | "对" | "有" | "√" | "✓" | "✔" => Ok(Value::Bool(true)),
        "false" | "no" | "n" | "0" | "否" | "不" | "无" | "×" | "✗" => Ok(Value::Bool(false)),
        _ => Err(Unreadable::new("boolean", format!("Expected yes or no, but found {}", cell.display()))),
    }
}

fn moment_of(cell: &Cell, reading: Reading) -> Result<DateTime<Utc>, Unreadable> {
    if let Content::Text(text) = &cell.content
        && let Ok(at) = DateTime::parse_from_rfc3339(text.trim())
    {
        return Ok(at.with_timezone(&Utc));
    }
    let local = moment(cell, reading)?;
    // A time that the change to summer time leaves out is taken an hour later.
    reading
        .zone
        .from_local_datetime(&local)
        .earliest()
        .or_else(|| reading.zone.from_local_datetime(&(local + Duration::hours(1))).earliest())
        .map(|at| at.with_timezone(&Utc))
        .ok_or_else(|| Unreadable::new("date", format!("Expected a time, but {local} does not exist")))
}

fn moment(cell: &Cell, reading: Reading) -> Result<NaiveDateTime, Unreadable> {
    let unreadable = || {
        let message =
            format!("Expected a date such as 2026-03-05, 2026/3/5 or 05.03.2026, but found {}", cell.display());
        Unreadable::new("date", message)
    };
    match &cell.content {
        Content::Moment(at) => Ok(*at),
        Content::Number(number) => compact(number).or_else(|| serial(number, reading)).ok_or_else(unreadable),
        Content::Text(text) => {
            let text = tidy_code(text);
            let (date, time) = split_time(&text);
            let time = match time {
                None => NaiveTime::MIN,
                Some(time) => time_in(time).ok_or_else(unreadable)?,
            };
            match date_in(date) {
                Written::Date(date) => Ok(date.and_time(time)),
                Written::Ambiguous => Err(Unreadable::new(
                    "date_order",
                    format!(
                        "Expected a date, but in {date} the month and the day cannot be told apart; write it as 2026-03-05"
                    ),
                )),
                Written::No => compact(date).or_else(|| serial(date, reading)).ok_or_else(unreadable),
            }
        }
        Content::Bool(_) | Content::Empty | Content::Error(_) => Err(unreadable()),
    }
}

/// The date and the time of `2026-03-05 10:30`, `2026-03-05T10:30:00`.
fn split_time(text: &str) -> (&str, Option<&str>) {
    match text.split_once(['T', ' ']) {
        Some((date, time)) if time.contains(':') => (date, Some(time)),
        _ => (text, None),
    }
}

fn time_in(text: &str) -> Option<NaiveTime> {
    let text = text.trim().trim_end_matches('Z');
    ["%H:%M:%S%.f", "%H:%M", "%I:%M %p", "%I:%M:%S %p"].iter().find_map(|f| NaiveTime::parse_from_str(text, f).ok())
}

enum Written {
    Date(NaiveDate),
    Ambiguous,
    No,
}

const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// `5 March 2026`, `Mar 5, 2026`, `05-Mar-2026`: the month by its English name or the first three letters of it.
fn named(text: &str) -> Option<NaiveDate> {
    let lower = text.to_lowercase();
    let words = lower.split([' ', '-', ',', '.', '/']).filter(|word| !word.is_empty() && *word != "of");
    let (mut month, mut numbers) = (None, Vec::new());
    for word in words {
        let is = |name: &str| {
            name == word || (word.len() == 3 && name.starts_with(word)) || (word == "sept" && name == "september")
        };
        if let Some(found) = MONTHS.iter().copied().position(is) {
            if month.replace(found + 1).is_some() {
                return None;
            }
            continue;
        }
        let ending = ["st", "nd", "rd", "th"].iter().find_map(|ending| word.strip_suffix(ending));
        numbers.push(ending.unwrap_or(word));
    }
    let [day, year] = numbers.as_slice() else { return None };
    if day.len() > 2 || year.len() != 4 {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, u32::try_from(month?).ok()?, day.parse().ok()?)
}

/// Year first in any notation; day first with points; with slashes only where one of the two cannot be a month.
fn date_in(text: &str) -> Written {
    if let Some(date) = named(text) {
        return Written::Date(date);
    }
    let text = text.trim_end_matches(['日', '.']);
    let separator = match text.chars().find(|c| !c.is_ascii_digit()) {
        Some(c @ ('-' | '/' | '.' | '年')) => c,
        _ => return Written::No,
    };
    let parts: Vec<&str> = text.split([separator, '月']).map(str::trim).collect();
    let [a, b, c] = parts.as_slice() else { return Written::No };
    let (Ok(x), Ok(y), Ok(z)) = (a.parse::<u32>(), b.parse::<u32>(), c.parse::<u32>()) else { return Written::No };
    let date = |year: u32, month: u32, day: u32| {
        i32::try_from(year)
            .ok()
            .and_then(|year| NaiveDate::from_ymd_opt(year, month, day))
            .map_or(Written::No, Written::Date)
    };
    match (a.len(), c.len(), separator) {
        (4, 1..=2, _) => date(x, y, z),
        (1..=2, 4, '.') => date(z, y, x),
        (1..=2, 4, '/' | '-') if x > 12 => date(z, y, x),
        (1..=2, 4, '/' | '-') if y > 12 => date(z, x, y),
        (1..=2, 4, '/' | '-') if x == y => date(z, x, y),
        (1..=2, 4, '/' | '-') => Written::Ambiguous,
        _ => Written::No,
    }
}

/// `20260305`.
fn compact(text: &str) -> Option<NaiveDateTime> {
    (text.len() == 8).then(|| NaiveDate::parse_from_str(text, "%Y%m%d").ok())??.and_hms_opt(0, 0, 0)
}

/// A spreadsheet's count of days. Small numbers are refused: 2026 is a year, not a day in 1905.
fn serial(text: &str, reading: Reading) -> Option<NaiveDateTime> {
    let number = Decimal::from_str_exact(text).ok()?;
    if number < Decimal::from(10_000) || number >= Decimal::from(2_958_466) {
        return None;
    }
    // From March 1900 on, 1900's counting is one day off, for it counts a 29 February 1900 that never was.
    let epoch =
        if reading.from_1904 { NaiveDate::from_ymd_opt(1904, 1, 1) } else { NaiveDate::from_ymd_opt(1899, 12, 30) }?;
    let seconds = (number * Decimal::from(86_400)).round();
    epoch.and_hms_opt(0, 0, 0)?.checked_add_signed(Duration::seconds(i64::try_from(seconds).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const READING: Reading = Reading { from_1904: false, zone: chrono_tz::Asia::Shanghai };

    fn read(kind: FieldKind, text: &str) -> Result<String, &'static str> {
        parse(kind, &Cell::text(text), READING).map(|v| v.to_string()).map_err(|e| e.code)
    }

    #[test]
    fn a_date_is_read_in_all_its_usual_ways() {
        let ways = [
            "2026-03-05",
            "2026/3/5",
            "2026.03.05",
            "2026年3月5日",
            "5 March 2026",
            "Mar 5, 2026",
            "05-Mar-2026",
            "5th of march 2026",
            "05.03.2026",
            "5.3.2026",
            "20260305",
            "46086",
            "２０２６－０３－０５",
            "2026-03-05 10:30",
            "2026-03-05T10:30:00",
            " 2026/3/5 ",
        ];
        for text in ways {
            assert_eq!(read(FieldKind::Date, text), Ok("2026-03-05".into()), "{text}");
        }
    }

    #[test]
    fn a_telephone_number_that_says_its_country_becomes_one_that_can_be_dialled() {
        for (text, number) in [
            ("0049 (0)40 123456", "+4940123456"),
            ("＋86 138 0013 8000", "+8613800138000"),
            ("+1 (212) 555-0100 ext. 7", "+12125550100 ext. 7"),
            ("040-123456", "040-123456"),
            ("+49 40 123456/57", "+49 40 123456/57"),
            ("+49 40 123456; +49 40 123457", "+49 40 123456; +49 40 123457"),
        ] {
            assert_eq!(read(FieldKind::Phone, text), Ok(number.into()), "{text}");
        }
    }

    #[test]
    fn a_date_that_can_be_meant_in_two_ways_is_not_guessed() {
        assert_eq!(read(FieldKind::Date, "03/05/2026"), Err("date_order"));
        assert_eq!(read(FieldKind::Date, "13/05/2026"), Ok("2026-05-13".into()));
        assert_eq!(read(FieldKind::Date, "05/13/2026"), Ok("2026-05-13".into()));
        assert_eq!(read(FieldKind::Date, "05/05/2026"), Ok("2026-05-05".into()));
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "5 Mai 26",
            "March 2026",
            "5 Mars 2026",
            "2026",
            "31.02.2026",
            "2026-13-01",
            "soon",
            "5",
            "2026-03-05 25:00",
            "1.2.3.4",
        ] {
            assert_eq!(read(FieldKind::Date, text), Err("date"), "{text}");
        }
    }

    #[test]
    fn a_serial_counts_from_the_files_epoch() {
        let cell = Cell { content: Content::Number("44624".into()), formula: false };
        let reading = Reading { from_1904: true, ..READING };
        assert_eq!(
            parse(FieldKind::Date, &cell, reading),
            Ok(Value::Date(NaiveDate::from_ymd_opt(2026, 3, 5).unwrap()))
        );
    }

    #[test]
    fn a_time_without_a_zone_is_meant_in_the_firms() {
        assert_eq!(read(FieldKind::Datetime, "2026-03-05 10:30"), Ok("2026-03-05T02:30:00.000Z".into()));
        assert_eq!(read(FieldKind::Datetime, "2026-03-05T10:30:00+01:00"), Ok("2026-03-05T09:30:00.000Z".into()));
    }

    #[test]
    fn numbers_are_read_with_separators_signs_and_full_width_digits() {
        let numbers = [
            ("1234.5", "1234.5"),
            ("1,234.50", "1234.5"),
            ("1.234,50", "1234.5"),
            ("1 234,5", "1234.5"),
            ("1'234.5", "1234.5"),
            ("1,234", "1234"),
            ("1,234,567", "1234567"),
            ("1.234.567", "1234567"),
            ("0,234", "0.234"),
            ("12,5", "12.5"),
            ("1.234", "1.234"),
            ("１２，３４５．６０", "12345.6"),
            ("(12.50)", "-12.5"),
            ("12-", "-12"),
            ("-¥12", "-12"),
            ("¥-12", "-12"),
            ("€ 1.000,00", "1000"),
            ("$.5", "0.5"),
            ("15%", "0.15"),
            ("+3", "3"),
            ("0", "0"),
            ("-0", "0"),
            ("100元", "100"),
            ("US$ 1,234.50", "1234.5"),
            ("HK$12", "12"),
            ("-US$12", "-12"),
            ("1 200,50 €", "1200.5"),
            ("人民币100", "100"),
            ("RMB 100", "100"),
        ];
        for (text, number) in numbers {
            assert_eq!(read(FieldKind::Decimal, text), Ok(number.into()), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in
            ["1,23,456", "1.2.3", "12a", "--1", "1e5", "1 2", "12,", ".", "(−)", "99999999999999999999999999999999"]
        {
            let read = read(FieldKind::Decimal, text);
            assert!(read == Err("number") || (text == "12," && read == Ok("12".into())), "{text}: {read:?}");
        }
        assert_eq!(read(FieldKind::Integer, "12.5"), Err("integer"));
        assert_eq!(read(FieldKind::Integer, "12.0"), Ok("12".into()));
        assert_eq!(read(FieldKind::Integer, "99999999999999999999"), Err("integer"));
    }

    #[test]
    fn yes_and_no_are_read_in_both_languages() {
        for text in ["是", "Y", "yes", "TRUE", "1", "Ｙ", "√"] {
            assert_eq!(read(FieldKind::Boolean, text), Ok("true".into()), "{text}");
        }
        for text in ["否", "N", "No", "false", "0", "×"] {
            assert_eq!(read(FieldKind::Boolean, text), Ok("false".into()), "{text}");
        }
        assert_eq!(read(FieldKind::Boolean, "maybe"), Err("boolean"));
    }

    #[test]
    fn a_number_in_a_text_column_is_its_text() {
        let cell = Cell { content: Content::Number("85123".into()), formula: false };
        assert_eq!(parse(FieldKind::Text, &cell, READING), Ok(Value::text("85123")));
    }

    #[test]
    fn cells_without_a_value_say_why() {
        let formula = Cell { content: Content::Empty, formula: true };
        assert_eq!(parse(FieldKind::Text, &formula, READING).map_err(|e| e.code), Err("formula"));
        let error = Cell { content: Content::Error("#N/A".into()), formula: true };
        assert_eq!(parse(FieldKind::Decimal, &error, READING).map_err(|e| e.code), Err("cell_error"));
        assert_eq!(read(FieldKind::Text, "caf\u{FFFD}"), Err("encoding"));
        assert_eq!(read(FieldKind::Date, "  "), Ok(String::new()));
    }
}
