//! What the checker tells authors, and what types it finds.

use kernel::{
    Diagnostic, Name,
    definition::{EntityDefinition, FieldKind, Keyed},
    expression::{Currency, Expr, Reference, Scope, Type, compile, compile_as, parse},
};

use crate::expressions_world::World;

fn record(world: &World) -> Scope<'_> {
    Scope::record(world.types(), &"request".into())
}

fn line(world: &World) -> Scope<'_> {
    Scope::line(world.types(), &"request".into(), &"lines".into())
}

fn problem(source: &str) -> Diagnostic {
    let world = World::load();
    let mut problems = compile(source, &record(&world)).unwrap_err();
    assert_eq!(problems.len(), 1, "{source}: {problems:?}");
    problems.remove(0)
}

#[track_caller]
fn refused(source: &str, code: &str, message: &str, hint: &str) {
    let problem = problem(source);
    assert_eq!(problem.code, code, "{source}: {problem:?}");
    assert!(problem.message.contains(message), "{source}: {}", problem.message);
    assert!(problem.hint.clone().unwrap_or_default().contains(hint), "{source}: {:?}", problem.hint);
}

fn compiled(source: &str) -> Expr {
    let world = World::load();
    compile(source, &record(&world)).unwrap()
}

#[test]
fn syntax_errors_say_where_and_what_to_write() {
    refused("", "E0301", "empty", "");
    refused("1 +", "E0301", "expected a value, but found the end, at character 4", "");
    refused("amount = 5", "E0301", "expected the end, but found `=`, at character 8", "==");
    refused("urgent and maybe", "E0301", "found `and`", "&&");
    refused("urgent & maybe", "E0301", "unexpected `&`", "&&");
    refused("urgent | maybe", "E0301", "found `|`", "||");
    refused("not urgent", "E0301", "unexpected `not`", "!");
    refused("amount <> 5", "E0301", "found `>`", "!=");
    refused("note == “x”", "E0301", "unexpected `“`", "straight quotes");
    refused("note == \"x", "E0301", "not closed, at character 9", "");
    refused("lines[0]", "E0301", "expected an operator", "first");
    refused("12abc", "E0301", "letter after a number", "");
    refused("99999999999999999999", "E0301", "too many digits", "");
    refused("sum(lines, |a, b| a)", "E0301", "expected `|`", "one parameter");
    refused("if urgent 1", "E0301", "expected `{`", "");
    refused("let x = 1; x", "E0301", "unexpected `;`", "one value");
}

#[test]
fn deep_and_long_expressions_are_refused_without_harm() {
    for source in [
        format!("{}1{}", "(".repeat(200), ")".repeat(200)),
        "-".repeat(5000) + "1",
        "!".repeat(5000) + "urgent",
        vec!["1"; 3000].join("+"),
        "[".repeat(3000),
        "if urgent { 1 } else ".repeat(900) + "{ 2 }",
        format!("note{}", ".a".repeat(3000)),
        "#{a: ".repeat(500),
        "sum(".repeat(2000),
    ] {
        let problems = parse(&source).unwrap_err();
        assert_eq!(problems[0].code, "E0302", "{problems:?}");
    }
    assert_eq!(parse(&" ".repeat(30_000)).unwrap_err()[0].code, "E0302");
    assert!(compile(&vec!["1"; 90].join("+"), &record(&World::load())).is_ok());
    assert!(compile(&vec!["urgent"; 90].join("&&"), &record(&World::load())).is_ok());
}

#[test]
fn unknown_names_get_a_suggestion() {
    refused("amuont + 1", "E0303", "there is no `amuont`, at character 1", "`amount`");
    refused("partner.regoin", "E0303", "a record of `partner` has no field `regoin`, at character 9", "`region`");
    refused("sum(lines.prise)", "E0303", "a line of `lines` has no field `prise`", "`price`");
    refused("setting.dayz", "E0303", "there is no setting `dayz`", "`days`");
    refused("let.bas", "E0303", "there is no let `bas`", "`base`");
    refused("vars.x", "E0303", "there is no variable `x`", "");
    refused("uzer.name", "E0303", "there is no `uzer`", "`user`");
    refused("amount.x", "E0303", "has no field `x`", "");
    refused("suum(lines.price)", "E0307", "there is no function `suum`", "`sum`");
    refused("decide(grde).level", "E0303", "there is no decision `grde`", "`grade`");
    refused("decide(grade).levl", "E0303", "there is no `levl`", "`level`");
    refused("at(rat, #{}).value", "E0303", "there is no entity `rat`", "`rate`");
    let world = World::load();
    let problems = compile("quantity * factor", &line(&world)).unwrap_err();
    assert_eq!(problems[0].hint.as_deref(), Some("write `doc.factor` for the field of the document"));
}

