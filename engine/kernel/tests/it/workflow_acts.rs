//! Approvals as people know them: where approvers come from, how they decide together, every verb, returns, absence.

use chrono::TimeDelta;
use indexmap::IndexMap;
use kernel::{
    Name, Value,
    change::Change,
    context::{Deputy, Position},
    definition::{Mode, ReturnThen, SignerPlace},
    workflow::{Command, PartState, Return, Said, Status, Verb, Wait},
};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::workflow_kit::{Play, chain, code, definition, notices, path, single, who};

fn started(node: Json) -> Play {
    let mut play = Play::new(&single(node));
    play.start("rob");
    play
}

fn everybody(mode: Json) -> Play {
    let people = ["sam", "ria", "fay", "fox"].map(|name| json!({"user": format!("{name}@firm.example")}));
    started(json!({"approvers": people, "mode": mode, "verbs": {"return": {}, "transfer": {}}}))
}

/// Puts people into positions: gwen decides up to 10,000, sam up to 1,000.
fn with_positions(mut play: Play) -> Play {
    for (name, limit, person) in [("Lead", 1_000, "sam"), ("Director", 10_000, "gwen")] {
        let position = Position { name: name.into(), approval_limit: Some(Decimal::from(limit)) };
        play.org.positions.insert(who(name), position);
        play.org.people.get_mut(&who(person)).unwrap().position = Some(who(name));
    }
    play
}

fn first(approvers: Json) -> Play {
    let play = Play::new(&single(json!({"approvers": [approvers], "mode": "all"})));
    with_positions(play.with("reviewer", who("fox")).with("area", who("finance")).with("amount", Decimal::from(5_000)))
}

fn asked(approvers: Json, by: &str) -> Vec<String> {
    let mut play = first(approvers);
    play.start(by);
    play.open()
}

#[test]
fn approvers_by_position() {
    assert_eq!(asked(json!({"position": "director"}), "rob"), ["check: gwen"]);
    assert_eq!(asked(json!({"position": "Lead", "in": "initiator_department"}), "rob"), ["check: sam"]);
    assert_eq!(asked(json!({"position": "Janitor"}), "rob"), ["check: ada"], "nobody is in it");
}

#[test]
fn approvers_by_role_of_a_department_of_the_record() {
    let role = json!({"role": "finance", "in": {"department": "area"}});
    assert_eq!(asked(role, "rob"), ["check: fay", "check: fox"]);
}

#[test]
fn approvers_by_manager_chain_until_an_amount() {
    let chain = |amount: &str| json!({"manager_chain": {"of": "initiator", "until": {"amount": amount}}});
    assert_eq!(asked(chain("amount"), "rob"), ["check: gwen", "check: sam"]);
    assert_eq!(asked(chain("amount / 10"), "rob"), ["check: sam"]);
}

#[test]
fn approvers_by_expression() {
    assert_eq!(asked(json!({"expr": "if amount > 100 { reviewer } else { initiator }"}), "rob"), ["check: fox"]);
}

#[test]
fn the_initiator_picks_at_submit_and_is_asked_for_it() {
    let node = json!({"approvers": [{"initiator_picks": {"from": [{"role": "finance"}, {"role": "lead"}], "most": 2}}], "mode": "all"});
    let mut play = Play::new(&single(node));
    let preview = play.preview("rob");
    let pick = preview.nodes[0].pick.as_ref().unwrap();
    assert_eq!((pick.by, pick.most), ("initiator", 2));
    assert_eq!(pick.from.iter().map(|p| p.name.as_str()).collect::<Vec<_>>(), ["fay", "fox", "sam"]);
    assert!(preview.nodes[0].unknown, "who will decide is not known yet");
    let start = |names: &[&str]| {
        let picks = IndexMap::from([(Name::new("check"), names.iter().map(|n| who(n)).collect())]);
        Command::Start { by: who("rob"), catalog_version: 1, transition: Some("submit".into()), picks }
    };
    assert_eq!(code(play.try_start("rob")), "picks.check:required");
    assert_eq!(code(play.give(&start(&["gwen"]))), "picks.check:choose");
    assert_eq!(code(play.give(&start(&["fay", "fox", "sam"]))), "picks.check:count");
    play.give(&start(&["fox", "sam"])).unwrap();
    assert_eq!(play.open(), ["check: fox", "check: sam"]);
}

