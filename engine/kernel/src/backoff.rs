//! How long to wait before something that failed is tried again.

use chrono::TimeDelta;

/// The pause after so many failures (1 for the first): twice as long each time, up to the longest; of that at least half,
/// and `spread` of the other half in thousandths, which whoever asks draws by lot, so that many that failed together do
/// not come back together.
#[must_use]
pub fn pause(failures: u32, first: TimeDelta, longest: TimeDelta, spread: u16) -> TimeDelta {
    let doubled = 1_i32.checked_shl(failures.saturating_sub(1)).filter(|times| *times > 0);
    let whole = doubled.and_then(|times| first.checked_mul(times)).map_or(longest, |pause| pause.min(longest));
    let half = whole / 2;
    half + (whole - half) * i32::from(spread.min(1000)) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest_and_are_spread_over_their_second_half() {
        let (first, longest) = (TimeDelta::seconds(10), TimeDelta::hours(1));
        let of = |failures, spread| pause(failures, first, longest, spread).num_seconds();
        assert_eq!([of(1, 1000), of(2, 1000), of(3, 1000), of(10, 1000)], [10, 20, 40, 3600]);
        assert_eq!([of(1, 0), of(1, 500), of(40, 0), of(u32::MAX, 1000)], [5, 7, 1800, 3600]);
        for failures in 0..70 {
            for spread in [0, 1, 999, 1000, u16::MAX] {
                let pause = pause(failures, first, longest, spread);
                assert!(pause >= first / 2 && pause <= longest, "{failures} {spread}: {pause}");
            }
        }
    }
}
