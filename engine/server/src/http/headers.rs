//! Reading request headers.

use std::net::{IpAddr, SocketAddr};

use axum::{
    extract::ConnectInfo,
    http::{HeaderMap, request::Parts},
};

/// A header as text.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim)
}

/// Where a request comes from. Behind a proxy the last address it appended; nothing that the client wrote itself.
pub(super) fn address(parts: &Parts, behind_proxy: bool) -> Option<IpAddr> {
    let forwarded = || text(&parts.headers, "x-forwarded-for")?.rsplit(',').next()?.trim().parse().ok();
    let direct = || parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    if behind_proxy { forwarded().or_else(direct) } else { direct() }
}

/// Whether the browser speaks HTTPS with us or with the proxy before us.
pub(super) fn is_https(headers: &HeaderMap, behind_proxy: bool) -> bool {
    behind_proxy && text(headers, "x-forwarded-proto").is_some_and(|proto| proto.eq_ignore_ascii_case("https"))
}

/// The first language of `Accept-Language` that there is, as definitions name it: `zh_hans` for all of `zh`.
pub(super) fn language(headers: &HeaderMap, there: &[&str]) -> Option<String> {
    text(headers, "accept-language")?
        .split(',')
        .filter_map(|part| part.split(';').next())
        .map(|tag| tag.trim().to_ascii_lowercase())
        .find_map(|tag| {
            let main = tag.split('-').next().unwrap_or_default();
            there
                .iter()
                .find(|known| known.split('_').next() == Some(main) || known.replace('_', "-") == tag)
                .map(|known| (*known).to_owned())
        })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn the_browsers_language_is_matched_with_ours() {
        let of = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("accept-language", HeaderValue::from_static(value));
            language(&headers, &["en", "zh_hans"])
        };
        assert_eq!(of("zh-CN,zh;q=0.9,en;q=0.8").as_deref(), Some("zh_hans"));
        assert_eq!(of("de-DE,en;q=0.5").as_deref(), Some("en"));
        assert_eq!(of("fr").as_deref(), None);
    }
}
