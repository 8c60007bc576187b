//! Rules of the project that the compiler cannot hold.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::support::repository;

/// Words of the trade. They belong into definitions.
const TRADE: [&str; 6] = ["quotation", "invoice", "incoterm", "supplier", "customer", "warehouse"];

fn files(folder: &Path, ending: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, ending));
        } else if path.to_string_lossy().ends_with(ending) {
            let text = fs::read_to_string(&path).unwrap();
            found.push((path, text));
        }
    }
    found
}

/// The code of a crate, without its unit tests: these stand at the end of a file.
fn code(of: &str) -> Vec<(PathBuf, String)> {
    let mut found = files(&repository().join("engine").join(of).join("src"), ".rs");
    for (_, text) in &mut found {
        if let Some(at) = text.find("#[cfg(test)]\nmod ") {
            text.truncate(at);
        }
    }
    found
}

/// The same without comments, in which an example may be told.
fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_engine_knows_no_trade() {
    for of in ["kernel", "store", "document", "server"] {
        for (path, text) in code(of) {
            let text = without_comments(&text).to_lowercase();
            for word in TRADE {
                assert!(!text.contains(word), "{} says {word}", path.display());
            }
        }
    }
}

#[test]
fn only_the_store_knows_sql() {
    for of in ["kernel", "document", "server"] {
        for (path, text) in code(of) {
            for word in ["sqlx::", "sea_query", "\"select ", "\"insert into ", "\"update ", "\"delete from "] {
                assert!(!without_comments(&text).contains(word), "{} says {word}", path.display());
            }
        }
    }
}

#[test]
fn only_http_knows_status_codes() {
    for (path, text) in code("server") {
        let inside = path.components().any(|part| part.as_os_str() == "http");
        assert!(inside || !text.contains("StatusCode"), "{} knows status codes", path.display());
    }
}

#[test]
fn below_http_nothing_knows_of_http() {
    for (path, text) in code("server") {
        let above = ["http", "cli"].iter().any(|part| path.components().any(|c| c.as_os_str() == *part));
        assert!(above || !text.contains("crate::http"), "{} uses http", path.display());
    }
}

#[test]
fn every_module_says_what_it_is() {
    for of in ["kernel", "store", "document", "server"] {
        for (path, text) in files(&repository().join("engine").join(of).join("src"), ".rs") {
            assert!(text.starts_with("//! "), "{} does not open with //!", path.display());
        }
    }
}

#[test]
fn nothing_is_left_to_be_done_some_day() {
    for of in ["kernel", "store", "document", "server"] {
        for (path, text) in code(of) {
            for word in ["TODO", "FIXME", "XXX"] {
                assert!(!text.contains(word), "{} says {word}", path.display());
            }
        }
    }
}

#[test]
fn every_path_that_a_document_names_is_there() {
    let documents =
        ["README.md", "engine/ARCHITECTURE.md", "definitions/README.md", "migrations/README.md", "examples/README.md"];
    for document in documents {
        let Ok(text) = fs::read_to_string(repository().join(document)) else { continue };
        for part in text.split('`').skip(1).step_by(2) {
            let tops = ["engine/", "builder-ui/", "definitions/", "migrations/", "examples/", ".tools/"];
            let is_path =
                tops.iter().any(|top| part.starts_with(top)) && !part.contains(['<', '*', ' ', '{', '…', '$']);
            if is_path {
                assert!(repository().join(part).exists(), "{document} names {part}");
            }
        }
    }
}

#[test]
fn the_app_can_say_whatever_is_noted_in_the_audit() {
    let mut kinds: Vec<String> = vec!["setting".to_owned()];
    for (_, text) in code("server") {
        for call in text.split(".note(").skip(1) {
            // Who, then what: `app.note(Some(user), "export", …)`. Others with that name note something else.
            let what = call.split_once(", ").map(|(_, rest)| rest.trim_start()).unwrap_or_default();
            let kind = what.strip_prefix('"').and_then(|rest| rest.split_once('"')).map(|(kind, _)| kind);
            kinds.extend(kind.filter(|_| !call.starts_with(['&', '"'])).map(str::to_owned));
        }
    }
    assert!(kinds.len() > 15 && kinds.iter().any(|kind| kind == "decided_by_mail"), "{kinds:?}");
    let app = repository().join("builder-ui/src");
    let page = fs::read_to_string(app.join("features/administration/audit-page.tsx")).unwrap();
    for language in ["en", "zh_hans"] {
        let path = app.join(format!("locales/{language}/administration.json"));
        let texts: serde_json::Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        for kind in &kinds {
            assert!(texts["audit"]["did"][kind].is_string(), "no text in {language} for the audit's `{kind}`");
            let listed = page.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| word == kind);
            assert!(listed.count() >= 2, "`{kind}` is in no group of the audit's page, or has no icon");
        }
    }
}
