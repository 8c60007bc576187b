//! A whole list as a file, page by page, so that no table is ever in memory: delimited text as a stream, or a spreadsheet
//! with typed cells, which is put together on the disk.

mod cell;
mod csv;

use std::collections::HashMap;

use document::{Heading, Workbook, Written};
use kernel::{Name, schema::Field};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use self::{
    cell::{Column, Words},
    csv::line,
};
pub(crate) use csv::line as csv_line;

use crate::{
    App, Failure, Scene,
    app_model::{Build, Sight},
    read::{ListRequest, Plan, Titles, record_to_json},
};

/// Rows that are read at a time.
const PAGE: u32 = 200;

/// An export under way.
#[derive(Debug)]
pub struct Export {
    app: App,
    scene: Scene,
    entity: String,
    paths: Vec<String>,
    columns: Vec<Column>,
    /// The line table that is taken along, with its columns.
    lines: Option<(Name, Vec<Column>)>,
    /// What the list and the line table are called.
    names: (String, String),
    /// What is asked next; none when all is written.
    request: Option<ListRequest>,
    /// What is to be written next.
    page: Option<Page>,
    /// Rows that were handed over.
    rows: u64,
    words: Words,
}

/// A page: records with their lines, and what they refer to.
#[derive(Debug, Default)]
struct Page {
    rows: Vec<Map<String, Json>>,
    lines: HashMap<String, Vec<Map<String, Json>>>,
    titles: Map<String, Json>,
    files: Map<String, Json>,
}

impl Export {
    /// Begins: the headings and the first page are read, so that a refusal comes before anything is written. `lines`
    /// names a line table whose lines are taken along.
    ///
    /// # Errors
    /// As for a list.
    pub async fn begin(
        app: App,
        scene: Scene,
        entity: &str,
        request: ListRequest,
        lines: Option<&str>,
        language: &'static str,
    ) -> Result<Self, Failure> {
        let mut request = ListRequest { limit: Some(PAGE), after: None, patient: true, ..request };
        let scene = scene.exporting(Name::new(entity));
        let (paths, columns, lines, names) = {
            let ctx = scene.ctx();
            let access = scene.access(&ctx);
            let plan = Plan::new(&scene, entity, &request)?;
            let build = Build::new(&scene.catalog, Sight::new(&scene.catalog, &access), language);
            let columns: Vec<Column> =
                plan.columns.iter().map(|path| Column::of_path(&build, &plan.entity, path)).collect();
            let mask = access.widest_mask(&plan.entity);
            let table = match lines {
                None => None,
                Some(name) => {
                    let found = plan.entity.line_tables().find(|table| *table.name == *name && mask.shows(name));
                    let missing = || {
                        let told = format!("no line table `{name}` of `{entity}`");
                        kernel::Rejection::invalid("lines", "unknown", told)
                    };
                    Some(found.ok_or_else(missing)?)
                }
            };
            let called = table.map_or_else(String::new, |table| build.field_label(&plan.entity, &table.name));
            let lines = table.map(|table| {
                let shown = |field: &&Field| mask.shows(&format!("{}.{}", table.name, field.name));
                let columns = table.fields.values().filter(shown);
                let columns = columns.map(|field| Column::of_line(&build, &plan.entity, &table.name, field)).collect();
                (table.name.clone(), columns)
            });
            (plan.columns.clone(), columns, lines, (build.entity_plural(&plan.entity), called))
        };
        request.columns = Some(paths.clone());
        let words = Words::new(language, app.firm().zone());
        let entity = entity.to_owned();
        let mut export = Self {
            app,
            scene,
            entity,
            paths,
            columns,
            lines,
            names,
            request: Some(request),
            page: None,
            rows: 0,
            words,
        };
        export.page = export.read().await?;
        Ok(export)
    }

    /// The headings of delimited text.
    #[must_use]
    pub fn head(&self) -> String {
        let lines = self.lines.iter().flat_map(|(_, columns)| columns);
        // The mark makes spreadsheet programs read it as UTF-8.
        format!("\u{FEFF}{}", line(self.columns.iter().chain(lines).map(|column| column.label.clone())))
    }

