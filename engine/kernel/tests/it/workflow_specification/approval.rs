//! A test for each thing that an approval can do.

use chrono::{Duration, TimeDelta};
use indexmap::IndexMap;
use kernel::{
    Line, Name, Value,
    context::{Deputy, Position},
    definition::{Mode, ReturnThen, SignerPlace},
    workflow::{Channel, Command, Decision, Operation, Return, Said, Status, Verb, What},
};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{approval, with_ends};
use crate::workflow_kit::{Play, chain, code, definition, notices, path, single, who};

fn started(node: Json) -> Play {
    let mut play = Play::new(&single(node));
    play.start("rob");
    play
}

fn say(play: &mut Play, by: &str, verb: Verb, said: Said) -> Result<Decision, kernel::Rejection> {
    let task = play.task(by);
    play.give(&Command::Decide { task, by: who(by), verb, said })
}

fn operate(play: &mut Play, operation: Operation, reason: Option<&str>) -> Result<Decision, kernel::Rejection> {
    play.give(&Command::Operate { by: who("ada"), operation, reason: reason.map(str::to_owned) })
}

/// A record with people, a department, an amount and two lines of rob and ria; gwen's position decides up to 10,000,
/// sam's up to 1,000.
fn asking(node: Json) -> Play {
    let mut play = Play::new(&single(node))
        .with("reviewer", who("fox"))
        .with("area", who("finance"))
        .with("amount", Decimal::from(5_000));
    for (name, limit, person) in [("Lead", 1_000, "sam"), ("Director", 10_000, "gwen")] {
        let position = Position { name: name.into(), approval_limit: Some(Decimal::from(limit)) };
        play.org.positions.insert(who(name), position);
        play.org.people.get_mut(&who(person)).unwrap().position = Some(who(name));
    }
    play
}

#[test]
fn approvers_are_the_union_of_any_sources_without_whom_the_node_excepts() {
    let found = |sources: Json| {
        let mut play = asking(json!({"approvers": sources, "mode": "all"}));
        play.start("rob");
        play.open().iter().map(|task| task.trim_start_matches("check: ").to_owned()).collect::<Vec<_>>().join(" ")
    };
    let rows = [
        (json!({"user": "fay@firm.example"}), "fay"),
        (json!({"role": "finance"}), "fay fox"),
        (json!({"role": "staff", "in": "initiator_department"}), "ria rob"),
        (json!({"role": "finance", "in": {"department": "area"}}), "fay fox"),
        (json!({"position": "Director"}), "gwen"),
        (json!({"manager": {"of": "initiator"}}), "sam"),
        (json!({"manager": {"of": "initiator", "level": 2}}), "gwen"),
        (json!({"manager_chain": {"of": "initiator", "until": {"level": 1}}}), "sam"),
        (json!({"manager_chain": {"of": "initiator", "until": {"role": "director"}}}), "gwen sam"),
        (json!({"manager_chain": {"of": "initiator", "until": {"amount": "amount / 10"}}}), "sam"),
        (json!({"department_head": {"of": "initiator", "up": 1}}), "sam"),
        (json!({"department_head": {"of": "area"}}), "fay"),
        (json!({"department_head": {"of": "area", "up": 1}}), "gwen"),
        (json!({"field": "reviewer"}), "fox"),
        (json!("initiator"), "rob"),
        (json!({"expr": "if amount > 100 { reviewer } else { initiator }"}), "fox"),
    ];
    for (source, people) in rows {
        assert_eq!(found(json!([source])), people, "{source}");
    }
    assert_eq!(found(json!([{"role": "finance"}, {"field": "reviewer"}, "initiator"])), "fay fox rob", "nobody twice");

    let picks = |by: &str| json!({"approvers": [{by: {"from": [{"role": "finance"}]}}]});
    let mut play = Play::new(&single(picks("initiator_picks")));
    assert_eq!(code(play.try_start("rob")), "picks.check:required");
    let chosen = || IndexMap::from([(Name::new("check"), vec![who("fox")])]);
    let submit = Command::Start { by: who("rob"), catalog_version: 1, transition: None, picks: chosen() };
    play.give(&submit).unwrap();
    assert_eq!(play.open(), ["check: fox"]);
    let mut play = Play::new(&chain(&[json!({"approvers": [{"role": "lead"}]}), picks("previous_picks")]));
    play.start("rob");
    assert_eq!(code(play.decide("sam", Verb::Approve, None)), "picks.step_2:required");
    let picks = IndexMap::from([(Name::new("step_2"), vec![who("fay")])]);
    say(&mut play, "sam", Verb::Approve, Said { picks, ..Said::default() }).unwrap();
    assert_eq!(play.open(), ["step_2: fay"]);

    let mut play =
        asking(json!({"approvers": [{"role": "staff", "in": "initiator_department"}], "except": ["initiator"]}));
    play.start("rob");
    assert_eq!(play.open(), ["check: ria"]);
    let four_eyes = json!({"approvers": [{"role": "finance"}], "except": ["earlier_approvers"]});
    let mut play = Play::new(&chain(&[json!({"approvers": [{"user": "fay@firm.example"}]}), four_eyes]));
    play.start("rob");
    play.approve("fay");
    assert_eq!(play.open(), ["step_2: fox"]);
}

