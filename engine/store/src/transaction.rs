//! Transactions of PostgreSQL, tried again when it asks for that.

use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use sqlx::PgConnection;

use crate::{
    Error,
    connection::{Connection, has_hung_up},
    error::Cause,
    pool::Pool,
    writer::{Apply, Counters},
};

/// How often a transaction is tried.
const ATTEMPTS: u32 = 6;

/// Applies a write in a transaction of its own.
pub(crate) async fn write<T, E: Cause>(
    pool: Arc<Pool<PgConnection>>,
    apply: Apply<T, E>,
    counters: Arc<Counters>,
) -> Result<T, E> {
    let mut attempt = 1;
    loop {
        let mut connection = begin(&pool, "begin").await.map_err(E::from)?;
        let error = match apply(&mut connection).await {
            Ok(value) => match connection.commit().await {
                Ok(()) => {
                    counters.writes.fetch_add(1, Ordering::Relaxed);
                    counters.groups.fetch_add(1, Ordering::Relaxed);
                    return Ok(value);
                }
                Err(error) => E::from(error),
            },
            Err(error) => {
                if error.cause().is_some_and(is_stale_plan) {
                    connection.forget_statements().await.map_err(E::from)?;
                }
                if let Err(failed) = connection.rollback().await {
                    tracing::warn!(error = %failed, "a transaction could not be rolled back");
                }
                error
            }
        };
        if attempt == ATTEMPTS || !error.cause().is_some_and(may_retry) {
            return Err(error);
        }
        counters.retries.fetch_add(1, Ordering::Relaxed);
        // Longer each time, and not the same for two that met.
        let spread = u64::from(std::process::id().wrapping_mul(attempt) % 7);
        tokio::time::sleep(Duration::from_millis(u64::from(2_u32.pow(attempt)) + spread)).await;
        attempt += 1;
    }
}

/// Begins a transaction; on another connection if the other side has hung up on this one.
pub(crate) async fn begin(pool: &Arc<Pool<PgConnection>>, begin: &'static str) -> Result<Connection, Error> {
    let mut connection = Connection::postgres(pool.acquire().await?);
    if connection.begin(begin).await.is_ok() {
        return Ok(connection);
    }
    drop(connection);
    let mut connection = Connection::postgres(pool.acquire().await?);
    connection.begin(begin).await?;
    Ok(connection)
}

/// Reads, and reads again with fresh plans if a table was altered meanwhile, or if the other side has hung up.
pub(crate) async fn read_again<T, F>(read: impl Fn() -> F) -> Result<T, Error>
where
    F: Future<Output = Result<T, Error>>,
{
    for _ in 0..ATTEMPTS {
        match read().await {
            Err(Error::Database(error)) if is_stale_plan(&error) || has_hung_up(&error) => {}
            result => return result,
        }
    }
    read().await
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(|e| e.code()).map(|code| code.into_owned())
}

/// Serialization failures, deadlocks and plans of before an `alter table`.
fn may_retry(error: &sqlx::Error) -> bool {
    code(error).is_some_and(|code| code == "40001" || code == "40P01") || is_stale_plan(error)
}

fn is_stale_plan(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(|e| e.message().contains("cached plan must not change result type"))
}
