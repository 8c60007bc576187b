//! What a firm changes of a pack's definitions is kept apart from them and gives the same again.

use kernel::{Catalog, PackSource, SourceFile, layer};
use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use crate::packs::pack;

/// The files of the trade pack that can be changed by overlays.
fn files() -> Vec<SourceFile> {
    let kept = |f: &SourceFile| !["data/", "tests/"].iter().any(|start| f.path.starts_with(start));
    pack("definitions/trade").files.into_iter().filter(kept).collect()
}

fn site(files: Vec<SourceFile>) -> PackSource {
    let text = r#"{"kind": "pack", "name": "site", "label": "Our own", "version": "1.0.0", "needs": ["trade"]}"#;
    let own = SourceFile { path: "pack.json".into(), text: text.into() };
    PackSource { name: "site".into(), files: [own].into_iter().chain(files).collect() }
}

fn overlay_file(path: &str, base: &str, edited: &str) -> Option<SourceFile> {
    let text = layer::overlay("trade", path, base, edited).unwrap()?;
    Some(SourceFile { path: layer::overlay_path("trade", path), text })
}

/// The trade pack's file as it works with this overlay, and the problems' codes.
fn with(path: &str, overlay: SourceFile) -> (String, Vec<String>) {
    let (packs, problems) = layer::effective(&[pack("definitions/trade"), site(vec![overlay])]);
    let file = packs[0].files.iter().find(|f| f.path == path).unwrap();
    (file.text.clone(), problems.into_iter().map(|d| d.code).collect())
}

/// One change of a definition; numbers choose among what is there.
#[derive(Clone, Debug)]
enum Edit {
    Remove(usize, usize),
    Add(usize, usize),
    Move(usize, usize, usize),
    Text(usize, usize),
    Shuffle(usize, usize),
}

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    let n = 0..1000_usize;
    let one = prop_oneof![
        (n.clone(), n.clone()).prop_map(|(a, b)| Edit::Remove(a, b)),
        (n.clone(), n.clone()).prop_map(|(a, b)| Edit::Add(a, b)),
        (n.clone(), n.clone(), n.clone()).prop_map(|(a, b, c)| Edit::Move(a, b, c)),
        (n.clone(), n.clone()).prop_map(|(a, b)| Edit::Text(a, b)),
        (n.clone(), n).prop_map(|(a, b)| Edit::Shuffle(a, b)),
    ];
    prop::collection::vec(one, 0..12)
}

fn pointers(json: &Json, at: &str, found: &mut Vec<String>, fits: &dyn Fn(&Json) -> bool) {
    if fits(json) {
        found.push(at.to_owned());
    }
    if let Json::Object(object) = json {
        for (key, value) in object {
            let key = key.replace('~', "~0").replace('/', "~1");
            pointers(value, &format!("{at}/{key}"), found, fits);
        }
    }
}

fn pick<'j>(json: &'j mut Json, n: usize, fits: &dyn Fn(&Json) -> bool) -> Option<&'j mut Json> {
    let mut found = Vec::new();
    pointers(json, "", &mut found, fits);
    let at = found.get(n % found.len().max(1))?.clone();
    json.pointer_mut(&at)
}

fn edit(json: &mut Json, edit: &Edit) {
    let is_object = |j: &Json| j.as_object().is_some_and(|o| !o.is_empty());
    match edit {
        Edit::Remove(a, b) => {
            if let Some(Json::Object(object)) = pick(json, *a, &is_object) {
                let key = object.keys().nth(b % object.len()).unwrap().clone();
                object.shift_remove(&key);
            }
        }
        Edit::Add(a, b) => {
            if let Some(Json::Object(object)) = pick(json, *a, &is_object) {
                let at = b % (object.len() + 1);
                let mut made: Vec<(String, Json)> = std::mem::take(object).into_iter().collect();
                if !made.iter().any(|(key, _)| *key == format!("x_{b}")) {
                    made.insert(at, (format!("x_{b}"), json!({"type": "text", "label": format!("Own {a}")})));
                }
                object.extend(made);
            }
        }
        Edit::Move(a, b, c) => {
            if let Some(Json::Object(object)) = pick(json, *a, &is_object) {
                let mut made: Vec<(String, Json)> = std::mem::take(object).into_iter().collect();
                let taken = made.remove(b % made.len());
                let at = c % (made.len() + 1);
                made.insert(at, taken);
                object.extend(made);
            }
        }
        Edit::Text(a, b) => {
            if let Some(text) = pick(json, *a, &Json::is_string) {
                *text = json!(format!("other {b}"));
            }
        }
        Edit::Shuffle(a, b) => {
            if let Some(Json::Array(list)) = pick(json, *a, &Json::is_array) {
                let middle = b % (list.len() + 1);
                list.rotate_left(middle);
                if b % 3 == 0 {
                    list.pop();
                }
                list.insert(b % (list.len() + 1), json!(format!("x_{b}")));
            }
        }
    }
}

