//! The web app and the packs that are built into the binary. In debug builds they are read from the source tree at
//! every request, so that a change shows without a new build.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    sync::{Arc, OnceLock},
};

use kernel::{PackSource, SourceFile};
use rust_embed::RustEmbed;
use sha2::{Digest, Sha256};

/// The built web app. It may be missing: the server then says how to build it.
#[derive(RustEmbed)]
#[folder = "../../builder-ui/dist/"]
#[allow_missing = true]
struct Ui;

/// The packs that come with the product, and their README.
#[derive(RustEmbed)]
#[folder = "../../definitions/"]
#[allow_missing = true]
struct Definitions;

/// A file to be served.
#[derive(Clone, Debug)]
pub(crate) struct Asset {
    /// Its bytes.
    pub(crate) bytes: std::borrow::Cow<'static, [u8]>,
    /// Its media type.
    pub(crate) media_type: &'static str,
    /// Changes with its bytes.
    pub(crate) etag: String,
}

/// The web app's files.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assets {
    policy: Arc<OnceLock<String>>,
}

impl Assets {
    /// A file of the web app by its path, without leading slash.
    pub(crate) fn get(&self, path: &str) -> Option<Asset> {
        let file = Ui::get(path)?;
        let etag = file.metadata.sha256_hash().iter().take(12).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        Some(Asset { bytes: file.data, media_type: media_type(path), etag })
    }

    /// Nothing but our own files; the scripts inside `index.html` by their hashes. Styles inside are needed by the
    /// component kit, which writes them at run time.
    pub(crate) fn content_security_policy(&self) -> &str {
        self.policy.get_or_init(|| {
            let page = Ui::get("index.html").map(|file| String::from_utf8_lossy(&file.data).into_owned());
            let hashes = page.as_deref().map(script_hashes).unwrap_or_default();
            format!(
                "default-src 'self'; script-src 'self'{hashes}; style-src 'self' 'unsafe-inline'; \
                 img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; \
                 base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
            )
        })
    }
}

/// The pack of this name that is built in, with its files in the order of their paths.
pub(crate) fn pack(name: &str) -> Option<PackSource> {
    let prefix = format!("{name}/");
    let texts: BTreeMap<String, String> = Definitions::iter()
        .filter_map(|path| {
            let inner = path.strip_prefix(&prefix)?.to_owned();
            let file = Definitions::get(&path)?;
            inner.ends_with(".json").then(|| (inner, String::from_utf8_lossy(&file.data).into_owned()))
        })
        .collect();
    let there = texts.contains_key("pack.json");
    let files = texts.into_iter().map(|(path, text)| SourceFile { path, text }).collect();
    there.then(|| PackSource { name: name.into(), files })
}

fn script_hashes(page: &str) -> String {
    let mut hashes = String::new();
    let mut rest = page;
    while let Some(start) = rest.find("<script") {
        let Some(open) = rest.get(start..).and_then(|tail| tail.find('>').map(|end| start + end + 1)) else { break };
        let Some(length) = rest.get(open..).and_then(|tail| tail.find("</script>")) else { break };
        if length > 0
            && let Some(body) = rest.get(open..open + length)
        {
            let _ = write!(hashes, " 'sha256-{}'", base64(&Sha256::digest(body.as_bytes())));
        }
        rest = rest.get(open + length..).unwrap_or_default();
    }
    hashes
}

/// Base64 with padding; few uses do not earn a dependency.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| (bits << 8) | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = ALPHABET.get((bits >> (18 - 6 * place)) as usize & 63).copied().unwrap_or(b'=');
            text.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

fn media_type(path: &str) -> &'static str {
    match path.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_inside_the_page_are_allowed_by_their_hash() {
        let hashes = script_hashes("<script src=\"a.js\"></script><script>alert('hi')</script>");
        assert_eq!(hashes.matches("sha256-").count(), 1);
    }

    #[test]
    fn base64_is_padded() {
        assert_eq!(base64(b"Man"), "TWFu");
        assert_eq!(base64(b"Ma"), "TWE=");
        assert_eq!(base64(b"M"), "TQ==");
    }
}
