//! `/api/export/{entity}.csv`: a whole list as a file, streamed.

use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures::stream;
use kernel::{Rejection, rights::Access};

use super::{Error, Query, Reader, records::ListQuery};
use crate::{App, Failure, export::Export};

pub(super) async fn csv(
    State(app): State<App>,
    reader: Reader,
    Path(file): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Response, Error> {
    let entity = file.strip_suffix(".csv").ok_or(Error::NoSuchPath)?.to_owned();
    let scene = reader.scene();
    let allowed = {
        let ctx = scene.ctx();
        Access::new(&scene.catalog, &ctx).may_export(&entity)
    };
    if !allowed {
        return Err(Error::Rejected(Rejection::Forbidden { message: format!("`{entity}` cannot be exported by you") }));
    }
    let export = Export::begin(app, scene, &entity, query.request()?, reader.language).await?;
    // An error breaks the stream off, so that a file that is not whole does not look as if it were.
    let pieces = stream::try_unfold(export, |mut export| async move {
        let next = export.next().await.inspect_err(|error| tracing::error!(%error, "an export broke off"))?;
        Ok::<_, Failure>(next.map(|text| (Bytes::from(text), export)))
    });
    let mut response = Body::from_stream(pieces).into_response();
    let out = response.headers_mut();
    let name = format!("attachment; filename=\"{entity}.csv\"");
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    out.insert(header::CONTENT_DISPOSITION, HeaderValue::from_str(&name).map_err(Error::internal)?);
    Ok(response)
}