/// The same with the order of keys, which equality of objects does not look at.
fn written(json: &Json) -> String {
    json.to_string()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn a_change_makes_of_its_base_what_was_edited(file in 0..1000_usize, edits in edits()) {
        let files = files();
        let base: Json = serde_json::from_str(&files[file % files.len()].text).unwrap();
        let mut edited = base.clone();
        edits.iter().for_each(|e| edit(&mut edited, e));
        match layer::diff(&base, &edited, None) {
            None => prop_assert_eq!(written(&base), written(&edited)),
            Some(change) => {
                let (made, _) = layer::apply(None, &base, &change);
                prop_assert_eq!(written(&made), written(&edited), "by {}", change);
            }
        }
    }

    #[test]
    fn an_overlay_gives_the_canonical_text_of_what_was_edited(file in 0..1000_usize, edits in edits()) {
        let files = files();
        let SourceFile { path, text } = &files[file % files.len()];
        let mut edited: Json = serde_json::from_str(text).unwrap();
        edits.iter().for_each(|e| edit(&mut edited, e));
        // Broken edits are kept as well, but only what can be read has a canonical text.
        let Ok(canonical) = kernel::format(path, &edited.to_string()) else { return Ok(()) };
        match overlay_file(path, text, &canonical) {
            None => prop_assert_eq!(text, &canonical),
            Some(overlay) => prop_assert_eq!(with(path, overlay).0, canonical),
        }
    }

    #[test]
    fn edits_of_different_things_are_joined_without_a_question(file in 0..1000_usize, mine in edits(), theirs in edits()) {
        let files = files();
        let base: Json = serde_json::from_str(&files[file % files.len()].text).unwrap();
        let (mut me, mut they) = (base.clone(), base.clone());
        mine.iter().for_each(|e| edit(&mut me, e));
        theirs.iter().for_each(|e| edit(&mut they, e));
        prop_assert_eq!(layer::merge(&base, &base, &me), (me.clone(), vec![]));
        prop_assert_eq!(layer::merge(&base, &they, &base), (they.clone(), vec![]));
        let (one, asked) = layer::merge(&base, &they, &me);
        let (other, asked_too) = layer::merge(&base, &me, &they);
        prop_assert_eq!(asked.len(), asked_too.len());
        if asked.is_empty() && !has_lists_of_both(&base, &me, &they) {
            prop_assert_eq!(one, other);
        }
    }
}

/// Whether both changed one list of names, whose joint order depends on who comes second.
fn has_lists_of_both(base: &Json, me: &Json, they: &Json) -> bool {
    match (base, me, they) {
        (Json::Array(_), _, _) => base != me && base != they,
        (Json::Object(base), Json::Object(me), Json::Object(they)) => base.iter().any(|(key, value)| {
            let (Some(me), Some(they)) = (me.get(key), they.get(key)) else { return false };
            has_lists_of_both(value, me, they)
        }),
        _ => false,
    }
}

fn entity() -> (String, Json) {
    let path = "entities/customer.json".to_owned();
    let text = files().into_iter().find(|f| f.path == path).unwrap().text;
    (path, serde_json::from_str(&text).unwrap())
}

fn change(path: &str, base: &Json, change: impl Fn(&mut Json)) -> SourceFile {
    let mut edited = base.clone();
    change(&mut edited);
    overlay_file(path, &base.to_string(), &edited.to_string()).unwrap()
}

