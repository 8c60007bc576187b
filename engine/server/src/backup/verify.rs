//! Whether a backup is what was written, and can be read.

use std::path::Path;

use super::{BackupError, Manifest, manifest, postgres};

/// What is not as it was written: every file's digest, every page and every table's rows of the database. Nothing where
/// all is well.
///
/// # Errors
/// If it is no backup at all, or cannot be read.
pub async fn verify(folder: &Path) -> Result<Vec<String>, BackupError> {
    let told = Manifest::read(folder)?;
    let there = {
        let folder = folder.to_owned();
        let looked = tokio::task::spawn_blocking(move || manifest::parts(&folder));
        looked.await.map_err(|error| BackupError::Place(error.to_string()))??
    };
    let mut findings = Vec::new();
    for (name, part) in &told.parts {
        match there.get(name) {
            None => findings.push(format!("{name} is missing")),
            Some(found) if found != part => findings.push(format!("{name} is not as it was written")),
            Some(_) => {}
        }
    }
    findings
        .extend(there.keys().filter(|name| !told.parts.contains_key(*name)).map(|name| format!("{name} is foreign")));
    let database = folder.join("database");
    if told.database == "sqlite" {
        let content = store::look_through(&database).await?;
        let sound = content.damage.is_empty();
        findings.extend(content.damage.into_iter().map(|damage| format!("database: {damage}")));
        if sound && content.rows != told.rows {
            findings.push("database: the tables do not hold the rows that were counted".to_owned());
        }
    } else if let Err(error) = postgres::list(&database).await {
        findings.push(format!("database: {error}"));
    }
    Ok(findings)
}
