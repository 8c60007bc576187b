//! Branches that cross each other: forks without a join, merges.

use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use crate::workflow_kit::{Play, compile, definition, path};

fn approval(role: &str, next: &str) -> Json {
    json!({"type": "approval", "approvers": [{"role": role}], "nobody": "admin", "next": next, "rejected": "rejected",
        "mode": "any", "verbs": {"return": {"to": "passed", "then": "choose"}}})
}

/// The lead's branch meets the finance branch in `both`, which meets the director's in `all`.
fn crossing(director: Json) -> Json {
    json!({
        "start": {"type": "start", "next": "first"}, "first": approval("staff", "split"),
        "split": {"type": "fork", "branches": {"left": {"next": "lead"}, "right": {"next": "again"}}},
        "again": {"type": "fork", "branches": {"money": {"next": "finance"}, "top": director}},
        "lead": approval("lead", "both"), "finance": approval("finance", "both"), "director": approval("director", "all"),
        "both": {"type": "merge", "next": "middle"}, "middle": approval("staff", "all"),
        "all": {"type": "merge", "next": "last"}, "last": approval("administrator", "approved"),
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}})
}

fn started(director: Json) -> Play {
    let mut play = Play::new(&definition(crossing(director))).with("amount", Decimal::from(5));
    play.start("lone");
    play.approve("rob");
    play
}

#[test]
fn a_merge_waits_for_whatever_can_still_come_to_it_and_for_nothing_else() {
    let mut play = started(json!({"next": "director"}));
    assert_eq!(path(&play.preview("lone")).last().unwrap(), "last: ada");
    play.approve("sam");
    assert_eq!(play.open(), ["director: gwen", "finance: fay", "finance: fox"], "finance can still come to the first");
    play.approve("fay");
    assert_eq!(play.open().len(), 7, "the director cannot: all six of the staff are asked beside them");
    play.approve("gwen");
    assert!(!play.open().contains(&"last: ada".to_owned()), "the middle can still come to the second");
    play.approve("ria");
    assert_eq!(play.open(), ["last: ada"]);
    play.approve("ada");
    assert_eq!(play.outcome(), Some("approved"));
}

#[test]
fn a_merge_does_not_wait_for_branches_that_were_not_taken() {
    let mut play = started(json!({"when": "amount > 100", "next": "director"}));
    play.approve("fox");
    play.approve("sam");
    play.approve("rob");
    assert_eq!(play.open(), ["last: ada"], "each merge goes on once, though nobody of the third branch came");
}

#[test]
fn a_return_before_the_fork_takes_all_its_branches_away() {
    let mut play = started(json!({"next": "director"}));
    let how = kernel::workflow::Return { to: Some("first".into()), ..Default::default() };
    play.decide("sam", kernel::workflow::Verb::Return(how), Some("no")).unwrap();
    let open = play.open();
    assert!(open.iter().all(|task| task.starts_with("first")), "{open:?}");
    play.approve("rob");
    assert_eq!(play.open(), ["director: gwen", "finance: fay", "finance: fox", "lead: sam"]);
}

#[test]
fn merges_that_wait_for_each_other_do_not_hang() {
    let nodes = json!({
        "start": {"type": "start", "next": "split"},
        "split": {"type": "fork", "branches": {"left": {"next": "one"}, "right": {"next": "two"}}},
        "one": {"type": "merge", "next": "lead"}, "two": {"type": "merge", "next": "finance"},
        "lead": approval("lead", "way_one"), "finance": approval("finance", "way_two"),
        "way_one": {"type": "switch", "cases": {"back": {"when": "amount > 100", "next": "two"}}, "default": "end"},
        "way_two": {"type": "switch", "cases": {"back": {"when": "amount > 100", "next": "one"}}, "default": "end"},
        "end": {"type": "merge", "next": "approved"},
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}});
    let mut play = Play::new(&definition(nodes)).with("amount", Decimal::from(5));
    play.start("rob");
    assert_eq!(play.open(), ["lead: sam"], "the one that was reached first goes on");
    play.approve("sam");
    assert_eq!(play.open(), ["finance: fay", "finance: fox"]);
    play.approve("fay");
    assert_eq!(play.outcome(), Some("approved"));
}

#[test]
fn a_fork_without_a_join_is_checked() {
    let told = |nodes: Json| -> Vec<String> {
        compile(&definition(nodes)).1.iter().map(|p| format!("{} {}", p.code, p.path)).collect()
    };
    assert_eq!(told(crossing(json!({"next": "director"}))), [] as [&str; 0]);
    let mut nodes = crossing(json!({"next": "director"}));
    nodes["director"]["next"] = json!("last");
    assert_eq!(told(nodes), ["E0508 nodes.again"], "its branch comes to no merge");
    let mut nodes = crossing(json!({"next": "director"}));
    nodes["all"] = json!({"type": "join", "of": "split", "next": "last"});
    let found = told(nodes);
    assert!(found.contains(&"E0537 nodes.again".to_owned()) || found.iter().any(|f| f.starts_with("E05")), "{found:?}");
}
