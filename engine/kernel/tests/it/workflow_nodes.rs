//! A test for each type of node, named after it.

use kernel::{
    Value,
    workflow::{RecordEffect, What},
};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use crate::workflow_kit::{Play, called, definition};

fn approval(role: &str, next: &str) -> Json {
    json!({"type": "approval", "approvers": [{"role": role}], "nobody": "admin", "next": next, "rejected": "rejected"})
}

/// A workflow that begins with these nodes, of which `first` is the first.
fn flow(first: &str, nodes: &Json) -> Play {
    Play::new(&definition(with_ends(first, nodes)))
}

fn with_ends(first: &str, nodes: &Json) -> Json {
    let mut all = json!({"start": {"type": "start", "next": first}, "approved": {"type": "end", "outcome": "approved"},
        "rejected": {"type": "end", "outcome": "rejected"}});
    all.as_object_mut().unwrap().extend(nodes.as_object().unwrap().clone());
    all
}

#[test]
fn start() {
    let mut play = flow("lead", &json!({"lead": approval("lead", "approved")}));
    play.start("rob");
    assert_eq!((play.open(), play.instance.initiator.name.as_str()), (vec!["lead: sam".to_owned()], "rob"));
}

#[test]
fn approve_and_reject() {
    let nodes = json!({"lead": approval("lead", "approved")});
    let mut play = flow("lead", &nodes);
    play.start("rob");
    play.approve("sam");
    assert_eq!(play.outcome(), Some("approved"));
    let mut play = flow("lead", &nodes);
    play.start("rob");
    play.reject("sam");
    assert_eq!(play.outcome(), Some("rejected"));
}

#[test]
fn form() {
    let form = json!({"type": "form", "people": [{"role": "lead"}], "nobody": "admin", "fields": {"write": ["notes"]}, "next": "approved"});
    let nodes = json!({"fill": form, "approved": {"type": "end", "outcome": "approved"}, "start": {"type": "start", "next": "fill"}});
    let mut play = Play::new(&definition(nodes));
    play.start("rob");
    assert_eq!(play.open(), ["fill: sam"]);
    play.approve("sam");
    assert_eq!(play.outcome(), Some("approved"));
}

#[test]
fn notify() {
    let tell = json!({"type": "notify", "to": [{"role": "director"}], "message": "look", "next": "lead"});
    let mut play = flow("tell", &json!({"tell": tell, "lead": approval("lead", "approved")}));
    let decision = play.start("rob");
    let told = decision
        .events
        .iter()
        .any(|event| matches!(&event.what, What::Notified { people, .. } if people.iter().any(|p| p.name == "gwen")));
    assert!(told);
}

#[test]
fn switch() {
    let way = json!({"type": "switch", "cases": {"large": {"when": "amount > 10", "next": "top"}}, "default": "lead"});
    let nodes = json!({"way": way, "top": approval("director", "approved"), "lead": approval("lead", "approved")});
    for (amount, open) in [(50, "top: gwen"), (5, "lead: sam")] {
        let mut play = flow("way", &nodes).with("amount", Decimal::from(amount));
        play.start("rob");
        assert_eq!(play.open(), [open]);
    }
}

#[test]
fn fork_and_join() {
    let nodes = json!({
        "split": {"type": "fork", "branches": {"a": {"next": "lead"}, "b": {"next": "top"}}},
        "lead": approval("lead", "meet"), "top": approval("director", "meet"),
        "meet": {"type": "join", "of": "split", "next": "last"}, "last": approval("administrator", "approved")});
    let mut play = flow("split", &nodes);
    play.start("rob");
    assert_eq!(play.open(), ["lead: sam", "top: gwen"]);
    play.approve("sam");
    play.approve("gwen");
    assert_eq!(play.open(), ["last: ada"]);
}

#[test]
fn action() {
    let raise =
        json!({"type": "action", "do": {"raise": {"update": {"set": {"amount": "amount + 1"}}}}, "next": "lead"});
    let mut play = flow("raise", &json!({"raise": raise, "lead": approval("lead", "approved")}));
    play = play.with("amount", Decimal::from(1));
    let decision = play.start("rob");
    assert!(
        matches!(&decision.effects[0], RecordEffect::Update(fields) if fields["amount"] == Value::Decimal(2.into()))
    );
}

#[test]
fn call() {
    let callee = called("inner", json!({}), with_ends("top", &json!({"top": approval("director", "approved")})));
    let nodes = json!({
        "inner": {"type": "call", "workflow": "inner", "next": "lead", "rejected": "rejected"}, "lead": approval("lead", "approved")});
    let mut play = Play::calling(&definition(with_ends("inner", &nodes)), &[callee]);
    play.start("rob");
    assert_eq!(play.open(), ["inner.top: gwen"]);
    play.approve("gwen");
    assert_eq!(play.open(), ["lead: sam"]);
}

#[test]
fn end_and_terminate() {
    let inner = json!({"top": approval("director", "approved"), "rejected": {"type": "end", "outcome": "stopped", "terminate": true}});
    let callee = called("inner", json!({}), with_ends("top", &inner));
    let nodes = json!({
        "inner": {"type": "call", "workflow": "inner", "next": "lead", "rejected": "rejected"}, "lead": approval("lead", "approved")});
    let mut play = Play::calling(&definition(with_ends("inner", &nodes)), &[callee]);
    play.start("rob");
    play.reject("gwen");
    assert_eq!((play.outcome(), play.open().len()), (Some("stopped"), 0));
}
