//! Versions side by side, and the way back: an older version published anew, as a version of its own.

use kernel::{
    PackSource, Rejection,
    diff::{Difference, diff},
    rebuild::Choices,
};
use uuid::Uuid;

use super::{Begun, Plan, Publication, PublishError};
use crate::{App, Failure};

impl App {
    /// The packs of a published version.
    ///
    /// # Errors
    /// If there is none of this number, or the store fails.
    pub async fn packs_of_version(&self, version: i64) -> Result<Vec<PackSource>, Failure> {
        let missing = || Rejection::NotFound { kind: "version".into(), id: version.to_string() };
        let found = self.store().definitions(version).await?.ok_or_else(missing)?;
        serde_json::from_value(found.definitions.files)
            .map_err(|error| Failure::Corrupt { what: "definitions", why: error.to_string() })
    }

    /// What differs between two versions, called as in a language.
    ///
    /// # Errors
    /// As [`App::packs_of_version`].
    pub async fn compare_versions(&self, from: i64, to: i64, language: &str) -> Result<Vec<Difference>, Failure> {
        let (before, after) = (self.packs_of_version(from).await?, self.packs_of_version(to).await?);
        let mut differences = diff(&before, &after);
        super::words::translate(&mut differences, &before, &after, language);
        Ok(differences)
    }

    /// What publishing an older version anew would do.
    ///
    /// # Errors
    /// As [`App::packs_of_version`], and if the store fails.
    pub async fn plan_return(&self, version: i64, choices: &Choices) -> Result<Plan, PublishError> {
        self.plan(self.packs_to_return(version).await?, choices, true).await
    }

    /// Publishes an older version anew. Only `system` stays as this program brings it.
    ///
    /// # Errors
    /// As [`App::packs_of_version`] and [`App::begin_publication`].
    pub async fn return_to(
        &self,
        version: i64,
        note: String,
        by: Option<Uuid>,
        choices: Choices,
    ) -> Result<Begun, PublishError> {
        let packs = self.packs_to_return(version).await?;
        self.begin(Publication { packs, note, by, demo: false }, choices, true).await
    }

    async fn packs_to_return(&self, version: i64) -> Result<Vec<PackSource>, PublishError> {
        let mut packs = self.packs_of_version(version).await?;
        packs.retain(|pack| pack.name != "system");
        Ok(packs)
    }

    /// A plan with everything called as in a language.
    ///
    /// # Errors
    /// If the definitions in force cannot be read.
    pub async fn plan_in_words(&self, mut plan: Plan, language: &str) -> Result<Plan, Failure> {
        let before = self.packs_in_force().await?;
        let after = std::mem::take(&mut plan.packs);
        super::words::translate(&mut plan.differences, &before, &after, language);
        super::words::translate_effects(&mut plan.effects, &before, &after, language);
        plan.packs = after;
        Ok(plan)
    }
}
