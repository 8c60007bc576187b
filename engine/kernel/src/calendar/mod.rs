//! Working time: which days of a calendar are worked, at which hours, and what comes so many of them later.
//!
//! Days are not hours. Two working days after Friday 16:30 is Tuesday 16:30, whatever the hours of work; sixteen working
//! hours are counted through the shifts. Every walk over days is bounded, so that no calendar can make one endless.

mod days;
mod hours;

pub(crate) use days::moment;

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};
use chrono_tz::Tz;
use indexmap::IndexMap;

use crate::{
    Name,
    definition::{CalendarDefinition, Weekday},
};

/// A walk over days gives up after so many: no date that people mean lies further away.
const FARTHEST: i64 = 100_000;

/// A span of work within a day, in minutes since its midnight on the clock of the calendar's zone; one that passes
/// midnight ends after 1,440.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Shift {
    /// Its first minute.
    pub from: u32,
    /// The minute after its last.
    pub to: u32,
}

/// A day that is not as its weekday says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Exception {
    Off,
    Worked,
    Half(Vec<Shift>),
}

/// A calendar, ready to count with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Calendar {
    /// Its name.
    pub name: Name,
    /// Its zone: what a day is, and when it is nine.
    pub zone: Tz,
    /// Monday to Sunday.
    week: [Vec<Shift>; 7],
    /// The hours of a day that is worked instead of another.
    usual: Vec<Shift>,
    exceptions: BTreeMap<NaiveDate, Exception>,
}

/// What is wrong with a calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// Its code.
    pub code: &'static str,
    /// Where in the definition.
    pub path: String,
    /// What was expected.
    pub message: String,
}

impl Calendar {
    /// Compiles a calendar.
    ///
    /// # Errors
    ///
    /// All that is wrong with it. One that is not refused has a working day in every week, but for those taken out.
    pub fn compile(definition: &CalendarDefinition) -> Result<Self, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let zone = definition.zone.parse::<Tz>().unwrap_or_else(|_| {
            let message = format!("no time zone `{}`", definition.zone);
            wrong.push(Wrong { code: "E0701", path: "zone".into(), message });
            Tz::UTC
        });
        let mut week: [Vec<Shift>; 7] = Default::default();
        for (day, hours) in &definition.week {
            if let Some(shifts) = week.get_mut(position(*day)) {
                *shifts = read_hours(hours, &format!("week.{}", key(*day)), &mut wrong);
            }
        }
        // A shift that passes midnight must end before the next day begins its own.
        for (at, shifts) in week.iter().enumerate() {
            let next = week.get((at + 1) % 7).and_then(|next| next.first());
            if let (Some(last), Some(next)) = (shifts.last(), next)
                && last.to > next.from + 1440
            {
                let path = format!("week.{}", DAYS.get(at).map_or("", |(_, key)| key));
                wrong.push(overlap(path));
            }
        }
        let usual = week.iter().find(|shifts| !shifts.is_empty()).cloned().unwrap_or_default();
        let mut exceptions = BTreeMap::new();
        read_days("off", &definition.off, &mut exceptions, &mut wrong, |_, _, _| Exception::Off);
        read_days("work", &definition.work, &mut exceptions, &mut wrong, |_, _, _| Exception::Worked);
        read_days("half", &definition.half, &mut exceptions, &mut wrong, |hours, path, wrong| {
            Exception::Half(read_hours(hours, path, wrong))
        });
        if usual.is_empty() {
            // Days that are worked instead have the hours of the week, so that without a week there are none.
            let message = "the calendar has no working day".to_owned();
            wrong.push(Wrong { code: "E0702", path: "week".into(), message });
        }
        if wrong.is_empty() {
            Ok(Self { name: definition.name.clone(), zone, week, usual, exceptions })
        } else {
            Err(wrong)
        }
    }

    /// The shifts of a day; none if it is free.
    fn shifts(&self, day: NaiveDate) -> &[Shift] {
        match self.exceptions.get(&day) {
            Some(Exception::Off) => &[],
            Some(Exception::Worked) => {
                let own = self.of_week(day);
                if own.is_empty() { &self.usual } else { own }
            }
            Some(Exception::Half(shifts)) => shifts,
            None => self.of_week(day),
        }
    }

    fn of_week(&self, day: NaiveDate) -> &[Shift] {
        self.week.get(day.weekday().num_days_from_monday() as usize).map_or(&[], Vec::as_slice)
    }

    fn is_half(&self, day: NaiveDate) -> bool {
        matches!(self.exceptions.get(&day), Some(Exception::Half(_)))
    }

    /// As the browser reads it: zone, shifts of the week, and by date what is not as its weekday says: `null` for a free
    /// day, shifts for one with hours of its own; `half` names those that count half.
    #[must_use]
    pub fn to_wire(&self) -> serde_json::Value {
        let spans = |shifts: &[Shift]| shifts.iter().map(|shift| [shift.from, shift.to]).collect::<Vec<_>>();
        let days = self.exceptions.keys().map(|day| {
            let shifts = self.shifts(*day);
            (day.to_string(), if shifts.is_empty() { serde_json::Value::Null } else { spans(shifts).into() })
        });
        let half: Vec<String> =
            self.exceptions.keys().filter(|day| self.is_half(**day)).map(ToString::to_string).collect();
        serde_json::json!({
            "zone": self.zone.name(),
            "week": self.week.iter().map(|shifts| spans(shifts)).collect::<Vec<_>>(),
            "days": days.collect::<serde_json::Map<_, _>>(),
            "half": half,
        })
    }
}

