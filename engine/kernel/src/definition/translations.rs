//! `translations`: the texts of one definition in another language: `translations/zh_hans/entities/request.json`.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Kind;
use crate::Name;

/// The texts of one definition in one language.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TranslationsDefinition {
    /// The definition's name.
    pub name: Name,
    /// The language: `zh_hans`.
    pub language: Name,
    /// The definition's kind.
    pub of: Kind,
    /// Texts by the path of the text they translate: `label`, `fields.partner.label`, `rules.low_margin.message`,
    /// `layout.head.section`.
    pub texts: IndexMap<String, String>,
}
