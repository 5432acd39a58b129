//! Clients that registered themselves.

use super::{MemoryStore, Records, taken};
use crate::store::{ClientRecord, ClientStore, Registration, StoreError, StoreFuture, Timestamp};

impl ClientStore for MemoryStore {
    fn register(&self, client: ClientRecord, most: usize, now: Timestamp) -> StoreFuture<'_, Registration> {
        self.run(move |records| register(records, client, most, now))
    }

    fn client<'a>(&'a self, id: &'a str, now: Timestamp) -> StoreFuture<'a, Option<ClientRecord>> {
        self.run(move |records| Ok(records.clients.get(id).filter(|client| client.expires_at > now).cloned()))
    }

    fn keep_client<'a>(&'a self, id: &'a str, expires_at: Timestamp) -> StoreFuture<'a, ()> {
        self.run(move |records| {
            if let Some(client) = records.clients.get_mut(id) {
                client.used = true;
                client.expires_at = client.expires_at.max(expires_at);
            }
            Ok(())
        })
    }
}

fn register(
    records: &mut Records,
    client: ClientRecord,
    most: usize,
    now: Timestamp,
) -> Result<Registration, StoreError> {
    let same = |other: &&mut ClientRecord| {
        other.fingerprint == client.fingerprint
            && other.secret.is_none()
            && client.secret.is_none()
            && other.expires_at > now
    };
    if let Some(known) = records.clients.values_mut().find(same) {
        known.expires_at = known.expires_at.max(client.expires_at);
        return Ok(Registration::Known(known.clone()));
    }
    if records.clients.contains_key(&client.id) {
        return Err(taken("client's id"));
    }
    let live = records.clients.values().filter(|client| client.expires_at > now);
    let excess = (live.clone().count() + 1).saturating_sub(most);
    let mut unused: Vec<_> =
        live.filter(|client| !client.used).map(|client| (client.registered_at, client.id.clone())).collect();
    if unused.len() < excess {
        return Ok(Registration::Full);
    }
    unused.sort();
    for (_, id) in unused.into_iter().take(excess) {
        records.clients.remove(&id);
    }
    records.clients.insert(client.id.clone(), client);
    Ok(Registration::New)
}
