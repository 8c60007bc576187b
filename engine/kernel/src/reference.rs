//! The reference of the format: tables made from the types' own descriptions, and what each code of a problem means.

use serde_json::Value as Json;

use crate::{
    definition::Kind,
    expression::{FunctionHelp, function_help},
    json_schema,
};

/// Codes of problems, each explained once. `E` stops a publish, `W` does not.
pub const CODES: &[(&str, &str)] = &[
    ("E0100", "The file is larger than 4 MiB."),
    ("E0101", "The file is not JSON, or nested deeper than 128 levels."),
    ("E0102", "A key that is not known here."),
    ("E0103", "A key is missing."),
    ("E0104", "A value has the wrong form."),
    ("E0105", "A word that is not one of those allowed here."),
    ("E0106", "A name has another form than `^[a-z][a-z0-9_]*$`."),
    ("E0107", "The file lies in a folder of no kind."),
    ("E0108", "Name, language or pack differ from the path of the file."),
    ("E0109", "A pack has no `pack.json`."),
    ("E0110", "Two definitions of a kind, two settings or two modules have the same name."),
    ("E0111", "A pack that is needed is not there."),
    ("E0112", "An entity is in two modules."),
    ("E0201", "No such entity."),
    ("E0202", "No such field."),
    ("E0203", "A computed field is set."),
    ("E0204", "No such role."),
    ("E0205", "The name is kept for the engine."),
    ("E0206", "More digits after the point than can be stored."),
    ("E0207", "A property that does not fit the field's type."),
    ("E0208", "Properties that exclude each other."),
    ("E0209", "A property that the field's type needs is missing or wrong."),
    ("E0210", "Formulas go in a circle."),
    ("E0211", "No such line table or transition."),
    ("E0212", "A field of another type is needed here."),
    ("W0213", "No transition leads to a state."),
    ("E0214", "Outcomes without a workflow."),
    ("E0215", "No such state."),
    ("E0216", "No such workflow."),
    ("E0217", "An outcome of the workflow leads to no state."),
    ("E0218", "No such mapping, or one between other entities."),
    ("E0219", "Not a regular expression."),
    ("E0220", "Not a pattern of document numbers."),
    ("E0222", "Not a JSON Schema."),
    ("E0231", "A row scope by owner or department, but the entity names neither."),
    ("E0232", "A right to change without the right to read."),
    ("W0233", "A field that no role may read."),
    ("W0234", "An entity on which no role has a right."),
    ("E0235", "A title that shows a field which a role that sees the record may not read."),
    ("E0243", "A `lookup` or `rollup` that cannot be kept right, or that fits the field's type not."),
    ("E0244", "Lookups, rollups and formulas of several entities go in a circle."),
    ("E0245", "A `sensitive` field in a place that would tell its value."),
    (
        "E0246",
        "An `absence` that does not say by fields who is away, who decides instead and when, or in which states it holds.",
    ),
    ("E0241", "Duplicates are looked for by what records cannot be compared by."),
    ("E0301", "An expression cannot be parsed."),
    ("E0302", "An expression is too long or nested too deeply."),
    ("E0303", "A name that is not known here."),
    ("E0304", "A value of another type is expected."),
    ("E0305", "No such option of the choice."),
    ("E0306", "Amounts of different currencies are mixed."),
    ("E0307", "A function is called that is not there, or called wrongly."),
    ("E0308", "Lets or decisions refer to each other in a ring."),
    ("E0309", "A filter has the wrong form, operator or value."),
    ("E0310", "A condition that a list, a row scope or `find` cannot compute."),
    ("E0401", "A line table is placed like a field."),
    ("E0402", "A total of what is no number."),
    ("E0403", "Related records do not refer to this entity."),
    ("E0404", "A column that is no field, or a line table."),
    ("E0405", "A list cannot be sorted by this."),
    ("E0406", "No such view."),
    ("E0407", "A menu entry shows nothing, or several things."),
    ("E0408", "A view lacks what its type needs, or says what belongs to another type."),
    ("E0409", "A board, its sum or a calendar by a field that cannot be one."),
    ("E0501", "A workflow needs exactly one start."),
    ("E0502", "An edge leads to no node."),
    ("E0503", "A node is never reached."),
    ("E0504", "No end can be reached from a node."),
    ("E0505", "There is no end."),
    ("E0506", "A loop has no approval and no wait in it."),
    ("E0507", "A join of no fork."),
    ("E0508", "A fork has no join and leads to no merge, has several joins, or no branches."),
    ("E0509", "A branch can go past its join."),
    ("E0510", "A join or branch is reached without its fork."),
    ("E0511", "Forks overlap."),
    ("E0512", "An edge leads back to the start."),
    ("E0513", "No such role."),
    ("E0514", "No such field."),
    ("E0515", "No such entity."),
    ("E0516", "No such transition."),
    ("E0517", "An end takes an outcome that the engine gives itself."),
    ("E0518", "A path to approvers leads to no people or departments."),
    ("E0519", "A step that a workflow cannot take."),
    ("E0520", "An approval names no approvers."),
    ("E0521", "A computed field is opened for writing."),
    ("E0522", "A level or count of zero."),
    ("E0524", "A pool of no role or position."),
    ("E0525", "A return to what is no other approval."),
    ("E0526", "A fork of which perhaps no branch is taken."),
    (
        "E0523",
        "A field is gone or has another type, but running instances of a workflow read it by the version that they keep; \
         told when publishing.",
    ),
    ("E0531", "No such workflow to call."),
    ("E0532", "A call of a workflow of another entity."),
    ("E0533", "Workflows call each other in a circle."),
    ("E0534", "No such variable."),
    ("E0535", "An outcome that what is called does not come to, or one of many calls."),
    ("E0536", "Something is to come back from a call that is not waited for."),
    ("E0537", "A fork without a join lies in a branch of another."),
    ("E0538", "A node that is decided by mail, though approving asks for a file or a signature."),
    ("W0501", "Two branches of a fork meet before the join."),
    ("W0502", "`repeated: skip` where the node writes fields: nobody is skipped there."),
    ("W0503", "The only approver is the initiator."),
    ("W0504", "Fields are both written and hidden."),
    ("W0505", "A part of a call that means nothing without `over`."),
    ("E0541", "No such entity."),
    ("E0542", "A test of no input."),
    ("E0543", "A test cannot be read."),
    ("E0544", "A test does not fit the type of its input."),
    ("E0545", "No such output."),
    ("E0546", "A value does not fit the type of its output."),
    ("E0547", "`else` leaves an output out."),
    ("E0548", "A hit policy that adds up or compares needs numbers."),
    ("W0541", "The table has no rows."),
    ("W0542", "No row fits: a gap, with an example."),
    ("W0543", "Several rows of a `unique` table fit, with an example."),
    ("W0544", "A row never counts: wherever it fits, one above it does."),
    ("E0560", "Working time is asked for, but no calendar is named that says when people work."),
    ("E0561", "A deadline says not when it is, or says it twice."),
    ("E0562", "An act or a receiver that makes no sense at that deadline."),
    ("E0563", "A race leads to what is no wait, approval or form task."),
    ("E0564", "A race is between fewer than two."),
    ("E0565", "A wait that never ends: its condition reads nothing that changes."),
    ("E0566", "A reminder that lies before the task itself."),
    ("E0567", "A deadline or wait goes by a field that is no date."),
    ("E0568", "A time of day that is none, or of a field that has its own."),
    (
        "E0569",
        "A value of a message for which there is no variable that could take it, or which has another type elsewhere.",
    ),
    ("W0560", "What is approved by itself leaves required fields empty."),
    ("W0561", "A message that a workflow waits for may be sent by administrators alone."),
    ("E0601", "A column cannot have this type."),
    ("E0602", "Two columns with the same heading."),
    ("E0603", "A key of an import is missing or not set."),
    ("E0604", "A record is looked up for what is no reference, or by what is no field."),
    ("E0606", "A record is looked for by nothing: neither the import nor the entity says by which fields."),
    ("E0605", "An import cannot fill fields of this type: files, lists of records, numbers of a series."),
    ("W0651", "Texts are not translated."),
    ("W0652", "A translation of a text that is not there."),
    ("E0701", "No such time zone."),
    ("E0702", "A calendar without a working day."),
    ("E0703", "Working hours cannot be read."),
    ("E0704", "A day cannot be read."),
    ("E0705", "A day stands in two lists of a calendar."),
    ("E0801", "No such record among the data."),
    ("E0802", "A time cannot be read."),
    ("E0803", "No such person among the data."),
    ("E0804", "A setting's default does not fit its type."),
    ("E0901", "An overlay of a definition that is not there."),
    (
        "W0902",
        "An overlay changes something that is not there any more, or adds a thing whose name does not begin with `x_`.",
    ),
    ("W0903", "An overlay puts something after what is not there any more."),
    ("E0904", "An overlay of data, of a test or of an overlay."),
    ("E0911", "Nothing of this name can be renamed."),
    ("E0912", "A new name that is taken, or is no name."),
];

