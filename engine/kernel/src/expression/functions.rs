//! The functions of the language: one table that the checker, the evaluator, hints and the reference read.
//!
//! Functions over rows, and those that read data, have forms of their own and are listed in [`FORMS`].

/// A function of plain values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Function {
    Round,
    Floor,
    Ceil,
    Abs,
    Min,
    Max,
    Len,
    Lower,
    Upper,
    Trim,
    Contains,
    StartsWith,
    EndsWith,
    Substring,
    Replace,
    Join,
    Year,
    Quarter,
    Month,
    Day,
    Weekday,
    Date,
    StartOfMonth,
    EndOfMonth,
    AddDays,
    AddMonths,
    AddYears,
    DaysBetween,
    MonthsBetween,
    Days,
    Hours,
    Minutes,
    Text,
    Decimal,
    Integer,
}

/// What a parameter takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    Any,
    Number,
    Integer,
    Text,
    TextOrList,
    List,
    /// A day; a moment is taken as its day in the firm's zone.
    Day,
}

/// What a function gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gives {
    /// The type of its first argument.
    Same,
    /// A whole number; of money, money.
    Whole,
    Bool,
    Integer,
    Decimal,
    Text,
    Date,
    Duration,
}

/// A function as the checker sees it.
#[derive(Debug)]
pub(crate) struct Signature {
    pub(crate) name: &'static str,
    pub(crate) function: Function,
    /// How it is called, for hints.
    pub(crate) usage: &'static str,
    pub(crate) params: &'static [Takes],
    /// How many of them must be there.
    pub(crate) required: usize,
    pub(crate) gives: Gives,
}

/// Forms over rows and data, with how they are written.
pub(crate) const FORMS: [(&str, &str); 14] = [
    ("sum", "sum(lines.amount) or sum(lines, |l| l.quantity * l.price)"),
    ("count", "count(lines) or count(lines, |l| l.quantity > 0)"),
    ("avg", "avg(lines.price)"),
    ("min", "min(lines.date), min(lines, |l| l.price) or min(a, b)"),
    ("max", "max(lines.date), max(lines, |l| l.price) or max(a, b)"),
    ("any", "any(lines, |l| l.quantity > 10)"),
    ("all", "all(lines, |l| l.quantity > 0)"),
    ("first", "first(lines).item or first(lines, |l| l.quantity > 0).item"),
    ("filter", "filter(lines, |l| l.quantity > 0)"),
    ("map", "map(lines, |l| l.quantity * 2)"),
    ("is_null", "is_null(value)"),
    ("at", "at(rate, #{currency: currency}, date).value"),
    ("find", "find(item, |i| i.code == code).price"),
    ("decide", "decide(decision).output"),
];

macro_rules! functions {
    ($($name:literal $function:ident ($($takes:ident),*) $required:literal -> $gives:ident : $usage:literal;)*) => {
        /// All functions of plain values.
        pub(crate) const FUNCTIONS: &[Signature] = &[$(Signature {
            name: $name,
            function: Function::$function,
            usage: $usage,
            params: &[$(Takes::$takes),*],
            required: $required,
            gives: Gives::$gives,
        }),*];
    };
}

functions! {
    "round" Round (Number, Integer) 1 -> Same: "round(number, digits)";
    "floor" Floor (Number) 1 -> Whole: "floor(number)";
    "ceil" Ceil (Number) 1 -> Whole: "ceil(number)";
    "abs" Abs (Number) 1 -> Same: "abs(number)";
    "len" Len (TextOrList) 1 -> Integer: "len(text)";
    "lower" Lower (Text) 1 -> Text: "lower(text)";
    "upper" Upper (Text) 1 -> Text: "upper(text)";
    "trim" Trim (Text) 1 -> Text: "trim(text)";
    "contains" Contains (TextOrList, Any) 2 -> Bool: "contains(text, part) or contains(list, value)";
    "starts_with" StartsWith (Text, Text) 2 -> Bool: "starts_with(text, part)";
    "ends_with" EndsWith (Text, Text) 2 -> Bool: "ends_with(text, part)";
    "substring" Substring (Text, Integer, Integer) 2 -> Text: "substring(text, start, length)";
    "replace" Replace (Text, Text, Text) 3 -> Text: "replace(text, old, new)";
    "join" Join (List, Text) 2 -> Text: "join(list, separator)";
    "year" Year (Day) 1 -> Integer: "year(date)";
    "quarter" Quarter (Day) 1 -> Integer: "quarter(date)";
    "month" Month (Day) 1 -> Integer: "month(date)";
    "day" Day (Day) 1 -> Integer: "day(date)";
    "weekday" Weekday (Day) 1 -> Integer: "weekday(date)";
    "date" Date (Any, Integer, Integer) 1 -> Date: "date(moment), date(\"2026-01-31\") or date(year, month, day)";
    "start_of_month" StartOfMonth (Day) 1 -> Date: "start_of_month(date)";
    "end_of_month" EndOfMonth (Day) 1 -> Date: "end_of_month(date)";
    "add_days" AddDays (Day, Integer) 2 -> Date: "add_days(date, days)";
    "add_months" AddMonths (Day, Integer) 2 -> Date: "add_months(date, months)";
    "add_years" AddYears (Day, Integer) 2 -> Date: "add_years(date, years)";
    "days_between" DaysBetween (Day, Day) 2 -> Integer: "days_between(from, to)";
    "months_between" MonthsBetween (Day, Day) 2 -> Integer: "months_between(from, to)";
    "days" Days (Integer) 1 -> Duration: "days(number)";
    "hours" Hours (Integer) 1 -> Duration: "hours(number)";
    "minutes" Minutes (Integer) 1 -> Duration: "minutes(number)";
    "text" Text (Any) 1 -> Text: "text(value)";
    "decimal" Decimal (Any) 1 -> Decimal: "decimal(value)";
    "integer" Integer (Any) 1 -> Integer: "integer(value)";
}

impl Function {
    /// Its name in source text and on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Min => "min",
            Self::Max => "max",
            _ => FUNCTIONS.iter().find(|s| s.function == self).map_or("", |s| s.name),
        }
    }
}

/// How a function is called, and whether there is one.
pub(crate) fn usage(name: &str) -> Option<&'static str> {
    let form = FORMS.iter().find(|(form, _)| *form == name).map(|(_, usage)| *usage);
    form.or_else(|| FUNCTIONS.iter().find(|s| s.name == name).map(|s| s.usage))
}

/// The names of all functions and forms.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FORMS.iter().map(|(name, _)| *name).chain(FUNCTIONS.iter().map(|s| s.name))
}
