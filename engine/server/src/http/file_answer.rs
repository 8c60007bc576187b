//! The bytes of a file as a browser gets them: whole or in part, and in such a way that nothing in them can act in our
//! name.

use std::ops::Range;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use store::FileRow;

use super::{Error, headers};
use crate::{
    App, Failure,
    files::{Key, is_shown_inline},
};

/// Marks answers that are sent as they are: most files are compressed already, and parts must stay what was asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct AsItIs;

/// The file, or the part of it that was asked for.
pub(super) async fn whole(app: &App, file: &FileRow, store: bool, asked: &HeaderMap) -> Result<Response, Error> {
    let etag = format!("\"{}\"", file.hash);
    if headers::text(asked, header::IF_NONE_MATCH.as_str()) == Some(etag.as_str()) {
        return guarded(StatusCode::NOT_MODIFIED.into_response(), &etag, false);
    }
    let size = u64::try_from(file.size).unwrap_or_default();
    let same = headers::text(asked, header::IF_RANGE.as_str()).is_none_or(|known| known == etag);
    let part = headers::text(asked, header::RANGE.as_str()).filter(|_| same).and_then(|text| part(text, size));
    let range = match &part {
        Some(Ok(range)) => range.clone(),
        Some(Err(NoPart)) => return Err(Error::NoSuchPart { size }),
        None => 0..size,
    };
    let lost = || Error::internal(format!("the bytes of file {} are not there", file.id));
    let key = Key::file(&file.hash).ok_or_else(lost)?;
    let length = range.end.saturating_sub(range.start);
    let place = range.clone();
    let pieces = app.files().objects().get(&key, range).await.map_err(Failure::from)?.ok_or_else(lost)?;
    let mut response = Body::from_stream(pieces).into_response();
    if part.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    let inline = !store && is_shown_inline(&file.media_type);
    let media_type = if inline { file.media_type.as_str() } else { "application/octet-stream" };
    let out = response.headers_mut();
    let mut set = |name, value: &str| HeaderValue::from_str(value).map(|value| out.insert(name, value));
    set(header::CONTENT_TYPE, media_type).map_err(Error::internal)?;
    set(header::CONTENT_DISPOSITION, &disposition(inline, &file.name)).map_err(Error::internal)?;
    set(header::CONTENT_LENGTH, &length.to_string()).map_err(Error::internal)?;
    set(header::ACCEPT_RANGES, "bytes").map_err(Error::internal)?;
    if part.is_some() {
        let last = place.end.saturating_sub(1);
        set(header::CONTENT_RANGE, &format!("bytes {}-{last}/{size}", place.start)).map_err(Error::internal)?;
    }
    guarded(response, &etag, inline && file.media_type == "application/pdf")
}

/// Adds what keeps the browser from running anything, and lets it keep the bytes but ask each time.
pub(super) fn guarded(mut response: Response, etag: &str, paper: bool) -> Result<Response, Error> {
    let out = response.headers_mut();
    // Browsers show no PDF in a sandbox; what runs in one runs in the viewer, which has no part in our origin.
    let policy = if paper { "default-src 'none'; style-src 'unsafe-inline'" } else { "sandbox; default-src 'none'" };
    out.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    out.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    out.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    out.insert(header::VARY, HeaderValue::from_static("Cookie"));
    out.insert(header::ETAG, HeaderValue::from_str(etag).map_err(Error::internal)?);
    response.extensions_mut().insert(AsItIs);
    Ok(response)
}

/// How the file is to be taken: its name in plain letters for old programs, and as it is.
fn disposition(inline: bool, name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_ascii_graphic() && !matches!(c, '"' | '\\') || c == ' ' { c } else { '_' })
        .collect();
    let exact: String = name
        .bytes()
        .map(|b| match b {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(b).to_string(),
            _ => format!("%{b:02X}"),
        })
        .collect();
    let way = if inline { "inline" } else { "attachment" };
    format!("{way}; filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

/// The part that was asked for is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct NoPart;

/// One part: `bytes=0-99`, `bytes=100-`, `bytes=-50`. What is asked for in another way is answered whole.
fn part(text: &str, size: u64) -> Option<Result<Range<u64>, NoPart>> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let range = match (first.trim(), last.trim()) {
        ("", last) => {
            let last: u64 = last.parse().ok()?;
            size.saturating_sub(last)..size
        }
        (first, "") => first.parse().ok()?..size,
        (first, last) => {
            let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(size)
        }
    };
    Some(if range.start < range.end { Ok(range) } else { Err(NoPart) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_what_was_asked_for_as_far_as_there_is_one() {
        assert_eq!(part("bytes=0-9", 100), Some(Ok(0..10)));
        assert_eq!(part("bytes=90-200", 100), Some(Ok(90..100)));
        assert_eq!(part("bytes=90-", 100), Some(Ok(90..100)));
        assert_eq!(part("bytes=-10", 100), Some(Ok(90..100)));
        assert_eq!(part("bytes=-200", 100), Some(Ok(0..100)));
        assert_eq!(part("bytes=100-", 100), Some(Err(NoPart)));
        assert_eq!(part("bytes=-0", 100), Some(Err(NoPart)));
        for other in ["bytes=0-1,5-6", "items=0-1", "bytes=5-1", "bytes=x-", "bytes=-"] {
            assert_eq!(part(other, 100), None, "{other}");
        }
    }

    #[test]
    fn names_of_all_writings_survive_and_break_nothing() {
        let told = disposition(false, "报价 \"a\".pdf");
        assert_eq!(told, "attachment; filename=\"__ _a_.pdf\"; filename*=UTF-8''%E6%8A%A5%E4%BB%B7%20%22a%22.pdf");
        assert!(HeaderValue::from_str(&told).is_ok());
        assert!(disposition(true, "a.png").starts_with("inline;"));
    }
}
