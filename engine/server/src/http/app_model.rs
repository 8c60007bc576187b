//! `/api/app`: the definitions as the reader's app needs them.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::rights::Access;
use serde::Deserialize;
use serde_json::{Map, Value as Json};

use super::{Error, Query, Reader, headers};
use crate::{
    App,
    app_model::{Around, Build, ModelKey, Sight, known_language},
};

#[derive(Deserialize)]
pub(super) struct Asked {
    language: Option<String>,
}

pub(super) async fn show(
    State(app): State<App>,
    reader: Reader,
    headers: HeaderMap,
    Query(asked): Query<Asked>,
) -> Result<Response, Error> {
    let language = asked.language.as_deref().map_or(reader.language, |code| known_language(Some(code)));
    let scene = reader.scene();
    let model = app.models().get_or_build(ModelKey::new(&scene, &reader.person.roles, language), || {
        let ctx = scene.ctx();
        let access = Access::new(&scene.catalog, &ctx);
        let settings: Map<String, Json> =
            scene.settings.iter().map(|(name, value)| (name.to_string(), value.to_json())).collect();
        let firm = app.firm();
        let around = Around {
            language,
            company: &firm.company,
            zone: firm.zone().name(),
            settings: Json::Object(settings),
            largest_file: app.options().limits.file,
        };
        Build::new(&scene.catalog, Sight::new(&scene.catalog, &access), language).model(&around).to_string()
    });
    let etag = format!("\"{}\"", model.digest);
    let known = headers::text(&headers, header::IF_NONE_MATCH.as_str()) == Some(etag.as_str());
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, "application/json")], model.text.clone()).into_response()
    };
    let out = response.headers_mut();
    out.insert(header::ETAG, HeaderValue::from_str(&etag).map_err(Error::internal)?);
    // The browser may keep it, but asks each time whether it still holds.
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    out.insert(header::VARY, HeaderValue::from_static("Cookie, Accept-Language"));
    Ok(response)
}
