//! Hands letters to the mail server, and reads what it answers.

use std::time::Duration;

use lettre::{
    AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor, transport::smtp::authentication::Credentials,
};

use super::{MailSettings, PASSWORD, Security};
use crate::App;

/// How long the server may take to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why a letter did not go out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotSent {
    /// The server did not take it, now: nothing went out.
    Later(String),
    /// The way broke off, and it may have gone out.
    Unclear(String),
    /// There is no such receiver, or they take nothing.
    NoReceiver(String),
}

impl App {
    /// Sends a letter.
    pub(super) async fn post(&self, settings: &MailSettings, letter: Message) -> Result<(), NotSent> {
        let later = |error: &dyn std::error::Error| NotSent::Later(told(error));
        let password = self.secret(PASSWORD).await.map_err(|error| later(&error))?;
        // Built here, within the runtime, and for each letter: settings may have changed.
        let host = settings.host.as_str();
        let builder = match settings.security {
            Security::Tls => AsyncSmtpTransport::<Tokio1Executor>::relay(host).map_err(|error| later(&error))?,
            Security::Starttls => {
                AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host).map_err(|error| later(&error))?
            }
            Security::None => AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host),
        };
        let mut builder = builder.port(settings.port).timeout(Some(PATIENCE));
        if let Some(user) = &settings.user {
            builder = builder.credentials(Credentials::new(user.clone(), password.unwrap_or_default()));
        }
        match builder.build().send(letter).await {
            Ok(_) => Ok(()),
            Err(error) => Err(read(&error)),
        }
    }
}

/// What an answer means for the letter.
fn read(error: &lettre::transport::smtp::Error) -> NotSent {
    let text = told(error);
    match error.status() {
        Some(code) if error.is_permanent() && concerns_receiver(u16::from(code), &text) => NotSent::NoReceiver(text),
        // The server has said that it did not take it; also what an administrator must mend, as a wrong password.
        Some(_) => NotSent::Later(text),
        None if is_unreachable(error) => NotSent::Later(text),
        None => NotSent::Unclear(text),
    }
}

/// Whether a refusal for good is about the receiver's address, rather than about who sends.
fn concerns_receiver(code: u16, text: &str) -> bool {
    let about_sender = ["5.7.", "5.1.7", "5.1.8"].iter().any(|enhanced| text.contains(enhanced));
    matches!(code, 550 | 551 | 553) && !about_sender
}

/// Whether the server was never reached.
fn is_unreachable(error: &lettre::transport::smtp::Error) -> bool {
    use std::{error::Error as _, io};
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return matches!(
                error.kind(),
                io::ErrorKind::ConnectionRefused | io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable
            ) || error.raw_os_error().is_none() && error.to_string().contains("lookup");
        }
        cause = error.source();
    }
    false
}

fn told(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
