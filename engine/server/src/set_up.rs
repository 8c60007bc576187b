//! Setting up a new database: definitions, the firm's name, the first administrator, the demo.

use kernel::{PackSource, Problem, Rejection};
use serde::Deserialize;
use serde_json::{Map, Value as Json, json};
use store::Credentials;
use uuid::Uuid;

use crate::{
    App, Failure,
    app_model::known_language,
    assets,
    auth::Passwords,
    command::{CreateRecord, UpdateRecord},
    nodes::Told,
    packs,
    publish::{Publication, PublishError},
    seed,
};

/// The setting that is there from the first step of setting up to the last; it holds the first administrator's id.
pub(crate) const BEGUN: &str = "set_up";

/// What is to be set up.
#[derive(Clone, Debug)]
pub struct SetUp {
    /// The language of the first administrator and of new people.
    pub language: String,
    /// The firm's name.
    pub company: String,
    /// Which definitions.
    pub preset: Preset,
    /// Whether the records of the demo are made.
    pub demo: bool,
    /// The first administrator.
    pub admin: FirstAdmin,
}

/// Definitions to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// The pack for foreign trade.
    Trade,
    /// People and departments alone.
    Blank,
}

/// The first administrator.
#[derive(Clone, Debug, Deserialize)]
pub struct FirstAdmin {
    /// The name.
    pub name: String,
    /// The mail address.
    pub email: String,
    /// The password.
    pub password: String,
}

impl App {
    /// Sets up a new database and gives the first administrator's id.
    ///
    /// # Errors
    /// If it is set up already, the input is wrong, or the definitions cannot be published.
    pub async fn set_up(&self, asked: SetUp) -> Result<Uuid, Failure> {
        // One at a time: of two first visitors one is the administrator, the other is told.
        let _alone = self.set_up_lock().lock().await;
        if !self.is_first_run().await? {
            return Err(Rejection::state("already_set_up", "expected a new database, but it is set up already").into());
        }
        check(&asked)?;
        // The slow part first, so that little lies between the steps that are written down.
        let hashed = self.passwords().hash(&asked.admin.password).await;
        let password_hash = hashed.map_err(|error| Failure::Corrupt { what: "a password", why: error.to_string() })?;
        let admin = self.begin_set_up().await?;
        self.publish_first(preset(asked.preset), false).await?;
        let settings =
            [("company".to_owned(), json!(asked.company.trim())), ("language".to_owned(), json!(asked.language))];
        self.store().set_settings(&settings.into_iter().collect()).await?;
        self.first_admin(admin, &asked, password_hash).await?;
        if asked.demo {
            seed::load(self, true).await.map_err(unpublished)?;
        }
        self.refresh_firm().await?;
        self.store().delete_setting(BEGUN).await?;
        self.tell_nodes(Told { settings: true, people: true, ..Told::default() });
        Ok(admin)
    }

    /// Notes that it has begun, and the id of the first administrator: broken off anywhere, it can be begun again and
    /// finds what it had made.
    async fn begin_set_up(&self) -> Result<Uuid, Failure> {
        let noted = self.store().setting(BEGUN).await?;
        if let Some(id) = noted.as_ref().and_then(Json::as_str).and_then(|id| Uuid::parse_str(id).ok()) {
            return Ok(id);
        }
        let id = Uuid::now_v7();
        self.store().set_settings(&[(BEGUN.to_owned(), json!(id))].into_iter().collect()).await?;
        Ok(id)
    }

    /// Sets up the demo in a new database; nothing if it is set up already.
    ///
    /// # Errors
    /// If the definitions cannot be published.
    pub async fn set_up_demo(&self) -> Result<bool, Failure> {
        if !self.is_first_run().await? {
            return Ok(false);
        }
        self.begin_set_up().await?;
        let settings = [("company".to_owned(), json!("Portolan Demo"))];
        self.store().set_settings(&settings.into_iter().collect()).await?;
        self.publish_first(preset(Preset::Trade), true).await?;
        self.refresh_firm().await?;
        self.store().delete_setting(BEGUN).await?;
        self.tell_nodes(Told { settings: true, people: true, ..Told::default() });
        Ok(true)
    }

    async fn publish_first(&self, mut chosen: Vec<PackSource>, demo: bool) -> Result<(), Failure> {
        let further =
            packs::read(&self.options().definitions).map_err(|found| unpublished(PublishError::Wrong(found)))?;
        for pack in further {
            chosen.retain(|old| old.name != pack.name);
            chosen.push(pack);
        }
        let publication = Publication { packs: chosen, note: "first run".into(), by: None, demo };
        self.publish(publication).await.map_err(unpublished)?;
        Ok(())
    }

    /// They have all roles, since there is nobody else yet; they can give them away.
    async fn first_admin(&self, id: Uuid, asked: &SetUp, password_hash: String) -> Result<(), Failure> {
        let roles: Vec<String> = self.published().catalog.roles.keys().map(ToString::to_string).collect();
        let fields: Map<String, Json> = [
            ("name", json!(asked.admin.name.trim())),
            ("email", json!(asked.admin.email.trim().to_lowercase())),
            ("language", json!(asked.language)),
            ("roles", json!(roles)),
            ("active", json!(true)),
        ]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect();
        let catalog = self.published().catalog.clone();
        if self.store().record(&*catalog, "user", id).await?.is_some() {
            let command =
                UpdateRecord { entity: "user".into(), id, version: None, fields, distinct: None, source: "app" };
            self.perform(None, &command).await?;
        } else {
            let command = CreateRecord { entity: "user".into(), fields, id: Some(id), distinct: None, source: "app" };
            self.perform(None, &command).await?;
        }
        self.store().set_credentials(id, &Credentials { password_hash, must_change: false }).await?;
        Ok(())
    }
}

fn preset(preset: Preset) -> Vec<PackSource> {
    match preset {
        Preset::Trade => assets::pack("trade").into_iter().collect(),
        Preset::Blank => Vec::new(),
    }
}

fn check(asked: &SetUp) -> Result<(), Failure> {
    let mut problems = Vec::new();
    let mut must = |path: &str, code: &str, holds: bool, told: &str| {
        if !holds {
            problems.push(Problem::new(path, code, told));
        }
    };
    must("language", "option", known_language(Some(&asked.language)) == asked.language, "expected `en` or `zh_hans`");
    must("company", "required", !asked.company.trim().is_empty(), "expected the firm's name");
    must("company", "too_long", asked.company.chars().count() <= 200, "expected at most 200 characters");
    must("admin.name", "required", !asked.admin.name.trim().is_empty(), "expected a name");
    let email = asked.admin.email.trim();
    let looks_right = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    must("admin.email", "email", looks_right, "expected a mail address");
    if let Err(weak) = Passwords::acceptable(&asked.admin.password) {
        must("admin.password", "weak", false, &weak.to_string());
    }
    if problems.is_empty() { Ok(()) } else { Err(Rejection::Invalid(problems).into()) }
}

/// The packs that are built in were checked when they were built: whoever visits first can do nothing about it.
fn unpublished(error: PublishError) -> Failure {
    match error {
        PublishError::Failed(failure) => failure,
        other => Failure::Corrupt { what: "definitions that can be published", why: told(&other) },
    }
}

fn told(error: &PublishError) -> String {
    match error {
        PublishError::Wrong(problems) => {
            problems.iter().map(|p| format!("{} {}: {}", p.file, p.path, p.message)).collect::<Vec<_>>().join("; ")
        }
        other => other.to_string(),
    }
}
