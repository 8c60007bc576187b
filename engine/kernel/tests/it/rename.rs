//! Renaming rewrites every reference, and nothing else.

use std::collections::BTreeSet;

use kernel::{
    Catalog, Diagnostic, PackSource, SourceFile,
    rename::{Rename, rename},
};
use serde_json::json;

use crate::packs::pack;

fn trade() -> Vec<PackSource> {
    vec![pack("definitions/system"), pack("definitions/trade")]
}

fn what(path: &str, to: &str) -> Rename {
    Rename::of(path, to).unwrap()
}

fn told(problems: &[Diagnostic]) -> BTreeSet<(String, String)> {
    problems.iter().map(|d| (d.code.clone(), d.file.clone())).collect()
}

fn text<'p>(packs: &'p [PackSource], file: &str) -> &'p str {
    let (pack, path) = file.split_once('/').unwrap();
    let pack = packs.iter().find(|p| p.name == pack).unwrap();
    &pack.files.iter().find(|f| f.path == path).unwrap_or_else(|| panic!("{file}")).text
}

/// Every field and line field of the bundled pack, and every entity: a few of them, spread evenly.
#[test]
fn whatever_is_renamed_in_the_bundled_pack_leaves_no_reference_behind_and_comes_back_as_it_was() {
    let packs = trade();
    let (catalog, before) = Catalog::load(&packs);
    let catalog = catalog.unwrap();
    let of_trade = catalog.entities.values().filter(|e| *e.pack == *"trade");
    let mut paths = Vec::new();
    for entity in of_trade {
        paths.push(entity.name.to_string());
        for field in entity.fields.values() {
            paths.push(format!("{}.{}", entity.name, field.name));
            paths.extend(field.fields.keys().map(|inner| format!("{}.{}.{inner}", entity.name, field.name)));
        }
    }
    let entities = paths.iter().filter(|p| !p.contains('.')).step_by(9);
    let fields = paths.iter().filter(|p| p.contains('.')).step_by(paths.len() / 9);
    for path in entities.chain(fields) {
        let there = rename(&packs, &what(path, "quite_new")).unwrap_or_else(|d| panic!("{path}: {d:#?}"));
        let (_, after) = Catalog::load(&there.packs);
        // The label that was made of the name is written down, which somebody may translate; nothing else is new.
        let fresh: Vec<_> = told(&after).difference(&told(&before)).filter(|(c, _)| c != "W0651").cloned().collect();
        let entity_files = |f: &str| f.contains("quite_new");
        assert!(fresh.iter().all(|(_, f)| entity_files(f)), "{path}: {fresh:?}");
        let parts: Vec<&str> = path.split('.').collect();
        let renamed = match parts[..] {
            [_] => "quite_new".to_owned(),
            [entity, _] => format!("{entity}.quite_new"),
            [entity, lines, _] => format!("{entity}.{lines}.quite_new"),
            _ => unreachable!(),
        };
        let back = rename(&there.packs, &what(&renamed, parts.last().unwrap())).unwrap();
        for (now, was) in back.packs.iter().zip(&packs) {
            for (now, was) in now.files.iter().zip(&was.files) {
                assert_eq!(now.path, was.path, "{path}");
                if now.path.starts_with("entities/") {
                    let mut now: serde_json::Value = serde_json::from_str(&now.text).unwrap();
                    let was: serde_json::Value = serde_json::from_str(&was.text).unwrap();
                    without_notes(&mut now, &was);
                    assert_eq!(now, was, "{path}");
                } else {
                    assert_eq!(now.text, was.text, "{path}: {}", was.path);
                }
            }
        }
    }
}

/// Takes away what a renaming notes: former names, and a label that was made of the name.
fn without_notes(now: &mut serde_json::Value, was: &serde_json::Value) {
    let (Some(now), Some(was)) = (now.as_object_mut(), was.as_object()) else { return };
    for key in ["renamed_from", "label"] {
        if !was.contains_key(key) {
            now.shift_remove(key);
        }
    }
    for (key, value) in now {
        if let Some(was) = was.get(key) {
            without_notes(value, was);
        }
    }
}

fn small() -> Vec<PackSource> {
    let files = [
        ("pack.json", json!({"kind": "pack", "name": "shop", "label": "Shop", "version": "1.0.0"})),
        (
            "entities/thing.json",
            json!({"kind": "entity", "name": "thing", "label": "Thing", "type": "master", "title": "{code}",
                   "fields": {"code": {"type": "text"}, "price": {"type": "decimal"},
                              "grade": {"type": "text"}}}),
        ),
        (
            "entities/rate.json",
            json!({"kind": "entity", "name": "rate", "label": "Rate", "type": "setup", "title": "{kind}",
                   "fields": {"kind": {"type": "text"}, "day": {"type": "date"}, "rate": {"type": "decimal"}},
                   "effective": {"key": ["kind"], "from": "day"}}),
        ),
        (
            "entities/order.json",
            json!({"kind": "entity", "name": "order", "label": "Order", "type": "document", "title": "{thing.code} {price}",
                   "number": "O-{seq:4}",
                   "fields": {
                       "thing": {"type": "reference", "to": "thing", "fills": {"price": "price"}},
                       "price": {"type": "decimal"},
                       "day": {"type": "date"},
                       "found": {"type": "reference", "to": "thing", "formula": "find(thing, #{price: price, code: thing.code})"},
                       "rate": {"type": "decimal", "formula": "at(rate, #{\"kind\": \"price\"}, day).rate"},
                       "lines": {"type": "lines", "fields": {
                           "thing": {"type": "reference", "to": "thing"},
                           "price": {"type": "decimal", "default": "doc.price"},
                           "total": {"type": "decimal", "formula": "price * doc.price + (thing.price ?? 0)"}}},
                       "total": {"type": "decimal", "formula": "sum(lines.price) + max(lines.filter(|l| l.price > price), |price| price.price)"}
                   },
                   "rules": {"dear": {"unless": {"some": "lines", "where": [["price", "<", {"expr": "doc.price"}], ["thing.price", ">", 1]]},
                                      "message": "{price} is dear, {{price}} {thing.price}"}},
                   "search": ["thing.code", "lines.thing.code"], "indexes": [["price"]]}),
        ),
        (
            "roles/clerk.json",
            json!({"kind": "role", "name": "clerk", "label": "Clerk",
                   "can": {"order": {"read": [["price", "<", 100], ["thing.price", "<", 5]], "hide": ["lines.price"]},
                           "thing": {"read": "all"}, "rate": {"read": "all"}}}),
        ),
    ];
    let files =
        files.into_iter().map(|(path, json)| SourceFile { path: path.into(), text: json.to_string() }).collect();
    vec![pack("definitions/system"), PackSource { name: "shop".into(), files }]
}

