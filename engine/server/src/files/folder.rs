//! Bytes in a folder of this machine.

use std::{
    fs::{self, File},
    io,
    ops::Range,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use futures::{FutureExt as _, StreamExt as _, future::BoxFuture, stream, stream::BoxStream};
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};

use super::{Key, Objects, Piece};

/// So much is read at once.
const PIECE: u64 = 64 << 10;

/// A folder.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// This folder; it is made when the first file comes.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self(root)
    }

    fn place(&self, key: &Key) -> (PathBuf, PathBuf) {
        let (folder, name) = key.place();
        let folder = self.0.join(folder);
        let path = folder.join(name);
        (folder, path)
    }
}

impl Objects for Folder {
    fn put<'a>(&'a self, key: &'a Key, from: &'a Path) -> BoxFuture<'a, io::Result<()>> {
        let ((folder, path), from) = (self.place(key), from.to_owned());
        blocking(move || {
            // First the bytes, then the name: what has the name is whole, whenever the power goes.
            File::open(&from)?.sync_all()?;
            make(&folder)?;
            fs::rename(&from, &path)?;
            sync(&folder)
        })
        .boxed()
    }

    fn size<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, io::Result<Option<u64>>> {
        let (_, path) = self.place(key);
        blocking(move || match fs::metadata(path) {
            Ok(there) => Ok(Some(there.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        })
        .boxed()
    }

    fn get<'a>(
        &'a self,
        key: &'a Key,
        range: Range<u64>,
    ) -> BoxFuture<'a, io::Result<Option<BoxStream<'static, Piece>>>> {
        let (_, path) = self.place(key);
        async move {
            let mut file = match tokio::fs::File::open(path).await {
                Ok(file) => file,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error),
            };
            file.seek(io::SeekFrom::Start(range.start)).await?;
            let left = range.end.saturating_sub(range.start);
            let pieces = stream::try_unfold((file, left), |(mut file, left)| async move {
                if left == 0 {
                    return Ok(None);
                }
                let mut piece = Vec::with_capacity(usize::try_from(left.min(PIECE)).unwrap_or_default());
                let read = (&mut file).take(left.min(PIECE)).read_to_end(&mut piece).await?;
                if read == 0 {
                    return Err(io::Error::from(io::ErrorKind::UnexpectedEof));
                }
                let left = left.saturating_sub(u64::try_from(read).unwrap_or(left));
                Ok(Some((Bytes::from(piece), (file, left))))
            });
            Ok(Some(pieces.boxed()))
        }
        .boxed()
    }

    fn remove<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, io::Result<()>> {
        let (_, path) = self.place(key);
        blocking(move || match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        })
        .boxed()
    }
}

/// Makes a folder that nobody else of the machine looks into, and notes it and those above it on the disk.
pub(super) fn make(folder: &Path) -> io::Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    if let Some(above) = folder.parent() {
        make(above)?;
    }
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    folder.parent().map_or(Ok(()), sync)
}

/// Notes the names in a folder on the disk.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) && !folder.as_os_str().is_empty() { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Work with the disk, on a thread that may wait for it.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

#[cfg(test)]
mod tests {
    use futures::TryStreamExt as _;

    use super::*;

    async fn read(folder: &Folder, key: &Key, range: Range<u64>) -> Option<Vec<u8>> {
        let pieces = folder.get(key, range).await.unwrap()?;
        Some(pieces.try_collect::<Vec<_>>().await.unwrap().concat())
    }

    #[tokio::test]
    async fn bytes_are_kept_whole_or_in_part_until_they_are_removed() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::new(root.path().join("a/b"));
        let key = Key::file(&"ab".repeat(32)).unwrap();
        assert_eq!(read(&folder, &key, 0..1).await, None);
        let content: Vec<u8> = (0..200_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        for _ in 0..2 {
            let from = root.path().join("new");
            fs::write(&from, &content).unwrap();
            folder.put(&key, &from).await.unwrap();
            assert!(!from.exists());
        }
        assert_eq!(read(&folder, &key, 0..200_000).await.unwrap(), content);
        assert_eq!(read(&folder, &key, 70_000..70_003).await.unwrap(), content[70_000..70_003]);
        folder.remove(&key).await.unwrap();
        folder.remove(&key).await.unwrap();
        assert_eq!(read(&folder, &key, 0..1).await, None);
    }
}
