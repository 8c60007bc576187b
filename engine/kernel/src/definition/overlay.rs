//! `overlay`: what the firm changes of a definition that another pack brings.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

use crate::Name;

/// A change of a definition of another pack, kept apart from it. Its file lies at `overlays/<of>.json`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OverlayDefinition {
    /// The name of the definition that it changes.
    pub name: Name,
    /// The file that it changes, pack and folder first, without ending: `trade/entities/partner`.
    pub of: String,
    /// What is other than there: objects merge key by key, null takes a key away, anything else replaces.
    /// `"$place": {"x_port": "currency"}` puts keys after others (null: first); in place of a list of names,
    /// `{"$names": {"remove": ["note"], "place": {"x_port": "currency"}}}` changes it name by name.
    pub change: Map<String, Json>,
}
