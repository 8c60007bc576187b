//! Saving records: what is worked out, what is refused, what is written.

use kernel::{
    ConflictKind, Record, Rejection, Value,
    change::{Change, LaterChange},
    command, save,
};
use rust_decimal::Decimal;
use serde_json::json;

use crate::firm::{BOSS, Firm, OTHER, SELLER, as_seen, catalog_with, later_of, told};

fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse::<Decimal>().unwrap().normalize())
}

#[test]
fn a_new_record_has_defaults_fills_and_formulas() {
    let mut firm = Firm::new();
    let request = firm.request();
    assert_eq!(request.get("currency"), Value::text("USD"), "filled from the partner");
    assert_eq!(request.get("owner"), Value::Id(SELLER));
    assert_eq!(request.get("rate"), decimal("7.12"), "the latest rate of that day");
    assert_eq!(request.get("amount"), decimal("90"));
    assert_eq!(request.get("cost"), decimal("500"), "a cost that the seller does not see is filled all the same");
    assert_eq!(request.get("margin"), decimal("0.2197"), "1 - 500 / (90 × 7.12), stored with four digits");
    assert_eq!(request.state.as_deref(), Some("draft"));
}

#[test]
fn every_problem_of_the_input_is_told_with_its_path() {
    let mut firm = Firm::new();
    let (partner, good) = firm.stock();
    let input = json!({"partner": partner.to_string(), "note": "x".repeat(21), "amount": "5", "colour": "red", "day": "23.11.2026",
        "lines": [{"good": good.to_string(), "quantity": "-1", "price": "9"}, {"good": "no id", "quantity": "1.234", "price": null}]});
    let mut problems = told(firm.saved(Some(SELLER), "request", input).unwrap_err());
    problems.sort();
    let expected = [
        ("amount", "computed"),
        ("colour", "unknown"),
        ("day", "type"),
        ("lines.0.quantity", "above"),
        ("lines.1.good", "type"),
        ("lines.1.quantity", "scale"),
        ("note", "too_long"),
    ];
    for (path, code) in expected {
        assert!(problems.contains(&(path.into(), code.into())), "{path} {code} in {problems:?}");
    }
}

#[test]
fn a_field_that_one_may_not_read_is_refused_as_if_it_were_not_there() {
    let mut firm = Firm::new();
    let (partner, good) = firm.stock();
    let line = json!({"good": good.to_string(), "quantity": "1", "price": "9", "unit_cost": "1"});
    let problems = told(
        firm.saved(Some(SELLER), "request", json!({"partner": partner.to_string(), "lines": [line]})).unwrap_err(),
    );
    assert_eq!(problems, [("lines.0.unit_cost".into(), "unknown".into())]);
    // Whether a guess of the hidden value is right is not told either.
    let request = firm.request();
    let id = request.lines["lines"][0].id.to_string();
    for guess in ["50", "51"] {
        let lines = json!({"lines": [{"id": id, "unit_cost": guess}], "margin": "0.2197"});
        let mut problems = told(firm.update(Some(SELLER), &request, lines).unwrap_err());
        problems.sort();
        assert_eq!(
            problems,
            [(format!("lines.{id}.unit_cost"), "unknown".into()), ("margin".into(), "unknown".into())]
        );
    }
}

#[test]
fn a_flood_of_problems_is_cut_off() {
    let mut firm = Firm::new();
    let (partner, _) = firm.stock();
    let lines: Vec<_> = (0..5_000).map(|i| json!({format!("field_{i}"): "x"})).collect();
    let problems =
        told(firm.saved(Some(SELLER), "request", json!({"partner": partner.to_string(), "lines": lines})).unwrap_err());
    assert_eq!(problems.len(), 200);
}

