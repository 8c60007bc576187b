//! `currency`: a currency by its ISO 4217 code.

use serde_json::json;

use super::{Behaviour, Column, SAME, Wrong, text::string};
use crate::{Value, expression::Type, import};

pub(super) const BEHAVIOUR: Behaviour = Behaviour {
    column: Column::Text,
    scale: 0,
    operators: SAME,
    properties: &[],
    value_type: |_| Type::Text,
    parse: |_, json| {
        let given = string(json)?.trim();
        let code = written(given).map_or_else(|| given.to_uppercase(), str::to_owned);
        if code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()) {
            Ok(Value::text(code))
        } else {
            Err(Wrong::new("format", format!("expected a code of three letters such as EUR, but found `{code}`")))
        }
    },
    schema: |_| json!({"type": "string", "pattern": "^[A-Z]{3}$"}),
    example: |_| "CNY".into(),
    cell: Some(import::currency),
    show: None,
};

/// What people write for currencies, where it can mean one alone: `¥` and `$` can mean several.
const WRITTEN: &[(&str, &[&str])] = &[
    ("AUD", &["A$", "AU$", "澳元", "澳大利亚元"]),
    ("CAD", &["C$", "CA$", "加元", "加拿大元"]),
    ("CHF", &["SFR", "瑞士法郎"]),
    ("CNY", &["RMB", "CN¥", "人民币"]),
    ("EUR", &["€", "欧元"]),
    ("GBP", &["£", "STG", "英镑"]),
    ("HKD", &["HK$", "港币", "港元"]),
    ("INR", &["₹", "印度卢比"]),
    ("JPY", &["JP¥", "日元", "日圆"]),
    ("KRW", &["₩", "韩元"]),
    ("NZD", &["NZ$", "新西兰元"]),
    ("RUB", &["₽", "卢布"]),
    ("SGD", &["S$", "SG$", "新加坡元", "新币"]),
    ("THB", &["฿", "泰铢"]),
    ("TWD", &["NT$", "新台币"]),
    ("USD", &["US$", "US DOLLAR", "US DOLLARS", "美元", "美金"]),
    ("VND", &["₫", "越南盾"]),
];

/// The code of a currency that is given by a sign or name.
pub(crate) fn written(given: &str) -> Option<&'static str> {
    let given = given.trim().to_uppercase();
    WRITTEN.iter().find(|(_, names)| names.contains(&&*given)).map(|(code, _)| *code)
}

/// The number without the sign or name of a currency before or behind it.
pub(crate) fn without_sign(number: &str) -> &str {
    let number = number.trim();
    let ends = |c: char| c.is_ascii_digit() || matches!(c, '-' | '−' | '+' | '.' | ',' | '(' | ')');
    let (Some(first), Some(last)) = (number.find(ends), number.rfind(ends)) else { return number };
    let head = number.get(..first).unwrap_or_default();
    let tail = number.get(last + number.get(last..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8)..);
    let tail = tail.unwrap_or_default();
    let is_currency = |text: &str| text.trim().is_empty() || written(text).is_some();
    if !is_currency(head) || !is_currency(tail) {
        return number;
    }
    number.get(first..number.len() - tail.len()).unwrap_or(number)
}