#[test]
fn only_what_means_the_field_is_renamed() {
    let packs = small();
    let renamed = rename(&packs, &what("order.price", "amount")).unwrap();
    assert_eq!(renamed.changed, ["shop/entities/order.json", "shop/roles/clerk.json"]);
    let order: serde_json::Value = serde_json::from_str(text(&renamed.packs, "shop/entities/order.json")).unwrap();
    assert_eq!(order["title"], "{thing.code} {amount}");
    assert_eq!(order["fields"]["thing"]["fills"], json!({"amount": "price"}));
    assert_eq!(order["fields"]["amount"], json!({"type": "decimal", "renamed_from": "price", "label": "Price"}));
    assert_eq!(order["fields"]["found"]["formula"], "find(thing, #{price: amount, code: thing.code})");
    assert_eq!(order["fields"]["rate"]["formula"], "at(rate, #{\"kind\": \"price\"}, day).rate");
    assert_eq!(order["fields"]["lines"]["fields"]["price"]["default"], "doc.amount");
    assert_eq!(order["fields"]["lines"]["fields"]["total"]["formula"], "price * doc.amount + (thing.price ?? 0)");
    assert_eq!(
        order["fields"]["total"]["formula"],
        "sum(lines.price) + max(lines.filter(|l| l.price > amount), |price| price.price)"
    );
    let rule = json!({"unless": {"some": "lines", "where": [["price", "<", {"expr": "doc.amount"}], ["thing.price", ">", 1]]},
                      "message": "{amount} is dear, {{price}} {thing.price}"});
    assert_eq!(order["rules"]["dear"], rule);
    assert_eq!(order["indexes"], json!([["amount"]]));
    let role: serde_json::Value = serde_json::from_str(text(&renamed.packs, "shop/roles/clerk.json")).unwrap();
    assert_eq!(role["can"]["order"]["read"], json!([["amount", "<", 100], ["thing.price", "<", 5]]));
    assert_eq!(role["can"]["order"]["hide"], json!(["lines.price"]));

    let thing = rename(&packs, &what("thing.price", "cost")).unwrap();
    let order = text(&thing.packs, "shop/entities/order.json");
    assert!(order.contains("find(thing, #{cost: price, code: thing.code})"), "{order}");
    assert!(order.contains("\"fills\": {\"price\": \"cost\"}") && order.contains("(thing.cost ?? 0)"), "{order}");
    let lines = rename(&packs, &what("order.lines.price", "each")).unwrap();
    assert!(text(&lines.packs, "shop/roles/clerk.json").contains("lines.each"));
    let order = text(&lines.packs, "shop/entities/order.json");
    assert!(order.contains("l.each > price), |price| price.each)"), "{order}");
    let key = rename(&packs, &what("rate.kind", "sort")).unwrap();
    assert!(text(&key.packs, "shop/entities/order.json").contains("#{\\\"sort\\\": \\\"price\\\"}"));
}

#[test]
fn an_entity_moves_with_its_files_and_every_word_that_means_it() {
    let renamed = rename(&small(), &what("thing", "item")).unwrap();
    assert!(renamed.changed.contains(&"shop/entities/item.json".to_owned()), "{:?}", renamed.changed);
    let order = text(&renamed.packs, "shop/entities/order.json");
    assert!(order.contains("\"to\": \"item\"") && order.contains("find(item, #{price: price"), "{order}");
    assert!(order.contains("\"thing\": {\"type\": \"reference\""), "a field of that name stays: {order}");
    assert!(text(&renamed.packs, "shop/roles/clerk.json").contains("\"item\": {\"read\": \"all\"}"));
    assert!(text(&renamed.packs, "shop/entities/item.json").contains("\"renamed_from\": \"thing\""));
}

#[test]
fn what_cannot_be_renamed_is_told_with_what_may_be_meant() {
    let packs = small();
    let codes = |path: &str, to: &str| rename(&packs, &what(path, to)).unwrap_err()[0].clone();
    let missing = codes("order.prise", "x");
    assert_eq!((missing.code.as_str(), missing.hint.as_deref()), ("E0911", Some("did you mean `price`?")));
    assert_eq!(codes("order.price", "day").code, "E0912");
    assert_eq!(codes("order.price", "Amount").code, "E0912");
    assert_eq!(codes("order.price", "version").code, "E0912");
    assert_eq!(codes("order", "thing").code, "E0912");
    assert!(Rename::of("a.b.c.d", "x").is_none());
}