#[test]
fn the_previous_approver_picks_who_comes_next() {
    let pick = json!({"approvers": [{"previous_picks": {"from": [{"role": "finance"}]}}]});
    let mut play = Play::new(&chain(&[json!({"approvers": [{"role": "lead"}]}), pick]));
    play.start("rob");
    assert_eq!(code(play.decide("sam", Verb::Approve, None)), "picks.step_2:required");
    let task = play.task("sam");
    let said = Said { picks: IndexMap::from([(Name::new("step_2"), vec![who("fox")])]), ..Said::default() };
    play.give(&Command::Decide { task, by: who("sam"), verb: Verb::Approve, said }).unwrap();
    assert_eq!(play.open(), ["step_2: fox"]);
}

#[test]
fn one_of_each_group_decides_by_source_and_by_line() {
    let node = json!({"approvers": [{"role": "finance"}, {"role": "lead"}], "mode": {"one_of_each": "source"}});
    let mut play = started(node);
    play.approve("fox");
    assert_eq!(play.open(), ["check: sam"], "finance has decided, so fay's task is closed");
    play.approve("sam");
    assert_eq!(play.outcome(), Some("approved"));
    let node = json!({"approvers": [{"role": "finance"}, {"role": "lead"}], "mode": {"one_of_each": "department"}});
    let mut play = started(node);
    play.approve("fay");
    assert_eq!(play.open(), ["check: sam"]);
    play.reject("sam");
    assert_eq!(play.outcome(), Some("rejected"));
}

#[test]
fn mode_at_least_counts_and_is_clamped_to_the_people_found() {
    let mut play = everybody(json!({"at_least": 2}));
    play.approve("fox");
    play.approve("sam");
    assert_eq!(play.outcome(), Some("approved"));
    let closed = play.instance.closed.values().filter(|task| task.how == *"approved").count();
    assert_eq!(closed, 4, "the others' tasks are closed");
    let mut play = started(json!({"approvers": [{"role": "finance"}], "mode": {"at_least": 5}}));
    play.approve("fay");
    assert_eq!(play.outcome(), None);
    play.approve("fox");
    assert_eq!(play.outcome(), Some("approved"), "five of two cannot be asked for");
}

#[test]
fn mode_ratio_is_rounded_up_and_settled_as_soon_as_certain() {
    let mut play = everybody(json!({"ratio": "60%"}));
    play.reject("sam");
    assert_eq!(play.outcome(), None, "three of four are still possible");
    play.reject("fay");
    assert_eq!(play.outcome(), Some("rejected"), "three of four cannot be reached any more");
    let mut play = everybody(json!({"ratio": "1/2"}));
    play.approve("sam");
    play.approve("fay");
    assert_eq!(play.outcome(), Some("approved"));
}

