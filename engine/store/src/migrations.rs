//! The migrations of the system tables, embedded: the same numbers and names for both databases.

use std::borrow::Cow;

use sqlx::{
    SqlStr,
    migrate::{Migration, MigrationType, Migrator},
};

use crate::dialect::Dialect;

macro_rules! embed {
    ($dialect:literal) => {
        embed!($dialect, "0001_columns", "0002_records", "0003_workflow", "0004_people", "0005_definitions",
            "0006_imports", "0007_files", "0008_idempotency", "0009_audit", "0011_history_reasons",
            "0012_import_leases", "0013_file_uses", "0016_column_versions", "0017_publications",
            "0019_near_keys", "0021_chains", "0022_views", "0024_views", "0025_bulk", "0027_task_pools",
            "0028_deputies", "0029_instances_started", "0030_jobs", "0031_mail", "0033_drafts",
            "0034_messages", "0035_tasks_due", "0038_decision_links", "0040_operating",
            "0043_import_rows_and_merges", "0044_draft_notes", "0045_draft_presence",
            "0046_deputies_of_records", "0047_message_values", "0049_kept_aside")
    };
    ($dialect:literal, $($name:literal),*) => {
        [$(($name, include_str!(concat!("../../../migrations/", $dialect, "/", $name, ".sql")))),*]
    };
}

/// The migrations of a database, in order.
pub(crate) fn migrator(dialect: Dialect) -> Migrator {
    let files = match dialect {
        Dialect::Sqlite => embed!("sqlite"),
        Dialect::Postgres => embed!("postgres"),
    };
    let migrations: Vec<Migration> = files
        .into_iter()
        .map(|(name, text)| {
            let (number, description) = name.split_once('_').unwrap_or((name, ""));
            Migration::new(
                number.parse().unwrap_or_default(),
                Cow::Borrowed(description),
                MigrationType::Simple,
                SqlStr::from_static(text),
                false,
            )
        })
        .collect();
    Migrator { migrations: Cow::Owned(migrations), ..Migrator::DEFAULT }
}
