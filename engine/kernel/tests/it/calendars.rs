//! Working time: counted days and hours against a walk that anybody can check, and China's holidays of 2026.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kernel::{calendar::Calendar, definition::CalendarDefinition};
use proptest::prelude::*;
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

fn calendar(json: Json) -> Calendar {
    Calendar::compile(&serde_json::from_value(json).unwrap()).unwrap()
}

fn china() -> Calendar {
    let text = include_str!("../../../../definitions/trade/calendars/china_2026.json");
    let mut json: Json = serde_json::from_str(text).unwrap();
    json.as_object_mut().unwrap().remove("kind");
    calendar(json)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn china_works_and_rests_in_2026_as_the_state_council_arranged() {
    let china = china();
    let off = [("2026-01-01", 3), ("2026-02-15", 9), ("2026-04-04", 3), ("2026-05-01", 5), ("2026-06-19", 3)];
    for (first, days) in off.into_iter().chain([("2026-09-25", 3), ("2026-10-01", 7)]) {
        for day in day(first).iter_days().take(days) {
            assert!(!china.is_workday(day), "{day}");
        }
    }
    for worked in ["2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"] {
        assert!(china.is_workday(day(worked)), "{worked}");
    }
    // 365 days, 104 of them at weekends; 33 days off, of which 6 are worked at other weekends.
    assert_eq!(china.workdays_in(day("2026-01-01"), day("2026-12-31")), Some(Decimal::from(248)));
}

#[test]
fn days_of_leave_are_working_days_from_the_first_to_the_last() {
    let china = china();
    assert_eq!(china.workdays_in(day("2026-04-30"), day("2026-05-09")), Some(Decimal::from(5)));
    assert_eq!(china.workdays_in(day("2026-02-11"), day("2026-02-28")), Some(Decimal::from(9)));
}

#[test]
fn a_date_is_brought_forward_to_a_working_day() {
    let china = china();
    // 20 June lies in the Dragon Boat break.
    assert_eq!(china.workday_before(day("2026-06-20"), 0), Some(day("2026-06-18")));
    assert_eq!(china.workday_before(day("2026-06-04"), 0), Some(day("2026-06-04")));
}

#[test]
fn days_are_not_hours() {
    let china = china();
    // Friday 16:30 in Shanghai: two working days later it is Tuesday 16:30; sixteen working hours later, Tuesday 17:30…
    let friday = at("2026-11-20T08:30:00Z");
    assert_eq!(china.add_workdays(friday, 2), Some(at("2026-11-24T08:30:00Z")));
    // 1.5 h on Friday, 7.5 on Monday, 7 on Tuesday: three in the morning, four after the break.
    assert_eq!(china.add_work_minutes(friday, 16 * 60), Some(at("2026-11-24T09:30:00Z")));
    // A count that ends with a shift ends then; none at all begins with the next.
    assert_eq!(china.add_work_minutes(friday, 90), Some(at("2026-11-20T10:00:00Z")));
    assert_eq!(china.add_work_minutes(at("2026-11-20T10:00:00Z"), 0), Some(at("2026-11-23T01:00:00Z")));
    assert_eq!(china.add_work_minutes(at("2026-11-23T01:00:00Z"), -90), Some(friday));
    // Over the autumn holidays and the Saturday that is worked for them.
    assert_eq!(china.add_workdays(at("2026-09-30T02:00:00Z"), 3), Some(at("2026-10-10T02:00:00Z")));
}

#[test]
fn a_night_shift_belongs_to_the_day_on_which_it_begins() {
    let nights = calendar(json!({"name": "n", "label": "N", "zone": "Europe/Berlin",
        "week": {"fri": ["06:00-14:00", "22:00-06:00"], "sat": ["14:00-24:00"]}}));
    // Friday 23:00 to Saturday 05:00 in Berlin.
    let (from, to) = (at("2026-11-20T22:00:00Z"), at("2026-11-21T04:00:00Z"));
    assert_eq!(nights.work_minutes_between(from, to), Some(360));
    assert!(nights.is_worktime(at("2026-11-21T04:59:00Z")) && !nights.is_worktime(at("2026-11-21T05:00:00Z")));
    assert_eq!(nights.add_work_minutes(from, 8 * 60), Some(at("2026-11-21T14:00:00Z")));
    // The night in which the clock is put back is an hour longer.
    let (from, to) = (at("2026-03-28T00:00:00Z"), at("2026-03-28T12:00:00Z"));
    assert_eq!(nights.work_minutes_between(from, to), Some(300));
    let long = calendar(json!({"name": "n", "label": "N", "zone": "Europe/Berlin", "week": {"sat": ["22:00-06:00"]}}));
    assert_eq!(long.work_minutes_between(at("2026-10-24T00:00:00Z"), at("2026-10-26T00:00:00Z")), Some(540));
}

#[test]
fn what_cannot_be_a_calendar_is_refused_and_nothing_is_walked_for_ever() {
    let wrong = |json: Json| {
        let definition: CalendarDefinition = serde_json::from_value(json).unwrap();
        let wrong = Calendar::compile(&definition).unwrap_err();
        wrong.into_iter().map(|it| (it.code, it.path)).collect::<Vec<_>>()
    };
    let of = |week: Json| json!({"name": "c", "label": "C", "zone": "UTC", "week": week});
    assert_eq!(wrong(of(json!({}))), [("E0702", "week".to_owned())]);
    assert_eq!(wrong(of(json!({"mon": []}))), [("E0702", "week".to_owned())]);
    for hours in ["9-18", "09:00", "09:00-09:00", "24:00-06:00", "09:00-25:00"] {
        let told = wrong(of(json!({"mon": [hours], "tue": ["09:00-10:00"]})));
        assert_eq!(told, [("E0703", "week.mon".to_owned())], "{hours}");
    }
    let overlapping = json!({"mon": ["09:00-12:00", "11:00-13:00"]});
    assert_eq!(wrong(of(overlapping)), [("E0703", "week.mon".to_owned())]);
    let into_the_next = json!({"mon": ["22:00-06:00"], "tue": ["05:00-12:00"]});
    assert_eq!(wrong(of(into_the_next)), [("E0703", "week.mon".to_owned())]);
    let twice = json!({"name": "c", "label": "C", "zone": "Mars", "week": {"mon": ["09:00-10:00"]},
        "off": {"2026-01-01": "x", "1 Jan": "x"}, "work": {"2026-01-01": "x"}});
    let told: Vec<&str> = wrong(twice).into_iter().map(|(code, _)| code).collect();
    assert_eq!(told, ["E0701", "E0704", "E0705"]);

    let mondays = calendar(of(json!({"mon": ["09:00-10:00"]})));
    assert_eq!(mondays.workday_after(NaiveDate::MAX, 1), None);
    assert_eq!(mondays.workday_before(NaiveDate::MIN, 1), None);
    assert_eq!(mondays.workday_after(day("2026-01-01"), i64::MAX), None);
    assert_eq!(mondays.workday_after(day("2026-01-01"), i64::MIN), None);
    assert_eq!(mondays.workdays_between(NaiveDate::MIN, NaiveDate::MAX), None);
    assert_eq!(mondays.add_work_minutes(at("2026-01-01T00:00:00Z"), i64::MAX), None);
    assert_eq!(mondays.add_work_minutes(at("2026-01-01T00:00:00Z"), i64::MIN), None);
    assert_eq!(mondays.work_minutes_between(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC), None);
}

/// Calendars as people have them, and stranger ones.
fn calendars() -> impl Strategy<Value = Calendar> {
    let shifts = prop::sample::select(vec![
        json!([]),
        json!(["09:00-12:00", "13:30-18:00"]),
        json!(["06:00-14:00"]),
        json!(["00:00-24:00"]),
        json!(["07:15-07:45", "23:30-23:59"]),
    ]);
    let night = json!(["22:00-06:00"]);
    let zones =
        prop::sample::select(vec!["Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "UTC", "Asia/Kathmandu"]);
    let week = prop::collection::vec(shifts, 7);
    let days = prop::collection::btree_map(0_u64..60, 0..3_u8, 0..12);
    (zones, week, days, any::<bool>()).prop_map(move |(zone, mut week, days, nights)| {
        if nights {
            // Before a free day, so that it reaches into nothing.
            week[4] = night.clone();
            week[5] = json!([]);
        }
        week[2] = json!(["08:00-16:00"]);
        let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let week: serde_json::Map<String, Json> = names.iter().map(|n| (*n).to_owned()).zip(week).collect();
        let (mut off, mut work, mut half) = (json!({}), json!({}), json!({}));
        for (offset, how) in days {
            let date = (day("2026-03-01") + chrono::Days::new(offset)).to_string();
            match how {
                0 => off[date] = json!("off"),
                1 => work[date] = json!("worked"),
                _ => half[date] = json!(["09:00-12:00"]),
            }
        }
        calendar(json!({"name": "c", "label": "C", "zone": zone, "week": week, "off": off, "work": work, "half": half}))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn days_are_counted_as_a_walk_from_day_to_day_counts_them(
        calendar in calendars(), offset in 0_u64..60, count in -20_i64..20,
    ) {
        let from = day("2026-03-01") + chrono::Days::new(offset);
        let mut walked = from;
        let mut left = count.abs();
        while left > 0 || !calendar.is_workday(walked) {
            walked = if count < 0 { walked.pred_opt().unwrap() } else { walked.succ_opt().unwrap() };
            left -= i64::from(left > 0 && calendar.is_workday(walked));
        }
        let found = calendar.workday_after(from, count).unwrap();
        prop_assert_eq!(found, walked);
        // What was added is what lies between, and can be taken away again from a working day.
        if count != 0 {
            prop_assert_eq!(calendar.workdays_between(from, found), Some(count));
        }
        if calendar.is_workday(from) {
            prop_assert_eq!(calendar.workday_before(found, count), Some(from));
        }
        // Later days lead to no earlier ones.
        prop_assert!(calendar.workday_after(from.succ_opt().unwrap(), count).unwrap() >= found);
        prop_assert!(calendar.workday_after(from, count + 1).unwrap() >= found);
    }

    #[test]
    fn hours_are_counted_as_a_walk_from_minute_to_minute_counts_them(
        calendar in calendars(), start in 0_i64..(50 * 1440), length in 0_i64..4000,
    ) {
        let from = at("2026-03-01T00:00:00Z") + TimeDelta::minutes(start);
        let to = from + TimeDelta::minutes(length);
        let minutes = (0..length).filter(|n| calendar.is_worktime(from + TimeDelta::minutes(*n))).count();
        let minutes = i64::try_from(minutes).unwrap();
        prop_assert_eq!(calendar.work_minutes_between(from, to), Some(minutes));
        prop_assert_eq!(calendar.work_minutes_between(to, from), Some(-minutes));
        // So many minutes of work lead there, or to the end of the work before it; and back.
        if minutes > 0 {
            let reached = calendar.add_work_minutes(from, minutes).unwrap();
            prop_assert!(reached <= to);
            prop_assert_eq!(calendar.work_minutes_between(reached, to), Some(0));
            prop_assert_eq!(calendar.work_minutes_between(from, reached), Some(minutes));
            let back = calendar.add_work_minutes(reached, -minutes).unwrap();
            prop_assert_eq!(calendar.work_minutes_between(back, reached), Some(minutes));
            prop_assert!(back >= from);
        }
        let next = calendar.add_work_minutes(from, 0).unwrap();
        prop_assert!(next >= from && calendar.is_worktime(next));
    }
}