const DAYS: [(Weekday, &str); 7] = [
    (Weekday::Mon, "mon"),
    (Weekday::Tue, "tue"),
    (Weekday::Wed, "wed"),
    (Weekday::Thu, "thu"),
    (Weekday::Fri, "fri"),
    (Weekday::Sat, "sat"),
    (Weekday::Sun, "sun"),
];

fn position(day: Weekday) -> usize {
    DAYS.iter().position(|(it, _)| *it == day).unwrap_or_default()
}

fn key(day: Weekday) -> &'static str {
    DAYS.get(position(day)).map_or("", |(_, key)| key)
}

fn overlap(path: String) -> Wrong {
    Wrong { code: "E0703", path, message: "expected shifts one after the other, but they overlap".into() }
}

/// Reads `09:00-12:00`; an end that is not after the beginning is on the next day.
fn read_shift(text: &str) -> Option<Shift> {
    let (from, to) = text.split_once('-')?;
    let minute = |text: &str| {
        let text = text.trim();
        if text == "24:00" {
            return Some(1440);
        }
        let time = NaiveTime::parse_from_str(text, "%H:%M").ok()?;
        Some(time.hour() * 60 + time.minute())
    };
    let (from, to) = (minute(from)?, minute(to)?);
    (from < 1440 && from != to).then(|| Shift { from, to: if to > from { to } else { to + 1440 } })
}

fn read_hours(hours: &[String], path: &str, wrong: &mut Vec<Wrong>) -> Vec<Shift> {
    let mut shifts = Vec::new();
    for text in hours {
        match read_shift(text) {
            Some(shift) => shifts.push(shift),
            None => wrong.push(Wrong {
                code: "E0703",
                path: path.to_owned(),
                message: format!("expected hours such as 09:00-18:00, but found `{text}`"),
            }),
        }
    }
    shifts.sort_unstable();
    if shifts.windows(2).any(|pair| matches!(pair, [first, second] if first.to > second.from)) {
        wrong.push(overlap(path.to_owned()));
    }
    shifts
}

fn read_days<T>(
    key: &str,
    days: &IndexMap<String, T>,
    exceptions: &mut BTreeMap<NaiveDate, Exception>,
    wrong: &mut Vec<Wrong>,
    read: impl Fn(&T, &str, &mut Vec<Wrong>) -> Exception,
) {
    for (text, value) in days {
        let path = format!("{key}.{text}");
        let Ok(day) = text.parse::<NaiveDate>() else {
            let message = format!("expected a date such as 2026-10-01, but found `{text}`");
            wrong.push(Wrong { code: "E0704", path, message });
            continue;
        };
        let exception = read(value, &path, wrong);
        if exceptions.insert(day, exception).is_some() {
            let message = format!("expected {day} once, but another list has it too");
            wrong.push(Wrong { code: "E0705", path, message });
        }
    }
}
