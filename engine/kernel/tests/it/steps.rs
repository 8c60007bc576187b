//! The steps of a transition.

use kernel::{change::Change, command, context::Department};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::firm::{BOSS, Firm, OTHER, SELLER, as_seen, catalog_with};

/// Whom a transition by the seller tells, with these receivers.
fn told(to: Json) -> Vec<Uuid> {
    let mut firm = Firm::new();
    let (catalog, problems) = catalog_with(|path, json| {
        if path == "entities/request.json" {
            json["fields"]["team"] = json!({"type": "department"});
            json["fields"]["watcher"] = json!({"type": "user"});
            json["lifecycle"]["transitions"]["ask"]["do"] =
                json!({"tell": {"notify": {"to": to, "message": "{note}"}}});
        }
    });
    firm.catalog = catalog.unwrap_or_else(|| panic!("{problems:#?}"));
    let team = Uuid::from_u128(70);
    let above = Uuid::from_u128(71);
    firm.org.departments.insert(team, Department { name: "Team".into(), parent: Some(above), head: Some(OTHER) });
    firm.org.departments.insert(above, Department { name: "House".into(), parent: None, head: Some(BOSS) });
    firm.org.people.get_mut(&SELLER).unwrap().department = Some(team);
    firm.org.people.get_mut(&SELLER).unwrap().manager = Some(OTHER);
    firm.org.people.get_mut(&OTHER).unwrap().manager = Some(BOSS);
    firm.org.people.get_mut(&OTHER).unwrap().department = Some(team);
    let (partner, good) = firm.stock();
    let line = json!({"good": good.to_string(), "quantity": "10", "price": "9"});
    let fields = json!({"partner": partner.to_string(), "lines": [line], "note": "n",
        "team": above.to_string(), "watcher": OTHER.to_string()});
    let request = firm.create(Some(SELLER), "request", fields).unwrap();
    let entity = firm.catalog.entity("request").unwrap().clone();
    let done = firm
        .decide(Some(SELLER), |s| command::transition(s, &entity, &request, as_seen("ask", request.version), None))
        .unwrap();
    done.changes.iter().filter_map(|c| if let Change::Notify(n) = c { Some(n.user) } else { None }).collect()
}

#[test]
fn a_notice_goes_to_whomever_its_receivers_lead_to() {
    assert_eq!(told(json!([{"user": "BO@shop.example"}])), [BOSS]);
    assert_eq!(told(json!([{"role": "boss"}])), [BOSS]);
    assert_eq!(told(json!([{"role": "seller", "in": "initiator_department"}])), [OTHER]);
    assert_eq!(told(json!([{"manager": {"of": "initiator", "level": 2}}])), [BOSS]);
    assert_eq!(told(json!([{"manager": {"of": "watcher"}}])), [BOSS]);
    assert_eq!(told(json!([{"manager_chain": {"of": "initiator"}}])), [BOSS, OTHER]);
    assert_eq!(told(json!([{"department_head": {"of": "initiator"}}])), [OTHER]);
    assert_eq!(told(json!([{"department_head": {"of": "initiator", "up": 1}}])), [BOSS]);
    assert_eq!(told(json!([{"department_head": {"of": "team"}}])), [BOSS]);
    assert_eq!(told(json!([{"field": "watcher"}])), [OTHER]);
    assert!(told(json!(["initiator"])).is_empty(), "nobody is told of what they did themselves");
}

#[test]
fn receivers_that_lead_nowhere_are_told_when_definitions_are_checked() {
    let found = |to: Json| {
        let (_, problems) = catalog_with(|path, json| {
            if path == "entities/request.json" {
                json["lifecycle"]["transitions"]["ask"]["do"] = json!({"tell": {"notify": {"to": to, "message": "x"}}});
            }
        });
        problems.into_iter().map(|p| (p.code, p.path)).collect::<Vec<_>>()
    };
    let at = |code: &str, rest: &str| {
        vec![(code.to_owned(), format!("lifecycle.transitions.ask.do.tell.notify.to.0.{rest}"))]
    };
    assert_eq!(found(json!([{"role": "bosss"}])), at("E0513", "role"));
    assert_eq!(found(json!([{"field": "note"}])), at("E0518", "field"));
    assert_eq!(found(json!([{"department_head": {"of": "owner"}}])), at("E0518", "department_head.of"));
}

#[test]
fn only_what_changes_how_a_record_is_found_is_written_for_the_search() {
    let mut firm = Firm::new();
    let request = firm.request();
    let entity = firm.catalog.entity("request").unwrap().clone();
    let search = |changes: &[Change]| {
        let update = changes.iter().find_map(|c| if let Change::UpdateRecord(u) = c { Some(u) } else { None });
        update.map(|update| update.search.is_some())
    };
    let asked = firm
        .decide(Some(SELLER), |s| command::transition(s, &entity, &request, as_seen("ask", request.version), None))
        .unwrap();
    assert_eq!(search(&asked.changes), Some(false), "a mere step of the lifecycle");
    let sheet = firm.create(Some(SELLER), "sheet", json!({"name": "One", "text": "before"})).unwrap();
    let entity = firm.catalog.entity("sheet").unwrap().clone();
    for (input, written) in
        [(json!({"stars": 3}), false), (json!({"text": "after"}), true), (json!({"name": "Two"}), true)]
    {
        let given = input.as_object().unwrap();
        let saved =
            firm.decide(Some(SELLER), |s| kernel::save::update(s, &entity, &sheet, given, sheet.version, &[])).unwrap();
        assert_eq!(search(&saved.changes), Some(written), "{input}");
    }
}

