//! What a person sees: plain HTML from this server alone, without scripts.

mod view;

pub(crate) use view::{
    AskedScope, ClientShown, ConsentView, ErrorView, Hidden, PickNameView, SignInChoice, SignInView,
};
