//! `/api/settings`: what the firm has set: its name, language, zone, and the values of its packs' settings.

use axum::{Json, extract::State};
use indexmap::IndexMap;
use kernel::{
    Name,
    definition::{Kind, PackDefinition},
};
use serde::Deserialize;
use serde_json::{Map, Value as Json_, json};

use super::{Body, Error, Reader};
use crate::{
    App,
    app_model::{LANGUAGES, Texts, entity_label},
    firm::{Change, NOTED, OF_THE_FIRM},
    read::time,
};

/// So many changes are told.
const HISTORY: u32 = 100;

pub(super) async fn show(State(app): State<App>, reader: Reader) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    answer(&app, &reader).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    company: Option<String>,
    language: Option<String>,
    zone: Option<String>,
    /// By name; null goes back to what the pack says.
    #[serde(default)]
    settings: Map<String, Json_>,
    /// Modules switched on or off, by name.
    #[serde(default)]
    modules: IndexMap<Name, bool>,
}

pub(super) async fn change(
    State(app): State<App>,
    reader: Reader,
    Body(asked): Body<Asked>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let Asked { company, language, zone, settings, modules } = asked;
    app.change_firm(reader.user, Change { company, language, zone, settings, modules }).await?;
    answer(&app, &reader).await
}

async fn answer(app: &App, reader: &Reader) -> Result<Json<Json_>, Error> {
    let scene = reader.scene();
    let firm = app.firm();
    let values = firm.values(&scene.catalog);
    let texts = Texts::new(&scene.catalog, reader.language);
    let setting = |pack: &PackDefinition, name: &Name| {
        let found = pack.settings.get(name)?;
        let text =
            |what: &str, base: &str| texts.text(Kind::Pack, &pack.name, &format!("settings.{name}.{what}"), base);
        Some(json!({
            "name": name, "label": text("label", &found.label), "help": found.help.as_ref().map(|help| text("help", help)),
            "type": found.setting_type, "value": values.get(name).map(kernel::Value::to_json), "default": found.default,
            "own": firm.settings.contains_key(name.as_str()),
        }))
    };
    let packs: Vec<Json_> = scene
        .catalog
        .packs
        .values()
        .filter(|pack| pack.settings.keys().any(|name| !OF_THE_FIRM.contains(&name.as_str())))
        .map(|pack| {
            let label = texts.text(Kind::Pack, &pack.name, "label", &pack.label);
            let settings: Vec<Json_> = pack
                .settings
                .keys()
                .filter(|name| !OF_THE_FIRM.contains(&name.as_str()))
                .filter_map(|name| setting(pack, name))
                .collect();
            json!({"name": pack.name, "label": label, "settings": settings})
        })
        .collect();
    let modules: Vec<Json_> = scene
        .catalog
        .modules()
        .map(|(pack, name, module)| {
            let text =
                |what: &str, base: &str| texts.text(Kind::Pack, &pack.name, &format!("modules.{name}.{what}"), base);
            let entities: Vec<String> =
                module.entities.iter().map(|entity| entity_label(texts, &scene.catalog, entity)).collect();
            json!({
                "name": name, "label": text("label", &module.label),
                "help": module.help.as_ref().map(|help| text("help", help)),
                "entities": entities, "on": !firm.modules_off.contains(name),
            })
        })
        .collect();
    let history: Vec<Json_> = app
        .store()
        .audit_of(NOTED, HISTORY)
        .await?
        .into_iter()
        .map(|row| {
            let name = row.user.and_then(|id| scene.org.people.get(&id)).map(|person| &person.name);
            json!({"id": row.id, "at": time(row.at), "by": row.user, "by_name": name, "change": row.detail})
        })
        .collect();
    let languages: Vec<Json_> = LANGUAGES.iter().map(|(code, label)| json!({"code": code, "label": label})).collect();
    Ok(Json(json!({
        "company": firm.company, "language": firm.language, "zone": firm.zone().name(), "languages": languages,
        "packs": packs, "modules": modules, "history": history,
    })))
}