#[test]
fn every_mistake_is_told_once() {
    let world = World::load();
    let problems = compile("(amuont + 1) * 2 > regoin && round(\"x\") > 1", &record(&world)).unwrap_err();
    let codes: Vec<&str> = problems.iter().map(|p| p.code.as_str()).collect();
    assert_eq!(codes, ["E0303", "E0303", "E0307"]);
}

#[test]
fn types_must_fit() {
    refused("note * 2", "E0304", "text * a whole number makes no sense", "");
    refused("urgent > 1", "E0304", "a condition cannot be compared with a whole number", "");
    refused("!amount", "E0304", "expected a condition", "!is_null");
    refused("if note { 1 } else { 2 }", "E0304", "expected a condition, but found text", "!is_null");
    refused("if urgent { 1 } else { \"x\" }", "E0304", "different types", "");
    refused("requested_on > now", "E0304", "cannot be compared", "date(");
    refused("requested_on + 1.5", "E0304", "makes no sense", "floor");
    refused("at + 1", "E0304", "makes no sense", "hours");
    refused("requested_on == \"soon\"", "E0304", "expected a date such as", "");
    refused("partner == \"Acme\"", "E0304", "expected the id of a record", "");
    refused("partner == note", "E0304", "cannot be compared", "title");
    refused("partner == owner", "E0304", "cannot be compared", "");
    refused("level > \"low\"", "E0304", "cannot be compared", "in [a, b]");
    refused("tags == \"a\"", "E0304", "cannot be compared", "in list");
    refused("lines > 1", "E0304", "cannot be compared", "count");
    refused("note in \"abc\"", "E0304", "expected a list", "contains");
    refused("sum(lines.label)", "E0304", "takes numbers", "");
    refused("any(lines, |l| l.price)", "E0304", "expected a condition", "");
    refused("round(note)", "E0307", "does not take text", "round(number, digits)");
    refused("round(1, 2, 3)", "E0307", "other arguments", "round(number, digits)");
    refused("sum(lines)", "E0307", "other arguments", "sum(lines.amount)");
    refused("|l| l", "E0304", "closure stands alone", "");
    refused("at(partner, #{})", "E0307", "not effective-dated", "");
    refused("at(rate, #{currency: currency}).value", "E0307", "the key `kind` of `rate` is missing", "");
    refused("at(rate, #{currency: currency, kind: \"midle\"}).value", "E0305", "no option `midle`", "`middle`");
    refused("find(item, |i| len(i.code) > 2)", "E0310", "cannot compute `len`", "");
    refused("count(filter(item, |i| len(i.code) > 2))", "E0310", "cannot compute `len`", "");
    refused("filter(item)", "E0307", "other arguments", "filter(lines");
    refused("sum(filter(item, |i| i.hazardous).code)", "E0304", "takes numbers", "");
}

#[test]
fn options_are_checked() {
    refused("level == \"hihg\"", "E0305", "there is no option `hihg`", "did you mean `high`?");
    refused("level in [\"low\", \"extreme\"]", "E0305", "`extreme`", "low, mid, high");
    refused("\"delta\" in tags", "E0305", "`delta`", "a, b, c");
    refused("state == \"sentt\"", "E0305", "`sentt`", "`sent`");
    refused("contains(tags, 1)", "E0304", "cannot be compared", "");
    refused("contains(tags, \"delta\")", "E0305", "`delta`", "a, b, c");
    let world = World::load();
    let wanted = compile("level", &record(&world)).unwrap().ty().clone();
    assert!(compile_as("if urgent { \"high\" } else { \"low\" }", &record(&world), &wanted).is_ok());
    assert_eq!(compile_as("\"hi\"", &record(&world), &wanted).unwrap_err()[0].code, "E0305");
}

