//! When something is due.

use chrono::{DateTime, Days, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::definition::{Period, PeriodUnit};

/// So much later by the clock. Days keep the time of day in the firm's zone; working time counts as plain time where no
/// calendar is given.
pub(super) fn after(from: DateTime<Utc>, period: Period, zone: Tz) -> DateTime<Utc> {
    let count = i64::from(period.count);
    let later = match period.unit {
        PeriodUnit::Minutes => from.checked_add_signed(TimeDelta::minutes(count)),
        PeriodUnit::Hours | PeriodUnit::WorkingHours => from.checked_add_signed(TimeDelta::hours(count)),
        PeriodUnit::Days | PeriodUnit::WorkingDays => {
            let days = Days::new(u64::from(period.count));
            let local = from.with_timezone(&zone).checked_add_days(days).map(|time| time.with_timezone(&Utc));
            // A time of day that the clock leaves out on that day.
            local.or_else(|| from.checked_add_days(days))
        }
    };
    later.unwrap_or(from)
}
