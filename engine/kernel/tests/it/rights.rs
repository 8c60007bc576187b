//! Rights: nobody sees a cell that none of their roles shows.

use std::sync::Arc;

use kernel::{
    Rejection,
    context::{Context, Ids},
    query::{Facts, Predicate},
    rights::{Access, Action, Mask},
};
use uuid::Uuid;

use crate::firm::{BOSS, Firm, OTHER, SELLER, catalog_with};

fn with<T>(firm: &Firm, by: Option<Uuid>, look: impl FnOnce(&Access<'_>) -> T) -> T {
    let ids = Ids::new(firm.now, 7);
    let ctx = Context {
        now: firm.now,
        zone: chrono_tz::Asia::Shanghai,
        user: by,
        org: &firm.org,
        settings: &firm.settings,
        ids,
        vault: None,
    };
    look(&Access::new(&firm.catalog, &ctx))
}

#[test]
fn a_formula_is_hidden_from_whoever_may_not_read_its_inputs() {
    let firm = Firm::new();
    let request = Arc::clone(firm.catalog.entity("request").unwrap());
    let mask = |by| with(&firm, Some(by), |a| a.widest_mask(&request));
    for path in ["lines.unit_cost", "cost", "margin"] {
        assert!(!mask(SELLER).shows(path), "{path}");
        assert!(mask(BOSS).shows(path), "{path}");
    }
    assert!(mask(SELLER).shows("amount") && mask(SELLER).shows("lines.price") && mask(SELLER).shows("title"));
    assert_eq!(with(&firm, None, |a| a.widest_mask(&request)), Mask::All);
}

#[test]
fn a_list_cannot_be_filtered_or_sorted_by_what_is_hidden() {
    let firm = Firm::new();
    let request = Arc::clone(firm.catalog.entity("request").unwrap());
    let list = |by, path: &str| with(&firm, Some(by), |a| a.list_predicate(&request, &[path.to_owned()]));
    for hidden in ["margin", "lines.unit_cost", "nothing", "lines.good.cost"] {
        assert!(matches!(list(SELLER, hidden), Err(Rejection::Forbidden { .. })), "{hidden}");
    }
    assert!(list(SELLER, "partner.name").is_ok());
    assert_eq!(list(BOSS, "margin"), Ok(Predicate::True));
}

#[test]
fn rows_follow_their_owner() {
    let mut firm = Firm::new();
    let record = firm.request();
    let request = Arc::clone(firm.catalog.entity("request").unwrap());
    let sees = |by| with(&firm, Some(by), |a| a.allows(Action::Read, &request, &record, &Facts::new()).unwrap());
    assert!(sees(SELLER) && sees(BOSS) && !sees(OTHER));
    assert!(!sees(Uuid::from_u128(99)), "a stranger");
}

#[test]
fn a_leaver_may_nothing() {
    let mut firm = Firm::new();
    firm.org.people.get_mut(&BOSS).unwrap().active = false;
    let request = Arc::clone(firm.catalog.entity("request").unwrap());
    with(&firm, Some(BOSS), |a| {
        assert!(!a.may_read("request") && !a.may_create("request") && !a.is_admin());
        assert_eq!(a.read_predicate(&request), Ok(Predicate::False));
    });
}

#[test]
fn fields_and_rows_of_several_roles_are_united_per_role() {
    let mut firm = Firm::new();
    // A watcher sees all requests but no amounts; together with `seller`, amounts show only on one's own.
    firm.catalog = catalog_with(|path, json| {
        if path == "roles/boss.json" {
            json["can"]["request"]["hide"] = serde_json::json!(["amount", "lines.amount", "margin", "cost"]);
        }
    })
    .0
    .unwrap();
    firm.org.people.get_mut(&SELLER).unwrap().roles.push("boss".into());
    let mine = firm.request();
    let mut theirs = mine.clone();
    theirs.fields.insert("owner".into(), kernel::Value::Id(OTHER));
    let request = Arc::clone(firm.catalog.entity("request").unwrap());
    with(&firm, Some(SELLER), |a| {
        let mask = |record| a.mask(&request, &a.flags_of(&request, record, &Facts::new()).unwrap());
        assert!(mask(&mine).shows("amount"));
        assert!(mask(&theirs).shows("partner") && !mask(&theirs).shows("amount"));
        // Sorted by amount, only the rows that the seller's role shows may appear.
        let list = a.list_predicate(&request, &["amount".into()]).unwrap();
        assert_ne!(list, Predicate::True);
    });
}

#[test]
fn a_title_shows_nothing_that_a_role_which_sees_it_may_not_read() {
    let titled = |title: &str| {
        let (_, problems) = catalog_with(|path, json| {
            if path == "entities/request.json" {
                json["title"] = title.into();
            }
        });
        problems.into_iter().filter(|p| p.code == "E0235").map(|p| format!("{} {}", p.file, p.path)).collect::<Vec<_>>()
    };
    assert_eq!(titled("{number} {amount}"), Vec::<String>::new());
    assert_eq!(titled("{number} {margin}"), ["shop/roles/seller.json can.request"]);
}
