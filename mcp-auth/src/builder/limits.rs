//! What requests may cost, judged.

use super::AuthBuilder;
use crate::Problem;

impl AuthBuilder {
    /// A limit of nothing refuses everything.
    pub(super) fn check_limits(&self, problems: &mut Vec<Problem>) {
        let limits = &self.limits;
        for (name, is_zero) in [
            ("header_time", limits.header_time.is_zero()),
            ("body_time", limits.body_time.is_zero()),
            ("body_size", limits.body_size == 0),
            ("bodies_in_flight", limits.bodies_in_flight == 0),
            ("connections", limits.connections == 0),
            ("verification_time", limits.verification_time.is_zero()),
        ] {
            if is_zero {
                problems.push(Problem::new(
                    format!("Limits::{name}"),
                    "it is zero: every request would be refused",
                    "leave it at its default, with `..Limits::default()`",
                ));
            }
        }
    }
}
