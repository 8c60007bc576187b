//! A whole list as delimited text, page by page, so that no table is ever in memory.

use kernel::rights::Access;
use serde_json::{Map, Value as Json};

use crate::{
    App, Failure, Scene,
    app_model::{Build, Sight},
    read::{ListRequest, Listed, Plan},
};

/// Rows that are read at a time.
const PAGE: u32 = 200;

/// An export under way.
#[derive(Debug)]
pub struct Export {
    app: App,
    scene: Scene,
    entity: String,
    columns: Vec<String>,
    /// What is asked next; none when all is written.
    request: Option<ListRequest>,
    /// What is to be written next.
    page: Option<String>,
}

impl Export {
    /// Begins: the headings and the first page are read, so that a refusal comes before anything is written.
    ///
    /// # Errors
    /// As for a list.
    pub async fn begin(
        app: App,
        scene: Scene,
        entity: &str,
        request: ListRequest,
        language: &'static str,
    ) -> Result<Self, Failure> {
        let mut request = ListRequest { limit: Some(PAGE), after: None, ..request };
        let (columns, head) = {
            let ctx = scene.ctx();
            let access = Access::new(&scene.catalog, &ctx);
            let plan = Plan::new(&scene, entity, &request)?;
            let build = Build::new(&scene.catalog, Sight::new(&scene.catalog, &access), language);
            let head = line(plan.columns.iter().map(|path| build.path_label(&plan.entity, path)));
            (plan.columns.clone(), head)
        };
        request.columns = Some(columns.clone());
        let mut export = Self { app, scene, entity: entity.to_owned(), columns, request: Some(request), page: None };
        let first = export.read().await?.unwrap_or_default();
        // The mark makes spreadsheet programs read it as UTF-8.
        export.page = Some(format!("\u{FEFF}{head}{first}"));
        Ok(export)
    }

    /// The next piece; none at the end.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn next(&mut self) -> Result<Option<String>, Failure> {
        match self.page.take() {
            Some(page) => Ok(Some(page)),
            None => self.read().await,
        }
    }

    async fn read(&mut self) -> Result<Option<String>, Failure> {
        let Some(request) = &mut self.request else { return Ok(None) };
        let page = self.app.list(&self.scene, &self.entity, request).await?;
        match &page.next {
            Some(next) => request.after = Some(next.clone()),
            None => self.request = None,
        }
        Ok(Some(self.lines(&page)))
    }

    fn lines(&self, page: &Listed) -> String {
        page.rows.iter().map(|row| line(self.columns.iter().map(|path| cell(row, &page.titles, path)))).collect()
    }
}

/// A reference by its title, everything else as it travels.
fn cell(row: &Map<String, Json>, titles: &Map<String, Json>, path: &str) -> String {
    match row.get(path) {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => titles.get(text).and_then(Json::as_str).unwrap_or(text).to_owned(),
        Some(Json::Array(list)) => list.iter().filter_map(Json::as_str).collect::<Vec<_>>().join("; "),
        Some(other) => other.to_string(),
    }
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let mut text = cells.map(|cell| quoted(&cell)).collect::<Vec<_>>().join(",");
    text.push_str("\r\n");
    text
}

/// A cell that begins like a formula would be run by a spreadsheet program: it gets an apostrophe, unless it is a number.
fn quoted(cell: &str) -> String {
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<rust_decimal::Decimal>().is_err();
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_disarmed() {
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(quoted("=1+1"), "'=1+1");
        assert_eq!(quoted("-12.50"), "-12.50");
    }
}
