//! Spans of time and shares, as people write them: `2 working_days`, `2/3`.

use std::{fmt, str::FromStr};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};

/// A span of time: `30 minutes`, `4 hours`, `3 days`, `8 working_hours`, `2 working_days`. A day is a day of the
/// calendar, not 24 hours; working time is counted by a calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Period {
    /// How many.
    pub count: u32,
    /// Of what.
    pub unit: PeriodUnit,
}

/// What a span is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodUnit {
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// Days: the same time of day, so many days later.
    Days,
    /// Working hours of a calendar.
    WorkingHours,
    /// Working days of a calendar.
    WorkingDays,
}

impl PeriodUnit {
    const ALL: [Self; 5] = [Self::Minutes, Self::Hours, Self::Days, Self::WorkingHours, Self::WorkingDays];

    fn as_str(self) -> &'static str {
        match self {
            Self::Minutes => "minutes",
            Self::Hours => "hours",
            Self::Days => "days",
            Self::WorkingHours => "working_hours",
            Self::WorkingDays => "working_days",
        }
    }
}

impl Period {
    /// Whether a calendar must count it.
    #[must_use]
    pub fn is_working_time(self) -> bool {
        matches!(self.unit, PeriodUnit::WorkingHours | PeriodUnit::WorkingDays)
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = self.unit.as_str();
        let unit = if self.count == 1 { unit.trim_end_matches('s') } else { unit };
        write!(f, "{} {unit}", self.count)
    }
}

impl FromStr for Period {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("expected a span such as `4 hours` or `2 working_days`, but it is `{text}`");
        let (count, unit) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let count: u32 = count.parse().map_err(|_| wrong())?;
        let named = |one: &PeriodUnit| one.as_str().trim_end_matches('s') == unit.trim().trim_end_matches('s');
        let unit = PeriodUnit::ALL.into_iter().find(named).ok_or_else(wrong)?;
        if count == 0 || count > 100_000 { Err(wrong()) } else { Ok(Self { count, unit }) }
    }
}

impl TryFrom<String> for Period {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Period> for String {
    fn from(period: Period) -> Self {
        period.to_string()
    }
}

impl JsonSchema for Period {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Period".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A span of time: `30 minutes`, `4 hours`, `3 days`, `8 working_hours`, `2 working_days`. A day is a day of the calendar, not 24 hours; working time is counted by a calendar.",
            "pattern": "^[1-9][0-9]{0,5} (minute|hour|day|working_hour|working_day)s?$"
        })
    }
}

/// A share of several people: `2/3`, `60%`. Rounded up to whole people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ratio {
    /// So many …
    pub part: u32,
    /// … of so many.
    pub whole: u32,
}

impl Ratio {
    /// The share of so many people, rounded up, at least one and at most all of them.
    #[must_use]
    pub fn of(self, people: usize) -> usize {
        let (part, whole) = (u64::from(self.part), u64::from(self.whole).max(1));
        let share = (people as u64).saturating_mul(part).div_ceil(whole);
        usize::try_from(share).unwrap_or(usize::MAX).min(people).max(1)
    }
}

impl TryFrom<String> for Ratio {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let wrong = || format!("expected a share such as `2/3` or `60%`, but it is `{text}`");
        let parts = match (text.split_once('/'), text.strip_suffix('%')) {
            (Some((part, whole)), _) => part.trim().parse().ok().zip(whole.trim().parse().ok()),
            (None, Some(percent)) => percent.trim().parse().ok().zip(Some(100)),
            (None, None) => None,
        };
        let (part, whole): (u32, u32) = parts.ok_or_else(wrong)?;
        if part == 0 || part > whole { Err(wrong()) } else { Ok(Self { part, whole }) }
    }
}

impl From<Ratio> for String {
    fn from(ratio: Ratio) -> Self {
        if ratio.whole == 100 { format!("{}%", ratio.part) } else { format!("{}/{}", ratio.part, ratio.whole) }
    }
}

impl JsonSchema for Ratio {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Ratio".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "A share of several people: `2/3`, `60%`. Rounded up to whole people.",
            "pattern": "^([1-9][0-9]{0,2}/[1-9][0-9]{0,2}|[1-9][0-9]?%|100%)$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_up_and_clamped_to_the_people_found() {
        let share = |text: &str| Ratio::try_from(text.to_owned()).unwrap();
        assert_eq!(share("2/3").of(3), 2);
        assert_eq!(share("23%").of(10), 3);
        assert_eq!(share("50%").of(1), 1);
        assert_eq!(share("100%").of(4), 4);
        assert!(Ratio::try_from("4/3".to_owned()).is_err());
    }

    #[test]
    fn a_span_is_read_and_written_as_people_say_it() {
        for text in ["1 day", "30 minutes", "2 working_days", "8 working_hours"] {
            assert_eq!(text.parse::<Period>().unwrap().to_string(), text);
        }
        for wrong in ["", "2", "0 days", "2 weeks", "-1 days"] {
            assert!(wrong.parse::<Period>().is_err(), "{wrong}");
        }
    }
}
