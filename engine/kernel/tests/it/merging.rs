//! Two people change one record at the same time: what is merged is what either order would have given.

use kernel::{Record, Rejection, Value, change::Change, save};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Map, Value as Json, json};

use crate::firm::{BOSS, Firm, catalog_with};

/// A firm whose request has what makes merging hard: fills that fill on, formulas over formulas, overrides.
fn firm() -> Firm {
    let mut firm = Firm::new();
    let (catalog, problems) = catalog_with(|path, json| {
        if path == "entities/partner.json" {
            json["fields"]["usual"] = json!({"type": "reference", "to": "good"});
        }
        if path == "entities/request.json" {
            json["fields"]["partner"]["fills"]["good"] = json!("usual");
            json["fields"]["good"] = json!({"type": "reference", "to": "good", "fills": {"note": "name"}});
            json["fields"]["handling"] = json!({"type": "decimal", "scale": 2,
                "compute": {"value": "amount / 10", "override": true}});
            json["fields"]["total"] = json!({"type": "decimal", "scale": 2, "formula": "amount + handling"});
        }
    });
    firm.catalog = catalog.unwrap_or_else(|| panic!("{problems:#?}"));
    firm
}

struct World {
    firm: Firm,
    base: Record,
    partners: Vec<String>,
    goods: Vec<String>,
}

fn world() -> World {
    let mut firm = firm();
    firm.stock();
    let mut goods = Vec::new();
    let mut partners = Vec::new();
    for (name, currency) in [("Lamp", "USD"), ("Vase", "CNY"), ("Rug", "USD")] {
        let good = firm.create(None, "good", json!({"name": name, "cost": "5"})).unwrap().id.to_string();
        let fields = json!({"name": format!("{name} Ltd"), "currency": currency, "usual": good});
        partners.push(firm.create(None, "partner", fields).unwrap().id.to_string());
        goods.push(good);
    }
    let line = json!({"good": goods[0], "quantity": "10", "price": "9"});
    let base = firm.create(Some(BOSS), "request", json!({"partner": partners[0], "lines": [line]})).unwrap();
    World { firm, base, partners, goods }
}

/// What one person changes: fields by number, values by number.
fn patch(world: &World, picks: &[(u8, u8)]) -> Map<String, Json> {
    let line = world.base.lines["lines"][0].id.to_string();
    let mut patch = Map::new();
    for (field, value) in picks {
        let n = usize::from(*value % 3);
        let (name, value) = match field % 9 {
            0 => ("partner", json!(world.partners[n])),
            1 => ("currency", json!(["USD", "CNY", "USD"][n])),
            2 => ("day", json!(["2026-11-21", "2026-02-01", "2026-12-02"][n])),
            3 => ("rate", json!(["7.5", "6.1", "1.2"][n])),
            4 => ("note", json!(["one", "two", "three"][n])),
            5 => ("good", json!(world.goods[n])),
            6 => ("handling", json!(["1", "2", "3"][n])),
            7 => ("express", json!(false)),
            _ => ("lines", json!([{"id": line, "price": (["8", "7", "6"][n])}])),
        };
        patch.insert(name.into(), value);
    }
    // Nobody sends what they did not change.
    patch.retain(|name, value| name == "lines" || world.base.get(name).to_json() != *value);
    patch
}

fn save(
    world: &World,
    base: &Record,
    patch: &Map<String, Json>,
    read: i64,
    since: &[String],
) -> Result<(Record, Vec<String>), Rejection> {
    let entity = world.firm.catalog.entity("request").unwrap().clone();
    let saved = world.firm.decide(Some(BOSS), |s| save::update(s, &entity, base, patch, read, since))?;
    let history = saved.changes.iter().filter_map(|c| if let Change::History(h) = c { Some(h) } else { None });
    let paths = history.flat_map(|h| h.changes.iter().map(|c| c.path.clone())).collect();
    Ok((saved.record, paths))
}

fn values(record: &Record) -> Vec<(String, Value)> {
    let line = &record.lines["lines"][0];
    let mut values: Vec<_> = record.fields.iter().map(|(k, v)| (k.to_string(), v.clone())).collect();
    values.extend(line.fields.iter().map(|(k, v)| (format!("lines.{k}"), v.clone())));
    values.retain(|(_, v)| !v.is_null());
    values.sort_by(|a, b| a.0.cmp(&b.0));
    values
}

#[test]
fn what_is_merged_is_what_either_order_gives() {
    let world = world();
    let picks = || prop::collection::vec((0..9u8, 0..3u8), 1..4);
    let mut merged = 0;
    let mut stale = 0;
    let mut runner = TestRunner::deterministic();
    for _ in 0..400 {
        let (theirs, mine) = (picks(), picks()).new_tree(&mut runner).unwrap().current();
        let (theirs, mut mine) = (patch(&world, &theirs), patch(&world, &mine));
        // Where both write the same, there is nothing to merge.
        mine.retain(|name, value| theirs.get(name) != Some(value));
        let read = world.base.version;
        let (after, since) = save(&world, &world.base, &theirs, read, &[]).unwrap();
        if after.version == read {
            continue;
        }
        match save(&world, &after, &mine, read, &since) {
            Err(Rejection::Stale { fields, .. }) => {
                assert!(!fields.is_empty() && fields.iter().all(|f| mine.contains_key(f)), "{fields:?} of {mine:?}");
                stale += 1;
            }
            Err(other) => panic!("{other:?}"),
            Ok((together, _)) => {
                let (first, _) = save(&world, &world.base, &mine, read, &[]).unwrap();
                let (other, _) = save(&world, &first, &theirs, first.version, &[]).unwrap();
                assert_eq!(values(&together), values(&other), "theirs {theirs:?}, mine {mine:?}");
                merged += 1;
            }
        }
    }
    assert!(merged > 40 && stale > 40, "{merged} merged, {stale} stale");
}

#[test]
fn a_fill_does_not_write_over_what_another_wrote() {
    let world = world();
    let read = world.base.version;
    let as_map = |json: Json| json.as_object().unwrap().clone();
    let (after, since) = save(&world, &world.base, &as_map(json!({"note": "theirs"})), read, &[]).unwrap();
    let mine = as_map(json!({"partner": world.partners[1]}));
    let refused = save(&world, &after, &mine, read, &since).unwrap_err();
    assert!(matches!(&refused, Rejection::Stale { fields, .. } if *fields == ["partner"]), "{refused:?}");
    let mine = as_map(json!({"partner": world.partners[1], "good": null}));
    let (merged, _) = save(&world, &after, &mine, read, &since).unwrap();
    assert_eq!(merged.get("note"), Value::text("theirs"), "nothing is filled into what was given beside");
}

#[test]
fn what_another_wrote_over_a_computed_value_is_not_computed_away() {
    let world = world();
    let read = world.base.version;
    let as_map = |json: Json| json.as_object().unwrap().clone();
    let (after, since) = save(&world, &world.base, &as_map(json!({"rate": "9"})), read, &[]).unwrap();
    let mine = as_map(json!({"day": "2026-02-01"}));
    let refused = save(&world, &after, &mine, read, &since).unwrap_err();
    assert!(matches!(&refused, Rejection::Stale { fields, .. } if *fields == ["day"]), "{refused:?}");
}
