//! Small pictures of pictures: made when they are first asked for, then kept beside the files.

use std::io;

use futures::TryStreamExt as _;
use store::FileRow;

use super::{
    Files, Key,
    folder::blocking,
    picture::{can_be_small, small},
};

/// Pictures larger than this are not unpacked.
const MOST_BYTES: i64 = 64 << 20;

/// How large the square is that a small picture fits into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// For a cell of a list.
    Cell,
    /// For a form.
    Form,
}

impl Side {
    pub(super) const ALL: [Self; 2] = [Self::Cell, Self::Form];

    fn pixels(self) -> u32 {
        match self {
            Self::Cell => 96,
            Self::Form => 480,
        }
    }

    pub(super) fn key(self, hash: &str) -> Option<Key> {
        Key::on(if self == Self::Cell { "cells" } else { "thumbnails" }, hash)
    }
}

impl Files {
    /// The small picture of a file; none if there can be none.
    ///
    /// # Errors
    /// If the disk fails.
    pub async fn thumbnail(&self, file: &FileRow, side: Side) -> io::Result<Option<Vec<u8>>> {
        let (Some(place), Some(source)) = (side.key(&file.hash), Key::file(&file.hash)) else { return Ok(None) };
        if !can_be_small(&file.media_type, file.pixels) || file.size > MOST_BYTES {
            return Ok(None);
        }
        if let Some(made) = self.whole(&place, u64::MAX).await? {
            return Ok(Some(made));
        }
        let Ok(_painter) = self.painters.acquire().await else { return Ok(None) };
        // Somebody else may have made it while this one waited.
        if let Some(made) = self.whole(&place, u64::MAX).await? {
            return Ok(Some(made));
        }
        let size = u64::try_from(file.size).unwrap_or_default();
        let Some(bytes) = self.whole(&source, size).await? else { return Ok(None) };
        let media_type = file.media_type.clone();
        let made = blocking(move || Ok(small(&bytes, &media_type, side.pixels()).ok())).await;
        // A decoder that panics has met a broken picture too.
        let Some(made) = made.ok().flatten() else { return Ok(None) };
        let mut incoming = self.begin().await?;
        incoming.write(&made).await?;
        let arrived = incoming.finish().await?;
        self.objects.put(&place, &arrived.path).await?;
        Ok(Some(made))
    }

    /// All that is kept under a key.
    async fn whole(&self, key: &Key, size: u64) -> io::Result<Option<Vec<u8>>> {
        let Some(size) = self.objects.size(key).await?.map(|there| there.min(size)) else { return Ok(None) };
        let Some(mut pieces) = self.objects.get(key, 0..size).await? else { return Ok(None) };
        let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
        while let Some(piece) = pieces.try_next().await? {
            bytes.extend_from_slice(&piece);
        }
        Ok(Some(bytes))
    }
}
