//! Two people change one record at the same time: what is merged is what either order would have given.

use kernel::{Conflict, ConflictKind, Line, Record, Rejection, Value, change::LaterChange, save};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Map, Value as Json, json};

use crate::firm::{BOSS, Firm, catalog_with, later_of};

/// A firm whose request has what makes merging hard: fills that fill on, formulas over formulas, overrides, lines that
/// read other lines.
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
            json["fields"]["spare"] = json!({"type": "text"});
            let cells = &mut json["fields"]["lines"]["fields"];
            cells["good"]["fills"]["label"] = json!("name");
            cells["label"] = json!({"type": "text"});
            cells["remark"] = json!({"type": "text"});
            cells["share"] = json!({"type": "percent", "scale": 6, "formula": "amount / doc.amount"});
            cells["fee"] = json!({"type": "decimal", "scale": 2,
                "compute": {"value": "quantity / 4", "override": true}});
            cells["day"] = json!({"type": "date", "default": "doc.day"});
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

impl World {
    fn line(&self, at: usize) -> String {
        self.base.lines["lines"][at].id.to_string()
    }
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
    let line = |n: u8| json!({"good": goods[0], "quantity": "10", "price": "9", "remark": format!("line {n}")});
    let fields = json!({"partner": partners[0], "lines": [line(0), line(1), line(2)]});
    let base = firm.create(Some(BOSS), "request", fields).unwrap();
    World { firm, base, partners, goods }
}

/// What one person does: to fields by number, to lines by number.
#[derive(Clone, Debug)]
struct Doing {
    fields: Vec<(u8, u8)>,
    lines: Vec<(u8, u8, u8)>,
    name: char,
}

fn doing(name: char) -> impl Strategy<Value = Doing> {
    let fields = prop::collection::vec((0..9u8, 0..3u8), 0..3);
    let lines = prop::collection::vec((0..10u8, 0..3u8, 0..3u8), 0..4);
    (fields, lines).prop_map(move |(fields, lines)| Doing { fields, lines, name })
}

/// What one person sends: the fields that they changed, and the lines in their order with the cells that they changed.
fn patch(world: &World, doing: &Doing) -> Map<String, Json> {
    let mut patch = Map::new();
    for (field, value) in &doing.fields {
        let n = usize::from(*value);
        let (name, value) = match field {
            0 => ("partner", json!(world.partners[n])),
            1 => ("currency", json!(["USD", "CNY", "USD"][n])),
            2 => ("day", json!(["2026-11-21", "2026-02-01", "2026-12-02"][n])),
            3 => ("rate", json!(["7.5", "6.1", "1.2"][n])),
            4 => ("note", json!(["one", "two", "three"][n])),
            5 => ("good", json!(world.goods[n])),
            6 => ("handling", json!(["1", "2", "3"][n])),
            7 => ("express", json!(false)),
            _ => ("spare", json!(["one", "two", "three"][n])),
        };
        patch.insert(name.into(), value);
    }
    // Nobody sends what they did not change.
    patch.retain(|name, value| world.base.get(name).to_json() != *value);
    let mut lines: Vec<Map<String, Json>> =
        (0..3).map(|at| json!({"id": world.line(at)}).as_object().unwrap().clone()).collect();
    for (what, at, value) in &doing.lines {
        let (at, n) = (usize::from(*at) % lines.len().max(1), usize::from(*value));
        let mut set = |name: &str, value: Json| {
            if let Some(line) = lines.get_mut(at) {
                line.insert(name.into(), value);
            }
        };
        match what {
            0 => set("price", json!(["8", "7", "6"][n])),
            1 => set("quantity", json!(["1", "2", "3"][n])),
            2 | 3 => set("remark", json!(["one", "two", "three"][n])),
            4 => set("label", json!(["one", "two", "three"][n])),
            5 => set("good", json!(world.goods[1 + n % 2])),
            6 => set("fee", json!(["1", "2", "3"][n])),
            7 if lines.len() > 1 => drop(lines.remove(at)),
            8 => {
                let new = json!({"good": world.goods[n], "quantity": "4", "price": "5",
                    "remark": format!("{} {}", doing.name, lines.len())});
                lines.insert(at, new.as_object().unwrap().clone());
            }
            _ => {
                let line = lines.remove(at);
                lines.insert(n.min(lines.len()), line);
            }
        }
    }
    let untouched = |(at, line): (usize, &Map<String, Json>)| line.len() == 1 && line["id"] == json!(world.line(at));
    if lines.len() != 3 || !lines.iter().enumerate().all(untouched) {
        patch.insert("lines".into(), lines.into_iter().map(Json::Object).collect());
    }
    patch
}

