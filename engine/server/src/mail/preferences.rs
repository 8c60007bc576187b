//! What somebody wants to be sent, and when.

use std::collections::BTreeSet;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, TimeZone as _, Timelike as _, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::MailWishes;
use uuid::Uuid;

use super::{daily, schedule::mail_to};
use crate::{App, Failure};

/// What somebody wants to be sent, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Preferences {
    /// Kinds of notices that they do not want by mail; in the app they are always told.
    pub without: BTreeSet<String>,
    /// How notices are gathered.
    pub digest: Digest,
    /// When a letter is to come with all that waits, on working days; none if left out.
    #[serde(with = "optional_clock")]
    pub tasks_at: Option<NaiveTime>,
    /// When nothing is to come.
    pub quiet: Option<Quiet>,
    /// By which clock; the firm's if left out.
    #[serde(with = "zones")]
    pub zone: Option<Tz>,
}

/// How notices are gathered into letters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Digest {
    /// Each at once.
    #[default]
    AtOnce,
    /// What came, at the full hour.
    Hourly,
    /// What came, once a day at this time.
    Daily(#[serde(with = "clock")] NaiveTime),
}

/// From when until when nothing is to come; over midnight if it ends before it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quiet {
    /// The first minute.
    #[serde(with = "clock")]
    pub from: NaiveTime,
    /// The minute after the last.
    #[serde(with = "clock")]
    pub to: NaiveTime,
}

impl Preferences {
    /// When a notice of this moment may be sent, at the earliest; not before `now`.
    pub(super) fn when(&self, told: DateTime<Utc>, now: DateTime<Utc>, firm: Tz) -> DateTime<Utc> {
        let zone = self.zone.unwrap_or(firm);
        let gathered = match self.digest {
            Digest::AtOnce => told,
            Digest::Hourly => {
                let into = TimeDelta::minutes(i64::from(told.minute())) + TimeDelta::seconds(i64::from(told.second()));
                told - into - TimeDelta::nanoseconds(i64::from(told.nanosecond())) + TimeDelta::hours(1)
            }
            Digest::Daily(at) => next(zone, told, at),
        };
        self.quiet_until(gathered.max(now), firm)
    }

    /// The moment itself, or the end of the quiet hours in which it lies.
    pub(super) fn quiet_until(&self, at: DateTime<Utc>, firm: Tz) -> DateTime<Utc> {
        let zone = self.zone.unwrap_or(firm);
        match self.quiet {
            Some(quiet) if quiet.holds(at.with_timezone(&zone).time()) => next(zone, at, quiet.to),
            _ => at,
        }
    }
}

impl Quiet {
    fn holds(self, time: NaiveTime) -> bool {
        if self.from <= self.to { self.from <= time && time < self.to } else { time >= self.from || time < self.to }
    }
}

impl App {
    /// What somebody wants to be sent; all of it at once, if they never said.
    pub(crate) fn preferences_of(&self, wishes: &MailWishes) -> Preferences {
        let stored = wishes.preferences.clone();
        stored.and_then(|stored| serde_json::from_value(stored).ok()).unwrap_or_default()
    }

    /// Keeps what somebody wants to be sent. What waits for another time comes by the new wish.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn prefer(&self, user: Uuid, wanted: &Preferences) -> Result<(), Failure> {
        self.store().set_mail_wishes(user, &json!(wanted)).await?;
        let firm = self.firm();
        let now = self.clock().now();
        let zone = wanted.zone.unwrap_or(firm.zone());
        let next = wanted.tasks_at.map(|at| self.next_task_letter(zone, at, now));
        let mut changes = vec![daily::wanted(user, next)];
        if firm.mail.is_some() {
            changes.push(mail_to(user, now));
        }
        self.write_and_tell(changes).await.map_err(|refused| self.refusal(refused))
    }
}

/// The next moment at which the clock shows this time. Where it is skipped that day, the first after the gap.
pub(super) fn next(zone: Tz, after: DateTime<Utc>, time: NaiveTime) -> DateTime<Utc> {
    let today = after.with_timezone(&zone).date_naive();
    for day in [Some(today), today.checked_add_days(Days::new(1)), today.checked_add_days(Days::new(2))] {
        let local = day.map(|day| day.and_time(time));
        let found = local.and_then(|local| {
            let later = zone.from_local_datetime(&(local + TimeDelta::hours(1))).earliest();
            zone.from_local_datetime(&local).earliest().or(later)
        });
        if let Some(at) = found.map(|at| at.with_timezone(&Utc)).filter(|at| *at > after) {
            return at;
        }
    }
    after
}

/// A zone by its name in the zone database.
mod zones {
    use chrono_tz::Tz;
    use serde::{Deserialize as _, Deserializer, Serialize as _, Serializer, de::Error as _};

