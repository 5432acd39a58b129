//! Servers to attack, and clients that say exactly what they are told to.

mod answer;
mod client;
mod message;
mod server;

pub(crate) use answer::{Answer, Challenge};
pub(crate) use client::{Broken, Connection, exchange, within};
pub(crate) use message::{Message, request};
pub(crate) use server::{
    Anonymous, Closed, Kind, Ledger, Plain, READ, Required, Running, Setup, free_port, panics, serve, start,
    start_with,
};
