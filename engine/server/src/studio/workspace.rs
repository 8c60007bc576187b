//! The packs with a draft laid over them.

use kernel::{Catalog, Diagnostic, PackSource, SourceFile, definition::Kind, layer};
use serde_json::{Value as Json, json};

/// The name of the firm's own pack.
pub const SITE: &str = "site";

/// Whose a definition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// As the pack brings it.
    Vendor,
    /// The pack's, changed by the firm.
    Customised,
    /// The firm's own.
    Own,
}

/// What there is to say of a definition without reading it whole.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct About {
    /// Its file, the pack first: `trade/entities/request.json`.
    pub file: String,
    /// Its kind; none if its folder says none.
    pub kind: Option<Kind>,
    /// Its name.
    pub name: String,
    /// What it is called, where it says so.
    pub label: Option<String>,
    /// The entity that it is about, where it says so.
    pub entity: Option<String>,
    /// Whose it is.
    pub origin: Origin,
    /// Whether the draft makes something else of it than what it was begun from.
    pub changed: bool,
}

/// A text of a definition, and what it is in another language.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Text {
    /// The definition's file, the pack first.
    pub file: String,
    /// The definition's kind.
    pub kind: Kind,
    /// What the definition is called in that language, or at all.
    pub of: Option<String>,
    /// Where the text stands: `fields.port.label`.
    pub path: String,
    /// What the definition says.
    pub base: String,
    /// What it is in the other language; none if it is missing.
    pub text: Option<String>,
    /// The file that the other language stands in, or would.
    pub into: String,
}

/// A draft with the packs that it lies on.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// The packs of others, without overlays.
    vendor: Vec<PackSource>,
    /// The firm's own pack in the version that the draft was begun from.
    before: PackSource,
    /// The firm's own pack as the draft has it.
    pub(super) site: PackSource,
}

impl Workspace {
    /// A draft's files over the packs of the version that it was begun from.
    #[must_use]
    pub fn new(packs: Vec<PackSource>, files: Vec<SourceFile>) -> Self {
        let before = site(&packs);
        let vendor = packs.into_iter().filter(|pack| pack.name != SITE).collect();
        Self { vendor, before, site: PackSource { name: SITE.into(), files } }
    }

    /// The packs as they would be published.
    #[must_use]
    pub fn packs(&self) -> Vec<PackSource> {
        self.vendor.iter().cloned().chain([self.site_pack()]).collect()
    }

    /// The firm's own pack, with all packs that it builds on named.
    #[must_use]
    pub fn site_pack(&self) -> PackSource {
        let needs: Vec<&str> = self.vendor.iter().map(|pack| pack.name.as_str()).filter(|n| *n != "system").collect();
        let mut site = self.site.clone();
        if let Some(file) = site.files.iter_mut().find(|file| file.path == "pack.json")
            && let Ok(mut pack) = serde_json::from_str::<Json>(&file.text)
        {
            pack["needs"] = json!(needs);
            let text = pack.to_string();
            file.text = kernel::format("pack.json", &text).unwrap_or(text);
        }
        site
    }

    /// The definitions compiled; all problems.
    #[must_use]
    pub fn compile(&self) -> (Option<Catalog>, Vec<Diagnostic>) {
        Catalog::load(&self.packs())
    }

    /// All definitions but data and tests, called as in a language where they are translated.
    #[must_use]
    pub fn definitions(&self, language: &str) -> Vec<About> {
        let now = self.effective();
        let then = self.begun().effective();
        let shown = |file: &&SourceFile| file.path.ends_with(".json") && kind(&file.path).is_some_and(is_shown);
        now.iter()
            .flat_map(|pack| pack.files.iter().filter(shown).map(move |file| (pack, file)))
            .map(|(pack, file)| {
                let before = find(&then, &pack.name, &file.path);
                let json: Json = serde_json::from_str(&file.text).unwrap_or_default();
                let text = |key: &str| json.get(key).and_then(Json::as_str).map(str::to_owned);
                About {
                    kind: kind(&file.path),
                    name: stem(&file.path).to_owned(),
                    label: translated(&now, language, &file.path).or_else(|| text("label")),
                    entity: text("entity"),
                    origin: self.origin(&pack.name, &file.path),
                    changed: before.is_none_or(|before| before.text != file.text),
                    file: format!("{}/{}", pack.name, file.path),
                }
            })
            .collect()
    }

