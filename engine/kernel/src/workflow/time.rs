//! When something is due: so long after a moment, by the clock or by a calendar, or by a date of the record.

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{
    DateTerm, Moment,
    run::{Run, Stop},
};
use crate::{
    Name, Rejection, Value, calendar,
    definition::{Period, PeriodUnit},
    expression::Library,
};

/// So much later by the clock. Days keep the time of day in the firm's zone; working time counts as plain time where no
/// calendar is given.
pub(super) fn after(from: DateTime<Utc>, period: Period, zone: Tz) -> DateTime<Utc> {
    let count = i64::from(period.count);
    let later = match period.unit {
        PeriodUnit::Minutes => from.checked_add_signed(TimeDelta::minutes(count)),
        PeriodUnit::Hours | PeriodUnit::WorkingHours => from.checked_add_signed(TimeDelta::hours(count)),
        PeriodUnit::Days | PeriodUnit::WorkingDays => days(from, count, zone),
    };
    later.unwrap_or(from)
}

/// The same time of day so many days later, or earlier with less than 0.
fn days(from: DateTime<Utc>, count: i64, zone: Tz) -> Option<DateTime<Utc>> {
    let far = Days::new(count.unsigned_abs());
    let local = from.with_timezone(&zone).naive_local();
    let local = if count < 0 { local.checked_sub_days(far) } else { local.checked_add_days(far) };
    calendar::moment(zone, local?)
}

/// Which way a span goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    Later,
    Earlier,
}

/// So much later or earlier, working time by the calendar.
pub(super) fn shift(
    run: &Run<'_>,
    from: DateTime<Utc>,
    period: Period,
    way: Way,
    calendar: Option<&Name>,
) -> Result<DateTime<Utc>, Stop> {
    let count = if way == Way::Later { i64::from(period.count) } else { -i64::from(period.count) };
    let found = Library::calendar(run.env.catalog, calendar.map(Name::as_str));
    let moved = match period.unit {
        PeriodUnit::Minutes => from.checked_add_signed(TimeDelta::minutes(count)),
        PeriodUnit::Hours => from.checked_add_signed(TimeDelta::hours(count)),
        PeriodUnit::Days => days(from, count, run.env.ctx.zone),
        PeriodUnit::WorkingHours => found.and_then(|calendar| calendar.add_work_minutes(from, count * 60)),
        PeriodUnit::WorkingDays => found.and_then(|calendar| calendar.add_workdays(from, count)),
    };
    moved.ok_or_else(|| {
        let told = match calendar {
            Some(name) => format!("Expected a calendar with {period} from here, but `{name}` has no such day"),
            None => format!("Expected {period} from here to be a day, but there is none"),
        };
        Rejection::state("no_working_time", told).into()
    })
}

/// When it is; none while the date is not known. `time` is that of a date which has none.
pub(super) fn moment(
    run: &Run<'_>,
    when: &Moment,
    from: DateTime<Utc>,
    calendar: Option<&Name>,
    time: NaiveTime,
) -> Result<Option<DateTime<Utc>>, Stop> {
    match when {
        Moment::After(period) => shift(run, from, *period, Way::Later, calendar).map(Some),
        Moment::Date(term) => {
            let Some(at) = date(run, term, time) else { return Ok(None) };
            match (term.before, term.after) {
                (Some(before), _) => shift(run, at, before, Way::Earlier, calendar).map(Some),
                (None, Some(after)) => shift(run, at, after, Way::Later, calendar).map(Some),
                (None, None) => Ok(Some(at)),
            }
        }
    }
}

/// The date of the record as a moment.
fn date(run: &Run<'_>, term: &DateTerm, time: NaiveTime) -> Option<DateTime<Utc>> {
    match run.record.get(&term.field) {
        Value::Date(day) => calendar::moment(run.env.ctx.zone, day.and_time(term.time.unwrap_or(time))),
        Value::Datetime(at) => Some(at),
        _ => None,
    }
}
