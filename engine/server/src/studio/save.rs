//! What somebody changes of a draft, and a draft laid on a newer version.

use kernel::{PackSource, Rejection, SourceFile, layer};
use serde_json::Value as Json;
use store::DraftRow;
use uuid::Uuid;

use super::{
    DraftError, Workspace, guard,
    workspace::{SITE, find, kind},
};
use crate::App;

/// A change of one definition.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The file, the pack first.
    pub file: String,
    /// The whole definition as it is to work; none goes back to what the pack brings, or takes an own one away.
    pub definition: Option<Json>,
}

/// Something of a definition that two changed, each to something else.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct FileConflict {
    /// The file, the pack first.
    pub file: String,
    /// The property with its three values.
    #[serde(flatten)]
    pub conflict: layer::Conflict,
}

/// Which of two changes holds.
#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The file, the pack first.
    pub file: String,
    /// The property: the keys that lead there.
    pub path: Vec<String>,
    /// Whether the draft's change holds; else the one that was published.
    pub mine: bool,
}

/// A draft's definitions may be so large in all.
const MOST_BYTES: usize = 16 << 20;

impl App {
    /// Saves changes of a draft: all or nothing. Broken definitions can be saved; what is wrong is told apart.
    ///
    /// # Errors
    /// If the draft is closed or was saved meanwhile, a file cannot be changed, or the store fails.
    pub async fn save_draft(
        &self,
        id: Uuid,
        version: i64,
        title: Option<String>,
        edits: &[Edit],
    ) -> Result<(DraftRow, Workspace), DraftError> {
        let (mut draft, mut workspace) = self.open_draft(id).await?;
        guard(&draft, version)?;
        for edit in edits {
            workspace.edit(edit)?;
        }
        draft.title = title.unwrap_or(draft.title);
        self.put_draft(draft, workspace).await
    }

    /// Lays a draft on the version in force; `choices` say what holds where both changed the same.
    ///
    /// # Errors
    /// If a conflict has no choice, the draft is closed or was saved meanwhile, or the store fails.
    pub async fn rebase_draft(
        &self,
        id: Uuid,
        version: i64,
        choices: &[Choice],
    ) -> Result<(DraftRow, Workspace), DraftError> {
        let (mut draft, workspace) = self.open_draft(id).await?;
        guard(&draft, version)?;
        let current = self.published().catalog.version;
        let (laid, conflicts) = workspace.laid_on(self.packs_of_version(current).await?, choices);
        if !conflicts.is_empty() {
            return Err(DraftError::Conflicts(conflicts));
        }
        draft.base = current;
        self.put_draft(draft, laid).await
    }

    async fn put_draft(&self, mut draft: DraftRow, workspace: Workspace) -> Result<(DraftRow, Workspace), DraftError> {
        let size: usize = workspace.site.files.iter().map(|file| file.text.len()).sum();
        if size > MOST_BYTES {
            let told = format!("expected at most {MOST_BYTES} bytes of own definitions, but there are {size}");
            return Err(Rejection::invalid("definitions", "too_large", told).into());
        }
        draft.version += 1;
        draft.updated_at = self.clock().now();
        draft.files = serde_json::to_value(&workspace.site.files).unwrap_or_default();
        if !self.store().save_draft(&draft).await? {
            // Somebody saved between reading and writing.
            guard(&self.open_draft(draft.id).await?.0, draft.version - 1)?;
        }
        Ok((draft, workspace))
    }
}

impl Workspace {
    /// Changes one definition of the draft.
    fn edit(&mut self, edit: &Edit) -> Result<(), Rejection> {
        let wrong = |told: &str| Rejection::invalid(format!("definitions.{}", edit.file), "file", told.to_owned());
        let (pack, path) = edit.file.split_once('/').ok_or_else(|| wrong("expected `pack/folder/name.json`"))?;
        if !kind(path).is_some_and(layer::has_overlays) || !path.ends_with(".json") || layer::is_overlay(path) {
            return Err(wrong("files of this kind are not changed in the studio"));
        }
        let edited = edit.definition.as_ref().map(|json| {
            let text = json.to_string();
            // What cannot be read yet is kept as it is, so that no half-done work is lost.
            kernel::format(path, &text).unwrap_or(text)
        });
        if pack == SITE {
            self.put(path, edited);
            return Ok(());
        }
        let base =
            self.vendor_text(pack, path).ok_or_else(|| wrong("there is no such file; own ones lie in `site`"))?;
        let overlay = match edited {
            None => None,
            Some(edited) => layer::overlay(pack, path, base, &edited).map_err(|d| wrong(&d.message))?,
        };
        self.put(&layer::overlay_path(pack, path), overlay);
        Ok(())
    }

    fn put(&mut self, path: &str, text: Option<String>) {
        let files = &mut self.site.files;
        let at = files.iter().position(|file| file.path == path);
        match (at, text) {
            (Some(at), None) => drop(files.remove(at)),
            (None, None) => {}
            (Some(at), Some(text)) => {
                if let Some(file) = files.get_mut(at) {
                    file.text = text;
                }
            }
            (None, Some(text)) => {
                files.push(SourceFile { path: path.to_owned(), text });
                files.sort_by(|a, b| a.path.cmp(&b.path));
            }
        }
    }

    /// The draft's changes laid on newer packs, property by property, and what both changed and nobody chose.
    #[must_use]
    pub fn laid_on(&self, packs: Vec<PackSource>, choices: &[Choice]) -> (Self, Vec<FileConflict>) {
        let before = self.begun().effective();
        let mine = self.effective();
        let files = super::workspace::site(&packs).files;
        let mut laid = Self::new(packs, files);
        let theirs = laid.effective();
        let mut conflicts = Vec::new();
        for (pack, file) in mine.iter().flat_map(|pack| pack.files.iter().map(move |file| (&pack.name, file))) {
            let was = find(&before, pack, &file.path).map(|file| file.text.as_str());
            if was == Some(file.text.as_str()) || !kind(&file.path).is_some_and(layer::has_overlays) {
                continue;
            }
            let name = format!("{pack}/{}", file.path);
            let now = find(&theirs, pack, &file.path).map(|file| file.text.as_str());
            let json = |text: Option<&str>| text.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
            let (mut merged, found) = layer::merge(&json(was), &json(now), &json(Some(&file.text)));
            for conflict in found {
                match choices.iter().find(|choice| choice.file == name && choice.path == conflict.path) {
                    Some(choice) if choice.mine => {}
                    Some(_) => layer::choose(&mut merged, &conflict.path, &conflict.theirs),
                    None => conflicts.push(FileConflict { file: name.clone(), conflict }),
                }
            }
            // A file that is not there any more is told when the draft is checked.
            let _gone = laid.edit(&Edit { file: name, definition: Some(merged) });
        }
        // What the draft takes away of the firm's own stays away.
        for file in find_gone(&before, &mine) {
            laid.put(&file, None);
        }
        (laid, conflicts)
    }
}

/// Own files that were there before and are not any more.
fn find_gone(before: &[PackSource], mine: &[PackSource]) -> Vec<String> {
    let site = |packs: &[PackSource]| {
        let pack = packs.iter().find(|pack| pack.name == SITE);
        pack.map(|pack| pack.files.iter().map(|file| file.path.clone()).collect::<Vec<_>>()).unwrap_or_default()
    };
    let kept = site(mine);
    site(before).into_iter().filter(|path| !kept.contains(path)).collect()
}
