//! What people sign in with.

use uuid::Uuid;

use crate::{Error, Store, sql::Sql};

/// A person's password, hashed by the caller.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The hash, with its parameters and salt.
    pub password_hash: String,
    /// Whether it must be changed at the next sign-in.
    pub must_change: bool,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("must_change", &self.must_change).finish_non_exhaustive()
    }
}

impl Store {
    /// Gives a person a password, or another one.
    pub async fn set_credentials(&self, user: Uuid, credentials: &Credentials) -> Result<(), Error> {
        self.set_credentials_of(&[(user, credentials.clone())]).await
    }

    /// Gives several people passwords, all or none.
    pub async fn set_credentials_of(&self, people: &[(Uuid, Credentials)]) -> Result<(), Error> {
        let statements = people.iter().map(|(user, credentials)| given(*user, credentials));
        self.write_all(statements.collect()).await?;
        Ok(())
    }

    /// What a person signs in with; none if they cannot.
    pub async fn credentials(&self, user: Uuid) -> Result<Option<Credentials>, Error> {
        let sql = Sql::fixed("select password_hash, must_change from sys_credentials where user_id = $1").bind(user);
        let Some(row) = self.row(sql).await? else { return Ok(None) };
        Ok(Some(Credentials { password_hash: row.get(0)?, must_change: row.get::<i64>(1)? != 0 }))
    }

    /// Takes a person's password away.
    pub async fn delete_credentials(&self, user: Uuid) -> Result<(), Error> {
        self.write_one(Sql::fixed("delete from sys_credentials where user_id = $1").bind(user)).await?;
        Ok(())
    }

    /// Whether anybody can sign in; if not, this is the first run.
    pub async fn has_credentials(&self) -> Result<bool, Error> {
        Ok(self.row(Sql::fixed("select user_id from sys_credentials limit 1")).await?.is_some())
    }
}

/// Gives a person a password, or another one.
pub(super) fn given(user: Uuid, credentials: &Credentials) -> Sql {
    Sql::fixed(
        "insert into sys_credentials (user_id, password_hash, must_change) values ($1, $2, $3) \
         on conflict (user_id) do update set password_hash = excluded.password_hash, \
         must_change = excluded.must_change",
    )
    .bind(user)
    .bind(&credentials.password_hash)
    .bind(i64::from(credentials.must_change))
}
