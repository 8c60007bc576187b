//! `address`: country, region, city, street and postal code. Conditions and formulas read its parts: `address.country`.

use serde_json::{Value as Json, json};

use super::{Behaviour, Column, Part, Wrong, country, country_name, text::length};
use crate::{Name, Value, expression::Type, import, schema::Field};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Parts(&PARTS),
    scale: 0,
    operators: &["is null", "is not null"],
    properties: &[],
    value_type: |_| Type::Map(PARTS.iter().map(|part| (Name::new(part.name), Type::Text)).collect()),
    parse,
    schema: |_| {
        let text = json!({"type": "string"});
        let properties = json!({"country": {"type": "string", "pattern": "^[A-Z]{2}$"}, "region": text, "city": text,
            "street": text, "postal_code": text});
        json!({"type": "object", "properties": properties, "additionalProperties": false})
    },
    example: |_| json!({"country": "DE", "city": "Hamburg", "street": "Jungfernstieg 1", "postal_code": "20095"}),
    cell: Some(import::line),
    show: Some(address_line),
};

const PARTS: [Part; 5] =
    [Part::text("country"), Part::text("region"), Part::text("city"), Part::text("street"), Part::text("postal_code")];

/// Takes an object of parts; one line of text is kept as the street.
fn parse(_: &Field, json: &Json) -> Result<Value, Wrong> {
    let line;
    let object = match json {
        Json::Object(object) => object,
        Json::String(text) => {
            line = serde_json::Map::from_iter([("street".to_owned(), Json::from(text.trim()))]);
            &line
        }
        _ => return Err(Wrong::wire("an address", json)),
    };
    if let Some(unknown) = object.keys().find(|key| !PARTS.iter().any(|part| part.name == *key)) {
        return Err(Wrong::new("type", format!("an address has no `{unknown}`")));
    }
    let plain = Field::plain(crate::definition::FieldKind::LongText);
    let mut parts = Vec::new();
    for part in &PARTS {
        let text = match object.get(part.name) {
            None | Some(Json::Null) => continue,
            Some(Json::String(text)) => text.trim(),
            Some(other) => return Err(Wrong::wire("a text", other)),
        };
        if text.is_empty() {
            continue;
        }
        let value = match part.name {
            "country" => Value::text(country::code(text)?),
            "street" => length(&plain, text, 300)?,
            _ => length(&plain, text, 120)?,
        };
        parts.push((part.name.into(), value));
    }
    Ok(if parts.is_empty() { Value::Null } else { Value::Map(parts) })
}

/// An address on one line, as its country is used to: from large to small in East Asia, the postal code before the city
/// on the continent, after the region in English-speaking countries. The country comes last in Latin script.
#[must_use]
pub fn address_line(value: &Value, language: &str) -> String {
    let part = |name: &str| match value {
        Value::Map(parts) => parts.iter().find(|(key, _)| **key == *name).and_then(|(_, v)| v.as_text()).unwrap_or(""),
        _ => "",
    };
    let (code, region, city, street, postal) =
        (part("country"), part("region"), part("city"), part("street"), part("postal_code"));
    let country = if code.is_empty() { "" } else { country_name(code, language) };
    let join = |parts: &[&str], between: &str| -> String {
        parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(between)
    };
    let wide = |text: &str| text.chars().any(|c| ('\u{2E80}'..='\u{9FFF}').contains(&c) || c >= '\u{AC00}');
    match code {
        "CN" | "HK" | "MO" | "TW" | "JP" | "KR" if wide(&join(&[region, city, street], "")) => {
            // A municipality is its own region.
            let region = if region == city { "" } else { region };
            join(&[&join(&[country, region, city, street], ""), postal], " ")
        }
        "US" | "CA" | "AU" => join(&[street, city, &join(&[region, postal], " "), country], ", "),
        "GB" | "IE" | "IN" | "SG" | "NZ" | "ZA" | "CN" | "HK" | "MO" | "TW" | "JP" | "KR" | "" => {
            join(&[street, city, region, postal, country], ", ")
        }
        _ => join(&[street, &join(&[postal, city], " "), region, country], ", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(json: &Json, language: &str) -> String {
        let field = Field::plain(crate::definition::FieldKind::Address);
        address_line(&parse(&field, json).unwrap(), language)
    }

    #[test]
    fn an_address_is_written_as_its_country_is_used_to() {
        let german = json!({"country": "DE", "city": "Hamburg", "street": "Jungfernstieg 1", "postal_code": "20095"});
        assert_eq!(line(&german, "en"), "Jungfernstieg 1, 20095 Hamburg, Germany");
        assert_eq!(line(&german, "zh_hans"), "Jungfernstieg 1, 20095 Hamburg, 德国");
        let american =
            json!({"country": "US", "region": "NY", "city": "New York", "street": "5 Main St", "postal_code": "10001"});
        assert_eq!(line(&american, "en"), "5 Main St, New York, NY 10001, United States");
        let chinese = json!({"country": "CN", "region": "上海市", "city": "上海市", "street": "世纪大道100号", "postal_code": "200120"});
        assert_eq!(line(&chinese, "zh_hans"), "中国上海市世纪大道100号 200120");
        let exporter = json!({"country": "CN", "region": "Zhejiang", "city": "Ningbo", "street": "8 Port Road"});
        assert_eq!(line(&exporter, "en"), "8 Port Road, Ningbo, Zhejiang, China");
    }
}
