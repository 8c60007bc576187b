//! The packs that come with the product load without a problem, and their files are in canonical format.

use std::path::{Path, PathBuf};

use kernel::{Catalog, PackSource, SourceFile};

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