#[test]
fn mode_says_how_many_decide_and_closes_what_is_certain() {
    let people = ["sam", "ria", "fay", "fox"].map(|name| json!({"user": format!("{name}@firm.example")}));
    let asked = |mode: Json| started(json!({"approvers": people, "mode": mode}));
    // Who has to approve, one after the other, until it is approved.
    let rows = [
        (json!("any"), &["fox"][..]),
        (json!("all"), &["fox", "fay", "ria", "sam"]),
        (json!("sequence"), &["sam", "ria", "fay", "fox"]),
        (json!({"at_least": 2}), &["fox", "ria"]),
        (json!({"at_least": 9}), &["fox", "fay", "ria", "sam"]),
        (json!({"ratio": "60%"}), &["fox", "fay", "ria"]),
        (json!({"one_of_each": "department"}), &["fox", "ria", "sam"]),
    ];
    for (mode, enough) in rows {
        let mut play = asked(mode.clone());
        for (done, name) in enough.iter().enumerate() {
            assert_eq!(play.outcome(), None, "{mode} after {done}");
            play.approve(name);
        }
        assert_eq!(play.outcome(), Some("approved"), "{mode}");
        let own = play.instance.closed.values().filter(|task| task.by.as_ref().is_some_and(|by| by.id == who("sam")));
        let sam = own.count();
        assert_eq!(sam == 1, enough.contains(&"sam"), "{mode}: a closed task is nobody's decision");
    }
    let mut ratio = asked(json!({"ratio": "60%"}));
    ratio.reject("sam");
    assert_eq!(ratio.outcome(), None, "three of four can still approve");
    ratio.reject("fay");
    assert_eq!((ratio.outcome(), ratio.open().len()), (Some("rejected"), 0), "and now they cannot");
    assert_eq!(asked(json!("sequence")).open(), ["check: sam"], "one after the other");
    let lines = json!({"approvers": [{"lines": {"of": "items", "field": "keeper"}}],
        "mode": {"one_of_each": "line"}});
    let mut play = asking(lines);
    let line = |n: u8, keeper: &str| Line {
        id: Uuid::from_u128(n.into()),
        fields: [(Name::new("keeper"), Value::Id(who(keeper)))].into_iter().collect(),
    };
    play.record.lines.insert("items".into(), vec![line(1, "fox"), line(2, "rob")]);
    play.start("rob");
    assert_eq!(play.open(), ["check: fox", "check: rob"]);
    play.approve("fox");
    assert_eq!((play.open(), play.outcome()), (vec!["check: rob".to_owned()], None), "one of each line");
}

#[test]
fn nobody_found_follows_the_policy_and_never_parks_it() {
    let found = |nobody: Json| {
        let mut play = Play::new(&single(json!({"approvers": [{"position": "Janitor"}], "nobody": nobody})));
        let refused = play.try_start("rob").err().map(|_| "refused".to_owned());
        refused.or(play.outcome().map(str::to_owned)).unwrap_or_else(|| play.open().join(" "))
    };
    assert_eq!(found(json!({"role": "finance"})), "check: fay check: fox");
    assert_eq!(found(json!({"user": "ria@firm.example"})), "check: ria");
    assert_eq!(found(json!("admin")), "check: ada");
    assert_eq!(found(json!("manager_up")), "check: sam");
    assert_eq!(found(json!("pass")), "approved");
    assert_eq!(found(json!("reject")), "rejected");
    assert_eq!(found(json!("refuse")), "refused");
    assert_eq!(found(json!({"user": "gone@firm.example"})), "check: ada", "a fallback that is nobody either");
}

