//! A difference in an English sentence.

use serde_json::Value as Json;

use super::{Change, Difference};
use crate::definition::Kind;

/// What a kind of definition is to those who run the business.
fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Pack => "Pack",
        Kind::Entity => "Record type",
        Kind::Form => "Form",
        Kind::View => "List",
        Kind::Menu => "Menu",
        Kind::Role => "Role",
        Kind::Workflow => "Workflow",
        Kind::Decision => "Decision table",
        Kind::Mapping => "Mapping",
        Kind::Import => "Import",
        Kind::Calendar => "Calendar",
        Kind::Translations => "Translation",
        Kind::Data => "Data",
        Kind::Test => "Test",
        Kind::Overlay => "Change of a definition",
    }
}

pub(super) fn sentence(d: &Difference) -> String {
    let whole = format!("{} *{}*", noun(d.kind), d.of);
    if d.path.is_empty() {
        return match d.change {
            Change::Added => format!("{whole} is new"),
            Change::Removed => format!("{whole} is gone"),
            Change::Renamed => format!("{whole} was called `{}` in definitions", plain(&d.before)),
            Change::Moved => format!("The parts of {whole} stand in another order"),
            _ => format!("{whole} changed"),
        };
    }
    let field = format!("Field *{}* of *{}*", d.label, d.of);
    let (before, after) = (plain(&d.before), plain(&d.after));
    // An option is told after its field.
    let (of_option, option) = d.label.rsplit_once(" › ").unwrap_or(("", &d.label));
    let of_option = format!("Field *{of_option}* of *{}*", d.of);
    match d.change {
        Change::FieldAdded => format!("{field} is new"),
        Change::FieldRemoved => format!("{field} is gone; its values are kept aside"),
        Change::Renamed => format!("*{}* of *{}* was called `{before}` in definitions", d.label, d.of),
        Change::FormerNames => format!("Former names of *{}* of *{}* changed", d.label, d.of),
        Change::Relabelled if d.before.is_string() && d.after.is_string() => {
            format!("*{before}* of *{}* is now called *{after}*", d.of)
        }
        Change::Relabelled => format!("*{}* of *{}* is called or explained otherwise", d.label, d.of),
        Change::Moved => format!("The parts of *{}* of *{}* stand in another order", d.label, d.of),
        Change::Retyped => format!("{field} becomes {after} instead of {before}"),
        Change::ScaleChanged => format!("{field} keeps {after} digits after the point instead of {before}"),
        Change::Required => format!("{field} became required"),
        Change::Optional => format!("{field} is not required any more"),
        Change::FormulaChanged => format!("{field} is worked out otherwise"),
        Change::OptionAdded => format!("{of_option} has a new option *{option}*"),
        Change::OptionRemoved => format!("{of_option} has lost the option *{option}*"),
        Change::OptionsMerged => format!("{of_option} has an option *{option}* that takes over others"),
        Change::UniqueChanged => format!("Which values of *{}* no two records may share has changed", d.of),
        Change::IndexesChanged => format!("Lists of *{}* are found by other fields", d.of),
        Change::Added => format!("{whole} has a new part *{}*", d.label),
        Change::Removed => format!("{whole} has lost *{}*", d.label),
        Change::Changed => format!("*{}* of {whole} changed", d.label),
    }
}

fn plain(json: &Json) -> String {
    match json {
        Json::Null => "the usual".into(),
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}
