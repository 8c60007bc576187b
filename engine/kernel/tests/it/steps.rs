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
    let input = json!({"note": "another"}).as_object().cloned().unwrap();
    let saved = firm
        .decide(Some(SELLER), |s| kernel::save::update(s, &entity, &request, &input, request.version, &[]))
        .unwrap();
    assert_eq!(search(&saved.changes), Some(true));
}
