//! Imports: what compiles, and what is made of rows.

use chrono_tz::Asia::Shanghai;
use kernel::{
    Value,
    context::{Context, Ids},
    definition::ImportDefinition,
    expression::Env,
    import::{Cell, Group, Groups, Import, Input, Reading, Refused, Row, RowProblem},
    query::Facts,
};
use serde_json::{Value as Json, json};

use crate::firm::Firm;

/// A price list and requests from one file; the rows of a request need not stand together.
fn definition() -> Json {
    json!({"name": "ledger",
        "columns": {
            "paper": {"heading": "Paper No.", "type": "text", "required": true},
            "who": {"heading": "Who", "type": "text"},
            "good": {"heading": "Good", "type": "text"},
            "grade": {"heading": "Grade", "type": "text"},
            "pieces": {"heading": "Pieces", "type": "decimal", "required": true},
            "price": {"heading": "Price", "type": "decimal"}},
        "targets": {
            "partners": {"entity": "partner", "where": "!is_null(who)", "key": ["name"],
                "set": {"name": "who", "grade": "grade", "currency": "\"EUR\""}},
            "requests": {"entity": "request", "key": ["note"],
                "set": {"note": "paper", "partner": {"by": "name", "value": "who"}, "express": "price > 100"},
                "lines": {"lines": {"good": {"by": "name", "value": "good", "optional": true}, "quantity": "pieces",
                                    "price": "price"}}}}})
}

fn compile(definition: Json) -> (Import, Vec<(String, String)>) {
    let firm = Firm::new();
    let definition: ImportDefinition = serde_json::from_value(definition).unwrap();
    let (import, problems) = Import::compile(&definition, firm.catalog.types(), &firm.catalog.translations);
    (import, problems.into_iter().map(|d| (d.code, d.path)).collect())
}

#[test]
fn a_record_is_found_by_what_its_entity_says_or_not_at_all() {
    let mut file = definition();
    file["targets"]["requests"]["set"]["partner"] = json!({"value": "who"});
    assert_eq!(compile(file).1, [("E0606".to_owned(), "targets.requests.set.partner".to_owned())]);
}

#[test]
fn files_are_not_imported() {
    let mut file = definition();
    file["targets"]["requests"]["set"]["papers"] = "paper".into();
    assert_eq!(compile(file).1, [("E0605".to_owned(), "targets.requests.set.papers".to_owned())]);
}

const HEADINGS: [&str; 6] = ["who", "PAPER no", "Good", "grade ", "Pieces", "price"];

fn headings() -> Vec<String> {
    HEADINGS.iter().map(|h| (*h).to_owned()).collect()
}

fn row(number: u32, cells: [&str; 6]) -> Row {
    Row { number, cells: cells.iter().map(|c| Cell::text(*c)).collect() }
}

/// The groups of each target, and what was refused.
fn grouped(rows: &[Row]) -> (Vec<Vec<Group>>, Vec<RowProblem>, Vec<Refused>) {
    grouped_by(definition(), rows)
}

fn grouped_by(definition: Json, rows: &[Row]) -> (Vec<Vec<Group>>, Vec<RowProblem>, Vec<Refused>) {
    let firm = Firm::new();
    let (import, problems) = compile(definition);
    assert_eq!(problems, []);
    let layout = import.layout(&headings()).unwrap();
    let (mut unread, mut refused) = (Vec::new(), Vec::new());
    let mut groups = vec![Groups::default(); import.targets.len()];
    let facts = Facts::new();
    let ids = Ids::new(firm.now, 1);
    let ctx = Context {
        now: firm.now,
        zone: Shanghai,
        user: None,
        org: &firm.org,
        settings: &firm.settings,
        ids,
        vault: None,
    };
    for row in rows {
        let (columns, problems) = import.read(&layout, row, Reading { from_1904: false, zone: Shanghai });
        let broken = !problems.is_empty();
        unread.extend(problems);
        let env = Env::new(&ctx, &facts, &firm.catalog).over(&columns);
        for (target, groups) in import.targets.values().zip(&mut groups) {
            refused.extend(target.take(groups, row.number, broken, &env).err());
        }
    }
    (groups.iter_mut().map(|g| g.drain(false)).collect(), unread, refused)
}

#[test]
fn every_problem_of_a_definition_is_told_at_its_place() {
    let mut wrong = definition();
    wrong["columns"]["who"]["type"] = json!("reference");
    wrong["columns"]["price"]["heading"] = json!("PIECES");
    wrong["targets"]["partners"]["entity"] = json!("partnr");
    wrong["targets"]["requests"]["key"] = json!(["day"]);
    wrong["targets"]["requests"]["set"]["amount"] = json!("price");
    wrong["targets"]["requests"]["set"]["express"] = json!("price");
    wrong["targets"]["requests"]["set"]["nothing"] = json!("price");
    wrong["targets"]["requests"]["lines"]["lines"]["quantity"] = json!({"by": "name", "value": "paper"});
    wrong["targets"]["requests"]["lines"]["rows"] = json!({});
    let (_, problems) = compile(wrong);
    let told = |code: &str, path: &str| {
        assert!(problems.iter().any(|p| p.0 == code && p.1 == path), "{code} {path}: {problems:#?}")
    };
    told("E0601", "columns.who.type");
    told("E0602", "columns.price");
    told("E0201", "targets.partners.entity");
    told("E0603", "targets.requests.key");
    told("E0203", "targets.requests.set.amount");
    told("E0202", "targets.requests.set.nothing");
    told("E0604", "targets.requests.lines.lines.quantity");
    told("E0202", "targets.requests.lines.rows");
    assert!(problems.iter().any(|p| p.1 == "targets.requests.set.express"), "{problems:#?}");
}

