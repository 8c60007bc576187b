//! Where bytes lie: a folder of this machine today, a store for objects some day.

use std::{io, ops::Range, path::Path};

use bytes::Bytes;
use futures::{future::BoxFuture, stream::BoxStream};

use super::Key;

/// A piece of a file that is read.
pub type Piece = io::Result<Bytes>;

/// Keeps bytes by key. What a key holds never changes, so it may be put there twice.
pub trait Objects: Send + Sync + std::fmt::Debug {
    /// Takes over a file of this machine. It is durable when this returns.
    fn put<'a>(&'a self, key: &'a Key, from: &'a Path) -> BoxFuture<'a, io::Result<()>>;

    /// How many bytes are there; none if nothing is.
    fn size<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, io::Result<Option<u64>>>;

    /// A part of what is there; none if nothing is.
    fn get<'a>(
        &'a self,
        key: &'a Key,
        range: Range<u64>,
    ) -> BoxFuture<'a, io::Result<Option<BoxStream<'static, Piece>>>>;

    /// Removes what is there, if anything is.
    fn remove<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, io::Result<()>>;
}