#[test]
fn closed_tasks_are_closed_and_not_decided() {
    let mut play = everybody(json!({"at_least": 1}));
    let decision = play.approve("fay");
    let outcomes: Vec<String> = decision
        .changes
        .iter()
        .filter_map(|change| match change {
            Change::CloseTask(task) => Some(task.outcome.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(outcomes, ["approved", "closed", "closed", "closed"]);
}

const VERBS: &str =
    r#"{"transfer": {}, "delegate": {}, "add_signer": {}, "take_back": {}, "cc": {}, "consult": {}, "return": {}}"#;

fn verbs() -> Json {
    serde_json::from_str(VERBS).unwrap()
}

fn lead() -> Play {
    Play::new(&chain(&[
        json!({"approvers": [{"role": "lead"}], "verbs": verbs()}),
        json!({"approvers": [{"role": "finance"}], "verbs": verbs(), "mode": "all"}),
    ]))
}

#[test]
fn delegate_works_on_it_and_the_owner_gets_it_back_with_the_advice() {
    let mut play = lead();
    play.start("rob");
    play.decide("sam", Verb::Delegate { to: who("ria") }, Some("have a look")).unwrap();
    assert_eq!(play.open(), ["step_1: ria"]);
    assert_eq!(code(play.transfer("ria", "fox")), "forbidden", "only the owner hands it over");
    play.decide("ria", Verb::Reject, Some("too dear")).unwrap();
    assert_eq!(play.open(), ["step_1: sam"]);
    assert_eq!(play.outcome(), None, "advice decides nothing");
    play.approve("sam");
    assert_eq!(play.open(), ["step_2: fay", "step_2: fox"]);
}

#[test]
fn what_was_delegated_can_be_taken_back_before_the_advice() {
    let mut play = lead();
    play.start("rob");
    let task = play.task("sam");
    play.decide("sam", Verb::Delegate { to: who("ria") }, None).unwrap();
    play.decide_task(task, "sam", Verb::TakeBack, None).unwrap();
    assert_eq!(play.open(), ["step_1: sam"]);
}

fn add(play: &mut Play, by: &str, people: &[&str], place: SignerPlace, mode: Mode) -> Result<(), kernel::Rejection> {
    let people: Vec<Uuid> = people.iter().map(|name| who(name)).collect();
    play.decide(by, Verb::AddSigner { people, place, mode }, None).map(|_| ())
}

#[test]
fn add_signer_before_decides_first_and_then_it_comes_back() {
    let mut play = lead();
    play.start("rob");
    add(&mut play, "sam", &["ria", "gwen"], SignerPlace::Before, Mode::Sequence).unwrap();
    assert_eq!(play.open(), ["step_1: ria"]);
    play.approve("ria");
    assert_eq!(play.open(), ["step_1: gwen"]);
    play.approve("gwen");
    assert_eq!(play.open(), ["step_1: sam"]);
    play.approve("sam");
    assert_eq!(play.open(), ["step_2: fay", "step_2: fox"]);
    let mut play = lead();
    play.start("rob");
    add(&mut play, "sam", &["ria"], SignerPlace::Before, Mode::Any).unwrap();
    play.reject("ria");
    assert_eq!(play.outcome(), Some("rejected"), "their rejection counts for whoever added them");
}

#[test]
fn add_signer_after_decides_once_the_adder_has_approved() {
    let mut play = lead();
    play.start("rob");
    add(&mut play, "sam", &["ria", "gwen"], SignerPlace::After, Mode::All).unwrap();
    assert_eq!(play.open(), ["step_1: sam"]);
    play.approve("sam");
    assert_eq!(play.open(), ["step_1: gwen", "step_1: ria"]);
    play.approve("ria");
    play.approve("gwen");
    assert_eq!(play.open(), ["step_2: fay", "step_2: fox"]);
}

#[test]
fn add_signer_beside_must_approve_too_by_a_mode_of_its_own() {
    let mut play = lead();
    play.start("rob");
    add(&mut play, "sam", &["ria", "gwen"], SignerPlace::Beside, Mode::Any).unwrap();
    assert_eq!(play.open(), ["step_1: gwen", "step_1: ria", "step_1: sam"]);
    play.approve("sam");
    assert_eq!(play.open(), ["step_1: gwen", "step_1: ria"], "the node waits for those who were added");
    play.approve("gwen");
    assert_eq!(play.open(), ["step_2: fay", "step_2: fox"]);
    assert_eq!(
        code(play.decide(
            "fay",
            Verb::AddSigner { people: vec![who("fox")], place: SignerPlace::Before, mode: Mode::Any },
            None
        )),
        "people:already_approver"
    );
}

#[test]
fn remove_signer_takes_away_whom_one_has_added_and_nobody_else() {
    let mut play = lead();
    play.start("rob");
    add(&mut play, "sam", &["ria", "gwen"], SignerPlace::Beside, Mode::All).unwrap();
    assert_eq!(code(play.decide("ria", Verb::RemoveSigner { person: who("gwen") }, None)), "forbidden");
    play.decide("sam", Verb::RemoveSigner { person: who("ria") }, None).unwrap();
    assert_eq!(play.open(), ["step_1: gwen", "step_1: sam"]);
    play.decide("sam", Verb::RemoveSigner { person: who("gwen") }, None).unwrap();
    play.approve("sam");
    assert_eq!(play.open(), ["step_2: fay", "step_2: fox"], "those who are gone hold nothing up");
}

#[test]
fn remove_signer_leaves_somebody_to_decide() {
    let node = json!({"approvers": [{"role": "finance"}], "mode": "all", "verbs": {"remove_signer": {}}});
    let mut play = started(node);
    play.decide("fay", Verb::RemoveSigner { person: who("fox") }, None).unwrap();
    assert_eq!(play.open(), ["check: fay"]);
    assert_eq!(code(play.decide("fay", Verb::RemoveSigner { person: who("fay") }, None)), "person:not_open");
}

fn pool() -> Play {
    started(json!({"approvers": [{"role": "finance"}], "pool": true, "verbs": {"transfer": {}}}))
}

#[test]
fn a_pool_task_is_claimed_by_one_of_its_role_and_released_again() {
    let mut play = pool();
    let (task, open) = play.instance.tasks.iter().next().map(|(id, task)| (*id, task.clone())).unwrap();
    assert_eq!(play.instance.tasks.len(), 1, "one task for the whole role");
    assert_eq!(open.pool.unwrap().key(), "role:finance");
    assert_eq!(code(play.decide_task(task, "rob", Verb::Claim, None)), "forbidden");
    play.decide_task(task, "fay", Verb::Claim, None).unwrap();
    assert_eq!(play.open(), ["check: fay"]);
    assert_eq!(code(play.decide_task(task, "fox", Verb::Approve, None)), "task_claimed");
    play.decide_task(task, "fay", Verb::Release, None).unwrap();
    play.decide_task(task, "fox", Verb::Approve, None).unwrap();
    assert_eq!(play.outcome(), Some("approved"), "whoever decides has claimed it");
}

#[test]
fn a_new_member_of_a_role_can_take_its_pool_task_and_a_leaver_loses_it() {
    let mut play = pool();
    let task = *play.instance.tasks.keys().next().unwrap();
    play.decide_task(task, "fay", Verb::Claim, None).unwrap();
    play.leaves("fay").unwrap();
    assert!(play.instance.tasks[&task].pool.is_some(), "it is back in its pool");
    assert_eq!(code(play.decide_task(task, "fay", Verb::Approve, None)), "forbidden");
    play.org.people.get_mut(&who("ria")).unwrap().roles.push("finance".into());
    play.decide_task(task, "ria", Verb::Approve, None).unwrap();
    assert_eq!(play.outcome(), Some("approved"));
}

#[test]
fn one_takes_back_ones_own_decision_until_the_next_one_has_acted() {
    let mut play = lead();
    play.start("rob");
    let task = play.task("sam");
    play.approve("sam");
    assert_eq!(play.open(), ["step_2: fay", "step_2: fox"]);
    assert_eq!(code(play.decide_task(task, "fay", Verb::TakeBack, None)), "forbidden");
    play.decide_task(task, "sam", Verb::TakeBack, None).unwrap();
    assert_eq!(play.open(), ["step_1: sam"]);
    assert!(play.instance.approvals.is_empty());
    let task = play.task("sam");
    play.approve("sam");
    play.approve("fox");
    assert_eq!(code(play.decide_task(task, "sam", Verb::TakeBack, None)), "cannot_take_back");
    let own = play.instance.undo.as_ref().unwrap().task;
    play.decide_task(own, "fox", Verb::TakeBack, None).unwrap();
    assert_eq!(play.open(), ["step_2: fay", "step_2: fox"], "fay's task stayed as it was");
}

#[test]
fn the_initiator_urges_and_not_again_at_once() {
    let mut play = lead();
    play.start("rob");
    assert_eq!(code(play.give(&Command::Urge { by: who("sam") })), "forbidden");
    let decision = play.give(&Command::Urge { by: who("rob") }).unwrap();
    assert_eq!(notices(&decision), ["sam: urge"]);
    assert_eq!(code(play.give(&Command::Urge { by: who("rob") })), "urged_already");
    play.now += TimeDelta::minutes(31);
    play.give(&Command::Urge { by: who("rob") }).unwrap();
}

#[test]
fn a_copy_tells_people_and_decides_nothing() {
    let mut play = lead();
    play.start("rob");
    let decision = play.decide("sam", Verb::Copy { people: vec![who("gwen"), who("fox")] }, Some("for you")).unwrap();
    assert_eq!(notices(&decision), ["fox: cc", "gwen: cc"]);
    assert_eq!(decision.changes.iter().filter(|c| matches!(c, Change::Copy(_))).count(), 2);
    assert_eq!(play.open(), ["step_1: sam"]);
}

#[test]
fn somebody_who_is_consulted_answers_and_the_decision_stays() {
    let mut play = lead();
    play.start("rob");
    play.decide("sam", Verb::Consult { to: who("fox") }, Some("what do you think?")).unwrap();
    let asked = *play.instance.consults.keys().next().unwrap();
    assert_eq!(code(play.decide_task(asked, "fox", Verb::Approve, None)), "forbidden");
    assert_eq!(code(play.decide_task(asked, "fox", Verb::Answer, None)), "reason:required");
    let decision = play.decide_task(asked, "fox", Verb::Answer, Some("fine")).unwrap();
    assert_eq!(notices(&decision), ["sam: answer"]);
    play.decide("sam", Verb::Consult { to: who("ria") }, Some("and you?")).unwrap();
    let asked = *play.instance.consults.keys().next().unwrap();
    play.approve("sam");
    assert!(play.instance.consults.is_empty(), "nobody is asked for an opinion any more");
    assert_eq!(code(play.decide_task(asked, "ria", Verb::Answer, Some("late"))), "task_done");
}

#[test]
fn a_comment_is_written_and_nothing_decided() {
    let mut play = lead();
    play.start("rob");
    assert_eq!(code(play.decide("sam", Verb::Comment, None)), "reason:required");
    let decision = play.decide("sam", Verb::Comment, Some("hm")).unwrap();
    assert!(decision.changes.iter().any(|c| matches!(c, Change::Comment(comment) if comment.text == "hm")));
    assert_eq!(play.open(), ["step_1: sam"]);
}

#[test]
fn an_outcome_of_its_own_has_a_form_and_leads_elsewhere() {
    let mut play = Play::new(&definition(json!({
        "start": {"type": "start", "next": "check"},
        "check": {"type": "approval", "approvers": [{"role": "finance"}], "mode": "all", "nobody": "admin",
            "outcomes": {"new_limit": {"label": "Other limit", "form": {"required": ["cost"]}, "asks": {"reason": "required"}, "next": "again"}},
            "next": "approved", "rejected": "rejected"},
        "again": {"type": "approval", "approvers": [{"role": "lead"}], "nobody": "admin", "next": "approved", "rejected": "rejected"},
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}})));
    play.start("rob");
    let outcome = || Verb::Outcome { name: "new_limit".into() };
    assert_eq!(code(play.decide("fay", outcome(), None)), "reason:required");
    assert_eq!(code(play.decide("fay", outcome(), Some("lower"))), "cost:required");
    for name in ["fay", "fox"] {
        let fields = IndexMap::from([(Name::new("cost"), Value::Decimal(5.into()))]);
        let said = Said { reason: Some("lower".into()), fields, ..Said::default() };
        let task = play.task(name);
        play.give(&Command::Decide { task, by: who(name), verb: outcome(), said }).unwrap();
    }
    assert_eq!(play.open(), ["again: sam"]);
    let mut other = Play::new(&single(json!({"approvers": [{"role": "lead"}]})));
    other.start("rob");
    assert_eq!(code(other.decide("sam", outcome(), Some("x"))), "forbidden");
}

#[test]
fn a_node_asks_for_files_and_signatures_where_it_says_so() {
    let asks = json!({"approve": {"attachment": "required", "signature": "required"}});
    let mut play = started(json!({"approvers": [{"role": "lead"}], "verbs": asks}));
    assert_eq!(code(play.decide("sam", Verb::Approve, None)), "attachments:required signature:required");
    let said = Said { attachments: vec![Uuid::from_u128(1)], signature: Some(Uuid::from_u128(2)), ..Said::default() };
    let task = play.task("sam");
    let decision = play.give(&Command::Decide { task, by: who("sam"), verb: Verb::Approve, said }).unwrap();
    let held: usize =
        decision.changes.iter().map(|c| if let Change::Files(files) = c { files.hold.len() } else { 0 }).sum();
    assert_eq!(held, 2);
}

#[test]
fn a_field_that_the_node_requires_must_be_there_to_approve() {
    let node = json!({"approvers": [{"role": "lead"}], "fields": {"required": ["notes"]}});
    let mut play = started(node);
    assert_eq!(code(play.decide("sam", Verb::Approve, None)), "notes:required");
    let task = play.task("sam");
    let fields = IndexMap::from([(Name::new("notes"), Value::text("seen"))]);
    let said = Said { fields, ..Said::default() };
    play.give(&Command::Decide { task, by: who("sam"), verb: Verb::Approve, said }).unwrap();
    assert_eq!(play.outcome(), Some("approved"));
}

// Returns.

fn give_back(play: &mut Play, by: &str, to: Option<&str>, then: Option<ReturnThen>) -> Result<(), kernel::Rejection> {
    let how = Return { to: to.map(Name::new), then, fields: vec!["amount".into()] };
    play.decide(by, Verb::Return(how), Some("please change")).map(|_| ())
}

fn steps(then: &str) -> Play {
    let verbs = json!({"return": {"to": "passed", "then": then}});
    let step = |role: &str| json!({"approvers": [{"role": role}], "mode": "all", "verbs": verbs, "repeated": "skip"});
    let mut play = Play::new(&chain(&[step("lead"), step("finance"), step("director")]));
    play.start("rob");
    play
}

#[test]
fn a_return_to_a_node_that_was_passed_runs_again_from_there() {
    let mut play = steps("again");
    play.approve("sam");
    play.approve("fay");
    play.approve("fox");
    assert_eq!(
        code(play.decide("gwen", Verb::Return(Return { to: Some("step_3".into()), ..Return::default() }), None)),
        "to:not_passed"
    );
    give_back(&mut play, "gwen", Some("step_1"), None).unwrap();
    assert_eq!(play.instance.status, Status::Running);
    assert_eq!(play.open(), ["step_1: sam"]);
    play.approve("sam");
    assert_eq!(play.open(), ["step_2: fay", "step_2: fox"], "their approvals from before do not count any more");
    play.approve("fay");
    play.approve("fox");
    assert_eq!(play.open(), ["step_3: gwen"]);
    play.approve("gwen");
    assert_eq!(play.outcome(), Some("approved"));
}

#[test]
fn a_return_to_a_node_that_comes_straight_back_asks_whoever_returned_it() {
    let mut play = steps("choose");
    play.approve("sam");
    play.approve("fay");
    give_back(&mut play, "fox", Some("step_1"), Some(ReturnThen::StraightBack)).unwrap();
    assert_eq!(play.open(), ["step_1: sam"]);
    let preview = play.preview("rob");
    assert_eq!(path(&preview), ["step_1: sam", "step_2: fay, fox", "step_3: gwen"]);
    play.approve("sam");
    assert_eq!(play.open(), ["step_2: fox"], "fay has approved already");
    play.approve("fox");
    assert_eq!(play.open(), ["step_3: gwen"]);
}

fn routed(then: &str) -> Play {
    let verbs = json!({"return": {"to": "passed", "then": then}});
    let approval = |role: &str, next: &str| json!({"type": "approval", "approvers": [{"role": role}], "nobody": "admin", "verbs": verbs, "next": next, "rejected": "rejected"});
    let mut play = Play::new(&definition(json!({
        "start": {"type": "start", "next": "line"},
        "line": approval("lead", "large"),
        "large": {"type": "switch", "cases": {"yes": {"when": "amount > 100", "next": "money"}}, "default": "top"},
        "money": approval("finance", "top"), "top": approval("director", "approved"),
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}})))
    .with("amount", Decimal::TEN);
    play.start("rob");
    play.approve("sam");
    assert_eq!(play.open(), ["top: gwen"]);
    play
}

#[test]
fn a_return_runs_again_anyway_where_fields_that_decide_about_the_way_changed() {
    let mut play = routed("straight_back");
    give_back(&mut play, "gwen", Some("line"), None).unwrap();
    play = play.with("amount", Decimal::from(500));
    play.approve("sam");
    assert_eq!(play.open(), ["money: fay", "money: fox"], "it goes another way now");
    let mut play = routed("straight_back");
    give_back(&mut play, "gwen", Some("line"), None).unwrap();
    play = play.with("notes", Value::text("better"));
    play.approve("sam");
    assert_eq!(play.open(), ["top: gwen"]);
}

#[test]
fn a_return_to_the_initiator_can_come_straight_back() {
    let mut play = routed("straight_back");
    give_back(&mut play, "gwen", None, None).unwrap();
    assert_eq!(play.instance.status, Status::Returned);
    let returned = play.instance.returned.clone().unwrap();
    assert_eq!((returned.reason.as_deref(), returned.fields), (Some("please change"), vec![Name::new("amount")]));
    assert_eq!(path(&play.preview("rob")), ["top: gwen"]);
    assert!(play.comes_back());
    play.give(&Command::ComeBack { by: who("rob") }).unwrap();
    assert_eq!(play.open(), ["top: gwen"]);
    assert_eq!(play.instance.round, 1, "no new round begins");
    give_back(&mut play, "gwen", None, None).unwrap();
    play = play.with("amount", Decimal::from(500));
    assert!(!play.comes_back(), "the amount decides about the way");
    play.resubmit("rob").unwrap();
    assert_eq!(play.open(), ["line: sam"]);
}

fn forked(then: &str) -> Play {
    let verbs = json!({"return": {"to": "passed", "then": then}});
    let approval = |role: &str, next: &str| json!({"type": "approval", "approvers": [{"role": role}], "mode": "sequence", "nobody": "admin", "verbs": verbs, "next": next, "rejected": "rejected"});
    let mut play = Play::new(&definition(json!({
        "start": {"type": "start", "next": "first"}, "first": approval("administrator", "split"),
        "split": {"type": "fork", "branches": {"money": {"next": "money"}, "line": {"next": "line"}}},
        "money": approval("finance", "meet"), "line": approval("lead", "line_top"), "line_top": approval("director", "meet"),
        "meet": {"type": "join", "of": "split", "next": "last"}, "last": approval("administrator", "approved"),
        "approved": {"type": "end", "outcome": "approved"}, "rejected": {"type": "end", "outcome": "rejected"}})));
    play.start("rob");
    play.approve("ada");
    play
}

#[test]
fn a_return_within_a_branch_leaves_the_others_alone() {
    let mut play = forked("again");
    play.approve("sam");
    assert_eq!(play.open(), ["line_top: gwen", "money: fay"]);
    give_back(&mut play, "gwen", Some("line"), None).unwrap();
    assert_eq!(play.open(), ["line: sam", "money: fay"]);
    play.approve("fay");
    play.approve("fox");
    play.approve("sam");
    play.approve("gwen");
    assert_eq!(play.open(), ["last: ada"]);
}

#[test]
fn a_return_from_a_branch_to_before_the_fork_takes_all_branches_away() {
    let mut play = forked("again");
    play.approve("fay");
    give_back(&mut play, "fox", Some("first"), None).unwrap();
    assert_eq!(play.open(), ["first: ada"]);
    assert_eq!((play.instance.tokens.len(), play.instance.scopes.len()), (1, 1));
    play.approve("ada");
    assert_eq!(play.open(), ["line: sam", "money: fay"]);
}

#[test]
fn a_return_from_a_branch_comes_straight_back_into_all_branches() {
    let mut play = forked("straight_back");
    play.approve("fay");
    give_back(&mut play, "fox", Some("first"), None).unwrap();
    play.approve("ada");
    assert_eq!(play.open(), ["line: sam", "money: fox"], "fay has approved in her turn already");
    play.approve("fox");
    play.approve("sam");
    play.approve("gwen");
    play.approve("ada");
    assert_eq!(play.outcome(), Some("approved"));
}

#[test]
fn a_return_into_a_branch_that_was_joined_runs_that_branch_again() {
    let mut play = forked("again");
    for name in ["fay", "fox", "sam", "gwen"] {
        play.approve(name);
    }
    assert_eq!(play.open(), ["last: ada"]);
    give_back(&mut play, "ada", Some("line"), None).unwrap();
    assert_eq!(play.open(), ["line: sam"]);
    play.approve("sam");
    play.approve("gwen");
    assert_eq!(play.open(), ["last: ada"], "the join waits for that branch alone");
    play.approve("ada");
    assert_eq!(play.outcome(), Some("approved"));
}

#[test]
fn returns_are_capped_where_the_workflow_says_so() {
    let mut definition = single(json!({"approvers": [{"role": "lead"}], "verbs": {"return": {}}}));
    definition.most_returns = Some(1);
    let mut play = Play::new(&definition);
    play.start("rob");
    play.give_back("sam");
    play.resubmit("rob").unwrap();
    assert_eq!(code(play.decide("sam", Verb::Return(Return::default()), None)), "returns_exhausted");
}

#[test]
fn withdraw_within_a_window_after_the_end() {
    let mut definition = single(json!({"approvers": [{"role": "lead"}]}));
    definition.withdraw = serde_json::from_value(json!({"after_end": "7 days"})).unwrap();
    let mut play = Play::new(&definition);
    play.start("rob");
    play.approve("sam");
    let mut late = play.clone();
    assert_eq!(code(play.withdraw("sam")), "forbidden");
    play.withdraw("rob").unwrap();
    assert_eq!(play.outcome(), Some("withdrawn"));
    assert_eq!(code(play.withdraw("rob")), "wrong_state");
    late.now += TimeDelta::days(8);
    assert_eq!(code(late.withdraw("rob")), "withdraw_closed");
}

// Absence.

fn away(play: &mut Play, person: &str, deputy: &str, workflows: &[&str]) {
    let (from, to) = (play.now - TimeDelta::days(1), play.now + TimeDelta::days(5));
    let workflows = workflows.iter().map(|name| Name::new(name)).collect();
    play.org.deputies.push(Deputy { person: who(person), deputy: who(deputy), from, to, workflows });
}

#[test]
fn a_deputy_is_asked_at_assignment_and_both_names_are_known() {
    let mut play = lead();
    away(&mut play, "sam", "ria", &[]);
    play.start("rob");
    assert_eq!(play.open(), ["step_1: ria"]);
    let told = serde_json::to_string(&play.events).unwrap();
    assert!(told.contains(r#"{"kind":"deputy","of":{"id""#), "{told}");
    let mut other = lead();
    away(&mut other, "sam", "ria", &["another"]);
    other.start("rob");
    assert_eq!(other.open(), ["step_1: sam"], "not in this workflow");
}

#[test]
fn a_ring_of_deputies_is_caught_and_a_chain_followed() {
    let mut play = lead();
    away(&mut play, "sam", "ria", &[]);
    away(&mut play, "ria", "gwen", &[]);
    play.start("rob");
    assert_eq!(play.open(), ["step_1: gwen"]);
    let mut play = lead();
    away(&mut play, "sam", "ria", &[]);
    away(&mut play, "ria", "sam", &[]);
    play.start("rob");
    assert_eq!(play.open(), ["step_1: sam"]);
}

#[test]
fn open_tasks_go_to_the_deputy_when_an_absence_begins() {
    let mut play = lead();
    play.start("rob");
    away(&mut play, "sam", "ria", &[]);
    play.give(&Command::Absent { person: who("sam"), by: None }).unwrap();
    assert_eq!(play.open(), ["step_1: ria"]);
}

#[test]
fn a_deputy_who_may_not_decide_does_not_stand_in() {
    let node = json!({"approvers": [{"role": "lead"}], "except": ["initiator"]});
    let mut play = Play::new(&single(node));
    away(&mut play, "sam", "rob", &[]);
    play.start("rob");
    assert_eq!(play.open(), ["check: sam"]);
}

#[test]
fn parts_keep_what_became_of_them() {
    let mut play = everybody(json!({"one_of_each": "department"}));
    play.approve("fay");
    let Wait::Approval(visit) = &play.instance.tokens.values().next().unwrap().wait else { panic!("it waits") };
    let states: Vec<bool> = visit.parts.iter().map(|part| part.state == PartState::Dropped).collect();
    assert_eq!(states, [false, false, false, true], "fox is of fay's department");
}
