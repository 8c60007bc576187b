//! What the firm has set: its name, zone, values of settings. Kept in system settings, apart from definitions.

use chrono_tz::Tz;
use indexmap::IndexMap;
use kernel::{Catalog, Name, Value, field::parse, schema::Field};
use serde_json::Value as Json;

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
    /// Its own values of settings, in wire form.
    pub settings: IndexMap<String, Json>,
}

impl Firm {
    /// From the stored settings: `company`, `language`, `demo`, `zone`, `setting.<name>`.
    #[must_use]
    pub fn read(stored: &IndexMap<String, Json>) -> Self {
        let mut firm = Self { language: "en".into(), ..Self::default() };
        for (name, value) in stored {
            let text = || value.as_str().unwrap_or_default().to_owned();
            match name.as_str() {
                "company" => firm.company = text(),
                "language" => firm.language = text(),
                "demo" => firm.demo = value.as_bool().unwrap_or(false),
                "zone" => firm.zone = text().parse().ok(),
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

    /// The values of all settings: the firm's, or the packs' defaults.
    #[must_use]
    pub fn values(&self, catalog: &Catalog) -> IndexMap<Name, Value> {
        catalog
            .settings
            .iter()
            .map(|(name, setting)| {
                let json = self.settings.get(name.as_str()).unwrap_or(&setting.default);
                // What does not fit its type counts as not set; the checker has seen the defaults.
                let field = Field::plain(setting.setting_type);
                (name.clone(), parse(&field, json).or_else(|_| parse(&field, &setting.default)).unwrap_or_default())
            })
            .collect()
    }
}
