//! `/api/export/{entity}.csv`: a whole list as a file, streamed page by page.

use std::convert::Infallible;

use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures::stream;
use kernel::{Rejection, rights::Access};
use serde_json::{Map, Value as Json};

use super::{Error, Query, Reader, records::ListQuery};
use crate::{
    App, Scene,
    app_model::{Build, Sight},
    read::{ListRequest, Listed},
};

/// Rows that are read at a time.
const PAGE: u32 = 200;

/// An export under way.
struct Export {
    app: App,
    scene: Scene,
    entity: String,
    columns: Vec<String>,
    /// What is asked next; none when all is written.
    request: Option<ListRequest>,
    page: Option<Listed>,
}

pub(super) async fn csv(
    State(app): State<App>,
    reader: Reader,
    Path(file): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Error> {
    let entity = file.strip_suffix(".csv").ok_or(Error::NoSuchPath)?.to_owned();
    let scene = reader.scene();
    let mut request = ListRequest { limit: Some(PAGE), after: None, ..query.request()? };
    let (columns, head) = {
        let ctx = scene.ctx();
        let access = Access::new(&scene.catalog, &ctx);
        if !access.may_export(&entity) {
            return Err(Error::Rejected(Rejection::Forbidden {
                message: format!("`{entity}` cannot be exported by you"),
            }));
        }
        let plan = crate::read::Plan::new(&scene, &entity, &request)?;
        let build = Build::new(&scene.catalog, Sight::new(&scene.catalog, &access), reader.language);
        let labels = plan.columns.iter().map(|path| build.path_label(&plan.entity, path));
        let head = line(labels);
        (plan.columns.clone(), head)
    };
    request.columns = Some(columns.clone());
    // The first page is read before anything is answered, so that a refusal is a refusal and not half a file.
    let first = app.list(&scene, &entity, &request).await?;
    let name = format!("attachment; filename=\"{entity}.csv\"");
    let export = Export { app, scene, entity, columns, request: Some(request), page: Some(first) };
    // The mark makes spreadsheet programs read it as UTF-8.
    let start = stream::once(async move { Ok::<_, Infallible>(Bytes::from(format!("\u{FEFF}{head}"))) });
    let rest = stream::unfold(export, |mut export| async move {
        let bytes = export.next().await?;
        Some((Ok::<_, Infallible>(bytes), export))
    });
    let body = Body::from_stream(futures::StreamExt::chain(start, rest));
    let mut response = body.into_response();
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    out.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(Error::internal)?);
    Ok(response)
}

impl Export {
    async fn next(&mut self) -> Option<Bytes> {
        let request = self.request.as_mut()?;
        let page = match self.page.take() {
            Some(page) => page,
            None => match self.app.list(&self.scene, &self.entity, request).await {
                Ok(page) => page,
                Err(error) => {
                    tracing::error!(%error, "an export broke off");
                    return None;
                }
            },
        };
        match &page.next {
            Some(next) => request.after = Some(next.clone()),
            None => self.request = None,
        }
        Some(Bytes::from(self.lines(&page)))
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
