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
    TitleCase,
    NameKey,
    LooseNameKey,
    DomainKey,
    PhoneKey,
    E164,
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
    WorkdayAfter,
    WorkdayBefore,
    WorkdaysBetween,
    WorkdaysIn,
    WorkhoursAfter,
    WorkhoursBetween,
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
    /// A moment alone: it has a time of day.
    Moment,
    /// The name of a calendar; left out, the only one there is.
    Calendar,
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
    Datetime,
    Duration,
}

/// A function as the checker sees it.
#[derive(Debug)]
pub(crate) struct Signature {
    pub(crate) name: &'static str,
    pub(crate) function: Function,
    /// How it is called, for hints.
    pub(crate) usage: &'static str,
    /// What it gives.
    pub(crate) help: &'static str,
    pub(crate) params: &'static [Takes],
    /// How many of them must be there.
    pub(crate) required: usize,
    pub(crate) gives: Gives,
}

/// Forms over rows and data: name, how they are written, what they give.
pub(crate) const FORMS: [(&str, &str, &str); 14] = [
    ("sum", "sum(lines.amount) or sum(lines, |l| l.quantity * l.price)", "The sum, nulls left out; 0 of nothing"),
    (
        "count",
        "count(lines) or count(lines, |l| l.quantity > 0)",
        "How many lines there are, or fit; of a path, how many have a value",
    ),
    ("avg", "avg(lines.price)", "The mean of the values that are there; null of nothing"),
    (
        "min",
        "min(lines.date), min(lines, |l| l.price) or min(a, b)",
        "The smallest; over lines nulls are left out, of arguments a null gives null",
    ),
    (
        "max",
        "max(lines.date), max(lines, |l| l.price) or max(a, b)",
        "The greatest; over lines nulls are left out, of arguments a null gives null",
    ),
    ("any", "any(lines, |l| l.quantity > 10)", "Whether the condition holds for some line; false of nothing"),
    ("all", "all(lines, |l| l.quantity > 0)", "Whether the condition holds for every line; true of nothing"),
    ("first", "first(lines).item or first(lines, |l| l.quantity > 0).item", "The first line, or the first that fits"),
    (
        "filter",
        "filter(lines, |l| l.quantity > 0) or filter(item, |i| i.code == code)",
        "The lines that fit, for another function: `sum(filter(lines, |l| l.done).price)`. Of the name of an entity its records that fit, up to 1,000; more are refused",
    ),
    ("map", "map(lines, |l| l.quantity * 2)", "A list of a value of each line"),
    ("is_null", "is_null(value)", "Whether there is no value; `value == null` is the same"),
    (
        "at",
        "at(rate, #{currency: currency}, date).value",
        "The record of an effective-dated entity that holds on a day (today if left out)",
    ),
    (
        "find",
        "find(item, |i| i.code == code).price",
        "The first record of an entity that fits; `find(item, #{code: code})` for equal fields",
    ),
    ("decide", "decide(decision).output", "An output of a decision table over this record"),
];

macro_rules! functions {
    ($($name:literal $function:ident ($($takes:ident),*) $required:literal -> $gives:ident : $usage:literal, $help:literal;)*) => {
        /// All functions of plain values.
        pub(crate) const FUNCTIONS: &[Signature] = &[$(Signature {
            name: $name,
            function: Function::$function,
            usage: $usage,
            help: $help,
            params: &[$(Takes::$takes),*],
            required: $required,
            gives: Gives::$gives,
        }),*];
    };
}

