//! Every cell gets a value that stands nowhere else, so that whatever an answer shows is known by its cell.

use std::collections::HashMap;

use indexmap::IndexMap;
use kernel::{
    Line, Name, Record, Value,
    change::{Change, Comment, Commit, FieldChange, FilesChange, HeldFile, HistoryEntry, LinesChange, UpdateRecord},
    definition::FieldKind,
    expression::Reference,
    query::{Predicate, Select},
    schema::{Entity, Field},
};
use serde_json::{Value as Json, json};
use server::{App, files::Key};
use store::FileRow;
use uuid::Uuid;

/// A cell: a record, and a field of it (`lines.cost`; `title` stands for all that goes with the record itself).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Cell {
    pub(crate) record: Uuid,
    pub(crate) path: String,
}

/// What was planted where.
#[derive(Debug, Default)]
pub(crate) struct Planted {
    cells: Vec<Cell>,
    pub(crate) records: Vec<Record>,
    /// What stands in a cell now, as one would ask for it.
    pub(crate) values: HashMap<Cell, Json>,
    /// Files, each in one cell: their names and what stands in them are planted too.
    pub(crate) files: Vec<(Uuid, Cell, String)>,
}

/// Digits that begin every planted number.
const NUMBERS: u32 = 777_700_000;

impl Planted {
    fn text(&mut self, record: Uuid, path: &str) -> String {
        self.cells.push(Cell { record, path: path.to_owned() });
        format!("zq{:05}qz", self.cells.len() - 1)
    }

    fn value(&mut self, field: &Field, record: Uuid, path: &str) -> Option<Value> {
        let number = |planted: &mut Self| {
            planted.cells.push(Cell { record, path: path.to_owned() });
            NUMBERS + u32::try_from(planted.cells.len() - 1).unwrap()
        };
        Some(match field.kind {
            FieldKind::Text
            | FieldKind::LongText
            | FieldKind::RichText
            | FieldKind::Email
            | FieldKind::Phone
            | FieldKind::Url
            | FieldKind::Barcode
            | FieldKind::Number => Value::from(self.text(record, path).as_str()),
            FieldKind::Json => Value::from(json!([self.text(record, path)]).to_string().as_str()),
            FieldKind::Tags => Value::List(vec![Value::from(self.text(record, path).as_str())]),
            FieldKind::Address => Value::Map(vec![("city".into(), Value::from(self.text(record, path).as_str()))]),
            FieldKind::Decimal | FieldKind::Money | FieldKind::Percent => Value::Decimal(number(self).into()),
            FieldKind::Integer | FieldKind::Duration => Value::Integer(number(self).into()),
            FieldKind::Attachment | FieldKind::Image | FieldKind::Signature => {
                let (id, text) = (Uuid::now_v7(), self.text(record, path));
                self.files.push((id, Cell { record, path: path.to_owned() }, text));
                Value::List(vec![Value::text(id.to_string())])
            }
            _ => return None,
        })
    }

    /// The cells whose values stand in a text.
    pub(crate) fn found_in(&self, text: &str) -> Vec<&Cell> {
        let bytes = text.as_bytes();
        let digits = |from: usize, count: usize| {
            let part = bytes.get(from..from + count)?;
            part.iter().all(u8::is_ascii_digit).then(|| std::str::from_utf8(part).unwrap().parse::<u32>().unwrap())
        };
        // Within an id or a longer number the same digits mean nothing.
        let apart = |at: usize| bytes.get(at).is_none_or(|b| !b.is_ascii_hexdigit() && *b != b'-' && *b != b'_');
        let mut found = Vec::new();
        for at in 0..bytes.len() {
            let index = if bytes[at..].starts_with(b"zq") && bytes.get(at + 7..at + 9) == Some(b"qz") {
                digits(at + 2, 5)
            } else if bytes[at..].starts_with(b"7777") && apart(at + 9) && (at == 0 || apart(at - 1)) {
                digits(at, 9).map(|number| number - NUMBERS)
            } else {
                None
            };
            found.extend(index.and_then(|index| self.cells.get(index as usize)));
        }
        found
    }

    /// Plants values in the first records of each entity, past all rules: in fields, lines, titles, search texts, history
    /// and comments. Fields that decide who sees what stay as they are.
    pub(crate) async fn plant(app: &App, most: u32, but: &[&str]) -> Self {
        let mut planted = Self::default();
        let scene = app.scene(None);
        for entity in scene.catalog.entities.values() {
            let all = Select {
                entity: entity.name.clone(),
                columns: Vec::new(),
                filter: Predicate::True,
                tokens: Vec::new(),
                sort: Vec::new(),
                after: None,
                limit: most,
                flags: Vec::new(),
                deleted: false,
            };
            let page = app.store().select(&*scene.catalog, &all).await.unwrap();
            for row in page.rows {
                let id = row.record.id;
                let record = app.store().record(&*scene.catalog, &entity.name, id).await.unwrap().unwrap();
                let known = planted.files.len();
                let mut changes = planted.changes(entity, &record, but);
                let mut hold = Vec::new();
                for (id, cell, text) in &planted.files[known..] {
                    bring(app, *id, text).await;
                    hold.push(HeldFile { file: *id, field: cell.path.clone() });
                }
                let release = Vec::new();
                changes.push(Change::Files(FilesChange { entity: entity.name.clone(), record: id, hold, release }));
                let commit = Commit { at: scene.now, by: None, changes };
                app.store().commit(&*scene.catalog, commit).await.unwrap();
                let now = app.store().record(&*scene.catalog, &entity.name, id).await.unwrap().unwrap();
                planted.records.push(now);
            }
        }
        planted
    }