#[test]
fn currencies_are_not_mixed() {
    refused("amount + cost", "E0306", "an amount in `doc.currency` and an amount in `setting.base_currency`", "rate");
    refused("amount > cost", "E0306", "two currencies", "");
    refused("sum(lines.price) - cost", "E0306", "two currencies", "");
    refused("partner.credit > amount", "E0306", "`doc.partner.currency`", "");
    refused("if urgent { amount } else { cost }", "E0306", "two currencies", "");
    refused("sum(lines, |l| l.price + doc.cost)", "E0306", "two currencies", "");
    for source in [
        "amount + fee",
        "amount - sum(lines.price)",
        "amount + (fee ?? 0) + 5",
        "amount * factor + cost",
        "cost / amount",
        "decimal(amount) + decimal(cost)",
        "sum(lines, |l| l.price * l.quantity) + cost",
        "let.base + fee",
        "partner.credit + first(lines).item.partner.credit * factor",
    ] {
        assert!(compile(source, &record(&World::load())).is_ok(), "{source}");
    }
    assert_eq!(*compiled("round(amount * (1 - discount), 2)").ty(), Type::Money(Currency::At("doc.currency".into())));
    assert_eq!(*compiled("amount * factor").ty(), Type::Money(Currency::Unknown));
    let world = World::load();
    assert_eq!(compile("price + doc.amount", &line(&world)).unwrap().ty(), compiled("amount").ty());
}

#[test]
fn a_formula_gives_the_currency_of_its_field() {
    let world = World::load();
    let scope = record(&world);
    let wanted = scope.type_of(&"amount".into()).unwrap();
    assert_eq!(wanted, Type::Money(Currency::At("doc.currency".into())));
    assert!(compile_as("sum(lines.price) + 1", &scope, &wanted).is_ok());
    assert!(compile_as("cost / factor", &scope, &wanted).is_ok());
    assert_eq!(compile_as("cost", &scope, &wanted).unwrap_err()[0].code, "E0306");
}

#[test]
fn types_are_found() {
    for (source, ty) in [
        ("quantity / 2", Type::Decimal),
        ("quantity * 2", Type::Integer),
        ("discount * 2.5", Type::Decimal),
        ("due_on - requested_on", Type::Integer),
        ("now - at", Type::Duration),
        ("amount / fee", Type::Decimal),
        ("note + 1", Type::Text),
        ("partner.owner", Type::Reference("user".into())),
        ("lines.label", Type::List(Box::new(Type::Text))),
        ("missing ?? 0", Type::Decimal),
        ("if urgent { today }", Type::Date),
        ("decide(grade).level", Type::Integer),
        ("floor(factor)", Type::Integer),
    ] {
        assert_eq!(*compiled(source).ty(), ty, "{source}");
    }
}

#[test]
fn what_an_expression_reads_is_told() {
    let own = |field: &str| Reference::Field { entity: "request".into(), lines: None, field: field.into(), own: true };
    let of_line = |field: &str| Reference::Field {
        entity: "request".into(),
        lines: Some("lines".into()),
        field: field.into(),
        own: true,
    };
    let other = |entity: &str, field: &str| Reference::Field {
        entity: entity.into(),
        lines: None,
        field: field.into(),
        own: false,
    };
    assert_eq!(compiled("sum(lines.price) * factor").references(), [own("lines"), of_line("price"), own("factor")]);
    assert_eq!(compiled("partner.region").references(), [own("partner"), other("partner", "region")]);
    assert_eq!(
        compiled("any(lines, |l| l.item.hazardous)").references(),
        [own("lines"), of_line("item"), other("item", "hazardous")]
    );
    assert_eq!(
        compiled("let.twice > setting.limit").references(),
        [
            Reference::Let("twice".into()),
            Reference::Let("base".into()),
            own("amount"),
            Reference::Setting("limit".into())
        ]
    );
    assert_eq!(compiled("decide(grade).level").references(), [own("amount"), Reference::Decision("grade".into())]);
    assert_eq!(compiled("today > due_on").references(), [Reference::Clock, own("due_on")]);
}

#[test]
fn a_path_is_told_from_a_computation() {
    let path = |source: &str| compiled(source).as_path().map(|p| p.join("."));
    assert_eq!(path("partner.region").as_deref(), Some("partner.region"));
    assert_eq!(path("doc.state").as_deref(), Some("state"));
    assert_eq!(path("amount + 1"), None);
}

#[test]
fn lets_that_go_round_are_told() {
    let mut world = World::load();
    let mut request = EntityDefinition::clone(&world.entities["request"]);
    request.lets.insert("base".into(), "let.twice / 2".into());
    world.entities.insert("request".into(), request.into());
    let problems = compile("let.base", &record(&world)).unwrap_err();
    assert_eq!(problems[0].code, "E0308");
    assert!(problems[0].message.contains("base → twice → base"), "{}", problems[0].message);
}