#[test]
fn a_reference_to_a_record_that_one_may_not_see_is_refused_as_missing() {
    let mut firm = Firm::new();
    let (_, good) = firm.stock();
    let hidden = firm.create(Some(OTHER), "partner", json!({"name": "Secret", "owner": OTHER.to_string()})).unwrap();
    let line = json!({"good": good.to_string(), "quantity": "1", "price": "9"});
    let input = |partner: &str| json!({"partner": partner, "currency": "USD", "lines": [line]});
    let hidden = told(firm.saved(Some(SELLER), "request", input(&hidden.id.to_string())).unwrap_err());
    let missing = told(firm.saved(Some(SELLER), "request", input("00000000-0000-0000-0000-00000000beef")).unwrap_err());
    assert_eq!(hidden, [("partner".into(), "not_found".into())]);
    assert_eq!(hidden, missing);
}

#[test]
fn required_fields_count_only_while_they_are_shown() {
    let mut firm = Firm::new();
    let request = firm.request();
    let problems = told(firm.update(Some(SELLER), &request, json!({"express": true})).unwrap_err());
    assert_eq!(problems, [("express_fee".into(), "required".into())]);
    assert!(firm.update(Some(SELLER), &request, json!({"express": true, "express_fee": "5"})).is_ok());
}

#[test]
fn a_value_written_over_a_computed_one_stays_until_its_inputs_change() {
    let mut firm = Firm::new();
    let request = firm.request();
    let mine = firm.update(Some(SELLER), &request, json!({"rate": "7.5"})).unwrap();
    let later = firm.update(Some(SELLER), &mine, json!({"note": "hello"})).unwrap();
    assert_eq!(later.get("rate"), decimal("7.5"));
    let moved = firm.update(Some(SELLER), &later, json!({"day": "2026-02-01"})).unwrap();
    assert_eq!(moved.get("rate"), decimal("7"));
    let cleared = firm.update(Some(SELLER), &mine, json!({"rate": null})).unwrap();
    assert_eq!(cleared.get("rate"), decimal("7.12"));
}

#[test]
fn rules_refuse_or_warn_and_tell_nobody_what_they_may_not_see() {
    let mut firm = Firm::new();
    let request = firm.request();
    let lines = json!([{"id": request.lines["lines"][0].id.to_string(), "price": "200000"}]);
    let problems = told(firm.update(Some(SELLER), &request, json!({"lines": lines})).unwrap_err());
    assert_eq!(problems, [("lines".into(), "rule:big".into())]);
    let entity = firm.catalog.entity("request").unwrap().clone();
    let cheap = json!({"lines": [{"id": request.lines["lines"][0].id.to_string(), "price": "7.1"}]});
    let save = |by| {
        firm.decide(Some(by), |s| save::update(s, &entity, &request, cheap.as_object().unwrap(), request.version, &[]))
            .unwrap()
    };
    assert_eq!(save(BOSS).warnings.iter().map(|w| w.message.clone()).collect::<Vec<_>>(), ["Margin is 1.09 %"]);
    assert_eq!(save(SELLER).warnings, []);
}

#[test]
fn a_locked_state_lets_only_its_exceptions_be_written() {
    let mut firm = Firm::new();
    let request = firm.request();
    let entity = firm.catalog.entity("request").unwrap().clone();
    let done = firm
        .decide(Some(SELLER), |s| command::transition(s, &entity, &request, as_seen("ask", request.version), None))
        .unwrap();
    assert_eq!(done.record.state.as_deref(), Some("asked"));
    firm.put(&done.record);
    let refused = firm.update(Some(SELLER), &done.record, json!({"express": true, "express_fee": "1"})).unwrap_err();
    assert!(matches!(refused, Rejection::State { ref code, .. } if code == "locked"), "{refused:?}");
    assert!(firm.update(Some(SELLER), &done.record, json!({"note": "still open"})).is_ok());
    // What did not change is no change: a form that sends everything is not refused.
    assert!(firm.update(Some(SELLER), &done.record, json!({"note": "more", "express": false})).is_ok());
}

