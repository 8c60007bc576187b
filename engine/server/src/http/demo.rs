//! `/api/demo`: the people that a visitor of the demonstration can be, one per role.

use std::collections::HashSet;

use axum::{Json, extract::State};
use kernel::definition::{DataSet, Kind};
use serde_json::{Value as Json_, json};

use super::Error;
use crate::{App, app_model::Texts, seed::DEMO_PASSWORD};

pub(super) async fn show(State(app): State<App>) -> Result<Json<Json_>, Error> {
    if !app.firm().demo {
        return Err(Error::NoSuchPath);
    }
    let published = app.published();
    let catalog = &published.catalog;
    let (english, chinese) = (Texts::new(catalog, "en"), Texts::new(catalog, "zh_hans"));
    let mut shown = HashSet::new();
    let people = catalog.data.iter().filter(|data| data.set == DataSet::Demo && data.entity == *"user");
    let emails = people.flat_map(|data| data.records.values()).filter_map(|fields| fields.get("email")?.as_str());
    let cards: Vec<Json_> = emails
        .filter_map(|email| {
            let (_, person) = app.person_by_email(email).filter(|(_, person)| person.active)?;
            let role = person.roles.first().filter(|role| shown.insert((*role).clone()))?.clone();
            let definition = &catalog.roles.get(&role)?.definition;
            let note = definition.help.clone().unwrap_or_default();
            Some(json!({
                "email": person.email,
                "name": person.name,
                "role": role,
                "role_label": english.text(Kind::Role, &role, "label", &definition.label),
                "role_label_zh": chinese.text(Kind::Role, &role, "label", &definition.label),
                "note": english.text(Kind::Role, &role, "help", &note),
                "note_zh": chinese.text(Kind::Role, &role, "help", &note),
            }))
        })
        .collect();
    Ok(Json(json!({"people": cards, "password": DEMO_PASSWORD})))
}
