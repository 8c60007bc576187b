//! `email`: a mail address, kept in lower case.

use serde_json::json;

use super::{
    Behaviour, Column, TEXTUAL, Wrong,
    text::{length, string},
};
use crate::{expression::Type, import};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Text,
    scale: 0,
    operators: TEXTUAL,
    properties: &["max"],
    value_type: |_| Type::Text,
    parse: |field, json| {
        let text = string(json)?.trim().to_lowercase();
        // A mail server alone knows whether an address works; this only catches what cannot be one.
        let plausible = text.split_once('@').is_some_and(|(local, domain)| {
            let dots = domain.contains('.') && !domain.starts_with('.') && !domain.ends_with('.');
            !local.is_empty() && dots && !domain.contains('@')
        });
        if !plausible || text.contains(|c: char| c.is_whitespace() || c == ',' || c == ';') {
            return Err(Wrong::new("format", format!("expected a mail address, but found `{text}`")));
        }
        length(field, &text, 254)
    },
    schema: |_| json!({"type": "string", "format": "email"}),
    example: |_| "somebody@example.com".into(),
    cell: Some(import::email),
    show: None,
};