#[test]
fn only_who_may_makes_a_transition_and_only_from_where_it_begins() {
    let mut firm = Firm::new();
    let request = firm.request();
    let entity = firm.catalog.entity("request").unwrap().clone();
    let go = |by, record: &kernel::Record, name: &str| {
        firm.decide(Some(by), |s| command::transition(s, &entity, record, as_seen(name, record.version), None))
    };
    assert!(matches!(go(SELLER, &request, "close").unwrap_err(), Rejection::Forbidden { .. }));
    assert!(matches!(go(OTHER, &request, "ask").unwrap_err(), Rejection::Forbidden { .. }));
    assert!(
        matches!(go(BOSS, &request, "close").unwrap_err(), Rejection::State { ref code, .. } if code == "wrong_state")
    );
    assert!(matches!(go(BOSS, &request, "fly").unwrap_err(), Rejection::NotFound { .. }));
    let asked = go(BOSS, &request, "ask").unwrap();
    let closed = go(BOSS, &asked.record, "close").unwrap();
    assert_eq!(closed.record.state.as_deref(), Some("done"));
    let histories: Vec<&str> = closed
        .changes
        .iter()
        .filter_map(|c| if let Change::History(h) = c { Some(&*h.action) } else { None })
        .collect();
    assert_eq!(histories, ["close"]);
}

#[test]
fn a_revision_copies_what_people_wrote_under_the_next_number() {
    let mut firm = Firm::new();
    let mut request = firm.request();
    request.number = Some("RQ-2026-001".into());
    request.state = Some("asked".into());
    let entity = firm.catalog.entity("request").unwrap().clone();
    let done = firm
        .decide(Some(BOSS), |s| command::transition(s, &entity, &request, as_seen("revise", request.version), None))
        .unwrap();
    let copy = done.changes.iter().find_map(|c| if let Change::InsertRecord(i) = c { Some(i) } else { None }).unwrap();
    assert_eq!(copy.record.number.as_deref(), Some("RQ-2026-001-R1"));
    assert_eq!(copy.numbering, None);
    assert_eq!(copy.record.state.as_deref(), Some("draft"));
    assert_eq!(copy.record.get("amount"), request.get("amount"));
    assert_eq!(copy.record.lines["lines"].len(), 1);
    assert_ne!(copy.record.lines["lines"][0].id, request.lines["lines"][0].id);
    assert_eq!(done.made.len(), 1);
}

#[test]
fn a_stale_change_merges_unless_a_formula_or_rule_links_it_with_the_other() {
    let mut firm = Firm::new();
    let request = firm.request();
    let entity = firm.catalog.entity("request").unwrap().clone();
    let line = request.lines["lines"][0].id.to_string();
    let theirs =
        [json!({"note": "theirs"}), json!({"currency": "CNY"}), json!({"lines": [{"id": line, "price": "8"}]})];
    let later: Vec<(Record, Vec<LaterChange>)> = theirs
        .iter()
        .map(|input| {
            let input = input.as_object().unwrap();
            let saved = firm.decide(Some(SELLER), |s| save::update(s, &entity, &request, input, 1, &[])).unwrap();
            (saved.record.clone(), vec![later_of(&saved)])
        })
        .collect();
    let save = |input: serde_json::Value, after: usize| {
        let (newer, since) = &later[after];
        firm.decide(Some(SELLER), |s| {
            save::update(s, &entity, newer, input.as_object().unwrap(), request.version, since)
        })
    };
    let merged = save(json!({"day": "2026-11-22"}), 0).unwrap();
    assert_eq!((merged.record.version, merged.record.get("note")), (3, Value::text("theirs")));
    let told = |rejection| match rejection {
        Rejection::Stale { conflicts, actual: 2, .. } => conflicts
            .into_iter()
            .map(|c| (c.path, c.kind, [c.base, c.mine, c.theirs].map(|v| v.to_json())))
            .collect::<Vec<_>>(),
        other => panic!("{other:?}"),
    };
    let (note, day) = ("note".to_owned(), "day".to_owned());
    let values = [json!(null), json!("mine"), json!("theirs")];
    assert_eq!(told(save(json!({"note": "mine"}), 0).unwrap_err()), [(note, ConflictKind::Changed, values)]);
    // The day gives the rate, the lines the amount; the margin is worked out of both.
    for after in [1, 2] {
        let values = [json!("2026-11-23"), json!("2026-11-22"), json!("2026-11-23")];
        let refused = save(json!({"day": "2026-11-22"}), after).unwrap_err();
        assert_eq!(told(refused), [(day.clone(), ConflictKind::Linked, values)]);
    }
}

