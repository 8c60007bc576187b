//! Mail to people: what they are told in the app reaches them by mail as well, as each of them wishes.
//!
//! A commit that tells somebody something schedules one job for that person. The job gathers what they have not read and
//! were not sent yet into one letter; so a mail server that was down for a day is followed by one letter, not by a
//! hundred. A letter keeps its Message-ID from one try to the next, by which the receiver knows what came twice.

mod daily;
mod decision;
mod handler;
mod letter;
mod post;
mod preferences;
mod schedule;
mod settings;

pub use daily::TaskLetters;
pub(crate) use decision::{For, KEEP_LINKS, Kept, Link, Page};
pub use handler::Mails;
pub use preferences::{Digest, Preferences, Quiet};
pub(crate) use schedule::KIND;
pub use settings::{MailSettings, PASSWORD, Security};
