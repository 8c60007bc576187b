//! Rules of this crate that the compiler cannot hold.

use std::{fs, path::Path};

fn sources(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push((path.display().to_string(), fs::read_to_string(&path).unwrap()));
        }
    }
}

fn all() -> Vec<(String, String)> {
    let mut found = Vec::new();
    sources(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/src")), &mut found);
    found
}

#[test]
fn only_one_module_hands_text_made_at_run_time_to_the_database() {
    for (path, text) in all() {
        assert_eq!(text.contains("AssertSqlSafe"), path.ends_with("/connection.rs"), "{path}");
    }
}

#[test]
fn no_statement_reads_columns_it_does_not_name() {
    for (path, text) in all() {
        assert!(!text.contains("select *"), "{path}");
    }
}