#[test]
fn same_person_again_is_asked_or_skipped_only_where_nothing_is_to_be_written() {
    let lead = |more: Json| {
        let mut node = json!({"approvers": [{"role": "lead"}]});
        node.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        node
    };
    let after = |nodes: &[Json], deciders: &[&str]| {
        let mut play = Play::new(&chain(nodes));
        play.start("rob");
        for name in deciders {
            play.approve(name);
        }
        play.outcome().map_or_else(|| play.open().join(" "), str::to_owned)
    };
    let finance = || json!({"approvers": [{"user": "fay@firm.example"}]});
    let skip = || lead(json!({"repeated": "skip"}));
    let consecutive = || lead(json!({"repeated": "skip_consecutive"}));
    let writes = lead(json!({"repeated": "skip", "fields": {"write": ["notes"]}}));
    assert_eq!(after(&[lead(json!({})), lead(json!({}))], &["sam"]), "step_2: sam");
    assert_eq!(after(&[lead(json!({})), consecutive()], &["sam"]), "approved");
    assert_eq!(after(&[lead(json!({})), finance(), consecutive()], &["sam", "fay"]), "step_3: sam");
    assert_eq!(after(&[lead(json!({})), finance(), skip()], &["sam", "fay"]), "approved");
    assert_eq!(after(&[lead(json!({})), writes], &["sam"]), "step_2: sam", "something may be written");
    let own = |policy: &str| {
        let mut play = Play::new(&single(json!({"approvers": ["initiator"], "same_as_initiator": policy})));
        play.start("rob");
        play.outcome().map_or_else(|| play.open().join(" "), str::to_owned)
    };
    assert_eq!(own("decide"), "check: rob");
    assert_eq!(own("skip"), "approved");
    assert_eq!(own("manager"), "check: sam");
    assert_eq!(own("department_head"), "check: sam", "of the nearest department that somebody else heads");
}

/// Two steps, the lead's and then both of finance, at which everything is allowed.
fn permissive() -> Play {
    let all = json!({"transfer": {}, "delegate": {}, "add_signer": {}, "remove_signer": {}, "take_back": {}, "cc": {},
        "consult": {}, "return": {}});
    let mut play = Play::new(&chain(&[
        json!({"approvers": [{"role": "lead"}], "verbs": all}),
        json!({"approvers": [{"role": "finance"}], "verbs": all, "mode": "all"}),
    ]));
    play.start("rob");
    play
}

