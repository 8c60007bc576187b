//! The definitions in force, and the older versions that running instances keep.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwap;
use indexmap::IndexMap;
use kernel::{Catalog, Name, Value};

use crate::firm::Firm;

/// Definitions, ready to work with.
#[derive(Clone, Debug)]
pub struct Published {
    /// The definitions; empty, at version 0, until something is published.
    pub catalog: Arc<Catalog>,
    /// The values of their settings.
    pub settings: Arc<IndexMap<Name, Value>>,
}

impl Published {
    /// The definitions as the firm uses them: without the modules that it has switched off.
    pub(crate) fn new(catalog: &Arc<Catalog>, firm: &Firm) -> Self {
        let catalog = catalog.switched(&firm.modules_off);
        let settings = Arc::new(firm.values(&catalog));
        Self { catalog, settings }
    }
}

/// The definitions in force and older ones that were asked for.
#[derive(Debug)]
pub(crate) struct Catalogs {
    current: ArcSwap<Published>,
    /// By version, each by the names of a version in force.
    older: Mutex<HashMap<(i64, i64), Arc<Catalog>>>,
}

impl Catalogs {
    pub(crate) fn new(published: Published) -> Self {
        Self { current: ArcSwap::from_pointee(published), older: Mutex::new(HashMap::new()) }
    }

    pub(crate) fn current(&self) -> Arc<Published> {
        self.current.load_full()
    }

    /// Takes up a new version.
    pub(crate) fn swap(&self, published: Published) {
        let now = published.catalog.version;
        let before = self.current.swap(Arc::new(published)).catalog.version;
        let mut older = self.older.lock().unwrap_or_else(PoisonError::into_inner);
        // What is being decided may still be of the version before.
        older.retain(|(_, by), _| *by == before || *by == now);
    }

    /// The same version with other settings.
    pub(crate) fn replace(&self, published: Published) {
        self.current.store(Arc::new(published));
    }

    /// A version by the names of another, if it is at hand.
    pub(crate) fn at(&self, version: i64, by: i64) -> Option<Arc<Catalog>> {
        let older = self.older.lock().unwrap_or_else(PoisonError::into_inner);
        older.get(&(version, by)).cloned()
    }

    /// Keeps a version at hand.
    pub(crate) fn keep(&self, by: i64, catalog: &Arc<Catalog>) {
        let mut older = self.older.lock().unwrap_or_else(PoisonError::into_inner);
        older.insert((catalog.version, by), Arc::clone(catalog));
    }
}
