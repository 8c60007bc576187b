//! Who somebody is: passwords, session tokens, how often one may try. Knows nothing of HTTP and nothing of rights.

mod password;
mod throttle;
mod token;
mod tries;

pub use password::{HashingFailed, Passwords, WeakPassword};
pub use throttle::{Throttle, TooMany};
pub use token::{SESSION_IDLE, SESSION_MAX, Token};
pub(crate) use token::{hex, same};
pub use tries::SignInTries;
