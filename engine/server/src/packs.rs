//! From folders to packs: reads the files of definitions and adds the packs that they build on.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use document::archive::{self, Text};
use kernel::{Diagnostic, PackSource, SourceFile};

use crate::assets;

/// A file of this size is no definition; it is not even read.
const MAX_BYTES: u64 = 16 << 20;
/// Folders of a pack are not nested deeper than this.
const MAX_DEPTH: u32 = 6;

/// The packs in these folders, and before them those they need of the built-in ones, `system` first.
///
/// # Errors
/// If a folder cannot be read, or a file is no text; all such files are told.
pub fn read(folders: &[PathBuf]) -> Result<Vec<PackSource>, Vec<Diagnostic>> {
    let mut packs = Vec::new();
    let mut problems = Vec::new();
    for folder in folders {
        match read_folder(folder) {
            Ok(found) => packs.extend(found),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    Ok(with_needed(packs))
}

/// Adds what the packs need of the built-in ones. What is nowhere is left to the checker, which tells it with its place.
#[must_use]
pub fn with_needed(given: Vec<PackSource>) -> Vec<PackSource> {
    let mut wanted: Vec<String> = vec!["system".into()];
    let mut packs: Vec<PackSource> = Vec::new();
    for pack in &given {
        wanted.extend(needs(pack));
    }
    while let Some(name) = wanted.pop() {
        if !given.iter().chain(&packs).any(|pack| pack.name == name)
            && let Some(pack) = assets::pack(&name)
        {
            wanted.extend(needs(&pack));
            packs.push(pack);
        }
    }
    packs.extend(given);
    in_order(packs)
}

/// Packs in one archive, a folder each, every file in the canonical format; `effective` with overlays laid on what they
/// change, so that they stand for themselves.
///
/// # Errors
/// If it cannot be written.
pub fn to_archive(packs: &[PackSource], effective: bool) -> Result<Vec<u8>, document::Error> {
    let laid = if effective { kernel::layer::effective(packs).0 } else { packs.to_vec() };
    let text = |pack: &PackSource, file: &SourceFile| Text {
        path: format!("{}/{}", pack.name, file.path),
        text: kernel::format(&file.path, &file.text).unwrap_or_else(|_| file.text.clone()),
    };
    let texts: Vec<Text> = laid.iter().flat_map(|pack| pack.files.iter().map(move |file| text(pack, file))).collect();
    archive::pack(&texts)
}

/// The packs of an archive. `system` is left out: each installation has its own.
///
/// # Errors
/// If it is none, or holds no packs.
pub fn of_archive(bytes: &[u8]) -> Result<Vec<PackSource>, document::Error> {
    let mut packs: Vec<PackSource> = Vec::new();
    for Text { path, text } in archive::unpack(bytes)? {
        let Some((name, path)) = path.split_once('/').filter(|(name, _)| *name != "system") else { continue };
        let file = SourceFile { path: path.to_owned(), text };
        match packs.iter_mut().find(|pack| pack.name == name) {
            Some(pack) => pack.files.push(file),
            None => packs.push(PackSource { name: name.to_owned(), files: vec![file] }),
        }
    }
    packs.retain(|pack| pack.files.iter().any(|file| file.path == "pack.json"));
    if packs.is_empty() { Err(document::Error::NotAnArchive) } else { Ok(packs) }
}

/// Each pack after those it needs; `system` first.
fn in_order(packs: Vec<PackSource>) -> Vec<PackSource> {
    let mut rest = packs;
    rest.sort_by_key(|pack| (pack.name != "system", pack.name.clone()));
    let mut done: Vec<PackSource> = Vec::new();
    while !rest.is_empty() {
        let ready = rest
            .iter()
            .position(|pack| {
                !needs(pack).iter().any(|need| rest.iter().any(|other| other.name == *need && other.name != pack.name))
            })
            // Packs that need each other in a ring: the checker tells.
            .unwrap_or(0);
        done.push(rest.remove(ready));
    }
    done
}

fn needs(pack: &PackSource) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Needs {
        #[serde(default)]
        needs: Vec<String>,
    }
    let file = pack.files.iter().find(|file| file.path == "pack.json");
    file.and_then(|file| serde_json::from_str::<Needs>(&file.text).ok()).map(|found| found.needs).unwrap_or_default()
}

/// Whether a folder is a pack. The schemas of definitions, one of which is the schema of `pack.json`, are none.
pub(crate) fn is_pack(folder: &Path) -> bool {
    folder.join("pack.json").is_file() && folder.file_name().is_none_or(|name| name != "schemas")
}

/// A folder with `pack.json` is a pack; else each folder in it that has one.
fn read_folder(folder: &Path) -> Result<Vec<PackSource>, Vec<Diagnostic>> {
    let cannot = |error: &io::Error| {
        let told = format!("cannot be read: {error}");
        vec![Diagnostic::error("E0001", "", told).in_file(folder.display().to_string())]
    };
    if is_pack(folder) {
        return read_pack(folder).map(|pack| vec![pack]);
    }
    let mut inner: Vec<PathBuf> = fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| entry.map(|e| e.path())).collect())
        .map_err(|error| cannot(&error))?;
    inner.retain(|path| is_pack(path));
    inner.sort();
    if inner.is_empty() {
        let told = "expected a folder with `pack.json`, but there is none";
        return Err(vec![Diagnostic::error("E0001", "", told).in_file(folder.display().to_string())]);
    }
    let mut packs = Vec::new();
    let mut problems = Vec::new();
    for path in inner {
        match read_pack(&path) {
            Ok(pack) => packs.push(pack),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(packs) } else { Err(problems) }
}

