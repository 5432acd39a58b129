//! What work finds only once it runs: that the caller has to get more first. It says so in a slot, and here it becomes the
//! answer, while none has begun.

use axum::body::Body;
use http::{Response, request::Parts};

use super::{Gate, Refusal, refused};
use crate::{
    authorize::Caller,
    challenge::{RequestId, StepUp},
};

impl Gate {
    /// Puts into the request what the tool's side will look for.
    pub(super) fn equip(&self, parts: &mut Parts, caller: Caller) -> StepUp {
        let step_up = StepUp::new(&self.terms);
        parts.extensions.insert(step_up.clone());
        #[cfg(feature = "authorization-server")]
        if let Some(upstreams) = &self.parts.upstreams {
            // Where nobody signs in, it is heard of what ended elsewhere all the same.
            upstreams.0.keep_house();
            parts.extensions.insert(upstreams.clone());
        }
        parts.extensions.insert(caller);
        step_up
    }

    /// The answer, unless work found that the caller has to get more first.
    pub(super) fn stepped_up(
        &self,
        response: Response<Body>,
        step_up: &StepUp,
        id: &RequestId,
    ) -> Response<Body> {
        // The sign-in behind the token has ended.
        #[cfg(feature = "authorization-server")]
        if let Some(why) = step_up.ended() {
            let refusal = self.challenged(step_up.needed()).sign_in_again(why);
            return refused(refusal.answering(id.clone()));
        }
        // The provider's token is not for enough.
        #[cfg(feature = "authorization-server")]
        if let Some(why) = step_up.more() {
            let metadata = &self.parts.resource_metadata;
            let refusal = Refusal::insufficient(step_up.needed(), why, metadata);
            return refused(refusal.answering(id.clone()));
        }
        // A scope is missing.
        if let Some(scopes) = step_up.asked() {
            let refusal = Refusal::insufficient_scope(scopes, &self.parts.resource_metadata);
            return refused(refusal.answering(id.clone()));
        }
        response
    }
}