#[test]
fn columns_are_found_by_heading_whatever_its_case_and_punctuation() {
    let (import, _) = compile(definition());
    assert!(import.layout(&headings()).is_ok());
    let missing = import.layout(&headings()[1..]).unwrap_err();
    assert_eq!((missing[0].code.as_str(), missing[0].path.as_str()), ("column_missing", "Who"));
    let mut twice = headings();
    twice.push("PRICE".into());
    assert_eq!(import.layout(&twice).unwrap_err()[0].code, "column_twice");
}

#[test]
fn rows_with_the_same_key_make_one_record_with_a_line_each() {
    let (groups, unread, refused) = grouped(&[
        row(2, ["Ann", "P1", "Hook", "a", "1", "10"]),
        row(3, ["Bob", "P2", "Ring", "B", "2", "1,200.50"]),
        row(5, ["ann", "p1", "Chain", "", "3", ""]),
    ]);
    assert_eq!((unread, refused), (vec![], vec![]));
    let keys: Vec<_> = groups[0].iter().map(|g| (g.row, g.rows, g.fields["name"].clone())).collect();
    let name = |text: &str| Input::Value(Value::text(text));
    assert_eq!(keys, [(Some(2), 2, name("Ann")), (Some(3), 1, name("Bob"))]);
    assert_eq!(groups[0][1].fields["grade"], name("b"));
    let requests: Vec<Vec<u32>> =
        groups[1].iter().map(|g| g.lines["lines"].iter().map(|(row, _)| *row).collect()).collect();
    assert_eq!(requests, [vec![2, 5], vec![3]]);
    assert_eq!(groups[1][1].fields["express"], Input::Value(Value::Bool(true)));
    let Input::Find(lookup) = &groups[1][0].fields["partner"] else { panic!("{:?}", groups[1][0].fields) };
    assert_eq!((&*lookup.entity, &lookup.by, &lookup.value), ("partner", &vec!["name".into()], &Value::text("Ann")));
}

#[test]
fn a_cell_that_cannot_be_read_breaks_the_record_whose_line_it_is() {
    let (groups, unread, refused) = grouped(&[
        row(2, ["Ann", "P1", "Hook", "", "many", "10"]),
        row(3, ["Ann", "P1", "Hook", "", "2", "10"]),
        row(4, ["Bob", "P2", "Hook", "", "", "10"]),
        row(5, ["Cat", "", "Hook", "", "2", "10"]),
    ]);
    let told: Vec<_> =
        unread.iter().map(|p| (p.row, p.column.as_deref().unwrap(), p.code.as_str(), p.value.as_str())).collect();
    assert_eq!(
        told,
        [(2, "Pieces", "number", "many"), (4, "Pieces", "required", ""), (5, "Paper No.", "required", "")]
    );
    assert_eq!(refused, []);
    // Ann is made from the row that can be read; the request would lack a line, so it is not made at all.
    assert_eq!((groups[0][0].row, groups[0][0].broken), (Some(3), false));
    assert!(groups[1][0].broken);
    assert_eq!((groups[0][1].row, groups[1][1].row), (None, None));
}

#[test]
fn an_unknown_option_is_refused_with_its_text() {
    let (groups, _, refused) = grouped(&[row(2, ["Ann", "P1", "Hook", "excellent", "1", "10"])]);
    assert_eq!(refused, [Refused::Option("grade".into(), "excellent".into())]);
    assert!(groups[0].is_empty());
}

#[test]
fn without_a_key_every_row_is_a_record_of_its_own() {
    let mut definition = definition();
    definition["targets"]["partners"]["key"] = json!([]);
    let (groups, _, refused) = grouped_by(
        definition,
        &[row(2, ["Ann", "P1", "Hook", "a", "1", "10"]), row(3, ["Ann", "P1", "Hook", "a", "1", "10"])],
    );
    assert_eq!(refused, []);
    assert_eq!(groups[0].iter().map(|g| g.row).collect::<Vec<_>>(), [Some(2), Some(3)]);
    assert_eq!(groups[1].len(), 1);
}

#[test]
fn the_last_group_can_be_held_back_for_rows_to_come() {
    let (import, _) = compile(definition());
    let firm = Firm::new();
    let layout = import.layout(&headings()).unwrap();
    let facts = Facts::new();
    let ids = Ids::new(firm.now, 1);
    let ctx = Context {
        now: firm.now,
        zone: Shanghai,
        user: None,
        org: &firm.org,
        settings: &firm.settings,
        ids,
        vault: None,
    };
    let mut groups = Groups::default();
    let target = &import.targets["requests"];
    for row in [row(2, ["Ann", "P1", "", "", "1", "1"]), row(3, ["Ann", "P2", "", "", "1", "1"])] {
        let (columns, _) = import.read(&layout, &row, Reading { from_1904: false, zone: Shanghai });
        target.take(&mut groups, row.number, false, &Env::new(&ctx, &facts, &firm.catalog).over(&columns)).unwrap();
    }
    assert_eq!(groups.drain(true).len(), 1);
    assert_eq!(groups.len(), 1);
    assert_eq!(groups.drain(false)[0].row, Some(3));
}
