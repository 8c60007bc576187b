//! Filters, what becomes of them for the store, and templates.

use kernel::{
    Value,
    change::NUMBER_MARK,
    definition::Condition,
    expression::{
        Env, EvalError, LowerError, Scope, Template, check_lowerable, compile, compile_condition, compile_filter, lower,
    },
    query::{Comparison, Facts, Operand, Predicate, Query},
};
use serde_json::{Value as Json, json};

use crate::expressions_world::World;

fn scope(world: &World) -> Scope<'_> {
    Scope::record(world.types(), &"request".into())
}

fn holds(filter: &Json) -> bool {
    let world = World::load();
    let expr = compile_filter(filter, &scope(&world)).unwrap_or_else(|e| panic!("{filter}: {e:?}"));
    world.eval(&expr, &world.request(&Json::Null), None).unwrap() == Value::Bool(true)
}

#[track_caller]
fn refused(filter: &Json, path: &str, code: &str, message: &str) {
    let world = World::load();
    let problems = compile_filter(filter, &scope(&world)).unwrap_err();
    let found: Vec<(&str, &str)> = problems.iter().map(|p| (p.path.as_str(), p.code.as_str())).collect();
    assert_eq!(found, [(path, code)], "{filter}: {problems:?}");
    assert!(problems[0].message.contains(message), "{}", problems[0].message);
}

fn lowered(source: &str) -> Result<Predicate, LowerError> {
    let world = World::load();
    let expr = compile(source, &scope(&world)).unwrap_or_else(|e| panic!("{source}: {e:?}"));
    let (context, facts) = (world.context(), Facts::new());
    lower(&expr, &Env::new(&context, &facts, &world))
}

fn path(path: &str) -> Vec<kernel::Name> {
    path.split('.').map(Into::into).collect()
}

fn compare(left: &str, operator: Comparison, right: impl Into<Value>) -> Predicate {
    Predicate::Compare { left: Operand::Path(path(left)), operator, right: Operand::Value(right.into()) }
}

fn decimal(text: &str) -> Value {
    Value::Decimal(text.parse().unwrap())
}

#[test]
fn filters_hold_as_they_read() {
    for filter in [
        json!(["amount", ">", 1000]),
        json!(["amount", "=", "1234.560"]),
        json!(["amount", ">", 1000.5]),
        json!([["amount", ">", 1000], ["urgent", "=", true]]),
        json!([]),
        json!({"all": [["level", "in", ["mid", "high"]], ["level", "not in", ["low"]]]}),
        json!({"any": [["amount", "<", 0], ["note", "contains", "BRULEE"]]}),
        json!({"not": ["amount", "<", 0]}),
        json!({"not": ["missing", "<", 0]}),
        json!(["missing", "is null"]),
        json!(["amount", "is not null"]),
        json!(["note", "starts", "crème"]),
        json!(["tags", "contains", "a"]),
        json!(["partner.region", "=", "north"]),
        json!(["due_on", "<", {"expr": "today + 30"}]),
        json!(["due_on", ">", "2026-03-14"]),
        json!(["quantity", "<", {"setting": "days"}]),
        json!(["owner", "=", {"expr": "user.id"}]),
        json!(["state", "!=", "sent"]),
        json!({"some": "lines", "where": ["item.hazardous", "=", true]}),
        json!({"none": "lines", "where": ["price", ">", 1000]}),
        json!({"every": "lines", "where": {"any": [["price", ">", 2], ["done", "=", true]]}}),
        json!({"some": "lines", "where": ["price", ">", {"expr": "doc.fee * 5"}]}),
        json!("amount > 1000 && urgent"),
        json!({"all": ["amount > 1000", ["urgent", "=", true]]}),
    ] {
        assert!(holds(&filter), "{filter}");
    }
    for filter in [json!(["missing", "!=", 1]), json!({"some": "parts", "where": ["count", ">", 0]})] {
        assert!(!holds(&filter), "{filter}");
    }
}

#[test]
fn problems_of_filters_have_paths() {
    refused(&json!(["amuont", ">", 1]), "0", "E0303", "there is no `amuont`");
    refused(&json!({"all": [["amount", ">", 1], ["level", "=", "hihg"]]}), "all.1.2", "E0305", "hihg");
    refused(&json!({"any": [{"not": ["amount", "~", 1]}]}), "any.0.not.1", "E0309", "no operator `~`");
    refused(&json!(["amount", ">"]), "", "E0309", "takes one value");
    refused(&json!(["amount", "is null", 1]), "", "E0309", "takes no value");
    refused(&json!(["amount", "=", null]), "2", "E0309", "nothing equals null");
    refused(&json!(["amount", "=", "many"]), "2", "E0304", "cannot be compared");
    refused(&json!(["amount", ">", {"expr": "1 +"}]), "2.expr", "E0301", "expected a value");
    refused(&json!(["amount", ">", {"setting": "x"}]), "2.setting", "E0303", "no setting `x`");
    refused(&json!(["amount", ">", {"value": 1}]), "2", "E0309", "expected a value");
    refused(&json!({"al": []}), "", "E0309", "expected a filter, but found al");
    refused(&json!({"all": 1}), "", "E0309", "expected a list");
    refused(&json!(5), "", "E0309", "expected a filter");
    refused(&json!(["lines.price", ">", 1]), "0", "E0304", "many values");
    refused(&json!(["lines", ">", 1]), "0", "E0304", "lines are not compared");
    refused(&json!({"some": "amount", "where": []}), "some", "E0304", "expected lines");
    refused(&json!({"some": "lines", "where": ["prise", ">", 1]}), "where.0", "E0303", "prise");
    refused(&json!(["amount + 1", ">", 1]), "0", "E0309", "expected a field");
    refused(&json!(["level", "in", ["low", "x"]]), "2.1", "E0305", "`x`");
    let mut deep = json!(["amount", ">", 1]);
    for _ in 0..150 {
        deep = json!({"not": deep});
    }
    let world = World::load();
    assert_eq!(compile_filter(&deep, &scope(&world)).unwrap_err()[0].code, "E0302");
}

