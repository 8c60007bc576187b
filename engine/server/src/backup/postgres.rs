//! PostgreSQL's own programs for backups: a consistent copy of one moment while others write.

use std::{path::Path, process::Command};

use super::BackupError;

/// Writes the database into a file.
pub(super) async fn dump(url: &str, file: &Path) -> Result<(), BackupError> {
    let mut command = program("pg_dump", url);
    command.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]).arg(file);
    run("pg_dump", command).await
}

/// Reads a file into an empty database, all of it or nothing.
pub(super) async fn load(url: &str, file: &Path) -> Result<(), BackupError> {
    let mut command = program("pg_restore", url);
    command.args(["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]).arg(file);
    run("pg_restore", command).await
}

/// Whether a file can be read.
pub(super) async fn list(file: &Path) -> Result<(), BackupError> {
    let mut command = Command::new("pg_restore");
    command.arg("--list").arg(file);
    run("pg_restore", command).await
}

/// The password goes by the environment: arguments can be read by everybody on the machine.
fn program(name: &str, url: &str) -> Command {
    let mut command = Command::new(name);
    let (url, password) = without_password(url);
    command.arg("--dbname").arg(url);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    command
}

async fn run(program: &'static str, mut command: Command) -> Result<(), BackupError> {
    let failed = |told: String| BackupError::Program { program, told };
    let output =
        tokio::task::spawn_blocking(move || command.output()).await.map_err(|error| failed(error.to_string()))?;
    let output = output.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => {
            failed("it is not installed here; it comes with PostgreSQL's client".to_owned())
        }
        _ => failed(error.to_string()),
    })?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

/// An address without its password, and the password.
fn without_password(url: &str) -> (String, Option<String>) {
    let parts = || {
        let (scheme, rest) = url.split_once("://")?;
        let (person, host) = rest.rsplit_once('@')?;
        let (user, password) = person.split_once(':')?;
        Some((format!("{scheme}://{user}@{host}"), Some(decoded(password))))
    };
    parts().unwrap_or_else(|| (url.to_owned(), None))
}

/// `%40` is `@`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        let hex = others.get(..2).and_then(|hex| std::str::from_utf8(hex).ok());
        match hex.filter(|_| *first == b'%').and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = others.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_does_not_stand_among_the_arguments() {
        let found = without_password("postgres://me:p%40ss%2fword@host:5432/firm?sslmode=require");
        assert_eq!(found, ("postgres://me@host:5432/firm?sslmode=require".into(), Some("p@ss/word".into())));
        assert_eq!(without_password("postgres://host/firm"), ("postgres://host/firm".into(), None));
    }
}
