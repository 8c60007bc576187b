//! The walk-through of `definitions/README.md`: what it shows is a pack without a problem, with all that it promises.

use kernel::{Catalog, PackSource, SourceFile, definition::WorkflowDefinition};
use serde_json::{Value as Json, json};

use crate::packs::{pack, root};

const MARK: &str = "<!-- The files of this walk-through are loaded by a test. -->";
const FILES: [&str; 6] = [
    "pack.json",
    "entities/equipment_request.json",
    "workflows/equipment_approval.json",
    "calendars/office.json",
    "roles/staff.json",
    "roles/committee.json",
];

/// The pack as the page shows it, each file under the path that stands above it.
fn shown() -> PackSource {
    let text = std::fs::read_to_string(root().join("definitions/README.md")).unwrap();
    let (_, shown) = text.split_once(MARK).unwrap();
    let mut rest = shown.split_once("### Time").unwrap().0;
    let mut files = Vec::new();
    for path in FILES {
        let (before, after) = rest.split_once("```json").unwrap();
        assert!(before.contains(&format!("`{path}`")), "`{path}` stands above its file");
        let (json, after) = after.split_once("```").unwrap();
        files.push(SourceFile { path: path.to_owned(), text: json.to_owned() });
        rest = after;
    }
    assert!(!rest.contains("```json"), "every file that it shows is tried");
    PackSource { name: "equipment".to_owned(), files }
}

#[test]
fn what_the_walk_through_shows_has_no_problem() {
    let (catalog, problems) = Catalog::load(&[pack("definitions/system"), shown()]);
    assert!(problems.is_empty(), "{problems:#?}");
    let catalog = catalog.unwrap();
    assert!(catalog.workflows.contains_key("equipment_approval") && catalog.calendars.contains_key("office"));
}

#[test]
fn the_walk_through_shows_a_return_adding_a_signer_a_ratio_and_a_deadline() {
    let pack = shown();
    let file = pack.files.iter().find(|file| file.path.starts_with("workflows/")).unwrap();
    let mut json: Json = serde_json::from_str(&file.text).unwrap();
    assert_eq!(json["nodes"]["committee"]["mode"], json!({"ratio": "2/3"}));
    assert!(json["nodes"]["manager"]["verbs"]["return"].is_object());
    assert!(json["nodes"]["manager"]["verbs"]["add_signer"].is_object());
    assert_eq!(json["nodes"]["manager"]["due"]["after"], "2 working_days");
    json.as_object_mut().unwrap().remove("kind");
    serde_json::from_value::<WorkflowDefinition>(json).unwrap();
}
