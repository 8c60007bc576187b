//! Values of the richer types as a save takes them: what fits, who may refer to what, what is kept.

use kernel::{Record, Value, change::Change, save};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::firm::{BOSS, Firm, OTHER, SELLER, catalog_with, told};

fn sheet(firm: &mut Firm, by: Uuid, input: Json) -> Result<Record, Vec<(String, String)>> {
    let mut whole = json!({"name": "A"});
    whole.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
    firm.create(Some(by), "sheet", whole).map_err(told)
}

#[test]
fn values_are_read_in_all_the_ways_that_people_send_them() {
    let mut firm = Firm::new();
    for (field, sent, kept) in [
        ("origin", json!("de"), json!("DE")),
        ("origin", json!("德国"), json!("DE")),
        ("opens", json!("08:30:00"), json!("08:30")),
        ("lead", json!("2d 4h"), json!(187_200_000)),
        ("lead", json!(60_000), json!(60_000)),
        ("labels", json!(" VIP, vip ，展会"), json!(["VIP", "展会"])),
        ("code", json!("400 6381 333931"), json!("4006381333931")),
        ("shade", json!("#ABC"), json!("#aabbcc")),
        ("stars", json!("4"), json!(4)),
        ("stars", json!(0), Json::Null),
        ("spot", json!("31.23040001, 121.4737"), json!({"latitude": "31.2304", "longitude": "121.4737"})),
        ("spot", json!({"latitude": -33, "longitude": "151.2"}), json!({"latitude": "-33", "longitude": "151.2"})),
        ("at", json!({"country": "germany", "city": " Kiel ", "region": ""}), json!({"country": "DE", "city": "Kiel"})),
        ("at", json!("Nowhere 1"), json!({"street": "Nowhere 1"})),
        ("at", json!({}), Json::Null),
        ("data", json!({"size": 5}), json!("{\"size\":5}")),
        ("data", json!("{\"size\": 5}"), json!("{\"size\":5}")),
    ] {
        let record = sheet(&mut firm, SELLER, json!({field: sent})).unwrap_or_else(|e| panic!("{field} {sent}: {e:?}"));
        assert_eq!(record.get(field).to_json(), kept, "{field}: {sent}");
    }
}

#[test]
fn values_that_do_not_fit_are_refused_with_a_code_of_their_own() {
    let mut firm = Firm::new();
    for (field, sent, code) in [
        ("origin", json!("Atlantis"), "country"),
        ("opens", json!("24:00"), "time"),
        ("lead", json!("soon"), "duration"),
        ("lead", json!("31d"), "max"),
        ("labels", json!(["a", "b", "c"]), "too_many_items"),
        ("labels", json!(["x".repeat(61)]), "too_long"),
        ("code", json!("4006381333932"), "check_digit"),
        ("code", json!("40063813339"), "barcode"),
        ("shade", json!("red"), "color"),
        ("stars", json!(6), "max"),
        ("stars", json!("3.5"), "scale"),
        ("spot", json!("91, 0"), "geo"),
        ("spot", json!({"latitude": 1}), "geo"),
        ("at", json!({"planet": "Mars"}), "type"),
        ("at", json!({"country": "XX"}), "country"),
        ("data", json!({"other": 1}), "schema"),
        ("data", json!("5"), "json"),
        ("about", json!("request/01890000-0000-7000-8000-000000000000"), "option"),
        ("serial", json!("SN-1"), "computed"),
    ] {
        let found = sheet(&mut firm, SELLER, json!({field: sent})).unwrap_err();
        assert_eq!(found, [(field.to_owned(), code.to_owned())], "{field}: {sent}");
    }
}

#[test]
fn rich_text_is_cleaned_whichever_way_it_comes() {
    let mut firm = Firm::new();
    let evil = "<p onclick=\"x\">Hi</p><script>alert(1)</script>";
    let record = sheet(&mut firm, SELLER, json!({"text": evil, "name": "<img src=x onerror=y>Lamp"})).unwrap();
    assert_eq!(record.get("text"), Value::text("<p>Hi</p>"));
    assert_eq!(record.get("copied"), Value::text("Lamp"), "a formula gives no other text than people may");
    assert_eq!(sheet(&mut firm, SELLER, json!({"text": "<p><br></p>"})).unwrap().get("text"), Value::Null);
}

