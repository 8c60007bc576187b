//! Forms as they are filled in, on fixtures that the browser's model runs too
//! (`builder-ui/src/features/record/model/drafts.test.ts`).

use kernel::{
    Catalog, PackSource, Record, SourceFile, Value, definition::FieldKind, expression::to_wire, save, schema::Target,
};
use serde_json::{Map, Value as Json, json};

use crate::{
    firm::{BOSS, Firm},
    packs::pack,
};

fn fixture(name: &str) -> Json {
    let path = format!("{}/tests/fixtures/drafts/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn firm(fixture: &Json) -> Firm {
    let mut firm = Firm::new();
    let file = |path: &str, json: &Json| SourceFile { path: path.into(), text: json.to_string() };
    let files = vec![
        file("pack.json", &json!({"kind": "pack", "name": "desk", "label": "Desk", "version": "1.0.0"})),
        file("entities/request.json", &fixture["entity"]),
        file(
            "roles/boss.json",
            &json!({"kind": "role", "name": "boss", "label": "Boss", "admin": true,
                "can": {"request": {"read": "all", "create": true, "update": "all"}}}),
        ),
    ];
    let (catalog, problems) = Catalog::load(&[pack("definitions/system"), PackSource { name: "desk".into(), files }]);
    firm.catalog = catalog.unwrap_or_else(|| panic!("{problems:#?}"));
    firm
}

fn at(record: &Record, path: &str) -> Value {
    match path.split('.').collect::<Vec<_>>()[..] {
        [table, id, field] => {
            let line = record.lines[table].iter().find(|l| l.id.to_string() == id).unwrap();
            line.fields.get(field).cloned().unwrap_or_default()
        }
        _ => record.get(path),
    }
}

fn put(form: &mut Map<String, Json>, path: &str, value: &Json) {
    match path.split('.').collect::<Vec<_>>()[..] {
        [table, id, field] => {
            let lines = form[table].as_array_mut().unwrap();
            let line = lines.iter_mut().find(|l| l["id"] == id).unwrap();
            line[field] = value.clone();
        }
        _ => {
            form.insert(path.to_owned(), value.clone());
        }
    }
}

#[test]
fn the_browser_is_told_the_formulas_of_the_fixture() {
    let fixture = fixture("overrides");
    let firm = firm(&fixture);
    let entity = firm.catalog.entity("request").unwrap();
    let mut order = Vec::new();
    for step in &entity.computations {
        let (path, kind) = match &step.target {
            Target::Field(name) => (name.to_string(), "field"),
            Target::LineField { lines, field } => (format!("{lines}.{field}"), "line"),
            Target::Let(_) => continue,
        };
        assert_eq!(to_wire(&step.value), fixture["wires"][&path], "{path}");
        order.push(format!("{kind}:{path}"));
    }
    assert_eq!(json!(order), fixture["order"]);
}

/// A client that sends the whole form each time, what was computed as well, and says what was changed.
#[test]
fn an_overridden_value_stays_until_its_inputs_change() {
    let fixture = fixture("overrides");
    let firm = firm(&fixture);
    let entity = firm.catalog.entity("request").unwrap().clone();
    for stored in [false, true] {
        for case in fixture["cases"].as_array().unwrap() {
            let mut form = fixture["start"].as_object().unwrap().clone();
            let draft = |base: Option<&Record>, form: &Map<String, Json>, changed: &[String]| {
                firm.decide(Some(BOSS), |s| save::draft(s, &entity, base, form, changed)).unwrap().record
            };
            let first = draft(None, &form, &[]);
            let base = stored.then_some(&first);
            for step in case["steps"].as_array().unwrap() {
                let set = step["set"].as_object().unwrap();
                for (path, value) in set {
                    put(&mut form, path, value);
                }
                let changed: Vec<String> = set.keys().cloned().collect();
                let record = draft(base, &form, &changed);
                for (path, value) in step["expect"].as_object().unwrap() {
                    let wanted = Value::Decimal(value.as_str().unwrap().parse().unwrap());
                    assert_eq!(at(&record, path), wanted, "{path} in `{}` (stored: {stored})", case["name"]);
                }
                for field in entity.columns() {
                    put(&mut form, &field.name, &record.get(&field.name).to_json());
                }
                let table = entity.fields.values().find(|f| f.kind == FieldKind::Lines).unwrap();
                for line in &record.lines["lines"] {
                    for name in table.fields.keys() {
                        let value = line.fields.get(name).cloned().unwrap_or_default();
                        put(&mut form, &format!("lines.{}.{name}", line.id), &value.to_json());
                    }
                }
            }
        }
    }
}

#[test]
fn a_value_is_asked_for_while_its_condition_holds() {
    let fixture = fixture("required");
    let firm = firm(&fixture);
    let entity = firm.catalog.entity("request").unwrap().clone();
    for field in entity.fields.values().chain(entity.fields["lines"].fields.values()) {
        let path = if entity.fields.contains_key(&field.name) {
            field.name.to_string()
        } else {
            format!("lines.{}", field.name)
        };
        let wire = |expr: &Option<_>| expr.as_ref().map_or(Json::Null, to_wire);
        assert_eq!(wire(&field.required_when), fixture["wires"][&path], "{path}");
        assert_eq!(wire(&field.visible), fixture["wires"][format!("{path}.visible")], "{path}");
    }
    for case in fixture["cases"].as_array().unwrap() {
        let values = case["values"].as_object().unwrap();
        let draft = firm.decide(Some(BOSS), |s| save::draft(s, &entity, None, values, &[])).unwrap();
        let missing = draft.problems.iter().filter(|p| ["required", "too_few"].contains(&&*p.code)).map(|p| &p.path);
        assert_eq!(
            missing.collect::<Vec<_>>(),
            case["missing"].as_array().unwrap().iter().collect::<Vec<_>>(),
            "{}",
            case["name"]
        );
        let saved = firm.decide(Some(BOSS), |s| save::create(s, &entity, values));
        assert_eq!(saved.is_ok(), case["missing"] == json!([]), "{}", case["name"]);
    }
}
