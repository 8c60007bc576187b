//! The daily root: a signed file that names the ends of all chains that went on since the last one. What it names cannot
//! be changed or cut off any more without contradicting it; so copies of these files belong where nobody who may write
//! the database can reach them.
//!
//! The file is text: a head, one line for each chain (`<record or instance> <place> <link>`), the signature over the digest
//! of all before. Each names the digest of the one before, so that none can be taken out.

use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};
use store::ListedHead;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, BufWriter};
use uuid::Uuid;

use super::key::{Key, is_signed};
use crate::{App, Failure};

/// Ends that are read and noted together.
pub(super) const TOGETHER: u32 = 1000;
/// Whoever took it on to write a root and has not after so long has ended.
const GIVEN_UP: chrono::Duration = chrono::Duration::minutes(30);
const TITLE: &str = "portolan root 1";

/// A root that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenRoot {
    /// Its number.
    pub number: i64,
    /// How many chains it names.
    pub chains: u64,
    /// Its file.
    pub path: PathBuf,
}

impl App {
    /// Writes the root of this day, unless it is there, or nothing went on since the last.
    ///
    /// # Errors
    /// If the disk or the store fails.
    pub async fn write_daily_root(&self) -> Result<Option<WrittenRoot>, Failure> {
        let day = self.clock().now().with_timezone(&self.firm().zone()).format("%Y-%m-%d").to_string();
        let last = self.store().roots().await?.pop();
        if last.is_some_and(|last| last.day == day && last.digest.is_some()) {
            return Ok(None);
        }
        self.write_root(&day).await
    }

    /// Writes a root under this name, unless there is one, or nothing went on since the last.
    ///
    /// # Errors
    /// If the disk or the store fails.
    pub async fn write_root(&self, name: &str) -> Result<Option<WrittenRoot>, Failure> {
        if self.store().unrooted_heads(None, 1).await?.is_empty() {
            return Ok(None);
        }
        let now = self.clock().now();
        let Some(number) = self.store().claim_root(name, now, now - GIVEN_UP).await? else { return Ok(None) };
        let folder = self.options().audit_folder();
        tokio::fs::create_dir_all(&folder).await?;
        let path = folder.join(format!("{number:06}-{}.root", name.replace(':', "")));
        let unfinished = path.with_extension("unfinished");
        let (digest, chains) = self.write_file(&unfinished, number, name).await?;
        tokio::fs::rename(&unfinished, &path).await?;
        // The name itself must last, too.
        tokio::fs::File::open(&folder).await?.sync_all().await?;
        self.store().finish_root(number, &digest).await?;
        let mut lines = Lines::open(&path).await?;
        loop {
            let heads = lines.heads().await?;
            if heads.is_empty() {
                break;
            }
            self.store().mark_rooted(&heads).await?;
        }
        Ok(Some(WrittenRoot { number, chains, path }))
    }

    async fn write_file(&self, path: &Path, number: i64, name: &str) -> Result<([u8; 32], u64), Failure> {
        let key = Key::open(&self.options().audit_key())?;
        let before = self.store().roots().await?.into_iter().rev().find(|root| root.number < number);
        let (history, at) = self.store().chain_start().await?;
        let mut file = Signed { file: BufWriter::new(tokio::fs::File::create(path).await?), hasher: Sha256::new() };
        let before = before.and_then(|root| root.digest).map_or_else(|| "-".to_owned(), |digest| hex(&digest));
        let head = format!(
            "{TITLE}\nnumber {number}\nname {name}\nat {}\nkey {}\nbefore {before}\nstart {history} {at}\n",
            self.clock().now().to_rfc3339(),
            hex(&key.public()),
        );
        file.write(&head).await?;
        let (mut chains, mut after) = (0, None);
        loop {
            let heads = self.store().unrooted_heads(after, TOGETHER).await?;
            for head in &heads {
                file.write(&format!("{} {} {}\n", head.chain, head.seq, hex(&head.link))).await?;
            }
            chains += heads.len() as u64;
            match heads.last() {
                Some(last) if heads.len() == TOGETHER as usize => after = Some(last.chain),
                _ => break,
            }
        }
        let signature = key.sign(&file.hasher.clone().finalize());
        file.write(&format!("signature {}\n", hex(&signature))).await?;
        file.file.flush().await?;
        file.file.get_ref().sync_all().await?;
        Ok((file.hasher.finalize().into(), chains))
    }
}

