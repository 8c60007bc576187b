//! What a record of absence says of deputies.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use indexmap::IndexMap;
use kernel::{
    Catalog, Name, Record, Value,
    absence::{Absence, changed},
    change::Change,
};
use serde_json::json;
use uuid::Uuid;

use crate::firm::{BOSS, SELLER, catalog_with};

fn catalog() -> Catalog {
    let (catalog, problems) = catalog_with(|path, json| {
        if path == "entities/request.json" {
            json["fields"]["deputy"] = json!({"type": "user"});
            json["fields"]["back"] = json!({"type": "date"});
            json["absence"] =
                json!({"person": "owner", "deputy": "deputy", "from": "day", "until": "back", "while": ["asked"]});
        }
    });
    catalog.unwrap_or_else(|| panic!("{problems:?}"))
}

fn record() -> Record {
    let now = at("2026-03-01T00:00:00Z");
    let mut record = Record {
        entity: Name::new("request"),
        id: Uuid::from_u128(7),
        version: 1,
        state: Some(Name::new("asked")),
        number: None,
        title: String::new(),
        created_at: now,
        created_by: None,
        updated_at: now,
        updated_by: None,
        deleted_at: None,
        fields: IndexMap::new(),
        lines: IndexMap::new(),
    };
    for (field, value) in
        [("owner", Value::Id(SELLER)), ("deputy", Value::Id(BOSS)), ("day", day(29)), ("back", day(29))]
    {
        record.fields.insert(Name::new(field), value);
    }
    record
}

fn day(day: u32) -> Value {
    Value::Date(chrono::NaiveDate::from_ymd_opt(2026, 3, day).unwrap())
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn said(record: &Record, zone: Tz) -> Option<Absence> {
    let catalog = catalog();
    Absence::of(catalog.entity("request").unwrap(), record, zone)
}

#[test]
fn a_day_is_a_whole_day_of_the_zone_even_where_clocks_change() {
    for (zone, from, to) in [
        (Tz::Asia__Shanghai, "2026-03-28T16:00:00Z", "2026-03-29T16:00:00Z"),
        (Tz::Europe__Berlin, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"),
        (Tz::UTC, "2026-03-29T00:00:00Z", "2026-03-30T00:00:00Z"),
    ] {
        let absence = said(&record(), zone).unwrap();
        assert_eq!((absence.from, absence.to), (at(from), at(to)), "{zone}");
        assert_eq!((absence.person, absence.deputy), (SELLER, BOSS));
    }
    // Here the night of the change has no midnight.
    let mut late = record();
    late.fields.insert(Name::new("day"), Value::Date(chrono::NaiveDate::from_ymd_opt(2026, 4, 24).unwrap()));
    late.fields.insert(Name::new("back"), Value::Date(chrono::NaiveDate::from_ymd_opt(2026, 4, 24).unwrap()));
    assert_eq!(said(&late, Tz::Africa__Cairo).unwrap().from, at("2026-04-23T22:00:00Z"));
}

#[test]
fn nobody_stands_in_where_the_record_does_not_hold_or_says_too_little() {
    let zone = Tz::Asia__Shanghai;
    let with = |change: &dyn Fn(&mut Record)| {
        let mut record = record();
        change(&mut record);
        said(&record, zone)
    };
    assert!(with(&|_| {}).is_some());
    let set = |field: &'static str, value: Value| {
        move |r: &mut Record| drop(r.fields.insert(Name::new(field), value.clone()))
    };
    assert_eq!(with(&|r| r.state = Some(Name::new("draft"))), None, "another state");
    assert_eq!(with(&|r| r.deleted_at = Some(at("2026-03-01T00:00:00Z"))), None, "in the trash");
    assert_eq!(with(&set("deputy", Value::Null)), None, "nobody named");
    assert_eq!(with(&set("deputy", Value::Id(SELLER))), None, "themselves");
    assert_eq!(with(&set("back", Value::Null)), None, "for how long");
    assert_eq!(with(&set("back", day(28))), None, "backwards");
}

#[test]
fn a_change_says_what_becomes_of_the_deputy_and_one_that_does_not_concern_it_nothing() {
    let (catalog, zone, now) = (catalog(), Tz::Asia__Shanghai, at("2026-03-01T00:00:00Z"));
    let before = record();
    let told = |before: Option<&Record>, after: Option<&Record>| changed(&catalog, zone, now, before, after);
    let deputy = |changes: &[Change]| {
        changes.iter().find_map(|change| match change {
            Change::Deputy(deputy) => Some(deputy.absence.clone()),
            _ => None,
        })
    };
    let begins = |changes: &[Change]| {
        changes.iter().find_map(|change| match change {
            Change::ScheduleJob { due_at, .. } => Some(*due_at),
            _ => None,
        })
    };
    let made = told(None, Some(&before));
    assert!(matches!(deputy(&made), Some(Some(_))));
    assert_eq!(begins(&made), Some(at("2026-03-28T16:00:00Z")), "open tasks go over when it begins");
    let mut other = before.clone();
    other.fields.insert(Name::new("note"), Value::text("tired"));
    assert_eq!(told(Some(&before), Some(&other)), [], "a note says nothing of it");
    let mut moved = before.clone();
    moved.fields.insert(Name::new("back"), day(30));
    assert_eq!(deputy(&told(Some(&before), Some(&moved))).unwrap().unwrap().to, at("2026-03-30T16:00:00Z"));
    let ended = told(Some(&before), None);
    assert_eq!((deputy(&ended), begins(&ended)), (Some(None), None));
    let mut over = before.clone();
    over.fields.insert(Name::new("day"), Value::Date(chrono::NaiveDate::from_ymd_opt(2026, 2, 2).unwrap()));
    over.fields.insert(Name::new("back"), Value::Date(chrono::NaiveDate::from_ymd_opt(2026, 2, 3).unwrap()));
    assert_eq!(begins(&told(None, Some(&over))), None, "what is over hands nothing over");
}