/// The firm, whose `ask` takes these steps. A request may name an `origin`, another request.
fn firm_with(steps: &Json) -> Firm {
    let mut firm = Firm::new();
    let (catalog, problems) = asks_with(steps);
    firm.catalog = catalog.unwrap_or_else(|| panic!("{problems:#?}"));
    firm
}

fn asks_with(steps: &Json) -> (Option<kernel::Catalog>, Vec<kernel::Diagnostic>) {
    catalog_with(|path, json| {
        if path == "entities/request.json" {
            json["fields"]["origin"] = json!({"type": "reference", "to": "request"});
            json["lifecycle"]["transitions"]["ask"]["do"] = steps.clone();
        }
    })
}

fn ask(firm: &Firm, request: &kernel::Record) -> Result<command::Done, kernel::Rejection> {
    let entity = firm.catalog.entity("request").unwrap().clone();
    firm.decide(Some(SELLER), |s| command::transition(s, &entity, request, as_seen("ask", request.version), None))
}

fn updates<'c>(done: &'c command::Done, entity: &str) -> Vec<&'c kernel::change::UpdateRecord> {
    let of = |c: &'c Change| if let Change::UpdateRecord(u) = c { Some(&**u) } else { None };
    done.changes.iter().filter_map(of).filter(|u| u.entity == *entity).collect()
}

#[test]
fn steps_change_the_record_that_a_reference_leads_to_once_and_whatever_rights_say() {
    let steps = json!({
        "first": {"update": {"record": "partner", "set": {"name": "name + \"!\"", "owner": "null"}}},
        "second": {"update": {"record": "partner", "set": {"name": "name + doc.note"}}},
        "never": {"update": {"record": "partner", "set": {"name": "\"no\""}, "when": "note == \"x\""}}});
    let mut firm = firm_with(&steps);
    let request = firm.request();
    let request = firm.update(Some(SELLER), &request, json!({"note": "?"})).unwrap();
    let done = ask(&firm, &request).unwrap();
    let [partner] = updates(&done, "partner")[..] else { panic!("{:#?}", done.changes) };
    assert_eq!(partner.set.get("name"), Some(&kernel::Value::text("Acme!?")));
    assert_eq!(partner.set.get("owner"), Some(&kernel::Value::Null));
    assert_eq!(partner.base_version, 1, "guarded by the version it was worked out from");
}

#[test]
fn a_step_that_breaks_a_rule_of_the_other_record_is_refused_as_a_whole() {
    let mut firm = firm_with(&json!({"empty": {"update": {"record": "partner", "set": {"name": "null"}}}}));
    let request = firm.request();
    let refused = crate::firm::told(ask(&firm, &request).unwrap_err());
    assert_eq!(refused, [("name".to_owned(), "required".to_owned())]);
    let mut firm = firm_with(&json!({"none": {"update": {"record": "origin", "set": {"note": "\"x\""}}}}));
    let request = firm.request();
    let refused = format!("{:?}", ask(&firm, &request).unwrap_err());
    assert!(refused.contains("workflow_fault"), "nothing is named: {refused}");
}

#[test]
fn a_mapping_fills_a_record_that_is_there_and_its_lines_stay_the_same_lines() {
    let mut firm = firm_with(&json!({"back": {"update": {"record": "origin", "from": "requests"}}}));
    let origin = firm.request();
    let good = origin.lines["lines"][0].fields["good"].to_string();
    let another = firm.create(None, "good", json!({"name": "Shade", "cost": "3"})).unwrap();
    let lines = json!([{"good": another.id.to_string(), "quantity": "2", "price": "5"},
                       {"good": good, "quantity": "7", "price": "9"}]);
    let partner = origin.get("partner").to_string();
    let input = json!({"partner": partner, "origin": origin.id.to_string(), "note": "new", "lines": lines});
    let request = firm.create(Some(SELLER), "request", input).unwrap();
    let done = ask(&firm, &request).unwrap();
    let other = updates(&done, "request").into_iter().find(|u| u.id == origin.id).unwrap();
    assert_eq!(other.set.get("note"), Some(&kernel::Value::text("new")));
    assert_eq!(other.set.get("amount"), Some(&kernel::Value::Decimal("73".parse().unwrap())), "worked out again");
    let told = format!("{:?}", other.lines);
    assert!(told.contains(&origin.lines["lines"][0].id.to_string()), "the line that was there is changed: {told}");
}

#[test]
fn what_cannot_be_changed_beside_is_told_when_definitions_are_checked() {
    let found = |step: Json| {
        let (_, problems) = asks_with(&json!({"step": {"update": step}}));
        problems.into_iter().map(|p| (p.code, p.path)).collect::<Vec<_>>()
    };
    let at =
        |code: &str, rest: &str| vec![(code.to_owned(), format!("lifecycle.transitions.ask.do.step.update.{rest}"))];
    assert_eq!(found(json!({"record": "note", "set": {"name": "\"x\""}})), at("E0212", "record"));
    assert_eq!(found(json!({"record": "partner", "set": {"nane": "\"x\""}})), at("E0202", "set.nane"));
    assert_eq!(found(json!({"record": "partner", "from": "requests"})), at("E0218", "from"));
    assert_eq!(found(json!({"from": "requests"})), at("E0208", "from"));
}