fn read_pack(folder: &Path) -> Result<PackSource, Vec<Diagnostic>> {
    let whole = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let name = whole.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut pack = PackSource { name, files: Vec::new() };
    let mut problems = Vec::new();
    collect(&whole, "", 0, &mut pack, &mut problems);
    pack.files.sort_by(|a, b| a.path.cmp(&b.path));
    if problems.is_empty() { Ok(pack) } else { Err(problems) }
}

fn collect(folder: &Path, under: &str, depth: u32, pack: &mut PackSource, problems: &mut Vec<Diagnostic>) {
    let mut tell = |path: &str, told: String| {
        problems.push(Diagnostic::error("E0001", "", told).in_file(format!("{}/{path}", pack.name)));
    };
    let entries: Vec<_> = match fs::read_dir(folder) {
        Ok(entries) => entries.filter_map(Result::ok).collect(),
        Err(error) => return tell(under, format!("cannot be read: {error}")),
    };
    for entry in entries {
        let file_name = entry.file_name().to_string_lossy().into_owned();
        if file_name.starts_with('.') {
            continue;
        }
        let path = if under.is_empty() { file_name } else { format!("{under}/{file_name}") };
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_folder && depth < MAX_DEPTH {
            collect(&entry.path(), &path, depth + 1, pack, problems);
        } else if !is_folder && path.ends_with(".json") {
            let size = entry.metadata().map_or(0, |about| about.len());
            let mut tell = |told: String| {
                problems.push(Diagnostic::error("E0001", "", told).in_file(format!("{}/{path}", pack.name)));
            };
            if size > MAX_BYTES {
                tell(format!("expected at most {MAX_BYTES} bytes, but the file has {size}"));
                continue;
            }
            match fs::read_to_string(entry.path()) {
                Ok(text) => pack.files.push(SourceFile { path, text }),
                Err(error) => tell(format!("cannot be read: {error}")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(name: &str, needs: &str) -> PackSource {
        let text = format!("{{\"name\": \"{name}\", \"needs\": {needs}}}");
        PackSource { name: name.into(), files: vec![SourceFile { path: "pack.json".into(), text }] }
    }

    #[test]
    fn packs_come_after_those_they_need() {
        let order = in_order(vec![pack("a", "[\"b\"]"), pack("b", "[\"c\"]"), pack("c", "[]"), pack("system", "[]")]);
        let names: Vec<_> = order.iter().map(|pack| pack.name.as_str()).collect();
        assert_eq!(names, ["system", "c", "b", "a"]);
    }

    #[test]
    fn packs_that_need_each_other_are_left_to_the_checker() {
        assert_eq!(in_order(vec![pack("a", "[\"b\"]"), pack("b", "[\"a\"]")]).len(), 2);
    }

    #[test]
    fn a_file_that_is_no_text_is_told_with_its_path() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("odd");
        fs::create_dir_all(root.join("entities")).unwrap();
        fs::write(root.join("pack.json"), "{}").unwrap();
        fs::write(root.join("entities/a.json"), [0xFF, 0xFE, 0x00]).unwrap();
        let problems = read(&[root]).unwrap_err();
        assert_eq!(problems[0].file, "odd/entities/a.json");
    }
}