#[test]
fn a_list_of_records_takes_only_what_its_writer_sees_and_keeps_what_it_had() {
    let mut firm = Firm::new();
    let partner = |firm: &mut Firm, owner: Uuid, grade: &str| {
        let input = json!({"name": "P", "grade": grade, "owner": owner.to_string()});
        firm.create(None, "partner", input).unwrap().id
    };
    let (mine, theirs) = (partner(&mut firm, SELLER, "a"), partner(&mut firm, OTHER, "a"));
    let poor = partner(&mut firm, SELLER, "b");
    for (sent, code) in [
        (json!([mine, theirs]), "not_found"),
        (json!([Uuid::from_u128(99)]), "not_found"),
        (json!([poor]), "choose"),
        (json!([mine, mine, theirs, poor]), "too_many_items"),
        (json!(mine), "type"),
    ] {
        let found = sheet(&mut firm, SELLER, json!({"partners": sent})).unwrap_err();
        assert_eq!(found, [("partners".to_owned(), code.to_owned())], "{sent}");
    }
    assert_eq!(
        sheet(&mut firm, SELLER, json!({"about": format!("partner/{theirs}")})).unwrap_err(),
        [("about".to_owned(), "not_found".to_owned())]
    );
    sheet(&mut firm, SELLER, json!({"about": format!("partner/{mine}")})).unwrap();
    // What the boss put there stays when the seller adds to it, though they do not see it.
    let record = sheet(&mut firm, BOSS, json!({"partners": [theirs]})).unwrap();
    let record = firm.update(Some(SELLER), &record, json!({"partners": [theirs, mine]})).unwrap();
    assert_eq!(record.get("partners"), Value::List(vec![Value::Id(theirs), Value::Id(mine)]));
}

#[test]
fn a_number_of_a_series_is_asked_for_when_the_record_is_first_written() {
    let firm = Firm::new();
    let saved = firm.saved(Some(SELLER), "sheet", json!({"name": "A"})).unwrap();
    let Change::InsertRecord(insert) = &saved.changes[0] else { panic!("{:?}", saved.changes) };
    let [one] = insert.series.as_slice() else { panic!("{:?}", insert.series) };
    assert_eq!((&*one.field, &*one.numbering.before, one.searched), ("serial", "SN-2026-", true));
    assert_eq!(one.numbering.series, "sheet.serial/SN-2026-");
    // Later saves ask for none.
    let entity = firm.catalog.entity("sheet").unwrap().clone();
    let input = json!({"name": "B"});
    let later = firm
        .decide(Some(SELLER), |s| save::update(s, &entity, &saved.record, input.as_object().unwrap(), 1, &[]))
        .unwrap();
    assert!(later.changes.iter().all(|change| !matches!(change, Change::InsertRecord(_))));
}

#[test]
fn formulas_read_the_parts_of_an_address_and_the_search_finds_what_people_read() {
    let mut firm = Firm::new();
    let input = json!({"at": {"country": "DE", "city": "Kiel"}, "origin": "CN", "text": "<p>Ask <b>twice</b></p>"});
    let record = sheet(&mut firm, SELLER, input.clone()).unwrap();
    assert_eq!(record.get("far"), Value::Bool(true));
    let mut whole = json!({"name": "A"});
    whole.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
    let saved = firm.saved(Some(SELLER), "sheet", whole).unwrap();
    let Change::InsertRecord(insert) = &saved.changes[0] else { panic!("{:?}", saved.changes) };
    for word in ["Kiel", "China", "中国", "Ask twice"] {
        assert!(insert.search.contains(word), "{word}: {}", insert.search);
    }
    assert!(!insert.search.contains('<'), "{}", insert.search);
}

#[test]
fn definitions_say_what_a_type_needs() {
    let (_, problems) = catalog_with(|path, json| {
        if path == "entities/sheet.json" {
            let fields = json["fields"].as_object_mut().unwrap();
            fields.extend([
                ("a".to_owned(), json!({"type": "references", "to": ["partner", "good"]})),
                ("b".to_owned(), json!({"type": "any_reference"})),
                ("c".to_owned(), json!({"type": "number"})),
                ("d".to_owned(), json!({"type": "number", "series": "{sq}"})),
                ("e".to_owned(), json!({"type": "json", "schema": {"type": "nothing"}})),
                ("f".to_owned(), json!({"type": "tags", "unique": true})),
                ("g".to_owned(), json!({"type": "any_reference", "to": ["partnr"]})),
                ("h".to_owned(), json!({"type": "text", "symbology": "ean13"})),
                ("i".to_owned(), json!({"type": "number", "series": "{seq}", "default": "\"1\""})),
            ]);
        }
    });
    let mut found: Vec<_> =
        problems.iter().filter(|d| d.file.contains("sheet")).map(|d| (d.path.as_str(), d.code.as_str())).collect();
    found.sort_unstable();
    let expected = [
        ("fields.a", "E0209"),
        ("fields.b", "E0209"),
        ("fields.c", "E0209"),
        ("fields.d.series", "E0220"),
        ("fields.e.schema", "E0222"),
        ("fields.f.unique", "E0207"),
        ("fields.g.to", "E0201"),
        ("fields.h.symbology", "E0207"),
        ("fields.i", "E0209"),
    ];
    assert_eq!(found, expected);
}