#[test]
fn verbs_are_there_where_the_node_allows_them_and_ask_for_what_it_says() {
    let to = who("ria");
    let signer = |place: SignerPlace| Verb::AddSigner { people: vec![who("ria"), who("gwen")], place, mode: Mode::Any };
    // What each leaves open.
    let rows: [(Verb, &[&str]); 10] = [
        (Verb::Approve, &["step_2: fay", "step_2: fox"]),
        (Verb::Reject, &[]),
        (Verb::Return(Return::default()), &[]),
        (Verb::Transfer { to }, &["step_1: ria"]),
        (Verb::Delegate { to }, &["step_1: ria"]),
        (signer(SignerPlace::Before), &["step_1: gwen", "step_1: ria"]),
        (signer(SignerPlace::Beside), &["step_1: gwen", "step_1: ria", "step_1: sam"]),
        (signer(SignerPlace::After), &["step_1: sam"]),
        (Verb::Copy { people: vec![to] }, &["step_1: sam"]),
        (Verb::Comment, &["step_1: sam"]),
    ];
    for (verb, open) in rows {
        let mut play = permissive();
        play.decide("sam", verb.clone(), Some("so")).unwrap();
        assert_eq!(play.open(), open, "{verb:?}");
    }
    let mut delegated = permissive();
    delegated.decide("sam", Verb::Delegate { to }, None).unwrap();
    delegated.decide("ria", Verb::Reject, Some("too dear")).unwrap();
    assert_eq!(
        (delegated.open(), delegated.outcome()),
        (vec!["step_1: sam".to_owned()], None),
        "it comes back as advice"
    );
    let mut signed = permissive();
    signed.decide("sam", signer(SignerPlace::Beside), None).unwrap();
    signed.decide("sam", Verb::RemoveSigner { person: who("gwen") }, None).unwrap();
    assert_eq!(signed.open(), ["step_1: ria", "step_1: sam"]);
    let mut consulted = permissive();
    consulted.decide("sam", Verb::Consult { to }, Some("what do you think?")).unwrap();
    let asked = *consulted.instance.consults.keys().next().unwrap();
    consulted.decide_task(asked, "ria", Verb::Answer, Some("fine")).unwrap();
    assert_eq!(consulted.open(), ["step_1: sam"]);
    let mut taken_back = permissive();
    let task = taken_back.task("sam");
    taken_back.approve("sam");
    taken_back.decide_task(task, "sam", Verb::TakeBack, None).unwrap();
    assert_eq!(taken_back.open(), ["step_1: sam"]);
    taken_back.approve("sam");
    let task = taken_back.instance.undo.as_ref().unwrap().task;
    taken_back.approve("fay");
    assert_eq!(
        code(taken_back.decide_task(task, "sam", Verb::TakeBack, None)),
        "cannot_take_back",
        "somebody has acted"
    );
    let mut urged = permissive();
    assert_eq!(notices(&urged.give(&Command::Urge { by: who("rob") }).unwrap()), ["sam: urge"]);
    assert_eq!(code(urged.give(&Command::Urge { by: who("rob") })), "urged_already");
    let mut pool = started(json!({"approvers": [{"role": "finance"}], "pool": true}));
    let task = *pool.instance.tasks.keys().next().unwrap();
    pool.decide_task(task, "fay", Verb::Claim, None).unwrap();
    assert_eq!(code(pool.decide_task(task, "fox", Verb::Approve, None)), "task_claimed");
    pool.decide_task(task, "fay", Verb::Release, None).unwrap();
    pool.decide_task(task, "fox", Verb::Approve, None).unwrap();

    let mut strict = started(json!({"approvers": [{"role": "lead"}], "verbs": {"reject": false, "comment": false,
        "approve": {"reason": "required", "attachment": "required", "signature": "required"}}}));
    for verb in
        [Verb::Reject, Verb::Comment, Verb::Transfer { to }, Verb::Consult { to }, Verb::Return(Return::default())]
    {
        assert_eq!(code(strict.decide("sam", verb.clone(), Some("so"))), "forbidden", "{verb:?}");
    }
    let asked = code(strict.decide("sam", Verb::Approve, None));
    assert_eq!(asked, "reason:required attachments:required signature:required");
}

