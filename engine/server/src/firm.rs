//! What the firm has set: its name, zone, values of settings, modules that it does without. Kept in system settings, apart from definitions.

use std::{collections::BTreeSet, sync::Arc};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use indexmap::IndexMap;
use kernel::{Catalog, Name, Problem, Rejection, Value, field::parse, schema::Field};
use serde_json::{Map, Value as Json, json};
use store::{AuditRow, InstanceFilter};
use uuid::Uuid;

use crate::{App, Failure, app_model::known_language, mail::MailSettings, nodes::Told};

/// The kind under which changes are noted.
pub(crate) const NOTED: &str = "setting";

/// Settings of packs that say what the firm itself is: they are set by their names, not as settings.
pub(crate) const OF_THE_FIRM: [&str; 3] = ["company", "zone", "language"];

/// What the firm has set.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Firm {
    /// Its name.
    pub company: String,
    /// The language of new people.
    pub language: String,
    /// Whether this is a demonstration, whose people anybody may be.
    pub demo: bool,
    /// Its zone; Shanghai if not set.
    pub zone: Option<Tz>,
    /// Where mail goes out; none if it does not.
    pub mail: Option<MailSettings>,
    /// Since when: what was told before is not sent.
    pub mail_since: DateTime<Utc>,
    /// Its own values of settings, in wire form.
    pub settings: IndexMap<String, Json>,
    /// Modules that it does without.
    pub modules_off: BTreeSet<Name>,
}

impl Firm {
    /// From the stored settings: `company`, `language`, `demo`, `zone`, `modules_off`, `setting.<name>`.
    #[must_use]
    pub fn read(stored: &IndexMap<String, Json>) -> Self {
        let mut firm = Self { language: "en".into(), ..Self::default() };
        for (name, value) in stored {
            let text = || value.as_str().unwrap_or_default().to_owned();
            match name.as_str() {
                "company" => firm.company = text(),
                "language" => firm.language = text(),
                "demo" => firm.demo = value.as_bool().unwrap_or(false),
                "mail" => firm.mail = serde_json::from_value(value.clone()).ok(),
                "mail_since" => {
                    firm.mail_since = value.as_i64().and_then(DateTime::from_timestamp_millis).unwrap_or_default();
                }
                "zone" => firm.zone = text().parse().ok(),
                "modules_off" => firm.modules_off = serde_json::from_value(value.clone()).unwrap_or_default(),
                other => {
                    if let Some(name) = other.strip_prefix("setting.") {
                        firm.settings.insert(name.to_owned(), value.clone());
                    }
                }
            }
        }
        firm
    }

    /// The firm's zone.
    #[must_use]
    pub fn zone(&self) -> Tz {
        self.zone.unwrap_or(Tz::Asia__Shanghai)
    }

    /// What formulas read of the firm itself as `setting.company`, `setting.zone`, `setting.language`.
    fn own(&self, name: &str) -> Option<Json> {
        match name {
            "company" => Some(self.company.clone()).filter(|company| !company.is_empty()).map(Json::from),
            "zone" => Some(self.zone().name().into()),
            "language" => Some(self.language.clone().into()),
            _ => None,
        }
    }

    /// The values of all settings: the firm's, or the packs' defaults.
    #[must_use]
    pub fn values(&self, catalog: &Catalog) -> IndexMap<Name, Value> {
        catalog
            .settings
            .iter()
            .map(|(name, setting)| {
                let own = self.own(name);
                let json = own.as_ref().or_else(|| self.settings.get(name.as_str())).unwrap_or(&setting.default);
                // What does not fit its type counts as not set; the checker has seen the defaults.
                let field = Field::plain(setting.setting_type);
                (name.clone(), parse(&field, json).or_else(|_| parse(&field, &setting.default)).unwrap_or_default())
            })
            .collect()
    }
}

/// What somebody changes; what is not given stays.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The firm's name.
    pub company: Option<String>,
    /// The language of new people.
    pub language: Option<String>,
    /// The firm's zone, by its name in the zone database.
    pub zone: Option<String>,
    /// Values of settings in wire form; null goes back to what the pack says.
    pub settings: Map<String, Json>,
    /// Modules that are switched on or off.
    pub modules: IndexMap<Name, bool>,
}

