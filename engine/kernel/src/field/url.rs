//! `url`: a web address. Only http and https, since the app makes it a link.

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
        let text = string(json)?.trim();
        let address = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        let lower = address.to_ascii_lowercase();
        let host = lower.strip_prefix("http://").or_else(|| lower.strip_prefix("https://"));
        if !host.is_some_and(|h| h.contains('.') && !h.starts_with('.')) || address.contains(char::is_whitespace) {
            return Err(Wrong::new("format", format!("expected a web address, but found `{text}`")));
        }
        length(field, &address, 2_000)
    },
    schema: |_| json!({"type": "string", "format": "uri"}),
    example: |_| "https://example.com".into(),
    cell: Some(import::code),
    show: None,
};