#[test]
fn return_leads_to_the_initiator_or_a_passed_node_and_again_or_straight_back() {
    let verbs = json!({"return": {"to": "passed", "then": "choose"}});
    let node = |role: &str, next: &str| {
        let mut node = approval(role, next);
        node["verbs"] = verbs.clone();
        node["mode"] = json!("all");
        node["due"] = json!({"after": "1 day", "remind": ["at_due"]});
        node
    };
    let nodes = json!({
        "first": node("administrator", "split"),
        "split": {"type": "fork", "branches": {"money": {"next": "money"}, "line": {"next": "large"}}},
        "large": {"type": "switch", "cases": {"yes": {"when": "amount > 100", "next": "line"}}, "default": "line_top"},
        "money": node("finance", "meet"), "line": node("lead", "line_top"), "line_top": node("director", "meet"),
        "meet": {"type": "join", "of": "split", "next": "approved"}});
    let at_branches = || {
        let mut play = Play::new(&definition(with_ends("first", &nodes))).with("amount", Decimal::from(500));
        play.start("rob");
        play.approve("ada");
        play.approve("fay");
        assert_eq!(play.open(), ["line: sam", "money: fox"]);
        play
    };
    let back = |play: &mut Play, to: Option<&str>, then: ReturnThen| {
        let how = Return { to: to.map(Name::new), then: Some(then), fields: vec!["amount".into()] };
        play.decide("fox", Verb::Return(how), Some("please change")).unwrap()
    };
    // To the initiator: nothing is left open, and the reason and the fields to change stay with it.
    let mut play = at_branches();
    back(&mut play, None, ReturnThen::Again);
    assert_eq!((play.instance.status, play.open().len(), play.instance.timers.len()), (Status::Returned, 0, 0));
    let returned = play.instance.returned.clone().unwrap();
    assert_eq!((returned.reason.as_deref(), returned.fields), (Some("please change"), vec![Name::new("amount")]));
    play.resubmit("rob").unwrap();
    assert_eq!((play.open(), play.instance.round), (vec!["first: ada".to_owned()], 2));
    // To a node that was passed, from inside the fork: every branch is gone, and runs again.
    let mut play = at_branches();
    back(&mut play, Some("first"), ReturnThen::Again);
    assert_eq!((play.open(), play.instance.tokens.len()), (vec!["first: ada".to_owned()], 1));
    assert_eq!(play.instance.timers.len(), 1, "the timers of the branches are gone, its own is made anew");
    play.approve("ada");
    assert_eq!(play.open(), ["line: sam", "money: fay", "money: fox"], "fay's approval does not count any more");
    // Straight back: whoever had approved is not asked again.
    let mut play = at_branches();
    back(&mut play, Some("first"), ReturnThen::StraightBack);
    play.approve("ada");
    assert_eq!(play.open(), ["line: sam", "money: fox"]);
    // Unless what decides about the way has changed meanwhile.
    let mut play = at_branches();
    back(&mut play, Some("first"), ReturnThen::StraightBack);
    play.record.fields.insert("amount".into(), Value::Decimal(5.into()));
    play.approve("ada");
    assert_eq!(play.open(), ["line_top: gwen", "money: fay", "money: fox"]);
    // Not to where it never was.
    let how = Return { to: Some("line".into()), ..Return::default() };
    assert_eq!(code(play.decide("fay", Verb::Return(how), Some("x"))), "to:not_passed");
}

#[test]
fn reject_follows_the_mode_and_its_edge() {
    let mut any = started(json!({"approvers": [{"role": "finance"}], "mode": "any"}));
    any.reject("fay");
    assert_eq!((any.outcome(), any.open().len()), (Some("rejected"), 0), "the first decision counts");
    let mut all = started(json!({"approvers": [{"role": "finance"}], "mode": "all"}));
    all.approve("fox");
    all.reject("fay");
    assert_eq!(all.outcome(), Some("rejected"), "one rejection rejects");
    let mut one_of_two = started(json!({"approvers": [{"role": "finance"}], "mode": {"at_least": 1}}));
    one_of_two.reject("fay");
    assert_eq!(one_of_two.open(), ["check: fox"], "one can still approve");
    let mut node = approval("lead", "approved");
    node["rejected"] = json!("top");
    let mut led =
        Play::new(&definition(with_ends("lead", &json!({"lead": node, "top": approval("director", "approved")}))));
    led.start("rob");
    led.reject("sam");
    assert_eq!(led.open(), ["top: gwen"], "its edge need not lead to an end");
}