/// The tables of the reference, in Markdown: every kind with its keys, and every code.
#[must_use]
pub fn reference() -> String {
    let mut out = String::new();
    for kind in Kind::ALL {
        let schema = json_schema(kind);
        let folder = if kind.folder().is_empty() { "pack.json".to_owned() } else { format!("{}/", kind.folder()) };
        out.push_str(&format!("### `{}` in `{folder}`\n\n{}\n\n", kind.as_str(), text(&schema)));
        table(&schema, &mut out);
        for (name, inner) in schema.get("$defs").and_then(Json::as_object).into_iter().flatten() {
            definition(kind, name, inner, &mut out);
        }
    }
    out.push_str("### Functions\n\n| function | how it is called | what it gives |\n| --- | --- | --- |\n");
    for FunctionHelp { name, usage, help } in function_help() {
        // A bar would end the cell.
        let row = format!("`{name}` | `{}` | {}", usage.replace('|', "\\|"), help.replace('|', "\\|"));
        out.push_str(&format!("| {row} |\n"));
    }
    out.push_str("\n### Problems\n\n| code | what it means |\n| --- | --- |\n");
    for (code, meaning) in CODES {
        out.push_str(&format!("| `{code}` | {meaning} |\n"));
    }
    out
}

fn definition(kind: Kind, name: &str, schema: &Json, out: &mut String) {
    // Types that several kinds share are told with the first of them.
    let first = Kind::ALL.into_iter().find(|k| json_schema(*k).get("$defs").is_some_and(|d| d.get(name).is_some()));
    if first != Some(kind) {
        return;
    }
    out.push_str(&format!("#### {name}\n\n{}\n\n", text(schema)));
    if schema.get("properties").is_some() {
        table(schema, out);
    }
    let branches = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Json::as_array);
    if let Some(branches) = branches {
        for branch in branches {
            let form = branch
                .get("const")
                .map(|c| format!("`{}`", c.as_str().unwrap_or_default()))
                .or_else(|| branch.pointer("/properties/type/const").map(|c| format!("`\"type\": {c}`")))
                .or_else(|| Some(format!("`{}`", branch.get("required")?.as_array()?.first()?.as_str()?)))
                .unwrap_or_else(|| kind_of(branch));
            let told = text(branch);
            out.push_str(&format!("* {form}{}{told}\n", if told.is_empty() { "" } else { ": " }));
        }
        out.push('\n');
    }
    if let Some(words) = schema.get("enum").and_then(Json::as_array) {
        let words: Vec<String> = words.iter().filter_map(Json::as_str).map(|w| format!("`{w}`")).collect();
        out.push_str(&format!("{}\n\n", words.join(", ")));
    }
}

