//! App models that were built: people with the same roles and language share one.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use indexmap::IndexMap;
use kernel::{Name, Value};
use sha2::{Digest, Sha256};

use crate::{Scene, auth::hex};

/// So many are kept; then all are forgotten, which costs no more than building those that are asked for.
const KEPT: usize = 200;

/// What a model follows from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ModelKey {
    version: i64,
    /// By address: settings that change are another map.
    settings: usize,
    roles: Vec<Name>,
    language: &'static str,
}

/// A model as it is sent.
#[derive(Debug)]
pub(crate) struct Model {
    pub(crate) text: Bytes,
    /// Changes with the text.
    pub(crate) digest: String,
    /// Held, so that no other map comes to lie at its address.
    _settings: Arc<IndexMap<Name, Value>>,
}

/// Models by what they follow from.
#[derive(Debug, Default)]
pub(crate) struct Models(Mutex<HashMap<ModelKey, Arc<Model>>>);

impl ModelKey {
    /// For a person with these roles.
    pub(crate) fn new(scene: &Scene, roles: &[Name], language: &'static str) -> (Self, Arc<IndexMap<Name, Value>>) {
        let mut roles = roles.to_vec();
        roles.sort_unstable();
        let settings = Arc::as_ptr(&scene.settings) as usize;
        let key = Self { version: scene.catalog.version, settings, roles, language };
        (key, Arc::clone(&scene.settings))
    }
}

impl Models {
    /// The model, built if it is asked for the first time.
    pub(crate) fn get_or_build(
        &self,
        (key, settings): (ModelKey, Arc<IndexMap<Name, Value>>),
        build: impl FnOnce() -> String,
    ) -> Arc<Model> {
        if let Some(found) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(found);
        }
        let text = build();
        let digest = hex(&Sha256::digest(text.as_bytes())).chars().take(24).collect();
        let model = Arc::new(Model { text: text.into(), digest, _settings: settings });
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&model));
        model
    }
}
