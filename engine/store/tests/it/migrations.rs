//! The system tables are the same on both databases.

use std::collections::BTreeSet;

use sqlx::Row;

use crate::support::Database;

#[test]
fn both_folders_hold_the_same_migrations() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations");
    let names = |dialect: &str| {
        let files = std::fs::read_dir(format!("{root}/{dialect}")).unwrap();
        files.map(|f| f.unwrap().file_name().into_string().unwrap()).collect::<BTreeSet<_>>()
    };
    assert_eq!(names("sqlite"), names("postgres"));
}

#[tokio::test]
async fn both_databases_have_the_same_system_tables_and_columns() {
    let sqlite = Database::sqlite().await;
    let pool = sqlx::SqlitePool::connect(&sqlite.url).await.unwrap();
    let sql = "select m.name, c.name from sqlite_master m, pragma_table_info(m.name) c \
               where m.type = 'table' and m.name like 'sys!_%' escape '!'";
    let rows = sqlx::query(sql).fetch_all(&pool).await.unwrap();
    let here: BTreeSet<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert!(here.len() > 80, "{here:?}");

    let Some(postgres) = Database::postgres().await else { return };
    let pool = sqlx::PgPool::connect(&postgres.url).await.unwrap();
    let sql = "select table_name::text, column_name::text from information_schema.columns \
               where table_schema = current_schema() and table_name like 'sys!_%' escape '!'";
    let rows = sqlx::query(sql).fetch_all(&pool).await.unwrap();
    let there: BTreeSet<(String, String)> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    pool.close().await;
    postgres.remove().await;
    assert_eq!(here, there);
}

#[tokio::test]
async fn an_address_of_no_known_database_is_refused_without_its_password() {
    let error = store::Store::open(&store::Options::new("mysql://me:secret@host/db")).await.unwrap_err();
    assert!(matches!(error, store::Error::Address { .. }));
    assert!(!error.to_string().contains("secret"));
}
