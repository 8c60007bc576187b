//! `image`: pictures, one unless `max` says more. What is stored is what an attachment stores; only pictures that every
//! browser shows are taken.

use super::{Behaviour, attachment};

pub(super) const BEHAVIOUR: Behaviour = Behaviour { ..attachment::BEHAVIOUR };

/// Whether a file of this media type is a picture that every browser shows.
#[must_use]
pub fn is_picture(media_type: &str) -> bool {
    matches!(media_type, "image/png" | "image/jpeg" | "image/webp" | "image/gif")
}