#[test]
fn a_draft_works_everything_out_and_refuses_nothing() {
    let mut firm = Firm::new();
    let (partner, good) = firm.stock();
    let entity = firm.catalog.entity("request").unwrap().clone();
    let draft = |input: serde_json::Value, changed: Option<&str>| {
        let changed: Vec<String> = changed.into_iter().map(str::to_owned).collect();
        firm.decide(Some(SELLER), |s| save::draft(s, &entity, None, input.as_object().unwrap(), &changed)).unwrap()
    };
    let empty = draft(json!({}), None);
    assert_eq!(empty.record.get("day"), Value::Date("2026-11-23".parse().unwrap()));
    assert!(empty.problems.iter().any(|p| p.path == "partner" && p.code == "required"));
    let chosen = draft(json!({"partner": partner.to_string(), "currency": "EUR"}), Some("partner"));
    assert_eq!(chosen.record.get("currency"), Value::text("USD"), "what was chosen last fills");
    let id = "0190f3a0-0000-7000-8000-000000000001";
    let line = json!({"id": id, "good": good.to_string(), "quantity": "3", "price": "2.5"});
    let typed = draft(
        json!({"partner": partner.to_string(), "currency": "USD", "lines": [line]}),
        Some(&format!("lines.{id}.good")),
    );
    assert_eq!(typed.record.lines["lines"][0].id.to_string(), id, "the form finds its line again");
    assert_eq!(typed.record.get("amount"), decimal("7.5"));
    assert_eq!(typed.record.get("cost"), decimal("150"));
}

#[test]
fn what_is_filled_fills_on() {
    let mut firm = Firm::new();
    firm.catalog = crate::firm::catalog_with(|path, json| {
        if path == "entities/partner.json" {
            json["fields"]["usual"] = json!({"type": "reference", "to": "good"});
        }
        if path == "entities/request.json" {
            json["fields"]["partner"]["fills"]["good"] = json!("usual");
            json["fields"]["good"] = json!({"type": "reference", "to": "good", "fills": {"note": "name"}});
        }
    })
    .0
    .unwrap();
    let (partner, good) = firm.stock();
    let record = firm.catalog.entity("partner").unwrap().clone();
    let usual = json!({"usual": good.to_string()});
    let base = firm
        .create(None, "partner", json!({"name": "Usual Ltd", "currency": "USD", "owner": SELLER.to_string()}))
        .unwrap();
    let saved = firm.decide(None, |s| save::update(s, &record, &base, usual.as_object().unwrap(), 1, &[])).unwrap();
    firm.put(&saved.record);
    assert_ne!(partner, base.id);
    let line = json!({"good": good.to_string(), "quantity": "1", "price": "9"});
    let request =
        firm.create(Some(SELLER), "request", json!({"partner": base.id.to_string(), "lines": [line]})).unwrap();
    assert_eq!(request.get("good"), Value::Id(good));
    assert_eq!(request.get("note"), Value::text("Lamp"));
}

#[test]
fn what_was_written_between_two_questions_is_as_certain_as_what_was_there_before() {
    let mut firm = Firm::new();
    let alike = json!({"certain": [["name"]], "suspect": [["grade"]]});
    let (catalog, _) = catalog_with(|path, json| {
        if path == "entities/partner.json" {
            json["duplicates"] = alike.clone();
        }
    });
    firm.catalog = catalog.unwrap();
    firm.create(None, "partner", json!({"name": "Acme", "grade": "a"})).unwrap();
    // Who is the same is asked before the other is there, who may be after it.
    firm.found = |firm, query| if format!("{query:?}").contains("grade") { firm.all("partner") } else { Vec::new() };
    let refused = |name: &str| {
        let input = json!({"name": name, "grade": "a", "owner": SELLER.to_string()});
        told(firm.saved(Some(SELLER), "partner", input).unwrap_err())
    };
    assert_eq!(refused("ACME"), [("name".to_owned(), "duplicate".to_owned())]);
    assert_eq!(refused("Zenith"), [("grade".to_owned(), "suspect".to_owned())]);
}