#[test]
fn a_decision_that_reads_itself_is_told() {
    let mut world = World::load();
    world.decisions["grade"].inputs.insert("own".into(), "decide(grade).level".into());
    let problems = compile("decide(grade).level", &record(&world)).unwrap_err();
    assert_eq!(problems[0].code, "E0308");
}

#[test]
fn the_columns_of_a_file_are_bare_names() {
    let world = World::load();
    let columns: Keyed<FieldKind> =
        [(Name::new("price"), FieldKind::Decimal), (Name::new("kind"), FieldKind::Text)].into_iter().collect();
    let scope = Scope::columns(world.types(), &columns);
    assert_eq!(*compile("price * 2", &scope).unwrap().ty(), Type::Decimal);
    let problems = compile("prise * 2", &scope).unwrap_err();
    assert_eq!(problems[0].hint.as_deref(), Some("did you mean `price`?"));
}

#[test]
fn scopes_allow_what_is_theirs() {
    let world = World::load();
    let entity = Name::new("request");
    let types = world.types();
    assert!(compile("vars.x", &record(&world)).is_err());
    assert!(compile("initiator.department", &Scope::workflow(types, &entity, &Keyed::new())).is_ok());
    let mapping = Scope::mapping_line(types, &entity, &"lines".into());
    assert!(compile("row.price + amount + doc.fee", &mapping).is_ok());
    let choose = Scope::choose(types, &"partner".into(), &entity);
    assert!(compile("region == doc.note && active", &choose).is_ok());
    assert!(compile("amount > 1", &choose).is_err());
    let versions = record(&world).with_versions(&entity);
    assert!(compile("old.amount < new.amount", &versions).is_ok());
    assert!(compile("old.amount < amount", &record(&world)).is_err());
    let result = Scope::decision_result(types, &world.decisions["grade"]);
    assert_eq!(*compile("min(3, level + 1)", &result).unwrap().ty(), Type::Integer);
}

/// Lets that use one before them twice: careless code would do the work of all their branches.
fn doubling(first: &str, join: &str) -> World {
    let mut world = World::load();
    let mut request = EntityDefinition::clone(&world.entities["request"]);
    request.lets.insert("l0".into(), first.into());
    for i in 1..30 {
        request.lets.insert(format!("l{i}").into(), format!("let.l{0} {join} let.l{0}", i - 1));
    }
    world.entities.insert("request".into(), request.into());
    world
}

#[test]
fn lets_that_double_each_other_are_worked_out_once() {
    let world = doubling("quantity", "+");
    let expr = compile("let.l29", &record(&world)).unwrap();
    let value = world.eval(&expr, &world.request(&serde_json::Value::Null), None).unwrap();
    assert_eq!(value, kernel::Value::Integer(7 << 29));
    let world = doubling("urgent", "&&");
    let expr = compile("let.l29", &record(&world)).unwrap();
    let problem = kernel::expression::check_lowerable(&expr).unwrap_err();
    assert!(problem.message.contains("too large"), "{}", problem.message);
}

#[test]
fn lets_as_deep_as_they_may_be_do_no_harm() {
    let mut world = World::load();
    let mut request = EntityDefinition::clone(&world.entities["request"]);
    request.lets.insert("l0".into(), "1".into());
    for i in 1..30 {
        request.lets.insert(format!("l{i}").into(), format!("let.l{} {}", i - 1, "+ 1".repeat(90)));
    }
    world.entities.insert("request".into(), request.into());
    assert_eq!(compile("let.l29 > 0", &record(&world)).unwrap_err()[0].code, "E0302");
    let source = "(maybe && let.l0 + let.l1 + let.l2 + let.l3 > 0) || let.l4 > 0";
    let expr = compile(source, &record(&world)).unwrap();
    let fault = world.eval(&expr, &world.request(&serde_json::Value::Null), None).unwrap_err();
    assert!(matches!(fault, kernel::expression::EvalError::Fault(f) if f.code() == "too_much_work"));
    let expr = compile("let.l1 > 0", &record(&world)).unwrap();
    assert_eq!(world.eval(&expr, &world.request(&serde_json::Value::Null), None).unwrap(), kernel::Value::Bool(true));
    assert!(kernel::expression::check_lowerable(&expr).is_ok());
}

#[test]
fn every_function_is_explained() {
    for function in kernel::expression::function_help() {
        assert!(function.usage.starts_with(function.name), "{function:?}");
        assert!(!function.help.is_empty(), "{function:?}");
    }
}
