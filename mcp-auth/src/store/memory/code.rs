//! Authorization codes.

use super::{MemoryStore, Records, refresh_token::Token, taken};
use crate::store::{
    CodeRecord, CodeStore, Digest, GrantRecord, Redemption, RefreshTokenRecord, StoreError, StoreFuture,
    Timestamp,
};

impl CodeStore for MemoryStore {
    fn insert_code(&self, code: CodeRecord) -> StoreFuture<'_, ()> {
        self.run(move |records| {
            if records.codes.contains_key(&code.code) {
                return Err(taken("code"));
            }
            records.codes.insert(code.code, code);
            Ok(())
        })
    }

    fn code<'a>(&'a self, code: &'a Digest) -> StoreFuture<'a, Option<CodeRecord>> {
        self.run(move |records| Ok(records.codes.get(code).cloned()))
    }

    fn redeem<'a>(
        &'a self,
        code: &'a Digest,
        grant: GrantRecord,
        refresh_token: RefreshTokenRecord,
        now: Timestamp,
    ) -> StoreFuture<'a, Redemption> {
        self.run(move |records| redeem(records, code, grant, refresh_token, now))
    }
}

fn redeem(
    records: &mut Records,
    code: &Digest,
    grant: GrantRecord,
    refresh_token: RefreshTokenRecord,
    now: Timestamp,
) -> Result<Redemption, StoreError> {
    if refresh_token.grant != grant.id {
        return Err(StoreError::new("the refresh token is for another grant"));
    }
    let Some(code) =
        records.codes.get_mut(code).filter(|code| code.redeemed.is_none() && code.expires_at > now)
    else {
        return Ok(Redemption::Refused);
    };
    if records.grants.contains_key(&grant.id) {
        return Err(taken("grant's id"));
    }
    if records.refresh_tokens.contains_key(&refresh_token.token) {
        return Err(taken("refresh token"));
    }
    code.redeemed = Some(grant.id.clone());
    records.grants.insert(grant.id.clone(), grant);
    records.refresh_tokens.insert(refresh_token.token, Token::new(refresh_token));
    Ok(Redemption::Done)
}