#[test]
fn withdraw_has_three_windows_and_administrators_step_in_with_a_reason() {
    let open = |window: Json| {
        let mut definition =
            chain(&[json!({"approvers": [{"role": "lead"}]}), json!({"approvers": [{"user": "fay@firm.example"}]})]);
        definition.withdraw = serde_json::from_value(window).unwrap();
        let mut play = Play::new(&definition);
        play.start("rob");
        play
    };
    for (window, after_one, after_all) in [
        (json!("undecided"), false, false),
        (json!("running"), true, false),
        (json!({"after_end": "7 days"}), true, true),
    ] {
        let mut play = open(window.clone());
        assert_eq!(code(play.withdraw("sam")), "forbidden", "only the initiator does");
        play.clone().withdraw("rob").unwrap();
        play.approve("sam");
        assert_eq!(play.clone().withdraw("rob").is_ok(), after_one, "{window}");
        play.approve("fay");
        let mut late = play.clone();
        assert_eq!(play.withdraw("rob").is_ok(), after_all, "{window}");
        late.now += TimeDelta::days(8);
        late.withdraw("rob").unwrap_err();
    }
    let mut play = open(json!("running"));
    let task = play.task("sam");
    let acts = [Operation::Suspend, Operation::Resume, Operation::Reassign { task, to: who("ria") }];
    for act in acts {
        assert_eq!(code(operate(&mut play, act.clone(), None)), "reason:required");
        operate(&mut play, act, Some("so it is")).unwrap();
    }
    assert_eq!(play.open(), ["step_1: ria"]);
    let task = play.task("ria");
    operate(&mut play, Operation::Jump { task, to: "step_2".into() }, Some("so it is")).unwrap();
    assert_eq!(play.open(), ["step_2: fay"]);
    let mut cancelled = play.clone();
    cancelled.give(&Command::Cancel { by: who("ada"), reason: Some("so it is".into()) }).unwrap();
    assert_eq!(cancelled.outcome(), Some("cancelled"));
    let task = play.task("fay");
    operate(&mut play, Operation::Force { task, approve: true }, Some("so it is")).unwrap();
    assert_eq!(play.outcome(), Some("approved"));
    let told = serde_json::to_string(&play.events).unwrap();
    assert_eq!(told.matches("so it is").count(), 5, "each reason stands in the audit");
}

fn away(play: &mut Play, person: &str, deputy: &str, workflows: &[&str]) {
    let (from, to) = (play.now - TimeDelta::days(1), play.now + TimeDelta::days(5));
    let workflows = workflows.iter().map(|name| Name::new(name)).collect();
    play.org.deputies.push(Deputy { person: who(person), deputy: who(deputy), from, to, workflows });
}

#[test]
fn absence_gives_tasks_to_the_deputy_with_both_names_and_a_leavers_to_others() {
    let lead = || Play::new(&single(json!({"approvers": [{"role": "lead"}]})));
    let open = |mut play: Play| {
        play.start("rob");
        play
    };
    let mut play = lead();
    away(&mut play, "sam", "ria", &[]);
    let mut play = open(play);
    assert_eq!(play.open(), ["check: ria"]);
    play.approve("ria");
    let told = serde_json::to_value(&play.events).unwrap();
    let opened = told.as_array().unwrap().iter().find(|event| event["kind"] == "task_opened").unwrap();
    assert_eq!((&opened["assignee"]["name"], &opened["via"]["of"]["name"]), (&json!("ria"), &json!("sam")));
    let mut other = lead();
    away(&mut other, "sam", "ria", &["another"]);
    assert_eq!(open(other).open(), ["check: sam"], "in other workflows alone");
    let mut over = lead();
    away(&mut over, "sam", "ria", &[]);
    over.now += TimeDelta::days(9);
    assert_eq!(open(over).open(), ["check: sam"], "for these dates alone");
    let mut ring = lead();
    away(&mut ring, "sam", "ria", &[]);
    away(&mut ring, "ria", "sam", &[]);
    assert_eq!(open(ring).open(), ["check: sam"]);
    let mut begins = open(lead());
    away(&mut begins, "sam", "ria", &[]);
    begins.give(&Command::Absent { person: who("sam"), by: None }).unwrap();
    assert_eq!(begins.open(), ["check: ria"], "what is open is handed over when it begins");
    let mut left = open(lead());
    left.leaves("sam").unwrap();
    assert_eq!(left.open(), ["check: gwen"], "a leaver's task goes to their manager");
    assert_eq!(path(&left.preview("rob")), ["check: gwen"]);
}

#[test]
fn fields_are_merged_only_where_the_node_may_write_them() {
    let node = json!({"approvers": [{"role": "lead"}],
        "fields": {"write": ["notes"], "required": ["cost"], "read": ["days"], "hide": ["amount"]}});
    let mut play = started(node);
    let kernel::workflow::NodeKind::Approval(node) = &play.workflow.nodes["check"].kind else { panic!("it is one") };
    assert_eq!((&node.read[..], &node.hide[..]), (&[Name::new("days")][..], &[Name::new("amount")][..]));
    let with = |fields: &[(&str, Value)]| Said {
        fields: fields.iter().map(|(name, value)| (Name::new(name), value.clone())).collect(),
        ..Said::default()
    };
    let decimal = |n: i64| Value::Decimal(n.into());
    assert_eq!(code(say(&mut play, "sam", Verb::Approve, with(&[("notes", Value::text("x"))]))), "cost:required");
    let foreign = with(&[("cost", decimal(1)), ("amount", decimal(1))]);
    assert_eq!(code(say(&mut play, "sam", Verb::Approve, foreign)), "amount:read_only");
    let own = with(&[("cost", decimal(7)), ("notes", Value::text("seen"))]);
    say(&mut play, "sam", Verb::Approve, own).unwrap();
    assert_eq!((&play.record.fields["cost"], play.outcome()), (&decimal(7), Some("approved")));
}