    /// The next piece of delimited text; none at the end. With lines, a row for each of them.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn next(&mut self) -> Result<Option<String>, Failure> {
        let Some(page) = self.take().await? else { return Ok(None) };
        let mut text = String::new();
        for row in &page.rows {
            let of_record: Vec<String> =
                self.columns.iter().map(|column| column.text(row, &page.titles, &page.files, &self.words)).collect();
            let Some((_, columns)) = &self.lines else {
                text.push_str(&line(of_record.into_iter()));
                continue;
            };
            let nothing = [Map::new()];
            let lines = page.lines.get(id_of(row)).filter(|lines| !lines.is_empty());
            for one in lines.map_or(&nothing[..], Vec::as_slice) {
                let of_line = columns.iter().map(|column| column.text(one, &page.titles, &page.files, &self.words));
                text.push_str(&line(of_record.iter().cloned().chain(of_line)));
            }
        }
        Ok(Some(text))
    }

    /// The whole as a spreadsheet: lines stand on a sheet of their own, each with the title of its record. `progress` is
    /// told after each page how many rows are written.
    ///
    /// # Errors
    /// If the store fails, or the disk is full.
    pub async fn workbook(&mut self, mut progress: impl FnMut(u64)) -> Result<std::fs::File, Failure> {
        let head = |columns: &[Column]| -> Vec<Heading> { columns.iter().map(Column::heading).collect() };
        let mut tables = vec![(self.names.0.clone(), head(&self.columns))];
        if let Some((_, columns)) = &self.lines {
            let title = Heading { label: self.words.title().to_owned(), shape: document::Shape::Text };
            tables.push((self.names.1.clone(), std::iter::once(title).chain(head(columns)).collect()));
        }
        let mut book = Workbook::new(tables)?;
        while let Some(page) = self.take().await? {
            for row in &page.rows {
                let cells: Vec<Written> =
                    self.columns.iter().map(|c| c.written(row, &page.titles, &page.files, &self.words)).collect();
                book.push(0, &cells)?;
                let Some((_, columns)) = &self.lines else { continue };
                let title = row.get("title").and_then(Json::as_str).unwrap_or_default();
                for one in page.lines.get(id_of(row)).into_iter().flatten() {
                    let of_line = columns.iter().map(|c| c.written(one, &page.titles, &page.files, &self.words));
                    let cells: Vec<Written> = std::iter::once(Written::Text(title.to_owned())).chain(of_line).collect();
                    book.push(1, &cells)?;
                }
            }
            progress(self.rows);
        }
        let finished = tokio::task::spawn_blocking(move || book.finish()).await;
        Ok(finished.map_err(std::io::Error::other)??)
    }

    /// How many rows there are, counted up to a cap.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn count(&self, cap: u32) -> Result<u32, Failure> {
        let there = self.page.as_ref().map_or(0, |page| page.rows.len());
        let Some(request) = &self.request else { return Ok(u32::try_from(there).unwrap_or(u32::MAX).min(cap)) };
        let whole = ListRequest { after: None, ..request.clone() };
        let plan = Plan::new(&self.scene, &self.entity, &whole)?;
        let found = self.app.store().count(&*self.scene.catalog, &plan.select, cap).await?;
        Ok(u32::try_from(found.count).unwrap_or(u32::MAX))
    }

    /// The columns, by their paths.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.paths
    }

    /// How many rows were handed over.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    async fn take(&mut self) -> Result<Option<Page>, Failure> {
        let page = match self.page.take() {
            Some(page) => Some(page),
            None => self.read().await?,
        };
        self.rows += page.as_ref().map_or(0, |page| page.rows.len() as u64);
        Ok(page)
    }

    async fn read(&mut self) -> Result<Option<Page>, Failure> {
        let Some(request) = self.request.take() else { return Ok(None) };
        let plan = Plan::new(&self.scene, &self.entity, &request)?;
        let found = self.app.store().select_patiently(&*self.scene.catalog, &plan.select).await?;
        let (rows, mut titles, _) = plan.rows(&self.scene, &found.rows);
        let lines = self.lines_of(&plan, &found.rows, &mut titles).await?;
        let files = titles.look_up_files(&self.app).await?;
        let titles = titles.look_up(&self.app, &self.scene).await?;
        self.request = found.next.map(|next| ListRequest { after: Some(next), ..request });
        Ok(Some(Page { rows, lines, titles, files }))
    }

    /// The lines of a page's records that their reader may see.
    async fn lines_of(
        &self,
        plan: &Plan,
        rows: &[kernel::query::Row],
        titles: &mut Titles,
    ) -> Result<HashMap<String, Vec<Map<String, Json>>>, Failure> {
        let Some((table, _)) = &self.lines else { return Ok(HashMap::new()) };
        let ids: Vec<Uuid> = rows.iter().map(|row| row.record.id).collect();
        let records = self.app.store().records(&*self.scene.catalog, &plan.entity.name, &ids).await?;
        let ctx = self.scene.ctx();
        let access = self.scene.access(&ctx);
        let masks: HashMap<Uuid, _> = rows.iter().map(|row| (row.record.id, plan.mask(&access, row))).collect();
        let mut found = HashMap::new();
        for record in records {
            let Some(mask) = masks.get(&record.id) else { continue };
            titles.want_record(&plan.entity, &record, mask);
            let shown = record_to_json(&plan.entity, &record, mask);
            let lines = shown.get(&**table).and_then(Json::as_array).into_iter().flatten();
            let lines = lines.filter_map(|line| line.as_object().cloned()).collect();
            found.insert(record.id.to_string(), lines);
        }
        Ok(found)
    }
}

fn id_of(row: &Map<String, Json>) -> &str {
    row.get("id").and_then(Json::as_str).unwrap_or_default()
}
