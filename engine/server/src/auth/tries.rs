//! How often one may try to sign in: per address, so that nobody tries many accounts, and per account, so that many
//! addresses do not try one.

use std::net::IpAddr;

use super::{Throttle, TooMany};
use crate::options::Limits;

/// Tries to sign in.
#[derive(Debug)]
pub struct SignInTries {
    by_address: Throttle<IpAddr>,
    by_account: Throttle<String>,
}

impl SignInTries {
    /// None yet.
    #[must_use]
    pub fn new(limits: &Limits) -> Self {
        Self {
            by_address: Throttle::new(limits.sign_ins_per_address, limits.sign_in_refill),
            by_account: Throttle::new(limits.sign_ins_per_account, limits.sign_in_refill),
        }
    }

    /// Takes a try.
    ///
    /// # Errors
    /// If the address or the account has none left.
    pub fn take(&self, address: Option<IpAddr>, account: &str) -> Result<(), TooMany> {
        if let Some(address) = address {
            self.by_address.take(address)?;
        }
        self.by_account.take(account.to_owned())
    }

    /// Gives it back after a success.
    pub fn give_back(&self, address: Option<IpAddr>, account: &str) {
        if let Some(address) = address {
            self.by_address.give_back(&address);
        }
        self.by_account.give_back(&account.to_owned());
    }
}
