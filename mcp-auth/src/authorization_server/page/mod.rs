//! What a person sees: plain HTML from this server alone, without scripts.

mod stand_in;
mod view;

pub(crate) use stand_in::{consent, error, pick_name, sign_in};

pub(crate) use view::{
    AskedScope, ClientShown, ConsentView, ErrorView, Hidden, PickNameView, SignInChoice, SignInView,
};
