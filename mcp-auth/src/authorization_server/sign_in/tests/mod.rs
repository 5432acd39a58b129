//! From the consent page to the code, in process: pages are read, forms are sent, cookies are kept.

mod callback;
mod code;
mod consent;
mod development;
mod forgery;
mod log;
mod not_entered;
mod outage;
mod own_page;
mod session;
pub(in crate::authorization_server) mod support;
mod tabs;