fn save(
    world: &World,
    base: &Record,
    patch: &Map<String, Json>,
    read: i64,
    since: &[LaterChange],
) -> Result<(Record, Vec<LaterChange>), Rejection> {
    let entity = world.firm.catalog.entity("request").unwrap().clone();
    let saved = world.firm.decide(Some(BOSS), |s| save::update(s, &entity, base, patch, read, since))?;
    let later = if saved.changes.is_empty() { Vec::new() } else { vec![later_of(&saved)] };
    Ok((saved.record, later))
}

type Values = Vec<(String, Value)>;

fn values<'f>(fields: impl Iterator<Item = (&'f kernel::Name, &'f Value)>) -> Values {
    let mut values: Values = fields.filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.to_string(), v.clone())).collect();
    values.sort_by(|a, b| a.0.cmp(&b.0));
    values
}

/// The header, the lines that were there, and what came between them. New lines have ids of their own each time; of two
/// that came to one place the earlier stands first.
fn content(world: &World, record: &Record) -> (Values, Vec<(Values, Vec<Values>)>) {
    let old = |line: &Line| world.base.lines["lines"].iter().any(|l| l.id == line.id);
    let mut groups: Vec<(Values, Vec<Values>)> = vec![(Vec::new(), Vec::new())];
    for line in &record.lines["lines"] {
        let cells = values(line.fields.iter());
        if old(line) {
            groups.push((cells, Vec::new()));
        } else {
            groups.last_mut().unwrap().1.push(cells);
        }
    }
    groups.iter_mut().for_each(|(_, new)| new.sort_by_key(|cells| format!("{cells:?}")));
    (values(record.fields.iter()), groups)
}

fn conflicts(refused: Rejection) -> Vec<Conflict> {
    match refused {
        Rejection::Stale { conflicts, .. } => conflicts,
        other => panic!("{other:?}"),
    }
}

/// Whether a patch names the place of a conflict.
fn names(patch: &Map<String, Json>, world: &World, conflict: &Conflict) -> bool {
    let mut parts = conflict.path.splitn(3, '.');
    let Some(sent) = patch.get(parts.next().unwrap()) else { return false };
    let (line, cell) = (parts.next(), parts.next());
    let lines = sent.as_array().map_or(&[][..], Vec::as_slice);
    let found = lines.iter().enumerate().find(|(at, l)| {
        l.get("id").and_then(Json::as_str) == line || l.get("id").is_none() && line == Some(&at.to_string())
    });
    match (line, cell, conflict.kind) {
        (None, ..) => true,
        (Some(_), None, ConflictKind::RemovedByMe) => found.is_none(),
        (Some(id), None, ConflictKind::Linked) => found.is_some() || (0..3).any(|at| world.line(at) == id),
        (Some(_), None, _) => found.is_some(),
        (Some(_), Some(cell), _) => found.is_some_and(|(_, line)| line.get(cell).is_some()),
    }
}

/// Whether both wrote the same into one cell: that is one change, whoever made it.
fn write_the_same_cell(theirs: &Map<String, Json>, mine: &Map<String, Json>) -> bool {
    let lines = |patch: &Map<String, Json>| patch.get("lines").and_then(Json::as_array).cloned().unwrap_or_default();
    let (theirs, mine) = (lines(theirs), lines(mine));
    mine.iter().filter_map(Json::as_object).any(|line| {
        let other =
            theirs.iter().filter_map(Json::as_object).find(|l| l.contains_key("id") && l.get("id") == line.get("id"));
        other.is_some_and(|other| line.iter().any(|(cell, value)| cell != "id" && other.get(cell) == Some(value)))
    })
}

