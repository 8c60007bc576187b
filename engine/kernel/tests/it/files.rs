//! Files in fields: whose may be put where, and which a record is told to hold.

use std::sync::Arc;

use kernel::{
    Line, Name, Record, Rejection, Value,
    change::{Change, FilesChange},
    save,
};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::firm::{BOSS, Firm, OTHER, SELLER, catalog_with, told};

/// A file that somebody brought, and the records that hold it.
fn file(firm: &mut Firm, id: u128, by: Uuid, media_type: &str, uses: &[(&Record, &str)]) -> Uuid {
    let id = Uuid::from_u128(id);
    let lines = uses.iter().map(|(record, field)| {
        let fields =
            [("entity", Value::text(&record.entity)), ("record", record.id.into()), ("field", (*field).into())];
        Line { id: Uuid::nil(), fields: fields.into_iter().map(|(k, v)| (Name::new(k), v)).collect() }
    });
    let record = Record {
        entity: Name::new("sys_file"),
        id,
        version: 1,
        state: None,
        number: None,
        title: "a file".into(),
        created_at: firm.now,
        created_by: Some(by),
        updated_at: firm.now,
        updated_by: None,
        deleted_at: None,
        fields: [(Name::new("media_type"), Value::text(media_type))].into_iter().collect(),
        lines: [(Name::new("uses"), lines.collect())].into_iter().collect(),
    };
    firm.files.insert(id, Arc::new(record));
    id
}

fn ids(files: &[Uuid]) -> Json {
    json!(files.iter().map(ToString::to_string).collect::<Vec<_>>())
}

/// What a save tells of the files of its record.
fn held(firm: &Firm, by: Uuid, base: &Record, input: &Json) -> Option<FilesChange> {
    let entity = firm.catalog.entity(&base.entity).unwrap().clone();
    let input = input.as_object().unwrap();
    let saved = firm.decide(Some(by), |s| save::update(s, &entity, base, input, base.version, &[])).unwrap();
    saved.changes.into_iter().find_map(|c| if let Change::Files(files) = c { Some(files) } else { None })
}

fn pairs(held: &[kernel::change::HeldFile]) -> Vec<(Uuid, &str)> {
    held.iter().map(|h| (h.file, h.field.as_str())).collect()
}

#[test]
fn a_record_holds_the_files_that_its_writer_brought_until_they_are_taken_out() {
    let mut firm = Firm::new();
    let request = firm.request();
    let (a, b) =
        (file(&mut firm, 100, SELLER, "application/pdf", &[]), file(&mut firm, 101, SELLER, "text/plain", &[]));
    let change = held(&firm, SELLER, &request, &json!({"papers": ids(&[b, a])})).unwrap();
    assert_eq!(pairs(&change.hold), [(a, "papers"), (b, "papers")]);
    let request = firm.update(Some(SELLER), &request, json!({"papers": ids(&[b, a])})).unwrap();
    assert_eq!(request.get("papers").to_json(), ids(&[b, a]), "in the order in which they were put there");
    let change = held(&firm, SELLER, &request, &json!({"papers": ids(&[a])})).unwrap();
    assert_eq!((pairs(&change.hold), pairs(&change.release)), (vec![], vec![(b, "papers")]));
    assert_eq!(held(&firm, SELLER, &request, &json!({"note": "x"})), None);
    let as_told = json!({"papers": [{"id": b.to_string(), "name": "b.txt"}, {"id": a.to_string()}]});
    assert_eq!(held(&firm, SELLER, &request, &as_told), None, "what is told of files can be sent back");
}

#[test]
fn a_file_of_somebody_else_is_refused_like_one_that_is_not_there() {
    let mut firm = Firm::new();
    let request = firm.request();
    let theirs = file(&mut firm, 100, OTHER, "application/pdf", &[]);
    for id in [theirs, Uuid::from_u128(999)] {
        let refused = firm.update(Some(SELLER), &request, json!({"papers": ids(&[id])})).unwrap_err();
        let Rejection::Invalid(problems) = &refused else { panic!("{refused:?}") };
        assert_eq!(problems[0].message, "expected a file that you have uploaded or can see");
        assert_eq!(told(refused), [("papers".to_owned(), "no_file".to_owned())]);
    }
}

