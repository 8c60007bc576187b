//! How often one may try: a bucket per key that fills up again with time. A try is paid in advance and given back when
//! it succeeds, so that many tries at once cannot slip through and people who sign in often are not stopped.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::Mutex,
    time::{Duration, Instant},
};

/// Buckets are looked through for full ones when there are so many.
const MANY: usize = 10_000;

/// Buckets by key.
#[derive(Debug)]
pub struct Throttle<K> {
    size: f64,
    refill: Duration,
    buckets: Mutex<HashMap<K, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    left: f64,
    at: Instant,
}

/// Tried too often.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many tries; the next is possible in {} s", .retry_after.as_secs())]
pub struct TooMany {
    /// When the next try is possible.
    pub retry_after: Duration,
}

impl<K: Hash + Eq> Throttle<K> {
    /// `size` tries at once, one more every `refill`.
    #[must_use]
    pub fn new(size: u32, refill: Duration) -> Self {
        Self { size: f64::from(size), refill, buckets: Mutex::new(HashMap::new()) }
    }

    /// Takes a try.
    ///
    /// # Errors
    /// If none is left.
    pub fn take(&self, key: K) -> Result<(), TooMany> {
        self.take_at(key, Instant::now())
    }

    /// Gives it back.
    pub fn give_back(&self, key: &K) {
        let mut buckets = self.buckets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(bucket) = buckets.get_mut(key) {
            bucket.left = (bucket.left + 1.0).min(self.size);
        }
    }

    fn take_at(&self, key: K, now: Instant) -> Result<(), TooMany> {
        let mut buckets = self.buckets.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if buckets.len() >= MANY {
            buckets.retain(|_, bucket| self.filled(*bucket, now) < self.size);
        }
        let bucket = buckets.entry(key).or_insert(Bucket { left: self.size, at: now });
        let left = self.filled(*bucket, now);
        if left < 1.0 {
            return Err(TooMany { retry_after: self.refill.mul_f64(1.0 - left).max(Duration::from_secs(1)) });
        }
        *bucket = Bucket { left: left - 1.0, at: now };
        Ok(())
    }

    fn filled(&self, bucket: Bucket, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64() / self.refill.as_secs_f64();
        (bucket.left + passed).min(self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_so_many_tries_one_must_wait() {
        let throttle = Throttle::new(2, Duration::from_secs(60));
        let now = Instant::now();
        assert!(throttle.take_at("a", now).is_ok());
        assert!(throttle.take_at("a", now).is_ok());
        assert_eq!(throttle.take_at("a", now), Err(TooMany { retry_after: Duration::from_secs(60) }));
        assert!(throttle.take_at("b", now).is_ok(), "another key is not held up");
        assert!(throttle.take_at("a", now + Duration::from_secs(61)).is_ok());
    }

    #[test]
    fn a_try_that_succeeds_costs_nothing() {
        let throttle = Throttle::new(1, Duration::from_secs(60));
        for _ in 0..10 {
            assert!(throttle.take("a").is_ok());
            throttle.give_back(&"a");
        }
    }
}
