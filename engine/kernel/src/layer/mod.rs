//! Layers: what a firm changes of the definitions that a pack brings is kept apart from them, as *overlays*.
//!
//! An overlay says, for each named thing, which of its properties are other than the pack has them, and where it was
//! put; not how that came about. So a new version of the pack can be laid under it, and taking a change back is leaving
//! it out. `effective = pack ⊕ overlay`: [`effective`] makes the files that everything else works with, [`overlay`]
//! finds the overlay between a pack's file and the same file as somebody edited it, [`merge`] joins two edits of one.
//!
//! The form of a change, after JSON Merge Patch (RFC 7396): objects merge key by key, null takes a key away, anything
//! else replaces. Two things that a merge patch cannot say are added: `"$place": {"key": "after which"}` in an object
//! whose order matters (null: to the front), and `{"$names": {"remove": […], "place": {…}}}` for a list of names.

mod apply;
mod diff;
mod merge;

pub use apply::{Gone, apply};
pub use diff::diff;
pub use merge::{Conflict, choose, merge};

use serde_json::{Map, Value as Json};

use crate::{
    Diagnostic, PackSource, SourceFile,
    definition::{Definition, Kind, OverlayDefinition},
    load,
};

/// In an object: where keys stand, each after another one.
const PLACE: &str = "$place";
/// In place of a list of names: what is taken out of it, and where names are put.
const NAMES: &str = "$names";

/// Keys whose lists hold names, each once; an overlay changes them name by name. Other lists are replaced as a whole.
const NAME_LISTS: &[&str] =
    &["columns", "totals", "from", "search", "transitions", "read", "write", "hide", "requires", "except", "card"];

/// Objects whose keys are named by whoever writes the definition: what an overlay adds to them is named `x_…`, so that
/// no later version of the pack can mean another thing by the same name.
fn is_named(kind: Kind, parent: &str) -> bool {
    let parents: &[&str] = match kind {
        Kind::Entity => &["fields", "options", "rules", "lets", "states", "transitions", "do"],
        Kind::Workflow => &["nodes", "variables", "cases", "outcomes"],
        Kind::Pack => &["settings"],
        Kind::Form => &["layout", "tabs"],
        Kind::Menu => &["items"],
        Kind::Decision => &["rules", "inputs", "outputs"],
        _ => &[],
    };
    parents.contains(&parent)
}

/// Whether definitions of this kind can be changed by an overlay.
#[must_use]
pub fn has_overlays(kind: Kind) -> bool {
    !matches!(kind, Kind::Data | Kind::Test | Kind::Overlay)
}

/// The path of the overlay of a file inside the pack that changes it: `overlays/trade/entities/request.json`.
#[must_use]
pub fn overlay_path(pack: &str, path: &str) -> String {
    format!("{}/{pack}/{path}", Kind::Overlay.folder())
}

/// The overlay that makes `edited` out of `base`, both texts of the file at `path` of `pack`; none if they mean the same.
/// A broken edit has one too, so that work can be put aside half done.
///
/// # Errors
/// If a text is not JSON.
pub fn overlay(pack: &str, path: &str, base: &str, edited: &str) -> Result<Option<String>, Diagnostic> {
    let whole = |text: &str| canonical(path, text).map_or_else(|| plain(text), Ok);
    let (base, edited) = (whole(base)?, whole(edited)?);
    // In what has a fixed order, the canonical format puts keys in their places; only the others are to be said.
    let without = diff(&base, &edited, None);
    let settled = without.as_ref().and_then(|change| canonical(path, &apply(kind(path), &base, change).0.to_string()));
    let Some(change) = diff(&base, &edited, settled.as_ref()) else { return Ok(None) };
    let mut whole = Map::new();
    whole.insert("kind".into(), Json::from(Kind::Overlay.as_str()));
    whole.insert("name".into(), Json::from(stem(path)));
    whole.insert("of".into(), Json::from(format!("{pack}/{}", path.trim_end_matches(".json"))));
    whole.insert("change".into(), change);
    Ok(Some(load::write(&whole)))
}