#[test]
fn a_file_that_the_writer_sees_in_a_record_can_be_put_into_another() {
    let mut firm = Firm::new();
    let request = firm.request();
    let seen = file(&mut firm, 100, BOSS, "application/pdf", &[(&request, "papers")]);
    let hidden = file(&mut firm, 101, BOSS, "application/pdf", &[(&request, "reports")]);
    assert!(held(&firm, SELLER, &request, &json!({"papers": ids(&[seen])})).is_some());
    let refused = firm.update(Some(SELLER), &request, json!({"papers": ids(&[hidden])})).unwrap_err();
    assert_eq!(told(refused), [("papers".to_owned(), "no_file".to_owned())], "it lies in a field that they do not see");
    // The other seller does not see the request.
    let mine = json!({"name": "Mine", "currency": "EUR", "owner": OTHER.to_string()});
    let partner = firm.create(Some(OTHER), "partner", mine).unwrap();
    let good = firm.create(None, "good", json!({"name": "Lamp"})).unwrap();
    let line = json!({"good": good.id.to_string(), "quantity": "1", "price": "9"});
    let input = json!({"partner": partner.id.to_string(), "rate": "8", "lines": [line], "papers": ids(&[seen])});
    let refused = firm.create(Some(OTHER), "request", input).unwrap_err();
    assert_eq!(told(refused), [("papers".to_owned(), "no_file".to_owned())]);
}

#[test]
fn pictures_are_filled_and_held_by_lines() {
    let mut firm = Firm::new();
    let (partner, _) = firm.stock();
    let photo = file(&mut firm, 100, BOSS, "image/png", &[]);
    let good = firm.create(Some(BOSS), "good", json!({"name": "Lamp", "photo": ids(&[photo])})).unwrap();
    let holder = good.clone();
    let photo = file(&mut firm, 100, BOSS, "image/png", &[(&holder, "photo")]);
    let line = json!({"good": good.id.to_string(), "quantity": "1", "price": "9"});
    let input = json!({"partner": partner.to_string(), "lines": [line]});
    let request = firm.create(Some(SELLER), "request", input.clone()).unwrap();
    assert_eq!(request.lines["lines"][0].fields["photo"].to_json(), ids(&[photo]), "filled from the good");
    // A form sends back what was filled.
    let mut sent = input;
    sent["lines"][0]["photo"] = ids(&[photo]);
    let saved = firm.saved(Some(SELLER), "request", sent).unwrap();
    let change = saved.changes.iter().find_map(|c| if let Change::Files(files) = c { Some(files) } else { None });
    assert_eq!(pairs(&change.unwrap().hold), [(photo, "lines.photo")]);
}

#[test]
fn what_is_no_picture_or_too_many_is_refused() {
    let mut firm = Firm::new();
    let text = file(&mut firm, 100, BOSS, "text/plain", &[]);
    let picture = file(&mut firm, 101, BOSS, "image/webp", &[]);
    let other = file(&mut firm, 102, BOSS, "image/png", &[]);
    let refused = |firm: &Firm, photo: Json| {
        told(firm.saved(Some(BOSS), "good", json!({"name": "Lamp", "photo": photo})).unwrap_err())
    };
    let at = |code: &str| vec![("photo".to_owned(), code.to_owned())];
    assert_eq!(refused(&firm, ids(&[text])), at("no_picture"));
    assert_eq!(refused(&firm, ids(&[picture, other])), at("too_many_files"), "one, unless `max` says more");
    assert_eq!(refused(&firm, json!("x")), at("type"));
    assert_eq!(refused(&firm, json!(["../../etc/passwd"])), at("type"));
    assert!(firm.saved(Some(BOSS), "good", json!({"name": "Lamp", "photo": []})).is_ok());
}

#[test]
fn a_draft_lets_go_of_what_may_not_be_there_and_says_so() {
    let mut firm = Firm::new();
    let request = firm.request();
    let theirs = file(&mut firm, 100, OTHER, "application/pdf", &[]);
    let entity = firm.catalog.entity("request").unwrap().clone();
    let input = json!({"papers": ids(&[theirs])});
    let draft = firm
        .decide(Some(SELLER), |s| {
            save::draft(s, &entity, Some(&request), input.as_object().unwrap(), &["papers".to_owned()])
        })
        .unwrap();
    assert_eq!(draft.record.get("papers"), Value::Null);
    assert!(draft.problems.iter().any(|p| p.path == "papers" && p.code == "no_file"), "{:?}", draft.problems);
}

#[test]
fn files_are_no_keys_and_have_no_defaults() {
    let (_, problems) = catalog_with(|path, json| {
        if path == "entities/good.json" {
            json["fields"]["photo"]["unique"] = true.into();
            json["fields"]["photo"]["options"] = json!({"a": "A"});
        }
    });
    let mut found: Vec<_> = problems.iter().filter(|d| d.code == "E0207").map(|d| d.path.as_str()).collect();
    found.sort_unstable();
    assert_eq!(found, ["fields.photo.options", "fields.photo.unique"]);
}
