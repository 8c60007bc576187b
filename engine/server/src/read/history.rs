//! What of a change in a record's history its reader may see.

use kernel::{
    rights::Mask,
    sealed::{self, is_sealed},
};
use serde_json::{Map, Value as Json};

/// `lines.<id>.quantity` is the field `lines.quantity`; `lines.<id>` is the line as a whole.
pub(crate) fn path_shows(mask: &Mask, path: &str) -> bool {
    let mut parts = path.split('.');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(table), Some(_), Some(field)) => mask.shows(&format!("{table}.{field}")),
        (Some(first), _, None) => mask.shows(first),
        _ => false,
    }
}

/// A line that came or went holds all its fields: those that are hidden are taken out.
pub(crate) fn masked(mask: &Mask, path: &str, value: &Json) -> Json {
    shown(mask, path, value, masked_cell)
}

/// The same with sealed values as they are kept: for what the engine writes again, never for people.
pub(super) fn sealed(mask: &Mask, path: &str, value: &Json) -> Json {
    shown(mask, path, value, Json::clone)
}

fn shown(mask: &Mask, path: &str, value: &Json, cell: fn(&Json) -> Json) -> Json {
    match (path.split_once('.'), value) {
        (Some((table, rest)), Json::Object(line)) if !rest.contains('.') => Json::Object(
            line.iter()
                .filter(|(field, _)| *field == "id" || mask.shows(&format!("{table}.{field}")))
                .map(|(field, value)| (field.clone(), cell(value)))
                .collect::<Map<_, _>>(),
        ),
        (None, Json::Array(lines)) => {
            Json::Array(lines.iter().map(|line| shown(mask, &format!("{path}.x"), line, cell)).collect())
        }
        _ => cell(value),
    }
}

/// A cell of a line, masked if it is sealed.
fn masked_cell(value: &Json) -> Json {
    match value {
        Json::String(text) if is_sealed(text) => sealed::masked(text).into(),
        other => other.clone(),
    }
}
