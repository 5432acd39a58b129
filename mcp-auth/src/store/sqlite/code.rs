//! Authorization codes.

use rusqlite::{Connection, OptionalExtension as _, Row, named_params, params};

use super::{
    SqliteStore, grant,
    job::Fault,
    refresh_token,
    value::{list, millis, read_digest, read_list, read_person, read_time},
};
use crate::store::{
    CodeRecord, CodeStore, Digest, GrantRecord, Redemption, RefreshTokenRecord, StoreFuture, Timestamp,
};

impl CodeStore for SqliteStore {
    fn insert_code(&self, code: CodeRecord) -> StoreFuture<'_, ()> {
        self.write(move |connection| insert(connection, &code))
    }

    fn code<'a>(&'a self, code: &'a Digest) -> StoreFuture<'a, Option<CodeRecord>> {
        let code = *code;
        self.read(move |connection| {
            Ok(connection
                .prepare_cached("SELECT * FROM codes WHERE code = ?")?
                .query_row([code.as_bytes()], record)
                .optional()?)
        })
    }

    fn redeem<'a>(
        &'a self,
        code: &'a Digest,
        grant: GrantRecord,
        refresh_token: RefreshTokenRecord,
        now: Timestamp,
    ) -> StoreFuture<'a, Redemption> {
        let code = *code;
        self.write(move |connection| redeem(connection, &code, &grant, &refresh_token, now))
    }
}

fn redeem(
    connection: &Connection,
    code: &Digest,
    grant: &GrantRecord,
    refresh_token: &RefreshTokenRecord,
    now: Timestamp,
) -> Result<Redemption, Fault> {
    if refresh_token.grant != grant.id {
        return Err(Fault::new("the refresh token is for another grant"));
    }
    // The one conditional write that makes a code good for one caller.
    let won = connection
        .prepare_cached(
            "UPDATE codes SET redeemed = ? WHERE code = ? AND redeemed IS NULL AND expires_at > ?",
        )?
        .execute(params![grant.id, code.as_bytes(), millis(now)])?;
    if won == 0 {
        return Ok(Redemption::Refused);
    }
    grant::insert(connection, grant)?;
    refresh_token::insert(connection, refresh_token)?;
    Ok(Redemption::Done)
}

fn insert(connection: &Connection, code: &CodeRecord) -> Result<(), Fault> {
    connection
        .prepare_cached(
            "INSERT INTO codes (code, client_id, client, redirect_uri, code_challenge, resource, scopes,
                person_provider, person_id, person_name, upstream, expires_at, redeemed)
             VALUES (:code, :client_id, :client, :redirect_uri, :code_challenge, :resource, :scopes,
                :person_provider, :person_id, :person_name, :upstream, :expires_at, :redeemed)",
        )?
        .execute(named_params! {
            ":code": code.code.as_bytes(),
            ":client_id": code.client_id,
            ":client": code.client,
            ":redirect_uri": code.redirect_uri,
            ":code_challenge": code.code_challenge,
            ":resource": code.resource,
            ":scopes": list(&code.scopes)?,
            ":person_provider": code.person.provider,
            ":person_id": code.person.id,
            ":person_name": code.person.name,
            ":upstream": code.upstream,
            ":expires_at": millis(code.expires_at),
            ":redeemed": code.redeemed,
        })?;
    Ok(())
}

fn record(row: &Row<'_>) -> rusqlite::Result<CodeRecord> {
    Ok(CodeRecord {
        code: read_digest(row, "code")?,
        client_id: row.get("client_id")?,
        client: row.get("client")?,
        redirect_uri: row.get("redirect_uri")?,
        code_challenge: row.get("code_challenge")?,
        resource: row.get("resource")?,
        scopes: read_list(row)?,
        person: read_person(row)?,
        upstream: row.get("upstream")?,
        expires_at: read_time(row, "expires_at")?,
        redeemed: row.get("redeemed")?,
    })
}
