//! `geo`: a place on the earth in degrees of WGS 84, to six digits (a tenth of a metre).

use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::{Behaviour, Column, Part, Wrong, round};
use crate::{Name, Value, expression::Type, import, schema::Field};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Parts(&PARTS),
    scale: 0,
    operators: &["is null", "is not null"],
    properties: &[],
    value_type: |_| Type::Map(PARTS.iter().map(|part| (Name::new(part.name), Type::Decimal)).collect()),
    parse,
    schema: |_| {
        let degrees = json!({"type": "string", "format": "decimal"});
        json!({"type": "object", "properties": {"latitude": degrees, "longitude": degrees},
            "required": ["latitude", "longitude"], "additionalProperties": false})
    },
    example: |_| json!({"latitude": "31.2304", "longitude": "121.4737"}),
    cell: Some(import::line),
    show: Some(|value, _| match value {
        Value::Map(parts) => parts.iter().map(|(_, v)| v.to_string()).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    }),
};

const SCALE: u32 = 6;
const PARTS: [Part; 2] = [Part::decimal("latitude", SCALE), Part::decimal("longitude", SCALE)];

/// Takes both parts, or a text `31.2304, 121.4737`.
fn parse(_: &Field, json: &Json) -> Result<Value, Wrong> {
    let wrong = || Wrong::new("geo", "expected latitude and longitude such as 31.2304, 121.4737");
    let read = |text: &str| text.trim().parse::<Decimal>().ok();
    let (latitude, longitude) = match json {
        Json::String(text) => {
            let (latitude, longitude) = text.split_once([',', '，']).ok_or_else(wrong)?;
            (read(latitude), read(longitude))
        }
        Json::Object(object) if object.keys().all(|key| PARTS.iter().any(|part| part.name == *key)) => {
            let of = |name: &str| match object.get(name) {
                Some(Json::String(text)) => read(text),
                Some(Json::Number(number)) => read(&number.to_string()),
                _ => None,
            };
            (of("latitude"), of("longitude"))
        }
        _ => return Err(wrong()),
    };
    let (latitude, longitude) = latitude.zip(longitude).ok_or_else(wrong)?;
    for (name, degrees, most) in [("latitude", latitude, 90), ("longitude", longitude, 180)] {
        if degrees.abs() > Decimal::from(most) {
            return Err(Wrong::limit(
                "geo",
                format!("expected a {name} from -{most} to {most}, but found {degrees}"),
                most,
            ));
        }
    }
    Ok(Value::Map(vec![
        ("latitude".into(), Value::Decimal(round(latitude, SCALE))),
        ("longitude".into(), Value::Decimal(round(longitude, SCALE))),
    ]))
}
