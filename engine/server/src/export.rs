//! A whole list as delimited text, page by page, so that no table is ever in memory.

use kernel::{Name, field::shown, schema::Field};
use serde_json::{Map, Value as Json};

use crate::{
    App, Failure, Scene,
    app_model::{Build, Sight},
    read::{ListRequest, Listed, Plan, end_of},
};

/// Rows that are read at a time.
const PAGE: u32 = 200;

/// An export under way.
#[derive(Debug)]
pub struct Export {
    app: App,
    scene: Scene,
    entity: String,
    language: &'static str,
    columns: Vec<String>,
    /// What is asked next; none when all is written.
    request: Option<ListRequest>,
    /// What is to be written next.
    page: Option<String>,
    /// Rows that were handed over, and those that the next page adds.
    rows: u64,
    ready: u64,
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
        let mut request = ListRequest { limit: Some(PAGE), after: None, patient: true, ..request };
        let scene = scene.exporting(Name::new(entity));
        let (columns, head) = {
            let ctx = scene.ctx();
            let access = scene.access(&ctx);
            let plan = Plan::new(&scene, entity, &request)?;
            let build = Build::new(&scene.catalog, Sight::new(&scene.catalog, &access), language);
            let head = line(plan.columns.iter().map(|path| build.path_label(&plan.entity, path)));
            (plan.columns.clone(), head)
        };
        request.columns = Some(columns.clone());
        let mut export = Self {
            app,
            scene,
            entity: entity.to_owned(),
            language,
            columns,
            request: Some(request),
            page: None,
            rows: 0,
            ready: 0,
        };
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
        let page = match self.page.take() {
            Some(page) => Some(page),
            None => self.read().await?,
        };
        self.rows += std::mem::take(&mut self.ready);
        Ok(page)
    }

    /// How many rows there are, counted up to a cap.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn count(&self, cap: u32) -> Result<u32, Failure> {
        let Some(request) = &self.request else { return Ok(u32::try_from(self.ready).unwrap_or(u32::MAX).min(cap)) };
        let whole = ListRequest { after: None, ..request.clone() };
        let plan = Plan::new(&self.scene, &self.entity, &whole)?;
        let found = self.app.store().count(&*self.scene.catalog, &plan.select, cap).await?;
        Ok(u32::try_from(found.count).unwrap_or(u32::MAX))
    }

    /// The columns, by their paths.
    #[must_use]
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// How many rows were handed over.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    async fn read(&mut self) -> Result<Option<String>, Failure> {
        let Some(request) = &mut self.request else { return Ok(None) };
        let page = self.app.list(&self.scene, &self.entity, request).await?;
        match &page.next {
            Some(next) => request.after = Some(next.clone()),
            None => self.request = None,
        }
        self.ready = page.rows.len() as u64;
        Ok(Some(self.lines(&page)))
    }

    fn lines(&self, page: &Listed) -> String {
        let entity = self.scene.catalog.entity(&self.entity);
        let fields: Vec<_> =
            self.columns.iter().map(|path| entity.and_then(|entity| end_of(&self.scene, entity, path))).collect();
        let cells = |row| {
            let columns = self.columns.iter().zip(&fields);
            line(columns.map(|(path, field)| cell(row, page, path, *field, self.language)))
        };
        page.rows.iter().map(cells).collect()
    }
}

/// A reference by its title, a file by its name, a country by its name in the reader's language, everything else as it
/// travels.
fn cell(row: &Map<String, Json>, page: &Listed, path: &str, field: Option<&Field>, language: &str) -> String {
    if let (Some(field), Some(value)) = (field, row.get(path))
        && let Some(text) = shown(field, value, language)
    {
        return text;
    }
    let title = |text: &str| {
        // A record of one of several entities is kept with the entity before the id.
        let id = text.rsplit('/').next().unwrap_or(text);
        page.titles.get(id).and_then(Json::as_str).map(str::to_owned)
    };
    let name = |id| page.files.get(id).and_then(|file: &Json| file.get("name")).and_then(Json::as_str).unwrap_or(id);
    match row.get(path) {
        None | Some(Json::Null) => String::new(),
        Some(Json::String(text)) => title(text).unwrap_or_else(|| text.clone()),
        Some(Json::Array(list)) => {
            let item = |id| title(id).unwrap_or_else(|| name(id).to_owned());
            list.iter().filter_map(Json::as_str).map(item).collect::<Vec<_>>().join("; ")
        }
        Some(other) => other.to_string(),
    }
}

pub(crate) fn line(cells: impl Iterator<Item = String>) -> String {
    let mut text = cells.map(|cell| quoted(&cell)).collect::<Vec<_>>().join(",");
    text.push_str("\r\n");
    text
}

/// A cell that begins like a formula would be run by a spreadsheet program: it gets an apostrophe, unless it is a number.
/// What could begin a cell of its own further on is quoted, whatever separates cells where the file is opened.
/// After <https://owasp.org/www-community/attacks/CSV_Injection>.
fn quoted(cell: &str) -> String {
    let first = cell.trim_start_matches([' ', '\u{A0}', '\u{3000}', '\u{FEFF}', '\u{200B}']).chars().next();
    let control = cell.starts_with(['\t', '\r', '\n']);
    let formula = control || first.is_some_and(|first| "=+-@＝＋－＠\t\r\n".contains(first));
    let cell = if formula && !is_number(cell) { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains(['"', '\'', ',', ';', '\t', '\n', '\r']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

fn is_number(cell: &str) -> bool {
    cell.chars().all(|c| c.is_ascii_digit() || "+-.".contains(c)) && cell.parse::<rust_decimal::Decimal>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_formulas_disarmed() {
        assert_eq!(quoted("a,b"), "\"a,b\"");
        assert_eq!(quoted("say \"hi\""), "\"say \"\"hi\"\"\"");
        assert_eq!(quoted("=1+1"), "\"'=1+1\"");
        assert_eq!(quoted("plain"), "plain");
    }

    #[test]
    fn numbers_stay_numbers() {
        for number in ["-12.50", "+7", "0.5", "-0", "-79228162514264337593543950335"] {
            assert_eq!(quoted(number), number);
        }
    }

    #[test]
    fn whatever_a_spreadsheet_program_takes_for_a_formula_gets_an_apostrophe() {
        let begins = ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", " =", "\u{3000}＝", "\u{FEFF}="];
        for begin in begins {
            let cell = quoted(&format!("{begin}cmd|' /C calc'!A0"));
            assert!(cell.starts_with("\"'"), "{begin:?}: {cell}");
        }
        assert!(quoted("-1_000").starts_with("\"'"), "what only we read as a number is none");
    }

    #[test]
    fn no_other_separator_begins_a_cell() {
        for cell in ["a;=1+1", "a\t=1+1", "a\r=1+1", "a,=1+1"] {
            let told = quoted(cell);
            assert!(told.starts_with('"') && told.ends_with('"'), "{told:?}");
        }
    }
}