#[test]
fn what_is_merged_is_what_either_order_gives() {
    let world = world();
    let (mut merged, mut with_lines, mut stale, mut one_way) = (0, 0, 0, 0);
    let mut runner = TestRunner::deterministic();
    for _ in 0..1200 {
        let (theirs, mine) = (doing('t'), doing('m')).new_tree(&mut runner).unwrap().current();
        let (theirs, mut mine) = (patch(&world, &theirs), patch(&world, &mine));
        // Where both write the same, there is nothing to merge.
        mine.retain(|name, value| theirs.get(name) != Some(value));
        let read = world.base.version;
        let (after, since) = save(&world, &world.base, &theirs, read, &[]).unwrap();
        let (first, mine_first) = save(&world, &world.base, &mine, read, &[]).unwrap();
        if since.is_empty() || mine_first.is_empty() || write_the_same_cell(&theirs, &mine) {
            continue;
        }
        let together = save(&world, &after, &mine, read, &since);
        let other = save(&world, &first, &theirs, read, &mine_first);
        match (together, other) {
            (Err(refused), other) => {
                let told = conflicts(refused);
                assert!(!told.is_empty() && told.iter().all(|c| names(&mine, &world, c)), "{told:#?} of {mine:#?}");
                stale += 1;
                one_way += usize::from(other.is_ok());
            }
            // What a fill brings may be what the other wrote: in one order it is no change.
            (Ok(_), Err(_)) => one_way += 1,
            (Ok((together, _)), Ok((other, _))) => {
                let (together, other) = (content(&world, &together), content(&world, &other));
                assert_eq!(together, other, "theirs {theirs:?}, mine {mine:?}");
                merged += 1;
                with_lines += usize::from(theirs.contains_key("lines") && mine.contains_key("lines"));
            }
        }
    }
    let told = format!("{merged} merged, {with_lines} with lines, {stale} stale, {one_way} in one order alone");
    assert!(merged > 120 && with_lines > 40 && stale > 120 && one_way * 20 < stale, "{told}");
}

/// Two people, one after the other, both having read the base.
fn both(theirs: Json, mine: Json) -> (World, Result<Record, Vec<Conflict>>) {
    let world = world();
    let read = world.base.version;
    let as_map = |json: Json| json.as_object().unwrap().clone();
    // Lines by number become lines by id.
    let with_ids = |json: Json| {
        let mut text = json.to_string();
        for at in 0..3 {
            text = text.replace(&format!("\"#{at}\""), &format!("\"{}\"", world.line(at)));
        }
        as_map(serde_json::from_str(&text).unwrap())
    };
    let (after, since) = save(&world, &world.base, &with_ids(theirs), read, &[]).unwrap();
    let saved = save(&world, &after, &with_ids(mine), read, &since);
    (world, saved.map(|(record, _)| record).map_err(conflicts))
}

fn kinds((world, result): (World, Result<Record, Vec<Conflict>>)) -> Vec<(String, ConflictKind)> {
    let Err(conflicts) = result else { return Vec::new() };
    let by_number = |path: String| (0..3).fold(path, |path, at| path.replace(&world.line(at), &format!("#{at}")));
    conflicts.into_iter().map(|c| (by_number(c.path), c.kind)).collect()
}

fn one(path: &str, kind: ConflictKind) -> Vec<(String, ConflictKind)> {
    vec![(path.to_owned(), kind)]
}