impl App {
    /// Changes what the firm has set, and notes who changed what; it holds from the next command on.
    ///
    /// # Errors
    /// If a value is wrong, all of them told, or the store fails.
    pub async fn change_firm(&self, by: Uuid, change: Change) -> Result<(), Failure> {
        // One after the other: each is noted with what the one before has left.
        let _alone = self.set_up_lock().lock().await;
        let firm = self.firm();
        let catalog = Arc::clone(self.published().catalog.whole());
        let mut wanted = wanted(&change, &catalog)?;
        if let Some(off) = self.switched(&catalog, &firm, &change).await? {
            wanted.insert("modules_off".to_owned(), (!off.is_empty()).then(|| json!(off)));
        }
        let before = |name: &str| match name {
            "company" => Some(json!(firm.company)),
            "language" => Some(json!(firm.language)),
            "zone" => Some(json!(firm.zone().name())),
            "modules_off" => (!firm.modules_off.is_empty()).then(|| json!(firm.modules_off)),
            other => other.strip_prefix("setting.").and_then(|name| firm.settings.get(name)).cloned(),
        };
        let changed: IndexMap<String, Option<Json>> =
            wanted.into_iter().filter(|(name, value)| before(name) != *value).collect();
        let at = self.clock().now();
        let notes: Vec<AuditRow> = changed
            .iter()
            .map(|(name, new)| AuditRow {
                id: Uuid::now_v7(),
                at,
                user: Some(by),
                kind: NOTED.into(),
                detail: json!({"name": name, "old": before(name), "new": new}),
            })
            .collect();
        self.store().change_settings(&changed, &notes).await?;
        self.refresh_firm().await?;
        self.tell_nodes(Told { settings: true, ..Told::default() });
        Ok(())
    }

    /// Which modules are off after a change; none if it says nothing of them. A module is not switched off while something
    /// that stays on needs it, or a workflow of its records is under way.
    async fn switched(
        &self,
        catalog: &Catalog,
        firm: &Firm,
        change: &Change,
    ) -> Result<Option<BTreeSet<Name>>, Failure> {
        if change.modules.is_empty() {
            return Ok(None);
        }
        let mut off = firm.modules_off.clone();
        let mut problems = Vec::new();
        for (name, on) in &change.modules {
            if !catalog.modules().any(|(_, known, _)| known == name) {
                problems.push(Problem::new(format!("modules.{name}"), "unknown", format!("no module `{name}`")));
            } else if *on {
                off.remove(name);
            } else {
                off.insert(name.clone());
            }
        }
        let home = |entity: &Name| {
            let module = catalog.modules().find(|(_, _, module)| module.entities.contains(entity));
            module.map_or_else(|| "modules".to_owned(), |(_, name, _)| format!("modules.{name}"))
        };
        for need in catalog.needs(&off) {
            let told = format!("`{}` stays on and needs `{}` by `{}`", need.entity, need.to, need.by);
            problems.push(Problem::new(home(&need.to), "needed", told));
        }
        let before = catalog.entities_of(&firm.modules_off);
        for entity in catalog.entities_of(&off).into_iter().filter(|entity| !before.contains(entity)) {
            let open = InstanceFilter { entity: Some(entity.to_string()), open: true, ..InstanceFilter::default() };
            if !self.store().search_instances(&open, None, 1).await?.is_empty() {
                let told = format!("a workflow of `{entity}` is under way: it must end first");
                problems.push(Problem::new(home(&entity), "under_way", told));
            }
        }
        if problems.is_empty() { Ok(Some(off)) } else { Err(Rejection::Invalid(problems).into()) }
    }
}

/// By stored name, each value in its canonical form.
fn wanted(change: &Change, catalog: &Catalog) -> Result<IndexMap<String, Option<Json>>, Rejection> {
    let mut problems = Vec::new();
    let mut out = IndexMap::new();
    if let Some(company) = change.company.as_deref().map(str::trim) {
        match company.chars().count() {
            0 => problems.push(Problem::new("company", "required", "expected the firm's name")),
            1..=200 => {}
            _ => problems.push(Problem::new("company", "too_long", "expected at most 200 characters")),
        }
        out.insert("company".to_owned(), Some(json!(company)));
    }
    if let Some(language) = &change.language {
        if known_language(Some(language)) != language {
            problems.push(Problem::new("language", "option", "expected `en` or `zh_hans`"));
        }
        out.insert("language".to_owned(), Some(json!(language)));
    }
    if let Some(zone) = &change.zone {
        match zone.parse::<Tz>() {
            Ok(zone) => drop(out.insert("zone".to_owned(), Some(json!(zone.name())))),
            Err(_) => problems.push(Problem::new("zone", "option", "expected a time zone such as `Asia/Shanghai`")),
        }
    }
    for (name, json) in &change.settings {
        let path = format!("settings.{name}");
        let of_firm = OF_THE_FIRM.contains(&name.as_str());
        let Some(setting) = catalog.settings.get(name.as_str()).filter(|_| !of_firm) else {
            problems.push(Problem::new(path, "unknown", format!("no setting `{name}`")));
            continue;
        };
        let stored = format!("setting.{name}");
        match parse(&Field::plain(setting.setting_type), json) {
            Ok(Value::Null) => drop(out.insert(stored, None)),
            Ok(value) => drop(out.insert(stored, Some(value.to_json()))),
            Err(wrong) => problems.push(Problem::new(path, wrong.code, wrong.message)),
        }
    }
    if problems.is_empty() { Ok(out) } else { Err(Rejection::Invalid(problems)) }
}
