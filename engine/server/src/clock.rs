//! Where the time comes from: the machine, or a clock that tests and demonstrations set. Nothing else in the server asks
//! for the time of day.

use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, Timelike, Utc};

/// A clock.
#[derive(Debug)]
pub enum Clock {
    /// The machine's.
    Real,
    /// The machine's, moved by so many milliseconds: what `--test-clock` starts.
    Shifted(AtomicI64),
    /// Stands still but for one millisecond per reading, so that what happens later also sorts later.
    Manual(AtomicI64),
}

impl Clock {
    /// A clock that starts at the machine's time and can be moved.
    #[must_use]
    pub fn shifted() -> Self {
        Self::Shifted(AtomicI64::new(0))
    }

    /// A clock for tests that stands at `at`.
    #[must_use]
    pub fn manual(at: DateTime<Utc>) -> Self {
        Self::Manual(AtomicI64::new(at.timestamp_millis()))
    }

    /// The time, in whole milliseconds: that is what both databases keep.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let real = Utc::now();
        let real = real.with_nanosecond(real.timestamp_subsec_millis() * 1_000_000).unwrap_or(real);
        match self {
            Self::Real => real,
            Self::Shifted(by) => real + chrono::Duration::milliseconds(by.load(Ordering::SeqCst)),
            Self::Manual(at) => DateTime::from_timestamp_millis(at.fetch_add(1, Ordering::SeqCst)).unwrap_or(real),
        }
    }

    /// Sets the time; false if this clock cannot be set.
    pub fn set(&self, to: DateTime<Utc>) -> bool {
        match self {
            Self::Real => false,
            Self::Shifted(by) => {
                by.store(to.timestamp_millis() - Utc::now().timestamp_millis(), Ordering::SeqCst);
                true
            }
            Self::Manual(at) => {
                at.store(to.timestamp_millis(), Ordering::SeqCst);
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_clock_cannot_be_set() {
        assert!(!Clock::Real.set(Utc::now()));
    }

    #[test]
    fn a_manual_clock_stands_where_it_was_set_and_each_reading_is_later() {
        let clock = Clock::manual(Utc::now());
        let noon: DateTime<Utc> = "2026-11-23T12:00:00Z".parse().unwrap();
        assert!(clock.set(noon));
        assert_eq!(clock.now(), noon);
        assert!(clock.now() > noon);
    }
}
