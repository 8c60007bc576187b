//! `/api/first_run`: sets up a new database: definitions, the firm's name, the first administrator.

use axum::{extract::State, http::request::Parts, response::Response};
use serde::Deserialize;

use super::{Body, Error, session};
use crate::{
    App,
    auth::Token,
    set_up::{FirstAdmin, Preset, SetUp},
};

#[derive(Deserialize)]
pub(super) struct Asked {
    language: String,
    company: String,
    preset: Preset,
    #[serde(default)]
    data: Data,
    admin: FirstAdmin,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Data {
    Demo,
    #[default]
    Empty,
}

pub(super) async fn run(State(app): State<App>, parts: Parts, Body(asked): Body<Asked>) -> Result<Response, Error> {
    let set_up = SetUp {
        language: asked.language,
        company: asked.company,
        preset: asked.preset,
        demo: matches!(asked.data, Data::Demo),
        admin: asked.admin,
    };
    let user = app.set_up(set_up).await?;
    let person = app.org().people.get(&user).cloned().unwrap_or_default();
    let begun = session::Begun { user, person, token: Token::random(), must_change: false, viewer: None };
    app.store().create_session(&begun.stored(&app), None).await?;
    session::signed_in(&app, &parts, &begun)
}