    /// All texts with what they are in a language, in the order of the definitions.
    #[must_use]
    pub fn texts(&self, language: &str) -> Vec<Text> {
        let packs = self.effective();
        let mut found = Vec::new();
        for (pack, file) in packs.iter().flat_map(|pack| pack.files.iter().map(move |file| (pack, file))) {
            let shown = |kind: &Kind| is_shown(*kind) && *kind != Kind::Translations;
            let Some(kind) = kind(&file.path).filter(shown) else { continue };
            let Ok(json) = serde_json::from_str::<Json>(&file.text) else { continue };
            let path = if kind == Kind::Pack { format!("{}.json", pack.name) } else { file.path.clone() };
            let path = format!("{}/{language}/{path}", Kind::Translations.folder());
            let there = find(&packs, &pack.name, &path).map(|file| (&*pack.name, file));
            let there = there.or_else(|| find(&packs, SITE, &path).map(|file| (SITE, file)));
            let texts: Json = there.and_then(|(_, file)| serde_json::from_str(&file.text).ok()).unwrap_or_default();
            let text = |path: &str| texts["texts"][path].as_str().map(str::to_owned);
            let of = text("label").or_else(|| json["label"].as_str().map(str::to_owned));
            let into = format!("{}/{path}", there.map_or(SITE, |(pack, _)| pack));
            for (path, base) in kernel::catalog::translatable(&json) {
                found.push(Text {
                    file: format!("{}/{}", pack.name, file.path),
                    kind,
                    of: of.clone(),
                    text: text(&path),
                    path,
                    base,
                    into: into.clone(),
                });
            }
        }
        found
    }

    /// Whose a definition is.
    #[must_use]
    pub fn origin(&self, pack: &str, path: &str) -> Origin {
        let overlaid = layer::overlay_path(pack, path);
        match pack {
            SITE => Origin::Own,
            _ if self.site.files.iter().any(|file| file.path == overlaid) => Origin::Customised,
            _ => Origin::Vendor,
        }
    }

    /// A definition's text as it works in the draft.
    #[must_use]
    pub fn text(&self, pack: &str, path: &str) -> Option<String> {
        find(&self.effective(), pack, path).map(|file| file.text.clone())
    }

    /// A definition's text as its pack brings it; none for the firm's own.
    #[must_use]
    pub fn vendor_text(&self, pack: &str, path: &str) -> Option<&str> {
        find(&self.vendor, pack, path).map(|file| file.text.as_str())
    }

    /// The same as it was when the draft was begun.
    pub(super) fn begun(&self) -> Self {
        Self { site: self.before.clone(), ..self.clone() }
    }

    /// All packs with the draft's overlays applied.
    pub(super) fn effective(&self) -> Vec<PackSource> {
        layer::effective(&self.packs()).0
    }
}

/// The firm's own pack among packs, or an empty one.
pub(super) fn site(packs: &[PackSource]) -> PackSource {
    packs.iter().find(|pack| pack.name == SITE).cloned().unwrap_or_else(|| {
        let pack = json!({"kind": "pack", "name": SITE, "label": "Our own", "version": "1.0.0"}).to_string();
        let text = kernel::format("pack.json", &pack).unwrap_or(pack);
        PackSource { name: SITE.into(), files: vec![SourceFile { path: "pack.json".into(), text }] }
    })
}

pub(super) fn find<'p>(packs: &'p [PackSource], pack: &str, path: &str) -> Option<&'p SourceFile> {
    packs.iter().find(|p| p.name == pack)?.files.iter().find(|file| file.path == path)
}

/// What a definition is called in a language, if some pack says so.
fn translated(packs: &[PackSource], language: &str, path: &str) -> Option<String> {
    let path = format!("{}/{language}/{path}", Kind::Translations.folder());
    let file = packs.iter().find_map(|pack| pack.files.iter().find(|file| file.path == path))?;
    let texts: Json = serde_json::from_str(&file.text).ok()?;
    texts["texts"]["label"].as_str().map(str::to_owned)
}

fn is_shown(kind: Kind) -> bool {
    layer::has_overlays(kind)
}

pub(super) fn kind(path: &str) -> Option<Kind> {
    layer::kind(path)
}

pub(super) fn stem(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path).trim_end_matches(".json")
}
