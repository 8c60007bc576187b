//! Differences between two sets of definitions are complete, and say what matters to those who run the business.

use kernel::{
    PackSource, SourceFile,
    diff::{Change, Difference, Weight, diff},
    rename::{Rename, rename},
};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

fn packs(entity: &Json) -> Vec<PackSource> {
    let pack = json!({"kind": "pack", "name": "shop", "label": "Shop", "version": "1.0.0"});
    let files = [("pack.json", &pack), ("entities/order.json", entity)];
    let files = files.into_iter().map(|(path, json)| SourceFile { path: path.into(), text: json.to_string() });
    vec![PackSource { name: "shop".into(), files: files.collect() }]
}

fn order(fields: Json) -> Json {
    json!({"kind": "entity", "name": "order", "label": "Order", "type": "document", "fields": fields})
}

fn changes(before: Json, after: Json) -> Vec<Difference> {
    diff(&packs(&order(before)), &packs(&order(after)))
}

#[test]
fn each_change_is_told_as_what_it_is() {
    let before = json!({"port": {"type": "text", "label": "Port of loading"}, "price": {"type": "decimal", "scale": 2},
                        "old": {"type": "integer"}, "gone": {"type": "date"},
                        "kind": {"type": "choice", "options": {"a": "A", "b": "B", "c": "C"}}});
    let after = json!({"port": {"type": "text", "label": "Port of loading", "required": true},
                       "price": {"type": "decimal", "scale": 4},
                       "new": {"type": "text", "renamed_from": "old"}, "more": {"type": "date", "formula": "today"},
                       "kind": {"type": "choice", "options": {"a": "A!", "d": {"label": "D", "renamed_from": ["b", "c"]}}}});
    let found = changes(before, after);
    let has = |change: Change, path: &str| found.iter().find(|d| d.change == change && d.path == path);
    let required = has(Change::Required, "fields.port.required").unwrap();
    assert_eq!(required.text, "Field *Port of loading* of *Order* became required");
    assert_eq!(required.weight, Weight::Data);
    assert_eq!(has(Change::ScaleChanged, "fields.price.scale").unwrap().after, json!(4));
    assert_eq!(has(Change::Renamed, "fields.new").unwrap().from.as_deref(), Some("old"));
    assert_eq!(has(Change::Retyped, "fields.new.type").unwrap().before, json!("integer"));
    let gone = has(Change::FieldRemoved, "fields.gone").unwrap();
    assert_eq!((gone.weight, gone.label.as_str()), (Weight::Loss, "Gone"));
    assert!(has(Change::FieldAdded, "fields.more").is_some());
    assert!(has(Change::Relabelled, "fields.kind.options.a").is_some());
    let merged = has(Change::Renamed, "fields.kind.options.d");
    assert_eq!(merged.unwrap().from.as_deref(), Some("c"), "{found:#?}");
    let lost = has(Change::OptionRemoved, "fields.kind.options.b").unwrap();
    assert_eq!(lost.text, "Field *Kind* of *Order* has lost the option *B*");
    assert_eq!(lost.label, "Kind › B");
    assert_eq!(found.first().map(|d| d.weight), Some(Weight::Loss), "what weighs most comes first");
    assert!(has(Change::FieldRemoved, "fields.old").is_none(), "a rename is no loss");
}

#[test]
fn the_form_of_a_difference_is_stable() {
    let found = changes(json!({"a": {"type": "text"}}), json!({"a": {"type": "text", "required": true}}));
    let told = json!([{"change": "required", "weight": "data", "kind": "entity", "name": "order",
                       "path": "fields.a.required", "of": "Order", "label": "A", "before": null, "after": true,
                       "text": "Field *A* of *Order* became required"}]);
    assert_eq!(serde_json::to_value(&found).unwrap(), told);
}

#[test]
fn a_renaming_is_told_as_one_however_many_places_it_touches() {
    let before = packs(&order(json!({"a": {"type": "decimal"}, "b": {"type": "decimal", "formula": "a * 2"}})));
    let system = crate::packs::pack("definitions/system");
    let all = [vec![system], before].concat();
    let after = rename(&all, &Rename::of("order.a", "c").unwrap()).unwrap();
    let found = diff(&all, &after.packs);
    assert!(found.iter().any(|d| d.change == Change::Renamed && d.path == "fields.c"));
    assert!(found.iter().all(|d| !matches!(d.change, Change::FieldAdded | Change::FieldRemoved)), "{found:#?}");
}