/// The packs as they work: every overlay applied to the file that it changes, and left out itself.
#[must_use]
pub fn effective(packs: &[PackSource]) -> (Vec<PackSource>, Vec<Diagnostic>) {
    let mut packs = packs.to_vec();
    let mut problems = Vec::new();
    let mut overlays: Vec<(String, SourceFile)> = Vec::new();
    for pack in &mut packs {
        let (laid, kept) = std::mem::take(&mut pack.files).into_iter().partition(|file| is_overlay(&file.path));
        pack.files = kept;
        overlays.extend(laid.into_iter().map(|file| (pack.name.clone(), file)));
    }
    for (by, file) in overlays {
        let at = format!("{by}/{}", file.path);
        match load::read_file(&file.path, &file.text) {
            Ok((_, Definition::Overlay(overlay))) => {
                problems.extend(lay(&mut packs, &overlay).into_iter().map(|d| d.in_file(&at)));
            }
            Ok(_) => {}
            Err(found) => problems.extend(found.into_iter().map(|d| d.in_file(&at))),
        }
    }
    (packs, problems)
}

/// Whether a file inside a pack is an overlay.
#[must_use]
pub fn is_overlay(path: &str) -> bool {
    path.split('/').next() == Some(Kind::Overlay.folder())
}

/// The pack and the file that an overlay at a path changes.
pub(crate) fn overlaid(path: &str) -> Option<(String, String)> {
    let inner = path.strip_prefix(Kind::Overlay.folder())?.strip_prefix('/')?;
    inner.split_once('/').map(|(pack, path)| (pack.to_owned(), path.to_owned()))
}

/// Applies one overlay to the file that it changes.
fn lay(packs: &mut [PackSource], overlay: &OverlayDefinition) -> Vec<Diagnostic> {
    let (pack, path) = overlay.of.split_once('/').unwrap_or(("", &overlay.of));
    let path = format!("{path}.json");
    let kind = kind(&path);
    if !kind.is_some_and(has_overlays) {
        return vec![Diagnostic::error("E0904", "of", "definitions of this kind cannot be changed by an overlay")];
    }
    let file = packs.iter_mut().find(|p| p.name == pack).and_then(|p| p.files.iter_mut().find(|f| f.path == path));
    let Some(file) = file else {
        let told = format!("expected a file `{pack}/{path}`, but there is none");
        return vec![Diagnostic::error("E0901", "of", told).hint("remove the overlay if the pack does without it now")];
    };
    // A base that is no JSON is told where it is read.
    let Some(base) = canonical(&path, &file.text).or_else(|| plain(&file.text).ok()) else { return Vec::new() };
    let (json, gone) = apply(kind, &base, &Json::Object(overlay.change.clone()));
    let mut whole = json;
    if let (Some(kind), Some(object)) = (kind, whole.as_object_mut()) {
        let mut with_kind = Map::new();
        with_kind.insert("kind".into(), Json::from(kind.as_str()));
        with_kind.append(object);
        *object = with_kind;
    }
    file.text = load::format(&path, &whole.to_string()).unwrap_or_else(|_| whole.to_string());
    gone.into_iter().map(Gone::problem).collect()
}

/// The kind of definition that lies at a path inside a pack.
#[must_use]
pub fn kind(path: &str) -> Option<Kind> {
    load::kind_of(path.rsplit_once('/').map_or("", |(folder, _)| folder))
}

fn stem(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_suffix(".json").unwrap_or(file)
}

/// What a text means, its keys in the order of the canonical format, without `kind`; none if it is broken.
fn canonical(path: &str, text: &str) -> Option<Json> {
    let (_, definition) = load::read_file(path, text).ok()?;
    load::kind_and_json(&definition).ok().map(|(_, json)| json)
}

fn plain(text: &str) -> Result<Json, Diagnostic> {
    let mut json: Json =
        serde_json::from_str(text).map_err(|e| Diagnostic::error("E0101", "", format!("not valid JSON: {e}")))?;
    if let Some(object) = json.as_object_mut() {
        object.shift_remove("kind");
        object.shift_remove("$schema");
    }
    Ok(json)
}
