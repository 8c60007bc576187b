//! Numbers as people write them.

use rust_decimal::Decimal;

use crate::field::without_sign;

/// A number as people write it: `1,234.50`, `1.234,50`, `1 234.5`, `(12.50)`, `12-`, `¥12`, `15%`.
pub(super) fn number_in(text: &str) -> Option<Decimal> {
    let mut text = without_sign(text);
    let mut negative = false;
    if let Some(inner) = text.strip_prefix('(').and_then(|t| t.strip_suffix(')')) {
        (text, negative) = (inner, true);
    }
    let currency: &[char] = &['$', '€', '£', '¥', '￥', '元', ' '];
    text = text.trim_matches(currency);
    if let Some(rest) = text.strip_suffix('-').or_else(|| text.strip_prefix(['-', '−'])) {
        if negative {
            return None;
        }
        (text, negative) = (rest, true);
    } else if let Some(rest) = text.strip_prefix('+') {
        text = rest;
    }
    text = without_sign(text.trim_matches(currency));
    let percent = text.strip_suffix('%').map(str::trim_end);
    let plain = ungroup(percent.unwrap_or(text))?;
    let mut number = Decimal::from_str_exact(&plain).ok()?;
    if percent.is_some() {
        number = number.checked_div(Decimal::ONE_HUNDRED)?;
    }
    number.set_sign_negative(negative && !number.is_zero());
    Some(number)
}

/// Takes the thousands separators out and makes the decimal separator a point; none if it cannot be a number.
fn ungroup(text: &str) -> Option<String> {
    // A space or an apostrophe is only ever a thousands separator.
    let spaced = text.contains([' ', '\'', '’']);
    if spaced && !grouped(text.split(['.', ',']).next().unwrap_or_default(), &[' ', '\'', '’']) {
        return None;
    }
    let text: String = text.chars().filter(|c| !matches!(c, ' ' | '\'' | '’')).collect();
    let commas = text.matches(',').count();
    let points = text.matches('.').count();
    let (whole, fraction) = match (commas, points) {
        (0, 0) => (text.as_str(), None),
        // With both, the last one is the decimal separator and the other one groups.
        (1.., 1..) => {
            let decimal = if text.rfind(',') > text.rfind('.') { ',' } else { '.' };
            let (whole, fraction) = text.rsplit_once(decimal)?;
            if whole.contains(decimal) || !grouped(whole, if decimal == ',' { &['.'] } else { &[','] }) {
                return None;
            }
            (whole, Some(fraction))
        }
        // A lone point is a decimal point, also in 1.234; several group.
        (0, 1) => text.split_once('.').map(|(w, f)| (w, Some(f)))?,
        (0, _) if grouped(&text, &['.']) => (text.as_str(), None),
        // Commas group where every group has three digits, also in 1,234; otherwise a lone comma is a decimal one.
        (_, 0) if grouped(&text, &[',']) => (text.as_str(), None),
        (1, 0) => text.split_once(',').map(|(w, f)| (w, Some(f)))?,
        _ => return None,
    };
    let mut plain: String = whole.chars().filter(|c| !matches!(c, ',' | '.')).collect();
    if let Some(fraction) = fraction.filter(|f| !f.is_empty()) {
        if plain.is_empty() {
            plain.push('0');
        }
        plain.push('.');
        plain.push_str(fraction);
    }
    let digits = !plain.is_empty() && plain.chars().all(|c| c.is_ascii_digit() || c == '.');
    digits.then_some(plain)
}

/// Whether the digits are grouped by threes, the first group not being a lone 0.
fn grouped(text: &str, separators: &[char]) -> bool {
    let mut groups = text.split(separators);
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && first != "0" && groups.all(|g| g.len() == 3)
}