functions! {
    "round" Round (Number, Integer) 1 -> Same: "round(number, digits)",
        "Rounds half up, away from zero, to so many digits after the point (0 if left out). `round(2.345, 2)` is 2.35, `round(-2.5)` is -3";
    "floor" Floor (Number) 1 -> Whole: "floor(number)",
        "The greatest whole number that is not greater. `floor(-1.5)` is -2";
    "ceil" Ceil (Number) 1 -> Whole: "ceil(number)",
        "The smallest whole number that is not smaller. `ceil(1.01)` is 2";
    "abs" Abs (Number) 1 -> Same: "abs(number)",
        "Without its sign. `abs(-3)` is 3";
    "len" Len (TextOrList) 1 -> Integer: "len(text)",
        "How many characters a text has, or items a list; 0 of null. `len(\"abc\")` is 3";
    "lower" Lower (Text) 1 -> Text: "lower(text)",
        "In lower case";
    "upper" Upper (Text) 1 -> Text: "upper(text)",
        "In upper case";
    "trim" Trim (Text) 1 -> Text: "trim(text)",
        "Without white space at both ends";
    "contains" Contains (TextOrList, Any) 2 -> Bool: "contains(text, part) or contains(list, value)",
        "Whether a text contains another, whatever case and accents, or a list a value. `contains(\"Café\", \"FE\")` is true";
    "starts_with" StartsWith (Text, Text) 2 -> Bool: "starts_with(text, part)",
        "Whether a text starts with another, whatever case and accents";
    "ends_with" EndsWith (Text, Text) 2 -> Bool: "ends_with(text, part)",
        "Whether a text ends with another, whatever case and accents";
    "substring" Substring (Text, Integer, Integer) 2 -> Text: "substring(text, start, length)",
        "A part of a text; the first character is 0. `substring(\"abcdef\", 1, 3)` is \"bcd\"";
    "replace" Replace (Text, Text, Text) 3 -> Text: "replace(text, old, new)",
        "With every occurrence of a part replaced. `replace(\"a-b\", \"-\", \"+\")` is \"a+b\"";
    "join" Join (List, Text) 2 -> Text: "join(list, separator)",
        "The items of a list in one text, nulls left out. `join(lines.label, \", \")`";
    "title_case" TitleCase (Text) 1 -> Text: "title_case(text)",
        "What is written in capitals throughout with only the first letter of each word great. `title_case(\"ACME WORKS\")` is \"Acme Works\"";
    "name_key" NameKey (Text) 1 -> Text: "name_key(text)",
        "The key by which names of firms are compared: capitals without accents, spaces, punctuation and legal form. `name_key(\"The Blue-Harbor Co., Ltd.\")` is \"BLUEHARBOR\"; null if nothing is left";
    "loose_name_key" LooseNameKey (Text) 1 -> Text: "loose_name_key(text)",
        "The same with `AE`, `OE`, `UE` as `A`, `O`, `U`: `Mueller` is `Müller`";
    "domain_key" DomainKey (Text) 1 -> Text: "domain_key(address)",
        "The domain that somebody registered, of a web or mail address; null for providers where anybody has a mail box or page. `domain_key(\"www.acme.co.uk/shop\")` is \"acme.co.uk\"";
    "phone_key" PhoneKey (Text, Text) 1 -> Text: "phone_key(number, country_code)",
        "The digits of a telephone number with its country's code; null if that is not known. `phone_key(\"040-123456\", \"49\")` is \"4940123456\"";
    "e164" E164 (Text, Text) 1 -> Text: "e164(number, country_code)",
        "A telephone number as it is dialled from anywhere; null if its country is not known. `e164(\"040-123456\", \"49\")` is \"+4940123456\"";
    "year" Year (Day) 1 -> Integer: "year(date)",
        "The year of a date";
    "quarter" Quarter (Day) 1 -> Integer: "quarter(date)",
        "The quarter of a date, 1 to 4";
    "month" Month (Day) 1 -> Integer: "month(date)",
        "The month of a date, 1 to 12";
    "day" Day (Day) 1 -> Integer: "day(date)",
        "The day of the month";
    "weekday" Weekday (Day) 1 -> Integer: "weekday(date)",
        "The day of the week, 1 (Monday) to 7";
    "date" Date (Any, Integer, Integer) 1 -> Date: "date(moment), date(\"2026-01-31\") or date(year, month, day)",
        "The day of a moment in the firm's zone, of a text, or of year, month and day";
    "start_of_month" StartOfMonth (Day) 1 -> Date: "start_of_month(date)",
        "The first day of the month";
    "end_of_month" EndOfMonth (Day) 1 -> Date: "end_of_month(date)",
        "The last day of the month";
    "add_days" AddDays (Day, Integer) 2 -> Date: "add_days(date, days)",
        "A date so many days later, or earlier. `today + 30` is the same as `add_days(today, 30)`";
    "add_months" AddMonths (Day, Integer) 2 -> Date: "add_months(date, months)",
        "A date so many months later; the end of a month stays one. `add_months(date(2026, 1, 31), 1)` is 2026-02-28";
    "add_years" AddYears (Day, Integer) 2 -> Date: "add_years(date, years)",
        "A date so many years later. `add_years(date(2028, 2, 29), 1)` is 2029-02-28";
    "days_between" DaysBetween (Day, Day) 2 -> Integer: "days_between(from, to)",
        "Days from one date to another, negative backwards";
    "months_between" MonthsBetween (Day, Day) 2 -> Integer: "months_between(from, to)",
        "Whole months from one date to another";
    "workday_after" WorkdayAfter (Day, Integer, Calendar) 2 -> Date: "workday_after(date, days, calendar)",
        "The date so many working days later; with 0 the date itself, or the next working day. The calendar's name may be left out where there is one alone. `workday_after(date(2026, 9, 24), 1)` is 2026-09-28 where the 25th to the 27th are off";
    "workday_before" WorkdayBefore (Day, Integer, Calendar) 2 -> Date: "workday_before(date, days, calendar)",
        "The date so many working days earlier; with 0 the date itself, or the last working day before it";
    "workdays_between" WorkdaysBetween (Day, Day, Calendar) 2 -> Integer: "workdays_between(from, to, calendar)",
        "Working days after the first date up to the second and with it, negative backwards";
    "workdays_in" WorkdaysIn (Day, Day, Calendar) 2 -> Decimal: "workdays_in(first, last, calendar)",
        "How much is worked from the first date through the last, both with it; half days count 0.5";
    "workhours_after" WorkhoursAfter (Moment, Number, Calendar) 2 -> Datetime: "workhours_after(moment, hours, calendar)",
        "The moment so many working hours later, through the shifts of the calendar, or earlier. In the browser the server computes it";
    "workhours_between" WorkhoursBetween (Moment, Moment, Calendar) 2 -> Decimal: "workhours_between(from, to, calendar)",
        "Working hours from one moment to another, negative backwards. In the browser the server computes it";
    "days" Days (Integer) 1 -> Duration: "days(number)",
        "A span of so many days, to add to a moment";
    "hours" Hours (Integer) 1 -> Duration: "hours(number)",
        "A span of so many hours, to add to a moment. `now + hours(2)`";
    "minutes" Minutes (Integer) 1 -> Duration: "minutes(number)",
        "A span of so many minutes, to add to a moment";
    "text" Text (Any) 1 -> Text: "text(value)",
        "A value as text; decimals without trailing zeros";
    "decimal" Decimal (Any) 1 -> Decimal: "decimal(value)",
        "A number from a text; of an amount, the number without its currency";
    "integer" Integer (Any) 1 -> Integer: "integer(value)",
        "The whole part of a number, or a whole number from a text. `integer(-2.9)` is -2";
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
    let form = FORMS.iter().find(|(form, ..)| *form == name).map(|(_, usage, _)| *usage);
    form.or_else(|| FUNCTIONS.iter().find(|s| s.name == name).map(|s| s.usage))
}

/// The names of all functions and forms.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    FORMS.iter().map(|(name, ..)| *name).chain(FUNCTIONS.iter().map(|s| s.name))
}

/// What there is to say of a function of the language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FunctionHelp {
    /// Its name.
    pub name: &'static str,
    /// How it is called.
    pub usage: &'static str,
    /// What it gives, with an example.
    pub help: &'static str,
}

/// All functions of the language, for the reference and for completion in editors.
pub fn function_help() -> impl Iterator<Item = FunctionHelp> {
    let forms = FORMS.iter().map(|(name, usage, help)| FunctionHelp { name, usage, help });
    forms.chain(FUNCTIONS.iter().map(|s| FunctionHelp { name: s.name, usage: s.usage, help: s.help }))
}
