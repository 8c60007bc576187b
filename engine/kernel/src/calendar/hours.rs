//! Counting working hours, in whole minutes.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};

use super::{Calendar, FARTHEST, Shift, days::moment};

/// A shift of a certain day, as moments.
type Span = (DateTime<Utc>, DateTime<Utc>);

impl Calendar {
    /// Whether somebody works at a moment.
    #[must_use]
    pub fn is_worktime(&self, at: DateTime<Utc>) -> bool {
        let day = self.day_of(at);
        let days = [day.pred_opt(), Some(day)];
        days.into_iter().flatten().any(|day| self.spans(day).any(|(from, to)| from <= at && at < to))
    }

    /// The moment at which so many minutes of work have passed since `at`: within working hours, or at their end. With
    /// 0 the moment itself, or the beginning of the next shift. Backwards with less than 0: the moment from which so
    /// many minutes of work lead to `at`. None if it lies beyond all dates that are counted.
    #[must_use]
    pub fn add_work_minutes(&self, at: DateTime<Utc>, minutes: i64) -> Option<DateTime<Utc>> {
        if minutes < 0 { self.back(at, minutes.checked_neg()?) } else { self.forth(at, minutes) }
    }

    fn forth(&self, at: DateTime<Utc>, minutes: i64) -> Option<DateTime<Utc>> {
        let mut left = TimeDelta::try_minutes(minutes)?;
        // A shift of the day before may pass midnight.
        let mut day = self.day_of(at).pred_opt()?;
        for _ in 0..=FARTHEST {
            for (from, to) in self.spans(day) {
                let from = from.max(at);
                if from >= to {
                    continue;
                }
                // What ends with a shift ends then, not when the next begins.
                if left <= to - from && (left > TimeDelta::zero() || minutes == 0) {
                    return Some(from + left);
                }
                left -= to - from;
            }
            day = day.succ_opt()?;
        }
        None
    }

    fn back(&self, at: DateTime<Utc>, minutes: i64) -> Option<DateTime<Utc>> {
        let mut left = TimeDelta::try_minutes(minutes)?;
        let mut day = self.day_of(at);
        for _ in 0..=FARTHEST {
            let mut spans: Vec<Span> = self.spans(day).collect();
            spans.reverse();
            for (from, to) in spans {
                let to = to.min(at);
                if from >= to {
                    continue;
                }
                if left <= to - from {
                    return Some(to - left);
                }
                left -= to - from;
            }
            day = day.pred_opt()?;
        }
        None
    }

    /// How many minutes are worked between two moments; backwards less than 0. None if they are too far apart.
    #[must_use]
    pub fn work_minutes_between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> Option<i64> {
        if to < from {
            return self.work_minutes_between(to, from).map(|minutes| -minutes);
        }
        let (first, last) = (self.day_of(from).pred_opt()?, self.day_of(to));
        if last.signed_duration_since(first).num_days() > FARTHEST {
            return None;
        }
        let worked: TimeDelta = first
            .iter_days()
            .take_while(|day| *day <= last)
            .flat_map(|day| self.spans(day))
            .map(|(begin, end)| (end.min(to) - begin.max(from)).max(TimeDelta::zero()))
            .sum();
        Some(worked.num_minutes())
    }

    fn day_of(&self, at: DateTime<Utc>) -> NaiveDate {
        at.with_timezone(&self.zone).date_naive()
    }

    /// The shifts of a day as moments, in order, none within another: a night before may reach into a day that begins
    /// earlier than usual, and counts first.
    fn spans(&self, day: NaiveDate) -> impl Iterator<Item = Span> {
        let until = day.pred_opt().map_or(0, |before| self.shifts(before).last().map_or(0, |last| last.to));
        let taken = until.saturating_sub(1440);
        self.shifts(day).iter().filter_map(move |shift| {
            let from = shift.from.max(taken);
            (from < shift.to).then(|| Some((self.at(day, from)?, self.at(day, shift.to)?))).flatten()
        })
    }

    /// A minute of a day on the clock.
    fn at(&self, day: NaiveDate, minute: u32) -> Option<DateTime<Utc>> {
        let midnight = day.and_time(NaiveTime::MIN);
        moment(self.zone, midnight.checked_add_signed(TimeDelta::minutes(minute.into()))?)
    }
}

impl Shift {
    /// How long it is, in minutes on the clock.
    #[must_use]
    pub fn minutes(self) -> u32 {
        self.to - self.from
    }
}