#[test]
fn an_overlay_holds_only_what_was_changed_and_where_it_was_put() {
    let (path, base) = entity();
    let second = base["fields"].as_object().unwrap().keys().nth(1).unwrap().clone();
    let first = base["fields"].as_object().unwrap().keys().next().unwrap().clone();
    let overlay = change(&path, &base, |json| {
        json["fields"][&second]["help"] = json!("As in the contract");
        let fields: Map<String, Json> = std::mem::take(json["fields"].as_object_mut().unwrap());
        let mut made = Map::new();
        for (key, value) in fields {
            let at_first = key == first;
            made.insert(key, value);
            if at_first {
                made.insert("x_port".into(), json!({"type": "text", "label": "Port"}));
            }
        }
        json["fields"] = Json::Object(made);
    });
    let json: Json = serde_json::from_str(&overlay.text).unwrap();
    assert_eq!(json["of"], "trade/entities/customer");
    assert_eq!(
        json["change"],
        json!({"fields": {
            &second: {"help": "As in the contract"},
            "x_port": {"type": "text", "label": "Port"},
            "$place": {"x_port": first},
        }})
    );
    assert_eq!(kernel::format(&overlay.path, &overlay.text).unwrap(), overlay.text);
    let (catalog, problems) =
        Catalog::load(&[pack("definitions/system"), pack("definitions/trade"), site(vec![overlay])]);
    let errors: Vec<_> = problems.iter().filter(|d| d.severity == kernel::Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert!(catalog.unwrap().entities["customer"].fields.contains_key("x_port"));
}

#[test]
fn what_an_overlay_finds_nothing_for_is_told_and_left_out() {
    let (path, base) = entity();
    let overlay = change(&path, &base, |json| {
        json["fields"]["x_port"] = json!({"type": "text"});
        json["fields"]["port"] = json!({"type": "text"});
    });
    let (text, codes) = with(&path, overlay);
    let made: Json = serde_json::from_str(&text).unwrap();
    assert_eq!(codes, ["W0902"], "an added thing must be named as an own one");
    assert!(made["fields"].get("port").is_none() && made["fields"].get("x_port").is_some());

    let gone = r#"{"kind": "overlay", "name": "nowhere", "of": "trade/entities/nowhere", "change": {"label": "?"}}"#;
    let of_data = r#"{"kind": "overlay", "name": "units", "of": "trade/data/units", "change": {"label": "?"}}"#;
    let displaced = r#"{"kind": "overlay", "name": "customer", "of": "trade/entities/customer",
        "change": {"fields": {"x_port": {"type": "text"}, "$place": {"x_port": "nothing"}}}}"#;
    let code = |path: &str, text: &str| {
        let file = SourceFile { path: path.into(), text: text.into() };
        layer::effective(&[pack("definitions/trade"), site(vec![file])])
            .1
            .into_iter()
            .map(|d| d.code)
            .collect::<Vec<_>>()
    };
    assert_eq!(code("overlays/trade/entities/nowhere.json", gone), ["E0901"]);
    assert_eq!(code("overlays/trade/data/units.json", of_data), ["E0904"]);
    assert_eq!(code("overlays/trade/entities/customer.json", displaced), ["W0903"]);
    assert_eq!(code("overlays/trade/entities/other.json", displaced), ["E0108"]);
}

#[test]
fn of_two_who_changed_the_same_each_value_is_told() {
    let base = json!({"label": "Offer", "fields": {"a": {"type": "text", "max": 10}, "b": {"type": "text"}}});
    let mine = json!({"label": "Quote", "fields": {"a": {"type": "text", "max": 20}, "b": {"type": "text"}}});
    let theirs = json!({"label": "Tender", "fields": {"b": {"type": "text", "required": true}}});
    let (merged, conflicts) = layer::merge(&base, &theirs, &mine);
    let paths: Vec<String> = conflicts.iter().map(|c| c.path.join("/")).collect();
    assert_eq!(paths, ["label", "fields/a"]);
    assert_eq!(merged["fields"]["a"], mine["fields"]["a"], "what they took away is whole again");
    assert_eq!(merged["fields"]["b"]["required"], true);
    let mut chosen = merged;
    for conflict in &conflicts {
        layer::choose(&mut chosen, &conflict.path, &conflict.theirs);
    }
    assert_eq!(chosen, theirs);
}
