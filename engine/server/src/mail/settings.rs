//! Where mail goes out: the firm's mail server. Its password is a secret of the installation.

use lettre::message::Mailbox;
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::AuditRow;
use uuid::Uuid;

use crate::{App, Failure};

/// The secret under which the mail server's password lies.
pub const PASSWORD: &str = "smtp_password";
/// The setting.
pub(super) const SETTING: &str = "mail";

/// The mail server and how letters are signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailSettings {
    /// The server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way to it is kept from others.
    pub security: Security,
    /// The name to sign in with; none where the server asks for none.
    #[serde(default)]
    pub user: Option<String>,
    /// Who letters are from: `Portolan <portolan@firm.example>`.
    pub from: String,
    /// Where the app is reached: `https://portolan.firm.example`.
    pub address: String,
}

/// How the way to the mail server is kept from others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Security {
    /// TLS from the first byte; usually port 465.
    Tls,
    /// TLS after a greeting, or nothing is sent; usually port 587.
    Starttls,
    /// In the clear: for a server on the same machine.
    None,
}

impl MailSettings {
    /// What is wrong, by field.
    #[must_use]
    pub fn problems(&self) -> Vec<(&'static str, &'static str)> {
        let address = self.address.strip_prefix("https://").or_else(|| self.address.strip_prefix("http://"));
        let checks = [
            ("host", !self.host.trim().is_empty(), "expected the name of a mail server"),
            ("port", self.port > 0, "expected a port"),
            (
                "from",
                self.from.parse::<Mailbox>().is_ok(),
                "expected an address such as Portolan <portolan@firm.example>",
            ),
            (
                "address",
                address.is_some_and(|host| !host.is_empty() && !host.contains(char::is_whitespace)),
                "expected where the app is reached, such as https://portolan.firm.example",
            ),
        ];
        checks.into_iter().filter(|(_, holds, _)| !holds).map(|(field, _, told)| (field, told)).collect()
    }

    /// An address within the app.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.address.trim_end_matches('/'))
    }
}

impl App {
    /// Sets where mail goes out, or with none that none goes out any more, and notes it.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn set_mail(&self, by: Option<Uuid>, settings: Option<MailSettings>) -> Result<(), Failure> {
        let value = settings.as_ref().map(|settings| json!(settings));
        let detail = json!({"host": settings.as_ref().map(|s| &s.host), "from": settings.as_ref().map(|s| &s.from)});
        let note = AuditRow { id: Uuid::now_v7(), at: self.clock().now(), user: by, kind: "mail".into(), detail };
        // What was told before there was a server is not sent after the event; what waits for one that is mended is.
        let firm = self.firm();
        let since = if firm.mail.is_some() { firm.mail_since } else { self.clock().now() }.timestamp_millis();
        let values = [(SETTING.to_owned(), value), (format!("{SETTING}_since"), Some(json!(since)))];
        self.store().change_settings(&values.into_iter().collect(), &[note]).await?;
        self.refresh_firm().await?;
        let told = crate::nodes::Told { settings: true, ..crate::nodes::Told::default() };
        self.tell_nodes(told);
        Ok(())
    }
}