    fn changes(&mut self, entity: &Entity, record: &Record, but: &[&str]) -> Vec<Change> {
        let id = record.id;
        // People and departments are known to everybody by their names; they sign in by their mail addresses.
        let is_public = matches!(&*entity.name, "user" | "department" | "position");
        let keeps = |path: &str| but.contains(&path) || (is_public && matches!(path, "name" | "email"));
        let mut history = Vec::new();
        let mut set = IndexMap::new();
        for field in entity.columns().filter(|field| !keeps(&field.name)) {
            if let Some(value) = self.value(field, id, &field.name) {
                let old = self.text(id, &field.name);
                history.push(FieldChange { path: field.name.to_string(), old: json!(old), new: value.to_json() });
                self.values.insert(Cell { record: id, path: field.name.to_string() }, value.to_json());
                set.insert(field.name.clone(), value);
            }
        }
        let mut lines = IndexMap::new();
        for table in entity.line_tables() {
            let mut update = Vec::new();
            for line in record.lines.get(&table.name).into_iter().flatten().take(3) {
                let mut fields: IndexMap<Name, Value> = IndexMap::new();
                let mut gone = serde_json::Map::from_iter([("id".to_owned(), json!(line.id))]);
                for field in table.fields.values() {
                    let path = format!("{}.{}", table.name, field.name);
                    if let Some(value) = self.value(field, id, &path) {
                        let old = self.text(id, &path);
                        gone.insert(field.name.to_string(), json!(old));
                        let place = format!("{}.{}.{}", table.name, line.id, field.name);
                        history.push(FieldChange { path: place, old: json!(old), new: value.to_json() });
                        self.values.insert(Cell { record: id, path }, value.to_json());
                        fields.insert(field.name.clone(), value);
                    }
                }
                let place = format!("{}.{}", table.name, Uuid::now_v7());
                history.push(FieldChange { path: place, old: Json::Object(gone), new: Json::Null });
                update.push(Line { id: line.id, fields });
            }
            if !update.is_empty() {
                lines.insert(table.name.clone(), LinesChange { update, ..LinesChange::default() });
            }
        }
        let title = (!is_public).then(|| self.text(id, "title"));
        self.values.insert(Cell { record: id, path: "title".into() }, json!(title));
        // Found by its own title and by what its definition searches.
        let searched = entity.search.iter().flat_map(|(_, expr)| expr.references());
        let searched = searched.filter_map(|read| match read {
            Reference::Field { lines: None, field, own: true, .. } => set.get(&field).map(ToString::to_string),
            _ => None,
        });
        let words = searched.chain(title.clone()).collect::<Vec<_>>();
        let update = UpdateRecord {
            set,
            lines,
            title,
            search: Some(words.join("\n")),
            ..UpdateRecord::of(&entity.name, id, record.version)
        };
        let version = record.version + 1;
        let entry = HistoryEntry {
            entity: entity.name.clone(),
            record: id,
            version,
            action: "updated".into(),
            source: "app".into(),
            reason: Some(self.text(id, "title")),
            changes: history,
        };
        let text = self.text(id, "title");
        let comment =
            Comment { id: Uuid::now_v7(), entity: entity.name.clone(), record: id, text, mentions: Vec::new() };
        vec![Change::UpdateRecord(Box::new(update)), Change::History(entry), Change::Comment(comment)]
    }
}

/// Keeps a file of nobody's.
async fn bring(app: &App, id: Uuid, text: &str) {
    let mut incoming = app.files().begin().await.unwrap();
    incoming.write(text.as_bytes()).await.unwrap();
    let arrived = incoming.finish().await.unwrap();
    let file = FileRow {
        id,
        hash: arrived.hash.clone(),
        name: format!("{text}.txt"),
        media_type: "text/plain".into(),
        size: i64::try_from(arrived.size).unwrap(),
        pixels: None,
        created_at: app.clock().now(),
        created_by: None,
        gone: false,
    };
    app.files().objects().put(&Key::file(&file.hash).unwrap(), &arrived.path).await.unwrap();
    app.store().add_file(&file, file.created_at).await.unwrap();
}
