//! The leak matrix: every way of reading × person × row × field. Each cell holds a value of its own, and no answer may
//! show one that is not for whoever asked. Run over the trade pack with its demo and over a firm with awkward rights.

mod firm;
mod plant;
pub(crate) mod routes;
mod shown;
mod walk;

use std::collections::BTreeSet;

use serde_json::json;
use uuid::Uuid;

use self::{
    firm::Firm,
    plant::{Cell, Planted},
    shown::Shown,
    walk::Walker,
};
use crate::{client::Client, support::TestApp};

/// Everybody walks; what leaked, and which routes were walked.
async fn everybody(
    server: &TestApp,
    planted: &Planted,
    people: Vec<(Uuid, Client)>,
    thorough: bool,
) -> (Vec<String>, BTreeSet<String>) {
    let (mut leaks, mut walked) = (Vec::new(), BTreeSet::new());
    for (user, client) in people {
        let shown = Shown::to(&server.app, user, planted).await;
        let app = &server.app;
        let (walked, leaks) = (&mut walked, &mut leaks);
        Walker { app, user, client, planted, shown, walked, leaks, thorough }.walk().await;
    }
    (leaks, walked)
}

fn told(leaks: &[String]) -> String {
    format!("{} leaks:\n{}", leaks.len(), leaks.iter().take(60).cloned().collect::<Vec<_>>().join("\n"))
}

