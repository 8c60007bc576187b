//! Counting working days.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use rust_decimal::Decimal;

use super::{Calendar, FARTHEST};

impl Calendar {
    /// Whether somebody works on a day, be it half of it.
    #[must_use]
    pub fn is_workday(&self, day: NaiveDate) -> bool {
        !self.shifts(day).is_empty()
    }

    /// The `count`-th working day after a day; with 0 the day itself, or the next working day if it is none. Backwards
    /// with less than 0. None if it lies beyond all dates that are counted.
    #[must_use]
    pub fn workday_after(&self, day: NaiveDate, count: i64) -> Option<NaiveDate> {
        if count < 0 {
            return self.workday_before(day, count.checked_neg()?);
        }
        self.walk(day, count, |day| day.succ_opt())
    }

    /// The `count`-th working day before a day; with 0 the day itself, or the last working day before it. Forwards with
    /// less than 0.
    #[must_use]
    pub fn workday_before(&self, day: NaiveDate, count: i64) -> Option<NaiveDate> {
        if count < 0 {
            return self.workday_after(day, count.checked_neg()?);
        }
        self.walk(day, count, |day| day.pred_opt())
    }

    fn walk(&self, from: NaiveDate, count: i64, step: impl Fn(NaiveDate) -> Option<NaiveDate>) -> Option<NaiveDate> {
        let (mut day, mut left) = (from, count);
        for _ in 0..=FARTHEST {
            if left == 0 && self.is_workday(day) {
                return Some(day);
            }
            day = step(day)?;
            left -= i64::from(left > 0 && self.is_workday(day));
        }
        None
    }

    /// How many working days come after the first day up to the second and with it, so that so many working days after
    /// the first is the second, if that is one. Backwards less than 0. None if they are too far apart.
    #[must_use]
    pub fn workdays_between(&self, from: NaiveDate, to: NaiveDate) -> Option<i64> {
        if to < from {
            // From the later back to the earlier: the days before the later, down to the earlier.
            let count = self.count(to, from.pred_opt()?)?;
            return Some(-count);
        }
        self.count(from.succ_opt()?, to)
    }

    fn count(&self, first: NaiveDate, last: NaiveDate) -> Option<i64> {
        let days = in_reach(first, last)?;
        i64::try_from(days.filter(|day| self.is_workday(*day)).count()).ok()
    }

    /// How much is worked from the first day through the last, both with it: a working day counts 1, a half day 0.5.
    /// Nothing if the last comes before the first; none if they are too far apart.
    #[must_use]
    pub fn workdays_in(&self, first: NaiveDate, last: NaiveDate) -> Option<Decimal> {
        let halves: i64 = in_reach(first, last)?
            .filter(|day| self.is_workday(*day))
            .map(|day| if self.is_half(day) { 1 } else { 2 })
            .sum();
        Some(Decimal::new(halves * 5, 1).normalize())
    }

    /// The same time of day on the `count`-th working day after (see [`Calendar::workday_after`]).
    #[must_use]
    pub fn add_workdays(&self, at: DateTime<Utc>, count: i64) -> Option<DateTime<Utc>> {
        let local = at.with_timezone(&self.zone).naive_local();
        let day = self.workday_after(local.date(), count)?;
        moment(self.zone, day.and_time(local.time()))
    }
}

/// The days from the first through the last, unless they are too many to count.
fn in_reach(first: NaiveDate, last: NaiveDate) -> Option<impl Iterator<Item = NaiveDate>> {
    let length = last.signed_duration_since(first).num_days() + 1;
    let length = usize::try_from(length.max(0)).ok()?;
    (length <= usize::try_from(FARTHEST).ok()?).then(|| first.iter_days().take(length))
}

/// The moment of a time on the clock: the first of two where the clock is put back, the end of the gap where it is put
/// forward.
pub(crate) fn moment(zone: Tz, local: NaiveDateTime) -> Option<DateTime<Utc>> {
    if let Some(found) = zone.from_local_datetime(&local).earliest() {
        return Some(found.with_timezone(&Utc));
    }
    // What was the offset a day before takes a time within the gap to the moment at which it would have come.
    let before = local.checked_sub_days(Days::new(1))?;
    let day_before = zone.from_local_datetime(&before).earliest()?;
    day_before.with_timezone(&Utc).checked_add_days(Days::new(1))
}