#[test]
fn due_reminds_and_then_does_one_thing_that_is_remembered_as_automatic() {
    let fired = |act: &str| {
        let then = json!({"act": act, "after": "1 day"});
        let remind = json!([{"before": "2 hours"}, "at_due", {"after": "2 hours"}]);
        let mut play = started(
            json!({"approvers": [{"role": "lead"}], "due": {"after": "1 day", "remind": remind, "then": then}}),
        );
        let begun = play.now;
        let mut told = Vec::new();
        for _ in 0..4 {
            let next = play.instance.timers.iter().min_by_key(|(_, timer)| timer.at);
            let (number, at) = next.map(|(number, timer)| (*number, timer.at)).unwrap();
            play.now = at - Duration::minutes(1);
            told.push(notices(&play.give(&Command::Fire { timer: number }).unwrap()).join(" "));
        }
        assert_eq!(told[..3], ["sam: reminder", "sam: reminder", "sam: reminder"]);
        assert_eq!(play.now - begun, Duration::days(2));
        let kept = play.events.iter().find_map(|event| match &event.what {
            What::Overdue { act, .. } => Some((act.as_str().to_owned(), event.by.is_none())),
            _ => None,
        });
        assert_eq!(kept, Some((act.to_owned(), true)), "the engine did it, and nobody else");
        (play, told.pop().unwrap())
    };
    let (play, told) = fired("notify");
    assert_eq!((play.open(), told.as_str()), (vec!["check: sam".to_owned()], "gwen: overdue"));
    assert_eq!(fired("approve").0.outcome(), Some("approved"));
    assert_eq!(fired("reject").0.outcome(), Some("rejected"));
    assert_eq!(fired("return").0.instance.status, Status::Returned);
    assert_eq!(fired("reassign_up").0.open(), ["check: gwen"]);
}

#[test]
fn batch_is_what_the_workflow_allows() {
    let mut alone = single(json!({"approvers": [{"role": "lead"}]}));
    assert!(Play::new(&alone).workflow.batch, "allowed unless it says otherwise");
    alone.batch = false;
    assert!(!Play::new(&alone).workflow.batch);
}

#[test]
fn from_mail_is_done_what_needs_nothing_but_a_reason() {
    let verbs = json!({"return": {}, "transfer": {}, "reject": {"signature": "required"}});
    let outcomes = json!({"other": {"next": "approved"}, "form": {"form": {"write": ["notes"]}, "next": "approved"}});
    let open = |by_mail: bool| {
        started(
            json!({"approvers": [{"role": "lead"}], "verbs": verbs, "outcomes": outcomes, "decide_by_mail": by_mail}),
        )
    };
    let by_link = || Said { channel: Some(Channel::MailLink), ..Said::default() };
    let outcome = |name: &str| Verb::Outcome { name: name.into() };
    let mut closed = open(false);
    assert_eq!(code(say(&mut closed, "sam", Verb::Approve, by_link())), "forbidden");
    let mut play = open(true);
    let to = Return { to: Some("check".into()), ..Return::default() };
    for verb in [Verb::Reject, Verb::Transfer { to: who("fay") }, outcome("form"), Verb::Return(to)] {
        assert_eq!(code(say(&mut play, "sam", verb, by_link())), "forbidden");
    }
    let decision = say(&mut play, "sam", outcome("other"), by_link()).unwrap();
    let noted: Vec<_> = decision.events.iter().filter(|event| event.by.is_some()).collect();
    assert!(!noted.is_empty() && noted.iter().all(|event| event.channel == Some(Channel::MailLink)));
}
