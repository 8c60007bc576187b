//! From files to definitions: reading, checking each file's form, and the canonical format.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value as Json;

use crate::{Diagnostic, Name, definition::*, validate};

/// A file of definitions may not be larger than this.
pub(crate) const MAX_FILE_BYTES: usize = 4 << 20;

/// A pack as files, wherever they come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PackSource {
    /// Its name: that of its folder.
    pub name: String,
    /// Its files.
    pub files: Vec<SourceFile>,
}

/// A file of a pack.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct SourceFile {
    /// Its path inside the pack, `/` between folders.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// A definition with the place it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    /// The pack.
    pub pack: Name,
    /// The file, the pack's name first: `trade/entities/partner.json`.
    pub file: String,
    /// The definition's name.
    pub name: Name,
    /// The definition.
    pub definition: Definition,
}

/// Reads a pack's files. What cannot be read is told and left out.
#[must_use]
pub fn read_pack(pack: &PackSource) -> (Vec<Source>, Vec<Diagnostic>) {
    let mut sources = Vec::new();
    let mut problems = Vec::new();
    for file in pack.files.iter().filter(|f| f.path.ends_with(".json")) {
        let path = format!("{}/{}", pack.name, file.path);
        match read_file(&file.path, &file.text) {
            Ok((name, definition)) => {
                if let Definition::Pack(p) = &definition
                    && p.name != *pack.name
                {
                    let told = format!("expected the folder's name `{}`, but found `{}`", pack.name, p.name);
                    problems.push(Diagnostic::error("E0108", "name", told).in_file(&path));
                }
                sources.push(Source { pack: Name::new(&pack.name), file: path, name, definition });
            }
            Err(found) => problems.extend(found.into_iter().map(|d| d.in_file(&path))),
        }
    }
    if !pack.files.iter().any(|f| f.path == "pack.json") {
        problems.push(
            Diagnostic::error("E0109", "", "the pack has no `pack.json`").in_file(format!("{}/pack.json", pack.name)),
        );
    }
    (sources, problems)
}

