//! What differences and effects are called in a reader's language.

use kernel::{
    PackSource,
    definition::Kind,
    diff::{Difference, names},
};
use serde_json::Value as Json;

use super::Effect;
use crate::studio::SITE;

/// A value that is longer as JSON is not told: nobody would read it.
const LONGEST: usize = 160;

/// Calls what differs as in a language. Long values are left out, and that the firm's own pack is there now: nobody made
/// it on purpose.
pub(super) fn translate(found: &mut Vec<Difference>, before: &[PackSource], after: &[PackSource], language: &str) {
    let is_frame = |d: &Difference| d.kind == Kind::Pack && d.name == SITE && matches!(&*d.path, "" | "needs");
    found.retain(|difference| !is_frame(difference));
    names::call(found, before, after, Some(language));
    for difference in found {
        for value in [&mut difference.before, &mut difference.after] {
            if value.to_string().len() > LONGEST {
                *value = Json::Null;
            }
        }
    }
}

/// The same for what becomes of stored values.
pub(super) fn translate_effects(found: &mut [Effect], before: &[PackSource], after: &[PackSource], language: &str) {
    let (old, new) = (names::Names::new(before, Some(language)), names::Names::new(after, Some(language)));
    for effect in found {
        let name = effect.entity.as_str();
        let of = new.title(Kind::Entity, name).or_else(|| old.title(Kind::Entity, name));
        effect.of = of.unwrap_or_else(|| effect.of.clone());
        for (path, label) in effect.fields.iter().zip(&mut effect.labels) {
            let full = format!("fields.{}", path.replace('.', ".fields."));
            let parts: Vec<&str> = full.split('.').collect();
            let all = parts.len();
            let said = |names: &names::Names| names.label(Kind::Entity, name, &parts, all);
            *label = said(&new).or_else(|| said(&old)).unwrap_or_else(|| label.clone());
        }
    }
}