/// A file and the digest of what it holds.
struct Signed {
    file: BufWriter<tokio::fs::File>,
    hasher: Sha256,
}

impl Signed {
    async fn write(&mut self, text: &str) -> std::io::Result<()> {
        self.hasher.update(text.as_bytes());
        self.file.write_all(text.as_bytes()).await
    }
}

/// What the head of a root says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) number: i64,
    pub(super) key: Vec<u8>,
    pub(super) before: String,
    pub(super) start: (i64, i64),
}

/// A root's file, read line by line.
pub(super) struct Lines {
    lines: tokio::io::Lines<BufReader<tokio::fs::File>>,
    hasher: Sha256,
    waiting: Option<String>,
    pub(super) said: Said,
    /// What its signature was found to be, once it is read to its end: the digest of all before, and the signature.
    end: Option<([u8; 32], Vec<u8>)>,
}

impl Lines {
    /// Opens a root and reads its head.
    pub(super) async fn open(path: &Path) -> std::io::Result<Self> {
        let lines = BufReader::new(tokio::fs::File::open(path).await?).lines();
        let mut own = Self { lines, hasher: Sha256::new(), waiting: None, said: Said::default(), end: None };
        while let Some(line) = own.next().await? {
            let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match word {
                "number" => own.said.number = rest.parse().unwrap_or_default(),
                "key" => own.said.key = from_hex(rest),
                "before" => rest.clone_into(&mut own.said.before),
                "start" => {
                    let numbers = rest.split_once(' ').unwrap_or_default();
                    own.said.start = (numbers.0.parse().unwrap_or_default(), numbers.1.parse().unwrap_or_default());
                }
                "portolan" | "name" | "at" => {}
                _ => {
                    own.waiting = Some(line);
                    break;
                }
            }
        }
        Ok(own)
    }

    async fn next(&mut self) -> std::io::Result<Option<String>> {
        if let Some(line) = self.waiting.take() {
            return Ok(Some(line));
        }
        let Some(line) = self.lines.next_line().await? else { return Ok(None) };
        if let Some(signature) = line.strip_prefix("signature ") {
            self.end = Some((self.hasher.clone().finalize().into(), from_hex(signature)));
        }
        self.hasher.update(line.as_bytes());
        self.hasher.update(b"\n");
        Ok(Some(line))
    }

    /// The next ends that it names; none at its end.
    pub(super) async fn heads(&mut self) -> std::io::Result<Vec<ListedHead>> {
        let mut heads = Vec::new();
        while heads.len() < TOGETHER as usize
            && let Some(line) = self.next().await?
        {
            let mut parts = line.split(' ');
            let chain = parts.next().and_then(|text| Uuid::parse_str(text).ok());
            let seq = parts.next().and_then(|text| text.parse().ok());
            let link = parts.next().and_then(|text| from_hex(text).try_into().ok());
            if let (Some(chain), Some(seq), Some(link)) = (chain, seq, link) {
                heads.push(ListedHead { chain, seq, link });
            }
        }
        Ok(heads)
    }

    /// Whether it is signed by this key, and its digest; to be asked when it has been read to its end.
    pub(super) fn close(self, key: &[u8]) -> (bool, String) {
        let signed = self.end.is_some_and(|(message, signature)| is_signed(key, &message, &signature));
        (signed, hex(&self.hasher.finalize()))
    }
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The bytes of a text; none where it is none.
pub(super) fn from_hex(text: &str) -> Vec<u8> {
    let (pairs, _) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    pairs.iter().map(byte).collect::<Option<_>>().unwrap_or_default()
}
