//! `/api/mail`: where mail goes out, for administrators; `/api/notifications/preferences`: what the reader wants to be
//! sent.

use axum::{Json, extract::State};
use kernel::{Problem, Rejection};
use serde::Deserialize;
use serde_json::{Value as Json_, json};

use super::{Body, Error, Reader};
use crate::{
    App,
    mail::{MailSettings, PASSWORD, Preferences},
    read::time,
};

/// So many addresses that take nothing are told.
const BOUNCED: u32 = 200;

pub(super) async fn show(State(app): State<App>, reader: Reader) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    answer(&app).await
}

/// The password is told to nobody, only whether there is one.
async fn answer(app: &App) -> Result<Json<Json_>, Error> {
    let has_password = app.has_secret(PASSWORD).await?;
    let org = app.org();
    let bounced = app.store().bounced_addresses(BOUNCED).await?;
    let bounced: Vec<Json_> = bounced
        .into_iter()
        // What has been corrected since is no concern any more.
        .filter_map(|one| Some((org.people.get(&one.user).filter(|person| person.email == one.address)?, one)))
        .map(|(person, one)| {
            json!({"person": one.user, "name": person.name, "address": one.address, "reason": one.why, "at": one.at.map(time)})
        })
        .collect();
    Ok(Json(json!({"settings": app.firm().mail, "has_password": has_password, "bounced": bounced})))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// None: no mail goes out.
    settings: Option<MailSettings>,
    /// A new password; left out, the old one stays.
    password: Option<String>,
}

pub(super) async fn change(
    State(app): State<App>,
    reader: Reader,
    Body(asked): Body<Asked>,
) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    if let Some(settings) = &asked.settings {
        let problems = settings.problems();
        if !problems.is_empty() {
            let problems = problems.into_iter().map(|(field, told)| Problem::new(field, "invalid", told)).collect();
            return Err(Rejection::Invalid(problems).into());
        }
    }
    if let Some(password) = &asked.password {
        app.set_secret(Some(reader.user), PASSWORD, password).await?;
    }
    app.set_mail(Some(reader.user), asked.settings).await?;
    answer(&app).await
}

/// Sends the reader a letter: what the server said, where it did not take it.
pub(super) async fn test(State(app): State<App>, reader: Reader) -> Result<Json<Json_>, Error> {
    reader.must_be_admin()?;
    let firm = app.firm();
    let Some(settings) = &firm.mail else {
        return Err(Rejection::state("no_mail", "expected a mail server, but none is set").into());
    };
    let error = app.send_test_mail(settings, reader.user).await.err();
    Ok(Json(json!({"sent": error.is_none(), "to": reader.person.email, "error": error})))
}

pub(super) async fn preferences(State(app): State<App>, reader: Reader) -> Result<Json<Json_>, Error> {
    let wishes = app.store().mail_wishes(reader.user).await?;
    let firm = app.firm();
    Ok(Json(json!({
        "preferences": app.preferences_of(&wishes), "goes_out": firm.mail.is_some(), "email": reader.person.email,
        "bounced": wishes.bounced.as_deref() == Some(reader.person.email.as_str()), "zone": firm.zone().name(),
    })))
}

pub(super) async fn prefer(
    State(app): State<App>,
    reader: Reader,
    Body(wanted): Body<Preferences>,
) -> Result<Json<Json_>, Error> {
    app.prefer(reader.user, &wanted).await?;
    preferences(State(app), reader).await
}