/// Reads one file; its path inside the pack says what it must be.
pub fn read_file(path: &str, text: &str) -> Result<(Name, Definition), Vec<Diagnostic>> {
    let one = |d: Diagnostic| vec![d];
    if text.len() > MAX_FILE_BYTES {
        let told = format!("expected at most {MAX_FILE_BYTES} bytes, but the file has {}", text.len());
        return Err(one(Diagnostic::error("E0100", "", told)));
    }
    // serde_json refuses what is nested deeper than 128 levels, so nothing below can overflow the stack.
    let mut json: Json = serde_json::from_str(text).map_err(|e| {
        let told = format!("line {}, column {}: not valid JSON: {e}", e.line(), e.column());
        one(Diagnostic::error("E0101", "", told))
    })?;
    let (folder, file_name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = file_name.strip_suffix(".json").unwrap_or(file_name);
    let kind = kind_of(folder).ok_or_else(|| {
        let hint = "the folder says the kind: entities, forms, views, menus, roles, workflows, decisions, mappings, imports, calendars, translations/<language>/<folder>, data, tests, overlays/<pack>/<folder>";
        one(Diagnostic::error("E0107", "", format!("no kind of definition lies in `{folder}`")).hint(hint))
    })?;
    if json.get("kind").is_some_and(|k| k != kind.as_str()) {
        let told = format!("expected \"{}\" in this folder, but found {}", kind.as_str(), inline(&json["kind"]));
        return Err(one(Diagnostic::error("E0105", "kind", told)));
    }
    let problems = validate(kind, &json);
    if !problems.is_empty() {
        return Err(problems);
    }
    if let Some(object) = json.as_object_mut() {
        object.shift_remove("kind");
        object.shift_remove("$schema");
    }
    let definition = parse(kind, json).map_err(|e| one(Diagnostic::error("E0104", "", e.to_string())))?;
    let name = Name::new(definition_name(&definition));
    if kind != Kind::Pack && name != *stem {
        return Err(one(Diagnostic::error(
            "E0108",
            "name",
            format!("expected the file's name `{stem}`, but found `{name}`"),
        )));
    }
    if let Definition::Translations(t) = &definition
        && folder != format!("translations/{}/{}", t.language, t.of.folder()).trim_end_matches('/')
    {
        let told = format!(
            "expected the folder `translations/{}/{}`, but the file lies in `{folder}`",
            t.language,
            t.of.folder()
        );
        return Err(one(Diagnostic::error("E0108", "", told)));
    }
    if let Definition::Overlay(o) = &definition
        && path != format!("{}/{}.json", Kind::Overlay.folder(), o.of)
    {
        let told = format!(
            "expected the path of this file, `{}`, but found `{}`",
            path.trim_start_matches("overlays/").trim_end_matches(".json"),
            o.of
        );
        return Err(one(Diagnostic::error("E0108", "of", told)));
    }
    Ok((name, definition))
}

pub(crate) fn kind_of(folder: &str) -> Option<Kind> {
    let top = folder.split('/').next().unwrap_or_default();
    Kind::ALL.into_iter().find(|k| match k {
        Kind::Translations | Kind::Overlay => top == k.folder(),
        other => folder == other.folder(),
    })
}

fn parse(kind: Kind, json: Json) -> serde_json::Result<Definition> {
    fn read<T: DeserializeOwned>(json: Json) -> serde_json::Result<T> {
        serde_json::from_value(json)
    }
    Ok(match kind {
        Kind::Pack => Definition::Pack(read(json)?),
        Kind::Entity => Definition::Entity(read(json)?),
        Kind::Form => Definition::Form(read(json)?),
        Kind::View => Definition::View(read(json)?),
        Kind::Menu => Definition::Menu(read(json)?),
        Kind::Role => Definition::Role(read(json)?),
        Kind::Workflow => Definition::Workflow(read(json)?),
        Kind::Decision => Definition::Decision(read(json)?),
        Kind::Mapping => Definition::Mapping(read(json)?),
        Kind::Import => Definition::Import(read(json)?),
        Kind::Calendar => Definition::Calendar(read(json)?),
        Kind::Translations => Definition::Translations(read(json)?),
        Kind::Data => Definition::Data(read(json)?),
        Kind::Test => Definition::Test(read(json)?),
        Kind::Overlay => Definition::Overlay(read(json)?),
    })
}

fn definition_name(definition: &Definition) -> &str {
    match definition {
        Definition::Pack(d) => &d.name,
        Definition::Entity(d) => &d.name,
        Definition::Form(d) => &d.name,
        Definition::View(d) => &d.name,
        Definition::Menu(d) => &d.name,
        Definition::Role(d) => &d.name,
        Definition::Workflow(d) => &d.name,
        Definition::Decision(d) => &d.name,
        Definition::Mapping(d) => &d.name,
        Definition::Import(d) => &d.name,
        Definition::Calendar(d) => &d.name,
        Definition::Translations(d) => &d.name,
        Definition::Data(d) => &d.name,
        Definition::Test(d) => &d.name,
        Definition::Overlay(d) => &d.name,
    }
}

pub(crate) fn kind_and_json(definition: &Definition) -> serde_json::Result<(Kind, Json)> {
    fn write<T: Serialize>(kind: Kind, definition: &T) -> serde_json::Result<(Kind, Json)> {
        Ok((kind, serde_json::to_value(definition)?))
    }
    match definition {
        Definition::Pack(d) => write(Kind::Pack, d),
        Definition::Entity(d) => write(Kind::Entity, d),
        Definition::Form(d) => write(Kind::Form, d),
        Definition::View(d) => write(Kind::View, d),
        Definition::Menu(d) => write(Kind::Menu, d),
        Definition::Role(d) => write(Kind::Role, d),
        Definition::Workflow(d) => write(Kind::Workflow, d),
        Definition::Decision(d) => write(Kind::Decision, d),
        Definition::Mapping(d) => write(Kind::Mapping, d),
        Definition::Import(d) => write(Kind::Import, d),
        Definition::Calendar(d) => write(Kind::Calendar, d),
        Definition::Translations(d) => write(Kind::Translations, d),
        Definition::Data(d) => write(Kind::Data, d),
        Definition::Test(d) => write(Kind::Test, d),
        Definition::Overlay(d) => write(Kind::Overlay, d),
    }
}

/// Widest line of the canonical format.
const WIDTH: usize = 120;

/// The canonical text of a file: keys of fixed things in the order of the reference, defaults left out, what fits on a
/// line on one line. `format(format(x)) == format(x)`.
pub fn format(path: &str, text: &str) -> Result<String, Vec<Diagnostic>> {
    let (_, definition) = read_file(path, text)?;
    format_definition(&definition).map_err(|d| vec![d])
}

/// The canonical text of a definition.
pub(crate) fn format_definition(definition: &Definition) -> Result<String, Diagnostic> {
    let (kind, json) = kind_and_json(definition).map_err(|e| Diagnostic::error("E0104", "", e.to_string()))?;
    let mut whole = serde_json::Map::new();
    whole.insert("kind".into(), Json::from(kind.as_str()));
    if let Json::Object(mut rest) = json {
        whole.append(&mut rest);
    }
    Ok(write(&whole))
}

/// Lays a file's object out as the canonical format does.
pub(crate) fn write(whole: &serde_json::Map<String, Json>) -> String {
    let mut out = String::new();
    write_object(whole, 0, &mut out);
    out.push('\n');
    out
}

fn write_json(value: &Json, indent: usize, column: usize, out: &mut String) {
    let flat = inline(value);
    if column + flat.chars().count() < WIDTH {
        out.push_str(&flat);
        return;
    }
    match value {
        Json::Object(object) => write_object(object, indent, out),
        Json::Array(list) => {
            out.push('[');
            for (i, item) in list.iter().enumerate() {
                new_line(i > 0, indent + 2, out);
                write_json(item, indent + 2, indent + 2, out);
            }
            end(indent, out, ']');
        }
        _ => out.push_str(&flat),
    }
}

fn write_object(object: &serde_json::Map<String, Json>, indent: usize, out: &mut String) {
    out.push('{');
    for (i, (key, value)) in object.iter().enumerate() {
        new_line(i > 0, indent + 2, out);
        let key = inline(&Json::from(key.as_str()));
        let column = indent + 2 + key.chars().count() + 2;
        out.push_str(&key);
        out.push_str(": ");
        write_json(value, indent + 2, column, out);
    }
    end(indent, out, '}');
}

fn new_line(comma: bool, indent: usize, out: &mut String) {
    if comma {
        out.push(',');
    }
    out.push('\n');
    out.extend(std::iter::repeat_n(' ', indent));
}

fn end(indent: usize, out: &mut String, bracket: char) {
    new_line(false, indent, out);
    out.push(bracket);
}

fn inline(value: &Json) -> String {
    match value {
        Json::Object(object) => {
            let items: Vec<String> =
                object.iter().map(|(k, v)| format!("{}: {}", Json::from(k.as_str()), inline(v))).collect();
            format!("{{{}}}", items.join(", "))
        }
        Json::Array(list) => format!("[{}]", list.iter().map(inline).collect::<Vec<_>>().join(", ")),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOW: &str = r#"{"name": "w", "kind": "workflow", "entity": "thing", "priority": 0, "nodes": {
        "start": {"type": "start", "next": "boss"},
        "boss": {"type": "approval", "nobody": "admin", "approvers": [{"role": "boss", "in": "initiator_department"}, "initiator"],
                 "mode": "any", "verbs": {"reject": {"reason": "required"}, "return": {}}, "next": "end", "rejected": "no"},
        "end": {"type": "end", "outcome": "approved"}, "no": {"type": "end", "outcome": "rejected"}}}"#;

    #[test]
    fn the_canonical_format_orders_keys_drops_defaults_and_is_stable() {
        let once = format("workflows/w.json", FLOW).unwrap();
        assert!(
            once.starts_with("{\n  \"kind\": \"workflow\",\n  \"name\": \"w\",\n  \"entity\": \"thing\",\n"),
            "{once}"
        );
        assert!(!once.contains("priority") && !once.contains("\"mode\""), "{once}");
        assert!(once.contains("\"start\": {\"type\": \"start\", \"next\": \"boss\"}"), "{once}");
        assert_eq!(format("workflows/w.json", &once).unwrap(), once);
    }

    #[test]
    fn a_file_must_lie_where_its_kind_and_name_say() {
        let codes =
            |path: &str, text: &str| read_file(path, text).unwrap_err().into_iter().map(|d| d.code).collect::<Vec<_>>();
        assert_eq!(codes("workflows/v.json", FLOW), ["E0108"]);
        assert_eq!(codes("wrkflows/w.json", FLOW), ["E0107"]);
        assert_eq!(codes("entities/w.json", FLOW).first().map(String::as_str), Some("E0105"));
        assert_eq!(codes("entities/w.json", &"[".repeat(200)), ["E0101"]);
        assert_eq!(codes("entities/w.json", &" ".repeat(MAX_FILE_BYTES + 1)), ["E0100"]);
    }
}