#[test]
fn a_condition_is_an_expression_or_a_filter() {
    let world = World::load();
    for json in [json!("amount > 1000"), json!([["amount", ">", 1000]])] {
        let condition: Condition = serde_json::from_value(json).unwrap();
        let expr = compile_condition(&condition, &scope(&world)).unwrap();
        assert_eq!(world.eval(&expr, &world.request(&Json::Null), None).unwrap(), Value::Bool(true));
    }
    let condition = Condition::Expression("amount + 1".into());
    assert_eq!(compile_condition(&condition, &scope(&world)).unwrap_err()[0].code, "E0304");
}

#[test]
fn conditions_become_predicates() {
    use Comparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
    let some = |filter| Predicate::Some { lines: "lines".into(), filter: Box::new(filter) };
    let not = |inner| Predicate::Not(Box::new(inner));
    for (source, predicate) in [
        ("true", Predicate::True),
        ("1 > 2 || false", Predicate::False),
        ("amount > 1000", compare("amount", Greater, decimal("1000"))),
        ("1000 > amount", compare("amount", Less, decimal("1000"))),
        ("amount > setting.limit * 2", compare("amount", Greater, decimal("2001.00"))),
        ("quantity > 1.5", compare("quantity", GreaterOrEqual, 2)),
        ("quantity <= 1.5", compare("quantity", LessOrEqual, 1)),
        ("quantity == 1.5", Predicate::False),
        ("quantity != 1.5", not(Predicate::IsNull(path("quantity")))),
        ("due_on < today - 30", compare("due_on", Less, Value::Date("2026-10-23".parse().unwrap()))),
        ("urgent", compare("urgent", Equal, true)),
        ("!urgent", not(compare("urgent", Equal, true))),
        ("owner == user", compare("owner", Equal, Value::Id("00000000-0000-7000-8000-000000000001".parse().unwrap()))),
        ("partner.region == \"x\"", compare("partner.region", Equal, "x")),
        (
            "amount > missing",
            Predicate::Compare {
                left: Operand::Path(path("amount")),
                operator: Greater,
                right: Operand::Path(path("missing")),
            },
        ),
        (
            "urgent && amount > 1 && true",
            Predicate::All(vec![compare("urgent", Equal, true), compare("amount", Greater, decimal("1"))]),
        ),
        (
            "level in [\"low\", \"mid\"]",
            Predicate::In { operand: path("level"), values: vec!["low".into(), "mid".into()] },
        ),
        ("level in [null]", Predicate::False),
        ("\"a\" in tags", Predicate::Has { operand: path("tags"), value: "a".into() }),
        ("contains(tags, \"a\")", Predicate::Has { operand: path("tags"), value: "a".into() }),
        ("contains(note, \"ÀB \")", Predicate::Contains { operand: path("note"), text: "ab".into() }),
        ("starts_with(note, \"À\")", Predicate::StartsWith { operand: path("note"), text: "a".into() }),
        ("missing == null", Predicate::IsNull(path("missing"))),
        ("(missing ?? 0) > 5", compare("missing", Greater, decimal("5"))),
        (
            "(missing ?? 9) > 5",
            Predicate::Any(vec![compare("missing", Greater, decimal("5")), Predicate::IsNull(path("missing"))]),
        ),
        ("let.nothing > 1", compare("missing", Greater, decimal("1"))),
        ("any(lines, |l| l.price > 1)", some(compare("price", Greater, decimal("1")))),
        ("any(lines, |l| any([1, 2], |x| x > 1) && l.done)", some(compare("done", Equal, true))),
        ("all(lines, |l| l.item.hazardous)", not(some(not(compare("item.hazardous", Equal, true))))),
        (
            "any(filter(lines, |l| l.done), |l| l.days > 2)",
            some(Predicate::All(vec![compare("done", Equal, true), compare("days", Greater, 2)])),
        ),
        ("missing > 1 && null > 1", Predicate::False),
    ] {
        assert_eq!(lowered(source), Ok(predicate), "{source}");
    }
}

