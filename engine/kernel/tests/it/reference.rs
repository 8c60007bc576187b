//! What is made from the types and kept in the repository is up to date. `PORTOLAN_UPDATE=1` writes it anew.

use std::{collections::BTreeSet, fs, path::Path};

use kernel::{definition::Kind, json_schema, reference};

use crate::packs::root;

fn kept(path: &Path, expected: &str) {
    if std::env::var_os("PORTOLAN_UPDATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, expected).unwrap();
    }
    let there = fs::read_to_string(path).unwrap_or_default();
    assert!(there == expected, "{} is not up to date: run the tests with PORTOLAN_UPDATE=1", path.display());
}

#[test]
fn the_json_schemas_are_those_of_the_types() {
    for kind in Kind::ALL {
        let text = format!("{}\n", serde_json::to_string_pretty(&json_schema(kind)).unwrap());
        kept(&root().join(format!("definitions/schemas/{}.json", kind.as_str())), &text);
    }
}

#[test]
fn the_tables_of_the_reference_are_those_of_the_types() {
    const MARK: &str = "<!-- From here on made from the types: do not edit. -->\n";
    let path = root().join("definitions/README.md");
    let text = fs::read_to_string(&path).unwrap();
    let (head, _) = text.split_once(MARK).unwrap();
    kept(&path, &format!("{head}{MARK}\n{}", reference::reference()));
}

fn codes_in(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            codes_in(&path, found);
        } else if !path.ends_with("reference.rs") {
            let text = fs::read_to_string(&path).unwrap();
            for piece in text.split('"').filter(|p| p.len() == 5 && (p.starts_with("E0") || p.starts_with("W0"))) {
                found.insert(piece.to_owned());
            }
        }
    }
}

#[test]
fn every_code_of_a_problem_is_explained_once() {
    let mut used = BTreeSet::new();
    codes_in(&root().join("engine/kernel/src"), &mut used);
    let explained: Vec<String> = reference::CODES.iter().map(|(code, _)| (*code).to_owned()).collect();
    let set: BTreeSet<String> = explained.iter().cloned().collect();
    assert_eq!(explained.len(), set.len(), "a code is explained twice");
    assert_eq!(used, set);
}
