//! The packs that come with the product load without a problem, and their files are in canonical format.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use kernel::{Catalog, Name, PackSource, SourceFile};

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Reads a pack's folder.
pub(crate) fn pack(folder: &str) -> PackSource {
    let base = root().join(folder);
    let name = base.join("pack.json");
    let text = std::fs::read_to_string(&name).unwrap();
    let name = serde_json::from_str::<serde_json::Value>(&text).unwrap()["name"].as_str().unwrap().to_owned();
    let mut files = Vec::new();
    let mut folders = vec![base.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "json") {
                let relative = path.strip_prefix(&base).unwrap().to_string_lossy().replace('\\', "/");
                files.push(SourceFile { path: relative, text: std::fs::read_to_string(&path).unwrap() });
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    PackSource { name, files }
}

fn problems(packs: &[&str]) -> Vec<String> {
    let sources: Vec<PackSource> = packs.iter().map(|p| pack(p)).collect();
    let (_, problems) = Catalog::load(&sources);
    problems
        .iter()
        .map(|d| {
            format!(
                "{}[{}] {}: {}: {} {}",
                if d.severity == kernel::Severity::Error { "error" } else { "warning" },
                d.code,
                d.file,
                d.path,
                d.message,
                d.hint.clone().unwrap_or_default()
            )
        })
        .collect()
}

#[test]
fn the_trade_pack_has_no_problem() {
    assert_eq!(problems(&["definitions/system", "definitions/trade"]), Vec::<String>::new());
}

#[test]
fn the_leave_request_example_has_no_problem() {
    assert_eq!(problems(&["definitions/system", "examples/leave_request"]), Vec::<String>::new());
}

#[test]
fn all_files_are_in_canonical_format() {
    for folder in ["definitions/system", "definitions/trade", "examples/leave_request"] {
        for file in pack(folder).files {
            let formatted =
                kernel::format(&file.path, &file.text).unwrap_or_else(|d| panic!("{folder}/{}: {d:?}", file.path));
            if std::env::var_os("PORTOLAN_UPDATE").is_some() && formatted != file.text {
                std::fs::write(root().join(folder).join(&file.path), &formatted).unwrap();
                continue;
            }
            assert!(formatted == file.text, "{folder}/{} is not as `portolan fmt` writes it", file.path);
        }
    }
}

/// The trade pack with something put into the modules of its `pack.json`.
fn with_modules(change: impl FnOnce(&mut serde_json::Value)) -> Vec<PackSource> {
    let mut trade = pack("definitions/trade");
    let file = trade.files.iter_mut().find(|file| file.path == "pack.json").unwrap();
    let mut json: serde_json::Value = serde_json::from_str(&file.text).unwrap();
    change(&mut json["modules"]);
    file.text = json.to_string();
    vec![pack("definitions/system"), trade]
}

#[test]
fn a_module_names_entities_that_are_there_and_in_no_other_module() {
    let packs =
        with_modules(|modules| modules["leave"]["entities"] = serde_json::json!(["leave", "nothing", "customer"]));
    let (_, problems) = Catalog::load(&packs);
    let codes: Vec<&str> = problems.iter().map(|d| &*d.code).collect();
    assert_eq!(codes, ["E0201", "E0112"], "{problems:?}");
}

#[test]
fn nobody_has_rights_on_what_is_off_and_what_needs_it_is_told() {
    let (catalog, _) = Catalog::load(&with_modules(|_| {}));
    let catalog = Arc::new(catalog.unwrap());
    let off = BTreeSet::from([Name::new("sales")]);
    let less = catalog.switched(&off);
    assert!(less.is_off("quotation") && !less.is_off("customer") && less.entity("quotation").is_some());
    assert!(less.roles.values().all(|role| !role.can.contains_key("quotation")));
    assert!(catalog.roles.values().any(|role| role.can.contains_key("quotation")));
    assert!(Arc::ptr_eq(less.whole(), &catalog) && Arc::ptr_eq(&less.switched(&BTreeSet::new()), &catalog));
    assert_eq!(catalog.needs(&off), Vec::new());
    let crm = catalog.needs(&BTreeSet::from([Name::new("crm")]));
    assert!(crm.iter().any(|need| *need.entity == *"quotation" && need.by == "customer" && *need.to == *"customer"));
    assert_eq!(
        catalog.needs(&BTreeSet::from(["crm", "sales", "samples", "service", "receptions"].map(Name::new))),
        Vec::new()
    );
}