#[test]
fn every_route_is_walked_or_shows_nothing_of_records() {
    let named: BTreeSet<String> =
        routes::WALKED.iter().copied().chain(routes::APART.iter().map(|(route, _)| *route)).map(String::from).collect();
    let there = routes::of_the_router();
    let missing: Vec<&String> = there.difference(&named).collect();
    assert!(
        missing.is_empty(),
        "routes that the leak matrix does not know (name them in leaks/routes.rs): {missing:?}"
    );
    let gone: Vec<&String> = named.difference(&there).collect();
    assert!(gone.is_empty(), "routes that are no more: {gone:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn awkward_rights_show_nothing_that_no_role_shows() {
    walk_the_firm(&Firm::found().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn awkward_rights_show_nothing_on_postgres_either() {
    if let Some(server) = TestApp::empty_on_postgres().await {
        let firm = Firm::found_on(server).await;
        walk_the_firm(&firm).await;
        firm.server.remove().await;
    }
}

async fn walk_the_firm(firm: &Firm) {
    let planted = Planted::plant(&firm.server.app, 20, &["remark"]).await;
    let (leaks, walked) = everybody(&firm.server, &planted, firm.everybody().await, true).await;
    assert!(leaks.is_empty(), "{}", told(&leaks));
    let named: BTreeSet<String> = routes::WALKED.iter().map(|route| (*route).to_owned()).collect();
    let left: Vec<&String> = named.difference(&walked).collect();
    assert!(left.is_empty(), "said to be walked, but not: {left:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_trade_pack_shows_nothing_that_no_role_shows() {
    let server = TestApp::trade().await;
    // Two roles at once, one of them without a word on the other's entities.
    server.give_roles("rep_b", &["sales_rep", "it_admin"]).await;
    let mut people = Vec::new();
    for who in ["rep_a", "rep_b", "manager_a", "finance_a", "it_a"] {
        people.push((server.person(who), server.sign_in(who).await));
    }
    let planted = Planted::plant(&server.app, 2, &[]).await;
    let (leaks, _) = everybody(&server, &planted, people, false).await;
    assert!(leaks.is_empty(), "{}", told(&leaks));
}

/// An administrator who looks at the app as somebody else is shown what that person is shown, and nothing more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_view_shows_what_the_person_sees() {
    let firm = Firm::found().await;
    let planted = Planted::plant(&firm.server.app, 20, &["remark"]).await;
    let mut people = Vec::new();
    for who in ["cleo", "hal", "joe"] {
        let ida = firm.sign_in("ida").await;
        people.push((firm.person(who), ida.viewing_as(firm.person(who)).await));
    }
    let (leaks, _) = everybody(&firm.server, &planted, people, false).await;
    assert!(leaks.is_empty(), "{}", told(&leaks));
}

/// What the matrix compares with is worked out by the compiler of rights itself; so some cells are told by hand.
#[tokio::test]
async fn the_cells_that_awkward_rights_show_are_these() {
    let firm = Firm::found().await;
    let planted = Planted::plant(&firm.server.app, 20, &["remark"]).await;
    for (who, owner, path, sees) in [
        ("anna", "ben", "price", true),
        ("anna", "ben", "cost", false),
        ("anna", "ben", "profit", false),
        ("anna", "ben", "papers", false),
        ("anna", "ben", "lines.sketch", true),
        ("ben", "ben", "papers", true),
        ("dan", "ben", "lines.sketch", false),
        ("hal", "fay", "lines.sketch", true),
        ("ben", "ben", "cost", true),
        ("ben", "ben", "found", false),
        ("ben", "cleo", "title", false),
        ("cleo", "cleo", "cost", true),
        ("cleo", "ben", "price", true),
        ("cleo", "ben", "cost", false),
        ("cleo", "ben", "lines.cost", false),
        ("cleo", "cleo", "lines.gain", true),
        ("dan", "ben", "cost", true),
        ("dan", "ben", "price", false),
        ("dan", "ben", "profit", false),
        ("dan", "joe", "cost", false),
        ("eve", "joe", "cost", true),
        ("eve", "joe", "lines.item", false),
        ("eve", "joe", "total_cost", false),
        ("fay", "joe", "memo", true),
        ("fay", "ben", "memo", false),
        ("gus", "gus", "cost", true),
        ("gus", "gus", "profit", false),
        ("gus", "joe", "cost", true),
        ("gus", "joe", "price", false),
        ("hal", "fay", "price", true),
        ("hal", "fay", "memo", false),
        ("hal", "fay", "lines.cost", true),
        ("hal", "ben", "price", false),
        ("ida", "ben", "title", false),
        ("joe", "ben", "title", false),
    ] {
        let shown = Shown::to(&firm.server.app, firm.person(who), &planted).await;
        let cell = Cell { record: firm.job_of(owner).await.id, path: path.into() };
        assert_eq!(shown.sees(&cell), sees, "{who} and {path} of {owner}'s job");
    }
}

#[tokio::test]
async fn a_field_is_written_by_a_role_that_may_write_the_row() {
    let firm = Firm::found().await;
    // Gus makes records by a role without cost; of those of the department, the other role writes cost but no price.
    let gus = firm.sign_in("gus").await;
    let job = firm.job_of("joe").await;
    let place = format!("/api/records/job/{}", job.id);
    let answer = gus.get(&place).await.ok();
    let open: Vec<&str> = answer["can"]["fields"].as_array().unwrap().iter().map(|f| f.as_str().unwrap()).collect();
    assert!(open.contains(&"cost") && !open.contains(&"price"), "{answer}");
    gus.patch(&place, json!({"version": job.version, "price": "3"})).await.refused(422, "invalid");
    let changed = gus.patch(&place, json!({"version": job.version, "cost": "3"})).await.ok();
    assert_eq!(changed["record"]["cost"], "3.00");
    let new = gus.post("/api/records/job", json!({"subject": "new", "cost": "3"})).await;
    new.refused(422, "invalid");
    assert_eq!(new.paths(), ["cost"]);
    gus.post("/api/records/job", json!({"subject": "new", "price": "3"})).await.ok();
}

#[tokio::test]
async fn an_export_holds_only_what_a_role_shows_that_may_export() {
    let firm = Firm::found().await;
    // Fay's one role shows all of another's job, the other may export their own; Cleo's `wide` may not export at all.
    let cleo = firm.sign_in("cleo").await;
    let file = cleo.get("/api/export/job.csv?columns=owner,price,cost").await;
    assert_eq!(file.text.lines().count(), 2, "the heading and their own: {}", file.text);
    assert!(cleo.get("/api/records/job/count").await.ok()["count"].as_u64().unwrap() > 1);
    let across = cleo.get("/api/export/job.csv?columns=number,partner.name,partner.grade").await;
    assert!(
        !across.text.contains("partner 2"),
        "their job's partner is shown by no role that may export: {}",
        across.text
    );
}

#[tokio::test]
async fn a_task_shows_its_record_without_what_the_node_hides() {
    let firm = Firm::found().await;
    let hal = firm.sign_in("hal").await;
    let job = firm.job_of("fay").await;
    let place = format!("/api/records/job/{}", job.id);
    let record = hal.get(&place).await.ok()["record"].clone();
    assert!(record.get("price").is_some() && record.get("memo").is_none() && record.get("cost").is_none(), "{record}");
    let task = hal.get("/api/tasks").await.ok()["rows"][0].clone();
    assert_eq!(task["title"], json!(job.title));
    let fields: Vec<&str> = task["summary"].as_array().unwrap().iter().map(|f| f["field"].as_str().unwrap()).collect();
    assert!(fields.contains(&"price") && !fields.contains(&"cost") && !fields.contains(&"profit"), "{task}");
    let decide = format!("/api/tasks/{}/approve", task["id"].as_str().unwrap());
    hal.post(&decide, json!({"fields": {"remark": "seen"}})).await.ok();
    hal.get(&place).await.refused(404, "not_found");
}

#[tokio::test]
async fn a_formula_that_looks_for_records_tells_nothing_of_hidden_ones() {
    let firm = Firm::found().await;
    for (who, sees) in [("ben", false), ("gus", true)] {
        let client = firm.sign_in(who).await;
        let draft = client.post("/api/records/job/draft", json!({"subject": "x", "asked": "C2"})).await.ok();
        assert_eq!(draft["record"].get("found").is_some(), sees, "{who}: {draft}");
        let refused = client.post("/api/records/job", json!({"subject": "x", "asked": "refuse"})).await;
        assert!(!refused.text.contains("Graded") || sees, "{who}: {}", refused.text);
    }
}