fn field() -> impl Strategy<Value = Json> {
    let number = (0..6_u32, any::<bool>()).prop_map(|(scale, required)| {
        let mut field = json!({"type": "decimal", "scale": scale});
        if required {
            field["required"] = json!(true);
        }
        field
    });
    let text = prop::option::of("[A-Z][a-z]{1,5}").prop_map(|label| match label {
        Some(label) => json!({"type": "text", "label": label}),
        None => json!({"type": "text"}),
    });
    let choice = prop::collection::vec("[a-d]", 1..4).prop_map(|keys| {
        let options: Map<String, Json> = keys.into_iter().map(|k| (k.clone(), json!(k.to_uppercase()))).collect();
        json!({"type": "choice", "options": options})
    });
    prop_oneof![number, text, choice]
}

fn fields() -> impl Strategy<Value = Map<String, Json>> {
    let line = prop::collection::vec(("[a-e]", field()), 1..4).prop_map(|inner| {
        let fields: Map<String, Json> = inner.into_iter().collect();
        json!({"type": "lines", "fields": fields})
    });
    let any = prop_oneof![4 => field(), 1 => line];
    prop::collection::vec(("[a-h]", any, prop::option::of("[a-h]")), 1..7).prop_map(|all| {
        let mut fields = Map::new();
        for (name, mut field, former) in all {
            if let Some(former) = former.filter(|f| *f != name) {
                field["renamed_from"] = json!(former);
            }
            fields.insert(name, field);
        }
        fields
    })
}

/// Applies differences to the definition, knowing nothing but their form.
fn apply(mut json: Json, found: &[Difference]) -> Json {
    // Deep parts before the order of what holds them; the order of the list is by weight, so it is found anew.
    let mut renames: Vec<&Difference> = found.iter().filter(|d| d.change == Change::Renamed).collect();
    renames.sort_by_key(|d| d.path.split('.').count());
    for gone in found.iter().filter(|d| d.after.is_null() && d.change != Change::Renamed) {
        // By the names of before: what was renamed above it has its old name still.
        let path = renames.iter().rev().fold(gone.path.clone(), |path, r| {
            let (parent, _) = r.path.rsplit_once('.').unwrap();
            match path.strip_prefix(&r.path) {
                Some(rest) if rest.starts_with('.') => format!("{parent}.{}{rest}", r.from.as_ref().unwrap()),
                _ => path,
            }
        });
        let (parent, key) = path.rsplit_once('.').unwrap_or(("", &path));
        at(&mut json, parent).shift_remove(key);
    }
    for d in renames {
        let (parent, key) = d.path.rsplit_once('.').unwrap();
        let object = at(&mut json, parent);
        let entries = std::mem::take(object).into_iter();
        let old = d.from.as_deref().unwrap();
        *object = entries.map(|(k, v)| (if k == old { key.to_owned() } else { k }, v)).collect();
    }
    for d in found.iter().filter(|d| !d.after.is_null() && !matches!(d.change, Change::Renamed | Change::Moved)) {
        let (parent, key) = d.path.rsplit_once('.').unwrap_or(("", &d.path));
        at(&mut json, parent).insert(key.to_owned(), d.after.clone());
    }
    for d in found.iter().filter(|d| d.change == Change::Moved) {
        let object = at(&mut json, &d.path);
        let mut entries = std::mem::take(object);
        let keys = d.after.as_array().unwrap().iter().map(|k| k.as_str().unwrap());
        *object =
            keys.map(|k| (k.to_owned(), entries.shift_remove(k).unwrap_or_else(|| panic!("{k} {found:#?}")))).collect();
    }
    json
}

fn at<'j>(json: &'j mut Json, path: &str) -> &'j mut Map<String, Json> {
    let parts = path.split('.').filter(|p| !p.is_empty());
    let place = parts.fold(json, |json, part| json.get_mut(part).unwrap_or_else(|| panic!("{path}")));
    place.as_object_mut().unwrap()
}

fn canonical(entity: &Json) -> Json {
    serde_json::from_str(&kernel::format("entities/order.json", &entity.to_string()).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn differences_applied_to_the_old_definitions_give_the_new_ones(before in fields(), after in fields()) {
        let (before, after) = (order(Json::Object(before)), order(Json::Object(after)));
        let found = diff(&packs(&before), &packs(&after));
        let made = apply(canonical(&before), &found);
        // As text: the order of keys counts.
        prop_assert_eq!(canonical(&made).to_string(), canonical(&after).to_string());
        prop_assert!(diff(&packs(&after), &packs(&after)).is_empty());
    }
}
