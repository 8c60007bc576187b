//! `signature`: a signature that was drawn, kept as a picture among the files.

use super::{Behaviour, attachment};

pub(super) const BEHAVIOUR: Behaviour = Behaviour { properties: &[], ..attachment::BEHAVIOUR };
