//! Grants: listed, and ended one by one, by person, by client, or all.

use super::Admin;
use crate::store::{GrantFilter, GrantRecord, Person, StoreError};

const BY_OPERATOR: &str = "ended by the operator";

impl Admin {
    /// Grants that live, by their ids: the first `most` whose id comes after `after`. The last id of one page is the `after`
    /// of the next.
    ///
    /// # Errors
    ///
    /// Where the store cannot answer.
    pub async fn grants(
        &self,
        filter: &GrantFilter,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<GrantRecord>, StoreError> {
        self.core.store.grants(filter, after, most, self.core.now()).await
    }

    /// The grant of this id, also when it has ended, for a day after.
    ///
    /// # Errors
    ///
    /// Where the store cannot answer.
    pub async fn grant(&self, id: &str) -> Result<Option<GrantRecord>, StoreError> {
        self.core.store.grant(id).await
    }

    /// Ends one grant: its tokens are refused here from now on, and by other processes on the store within a minute. False
    /// where it had ended or never was.
    ///
    /// # Errors
    ///
    /// Where the store cannot answer; the grant may live then.
    pub async fn end_grant(&self, id: &str) -> Result<bool, StoreError> {
        self.core.end_one(id, BY_OPERATOR).await
    }

    /// Ends every grant of a person, signs their browsers out and forgets what they agreed to; how many grants it were.
    ///
    /// They can sign in again: keep them out where you say who may enter.
    ///
    /// # Errors
    ///
    /// Where the store cannot answer; some may have ended then, and the rest ends when it is tried again.
    pub async fn end_grants_of_person(&self, person: &Person) -> Result<usize, StoreError> {
        let filter = GrantFilter { person: Some(person.clone()), client_id: None };
        let ended = self.core.end_grants(filter, BY_OPERATOR).await?;
        self.core.store.end_sessions(Some(person)).await?;
        self.core.store.forget_consents(person).await?;
        Ok(ended)
    }

    /// Ends every grant of a client, of all people; how many it were.
    ///
    /// A client that describes itself by a document (its id is a URL) is one for all who have it installed: all of them have
    /// to sign in again.
    ///
    /// # Errors
    ///
    /// As of [`end_grants_of_person`](Self::end_grants_of_person).
    pub async fn end_grants_of_client(&self, client_id: &str) -> Result<usize, StoreError> {
        let filter = GrantFilter { person: None, client_id: Some(client_id.to_owned()) };
        self.core.end_grants(filter, BY_OPERATOR).await
    }

    /// The kill switch: every grant, session and code ends, and the signing keys are replaced, so that no access token is
    /// good any more, also none that the store knows nothing of. Other processes on the store follow within a minute. Returns
    /// how many grants it were.
    ///
    /// It is for what was stolen, and for a store that was restored from a backup: there, refresh tokens that were exchanged
    /// since look as if somebody had copied them, and grants that were ended since live again.
    ///
    /// # Errors
    ///
    /// As of [`end_grants_of_person`](Self::end_grants_of_person).
    pub async fn end_everything(&self) -> Result<usize, StoreError> {
        self.core.end_everything().await
    }
}