#[test]
fn what_the_store_cannot_compute_is_told() {
    for (source, message) in [
        ("amount * 2 > 1000", "calculate with fields"),
        ("sum(lines.price) > 5", "calculate over lines"),
        ("len(note) > 5", "compute `len`"),
        ("contains(note, city)", "fixed text"),
        ("any(lines, |l| l.price > amount)", "a line's field with values only"),
        ("at(rate, #{currency: currency, kind: \"buy\"}).value > 1", "other data"),
    ] {
        let world = World::load();
        let expr = compile(source, &scope(&world)).unwrap();
        let problem = check_lowerable(&expr).unwrap_err();
        assert_eq!(problem.code, "E0310");
        assert!(problem.message.contains(message), "{source}: {}", problem.message);
        assert!(matches!(lowered(source), Err(LowerError::NotLowerable(_))), "{source}");
    }
}

#[test]
fn constants_of_a_predicate_may_need_queries() {
    let found = lowered("amount > at(rate, #{currency: \"USD\", kind: \"buy\"}).value");
    let Err(LowerError::Eval(EvalError::Needs(queries))) = found else { panic!("{found:?}") };
    assert!(matches!(&queries[..], [Query::Effective { .. }]));
    assert!(matches!(lowered("amount > 1 / 0"), Err(LowerError::Eval(EvalError::Fault(_)))));
}

#[test]
fn all_queries_are_asked_for_at_once() {
    let world = World::load();
    let ids = ["f1", "f2", "f3", "f1"].map(|id| format!("00000000-0000-7000-8000-0000000000{id}"));
    let lines: Vec<Json> = ids.iter().map(|id| json!({"id": id, "item": id, "quantity": "2"})).collect();
    let record = world.request(&json!({"lines": lines, "partner": ids[0]}));
    let expr = compile("sum(lines, |l| l.item.weight * l.quantity) + len(partner.region)", &scope(&world)).unwrap();
    let Err(EvalError::Needs(queries)) = world.eval(&expr, &record, None) else { panic!() };
    assert_eq!(queries.len(), 4);
}

#[test]
fn a_hostile_formula_comes_to_an_end() {
    let world = World::load();
    let lines: Vec<Json> =
        (0..300).map(|i| json!({"id": format!("00000000-0000-7000-8000-{i:012}"), "days": i})).collect();
    let record = world.request(&json!({"lines": lines}));
    let source =
        "all(lines, |a| all(lines, |b| all(lines, |c| all(lines, |d| a.days + b.days + c.days + d.days >= 0))))";
    let expr = compile(source, &scope(&world)).unwrap();
    let fault = world.eval(&expr, &record, None).unwrap_err();
    assert!(matches!(fault, EvalError::Fault(f) if f.code() == "too_much_work"));
}

fn rendered(pattern: &str, patch: &Json) -> String {
    let world = World::load();
    let template = Template::compile(pattern, &scope(&world)).unwrap_or_else(|e| panic!("{pattern}: {e:?}"));
    let context = world.context();
    let record = world.request(patch);
    template.render(&Env::new(&context, &world.facts, &world).over(&record)).unwrap()
}

#[test]
fn templates_show_values_as_people_read_them() {
    let none = Json::Null;
    assert_eq!(rendered("{number} {partner}", &none), "R-0001 Acme");
    assert_eq!(rendered("{number} {partner.region}", &json!({"number": null})), format!("{NUMBER_MARK} North"));
    assert_eq!(rendered("{level}, {tags}, {state}", &none), "Middle, Alpha, Gamma, draft");
    assert_eq!(rendered("{amount} {fee * 2} {factor}", &none), "1234.56 20.00 7.123456");
    assert_eq!(rendered("{discount} off", &none), "15 % off");
    assert_eq!(rendered("{{x}} {missing}", &none), "{x}");
    assert_eq!(rendered("due {due_on}", &none), "due 2026-03-15");
    assert_eq!(rendered("{sum(lines.price)}", &none), "108.73");
}

#[test]
fn wrong_templates_are_told() {
    let world = World::load();
    let problems = Template::compile("{amuont} and {regoin}", &scope(&world)).unwrap_err();
    assert_eq!(problems.len(), 2);
    assert!(problems[0].message.contains("of {amuont}"), "{}", problems[0].message);
    assert_eq!(Template::compile("{number", &scope(&world)).unwrap_err()[0].code, "E0301");
    assert_eq!(Template::compile("{lines}", &scope(&world)).unwrap_err()[0].code, "E0304");
}

#[test]
fn a_template_asks_for_all_it_needs() {
    let world = World::load();
    let template = Template::compile("{partner} of {first(lines).item}", &scope(&world)).unwrap();
    let (context, facts) = (world.context(), Facts::new());
    let record = world.request(&Json::Null);
    let Err(EvalError::Needs(queries)) = template.render(&Env::new(&context, &facts, &world).over(&record)) else {
        panic!()
    };
    assert_eq!(queries.len(), 2);
    let wire = template.to_wire();
    assert_eq!(wire[1], json!(" of "));
    assert_eq!(wire[0]["expr"][0], json!("field"));
}