#[test]
fn people_who_change_different_lines_or_cells_or_add_lines_are_merged() {
    let all = |first: Json, second: Json| json!({"lines": [first, second, {"id": "#2"}]});
    let same = || (json!({"id": "#0"}), json!({"id": "#1"}));
    let (other_line, _) = (all(json!({"id": "#0", "price": "1"}), same().1), ());
    assert_eq!(kinds(both(other_line.clone(), all(same().0, json!({"id": "#1", "price": "2"})))), []);
    let cell = all(json!({"id": "#0", "remark": "x"}), same().1);
    assert_eq!(kinds(both(other_line.clone(), cell)), []);
    let (world, merged) = both(
        json!({"lines": [{"id": "#0"}, {"id": "#1"}, {"id": "#2"}, {"good": world().goods[1], "quantity": "1", "price": "1"}]}),
        json!({"lines": [{"id": "#0"}, {"id": "#2"}, {"good": world().goods[2], "quantity": "2", "price": "1"}]}),
    );
    let record = merged.unwrap();
    let lines = &record.lines["lines"];
    assert_eq!([lines[0].id, lines[1].id].map(|id| id.to_string()), [world.line(0), world.line(2)]);
    let quantities: Vec<String> = lines.iter().map(|line| line.fields["quantity"].to_string()).collect();
    assert_eq!(quantities, ["10", "10", "1", "2"]);
    assert_eq!(record.get("amount").to_string(), "183");
}

#[test]
fn places_that_both_changed_are_told_one_by_one() {
    use ConflictKind::{Changed, Linked, Order, RemovedByMe, RemovedByThem};
    let lines = |lines: Json| json!({ "lines": lines });
    let first = |cells: Json| {
        let mut line = json!({"id": "#0"});
        line.as_object_mut().unwrap().extend(cells.as_object().unwrap().clone());
        lines(json!([line, {"id": "#1"}, {"id": "#2"}]))
    };
    let without_first = || lines(json!([{"id": "#1"}, {"id": "#2"}]));
    assert_eq!(kinds(both(first(json!({"price": "1"})), first(json!({"price": "2"})))), one("lines.#0.price", Changed));
    // Price and quantity give the amount of the line.
    assert_eq!(
        kinds(both(first(json!({"price": "1"})), first(json!({"quantity": "2"})))),
        one("lines.#0.quantity", Linked)
    );
    assert_eq!(kinds(both(without_first(), first(json!({"remark": "x"})))), one("lines.#0", RemovedByThem));
    assert_eq!(kinds(both(first(json!({"remark": "x"})), without_first())), one("lines.#0", RemovedByMe));
    assert_eq!(kinds(both(without_first(), without_first())), []);
    let order = |ids: [&str; 3]| lines(ids.iter().map(|id| json!({ "id": id })).collect());
    assert_eq!(kinds(both(order(["#1", "#0", "#2"]), order(["#0", "#2", "#1"]))), one("lines", Order));
    assert_eq!(kinds(both(order(["#1", "#0", "#2"]), first(json!({"remark": "x"})))), []);
    // The currency belongs to every price.
    assert_eq!(kinds(both(json!({"currency": "CNY"}), first(json!({"price": "1"})))), one("lines.#0.price", Linked));
    let told = both(first(json!({"price": "1"})), first(json!({"price": "2"}))).1.unwrap_err();
    assert_eq!([&told[0].base, &told[0].mine, &told[0].theirs].map(ToString::to_string), ["9", "2", "1"]);
    assert_eq!((told[0].by, told[0].at.is_some()), (Some(BOSS), true));
}

#[test]
fn where_the_history_has_a_gap_nothing_is_merged() {
    let world = world();
    let as_map = |json: Json| json.as_object().unwrap().clone();
    let (after, _) = save(&world, &world.base, &as_map(json!({"note": "theirs"})), 1, &[]).unwrap();
    let refused = save(&world, &after, &as_map(json!({"spare": "mine"})), 1, &[]).unwrap_err();
    assert_eq!(conflicts(refused).iter().map(|c| c.path.as_str()).collect::<Vec<_>>(), ["spare"]);
}

#[test]
fn a_fill_does_not_write_over_what_another_wrote() {
    let world = world();
    let read = world.base.version;
    let as_map = |json: Json| json.as_object().unwrap().clone();
    let (after, since) = save(&world, &world.base, &as_map(json!({"note": "theirs"})), read, &[]).unwrap();
    let mine = as_map(json!({"partner": world.partners[1]}));
    let refused = save(&world, &after, &mine, read, &since).unwrap_err();
    assert_eq!(conflicts(refused).iter().map(|c| c.path.as_str()).collect::<Vec<_>>(), ["partner"]);
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
    assert_eq!(conflicts(refused).iter().map(|c| c.path.as_str()).collect::<Vec<_>>(), ["day"]);
}
