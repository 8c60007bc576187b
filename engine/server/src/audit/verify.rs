//! The walk that proves histories: over all chains, all records, all signed roots, a page at a time.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde_json::{Value as Json, json};
use store::Fault;

use super::root::{Lines, from_hex, hex};
use crate::{App, Failure};

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// An entry, or a record.
    Fault(Fault),
    /// A signed root.
    Root {
        /// `root_changed`, `root_missing`, `root_unknown`.
        kind: &'static str,
        /// Which.
        what: String,
    },
}

/// How far it went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Walked {
    /// Chains that were followed.
    pub chains: u64,
    /// Entries on them.
    pub entries: u64,
    /// Signed roots.
    pub roots: u64,
}

impl Finding {
    /// As JSON, for programs.
    #[must_use]
    pub fn to_json(&self) -> Json {
        match self {
            Self::Fault(fault) => json!({
                "kind": fault.kind.as_str(), "entity": fault.entity, "id": fault.chain, "entry": fault.seq,
                "at": fault.at.map(|at: DateTime<Utc>| at.to_rfc3339()), "what": fault.what,
            }),
            Self::Root { kind, what } => json!({"kind": kind, "what": what}),
        }
    }
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fault(fault) => {
                let of = if fault.entity.is_empty() { "instance" } else { &fault.entity };
                write!(f, "{}: {of} {}", fault.kind.as_str(), fault.chain)?;
                if let Some(seq) = fault.seq {
                    write!(f, ", entry {seq}")?;
                }
                write!(f, ": {}", fault.what)?;
                fault.at.map_or(Ok(()), |at| write!(f, " ({})", at.format("%Y-%m-%d %H:%M:%S UTC")))
            }
            Self::Root { kind, what } => write!(f, "{kind}: {what}"),
        }
    }
}

impl App {
    /// Proves all histories. `key` is the public half of the key that signed the roots; that of this installation's own
    /// key if left out. What is found is told as it is found.
    ///
    /// # Errors
    /// If the disk or the store fails.
    pub async fn verify_histories(
        &self,
        key: Option<&str>,
        mut tell: impl FnMut(Finding) + Send,
    ) -> Result<Walked, Failure> {
        let mut walked = Walked::default();
        let entities = &self.published().catalog.entities;
        let mut after = None;
        loop {
            let page = self.store().verify_chains(entities, after).await?;
            walked.chains += page.chains;
            walked.entries += page.entries;
            page.faults.into_iter().map(Finding::Fault).for_each(&mut tell);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        loop {
            let page = self.store().verify_unchained(after).await?;
            page.faults.into_iter().map(Finding::Fault).for_each(&mut tell);
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        self.verify_roots(key, &mut walked, &mut tell).await?;
        Ok(walked)
    }

    async fn verify_roots(
        &self,
        key: Option<&str>,
        walked: &mut Walked,
        tell: &mut (impl FnMut(Finding) + Send),
    ) -> Result<(), Failure> {
        let mut wrong = |kind: &'static str, what: String| tell(Finding::Root { kind, what });
        let files = files(&self.options().audit_folder()).await?;
        let known = self.store().roots().await?;
        let start = self.store().chain_start().await?;
        // Without a key given, the first root says which; the others must be of the same.
        let mut key = key.map(from_hex);
        let (mut before, mut faults) = (None::<(i64, String)>, Vec::new());
        for path in &files {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let mut lines = Lines::open(path).await?;
            loop {
                let heads = lines.heads().await?;
                if heads.is_empty() {
                    break;
                }
                faults.extend(self.store().verify_listed(&heads).await?);
            }
            let said = lines.said.clone();
            let key = key.get_or_insert_with(|| said.key.clone());
            let (signed, digest) = lines.close(key);
            walked.roots += 1;
            if !signed || said.key != *key {
                wrong("root_changed", format!("{name} is not signed by this installation's key"));
            }
            if said.start != start {
                wrong("root_changed", format!("{name} says that chains begin elsewhere than the database does"));
            }
            match known.iter().find(|root| root.number == said.number).map(|root| root.digest.as_deref()) {
                Some(Some(digest_then)) if hex(digest_then) == digest => {}
                Some(None) => {}
                Some(Some(_)) => wrong("root_changed", format!("{name} is another than the database knows")),
                None => wrong("root_unknown", format!("the database knows nothing of {name}: it is an older copy")),
            }
            if let Some((number, digest)) = &before {
                if said.number > number + 1 {
                    wrong("root_missing", format!("the files of the roots {} to {}", number + 1, said.number - 1));
                } else if said.before != *digest {
                    wrong("root_changed", format!("{name} follows another root than the one before it"));
                }
            } else if said.before != "-" {
                wrong("root_missing", format!("the files of the roots before {name}"));
            }
            before = Some((said.number, digest));
        }
        let last = before.map_or(0, |(number, _)| number);
        let missing = known.iter().filter(|root| root.digest.is_some() && root.number > last);
        missing.for_each(|root| wrong("root_missing", format!("the file of root {} of {}", root.number, root.day)));
        // What the walk over the chains has told by itself is told twice here, as what a root proves.
        faults.into_iter().map(Finding::Fault).for_each(tell);
        Ok(())
    }
}

/// The files of the roots, in the order of their numbers.
async fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    let mut entries = match tokio::fs::read_dir(folder).await {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(found),
        Err(error) => return Err(error.into()),
    };
    while let Some(entry) = entries.next_entry().await? {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "root") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