fn table(schema: &Json, out: &mut String) {
    let required: Vec<&str> =
        schema.get("required").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
    out.push_str("| key | form | what it is |\n| --- | --- | --- |\n");
    for (key, property) in schema.get("properties").and_then(Json::as_object).into_iter().flatten() {
        if matches!(key.as_str(), "$schema" | "kind") {
            continue;
        }
        let star = if required.contains(&key.as_str()) { " \\*" } else { "" };
        out.push_str(&format!("| `{key}`{star} | {} | {} |\n", kind_of(property), text(property).replace('|', "\\|")));
    }
    out.push('\n');
}

fn text(schema: &Json) -> String {
    schema
        .get("description")
        .and_then(Json::as_str)
        .unwrap_or_default()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

/// The form of a value in a word or two.
fn kind_of(schema: &Json) -> String {
    if let Some(reference) = schema.get("$ref").and_then(Json::as_str) {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return format!("[{name}](#{})", name.to_lowercase());
    }
    if schema.get("pattern").is_some() {
        return "name".into();
    }
    if let Some(branches) = schema.get("anyOf").and_then(Json::as_array) {
        let kinds: Vec<String> = branches.iter().map(kind_of).filter(|k| k != "null").collect();
        return kinds.join(" or ");
    }
    if let Some(inner) = schema.get("additionalProperties").filter(|a| a.is_object()) {
        return format!("object of {}", kind_of(inner));
    }
    if let Some(items) = schema.get("items") {
        return format!("list of {}", kind_of(items));
    }
    match schema.get("type") {
        Some(Json::String(kind)) => kind.clone(),
        Some(Json::Array(kinds)) => {
            kinds.iter().filter_map(Json::as_str).filter(|k| *k != "null").collect::<Vec<_>>().join(" or ")
        }
        _ => "any".into(),
    }
}