    #[expect(clippy::ref_option, reason = "serde asks so")]
    pub(super) fn serialize<S: Serializer>(zone: &Option<Tz>, to: S) -> Result<S::Ok, S::Error> {
        zone.as_ref().map(|zone| zone.name()).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Tz>, D::Error> {
        let name = Option::<String>::deserialize(from)?;
        name.map(|name| name.parse().map_err(|_| D::Error::custom("expected a time zone such as Asia/Shanghai")))
            .transpose()
    }
}

/// A time of day as `HH:MM`.
mod clock {
    use chrono::NaiveTime;
    use serde::{Deserialize as _, Deserializer, Serializer, de::Error as _};

    pub(super) fn serialize<S: Serializer>(time: &NaiveTime, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&time.format("%H:%M"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveTime, D::Error> {
        let text = String::deserialize(from)?;
        NaiveTime::parse_from_str(&text, "%H:%M").map_err(|_| D::Error::custom("expected a time such as 08:30"))
    }
}

/// The same, or nothing.
mod optional_clock {
    use chrono::NaiveTime;
    use serde::{Deserialize, Deserializer, Serialize as _, Serializer};

    #[derive(Deserialize)]
    struct Clock(#[serde(with = "super::clock")] NaiveTime);

    #[expect(clippy::ref_option, reason = "serde asks so")]
    pub(super) fn serialize<S: Serializer>(time: &Option<NaiveTime>, to: S) -> Result<S::Ok, S::Error> {
        time.map(|time| time.format("%H:%M").to_string()).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<NaiveTime>, D::Error> {
        Ok(Option::<Clock>::deserialize(from)?.map(|clock| clock.0))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn read(json: serde_json::Value) -> Preferences {
        serde_json::from_value(json).unwrap()
    }

    /// When a notice of `told` comes, where it is looked at at once.
    fn when(preferences: &Preferences, told: &str) -> DateTime<Utc> {
        preferences.when(at(told), at(told), Tz::Asia__Shanghai)
    }

    #[test]
    fn letters_come_at_once_at_the_full_hour_or_at_a_time_of_day() {
        let told = "2026-11-23T02:20:30Z";
        assert_eq!(when(&read(json!({})), told), at(told));
        assert_eq!(when(&read(json!({"digest": "hourly"})), told), at("2026-11-23T03:00:00Z"));
        let daily = read(json!({"digest": {"daily": "09:00"}}));
        // 10:20 in Shanghai: tomorrow at nine.
        assert_eq!(when(&daily, told), at("2026-11-24T01:00:00Z"));
        assert_eq!(when(&daily, "2026-11-23T00:59:00Z"), at("2026-11-23T01:00:00Z"));
        let there = read(json!({"digest": {"daily": "09:00"}, "zone": "America/New_York"}));
        assert_eq!(when(&there, told), at("2026-11-23T14:00:00Z"));
    }

    #[test]
    fn quiet_hours_are_waited_for_over_midnight_and_where_the_clock_is_put_forward() {
        let quiet = read(json!({"quiet": {"from": "20:00", "to": "08:00"}}));
        assert_eq!(when(&quiet, "2026-11-23T12:30:00Z"), at("2026-11-24T00:00:00Z"));
        assert_eq!(when(&quiet, "2026-11-23T23:59:00Z"), at("2026-11-24T00:00:00Z"));
        assert_eq!(when(&quiet, "2026-11-23T00:00:00Z"), at("2026-11-23T00:00:00Z"));
        // Told long ago, but looked at in the night: it still waits.
        let (told, now) = (at("2026-11-20T01:00:00Z"), at("2026-11-23T20:00:00Z"));
        assert_eq!(quiet.when(told, now, Tz::Asia__Shanghai), at("2026-11-24T00:00:00Z"));
        let gap = read(json!({"quiet": {"from": "01:00", "to": "02:30"}, "zone": "Europe/Berlin"}));
        assert_eq!(when(&gap, "2026-03-29T00:15:00Z"), at("2026-03-29T01:30:00Z"));
    }

    #[test]
    fn preferences_that_cannot_be_are_refused() {
        for wrong in [
            json!({"digest": {"daily": "25:00"}}),
            json!({"zone": "Mars"}),
            json!({"tasks_at": "nine"}),
            json!({"loud": true}),
        ] {
            assert!(serde_json::from_value::<Preferences>(wrong.clone()).is_err(), "{wrong}");
        }
        let whole = json!({"without": ["import"], "digest": {"daily": "18:00"}, "tasks_at": "09:00", "quiet": {"from": "20:00", "to": "08:00"}, "zone": "Asia/Tokyo"});
        assert_eq!(json!(read(whole.clone())), whole);
    }
}
