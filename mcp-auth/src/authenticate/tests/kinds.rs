//! R36, R42, T8: other kinds of tokens from the same issuer.

use serde_json::{Value, json};

use super::{
    AuthInfo, AuthenticateError, Reason, Signer, assert_refused, authenticator, good_claims, issuer, judge,
    with,
};

/// What an issuer's verifier with the opt-out says.
async fn judge_any(typ: Option<&str>, claims: &Value) -> Result<AuthInfo, AuthenticateError> {
    let signer = Signer::es256();
    let mut header = signer.header();
    header.as_object_mut().unwrap().remove("typ");
    if let Some(typ) = typ {
        header["typ"] = json!(typ);
    }
    authenticator(&issuer().accept_any_token_type())
        .authenticate(&signer.sign_with_header(&header, claims))
        .await
}

#[tokio::test]
async fn r32_opt_out_takes_jwt_and_no_type() {
    for typ in [None, Some("JWT"), Some("jwt"), Some("application/jwt"), Some("at+jwt")] {
        judge_any(typ, &good_claims()).await.unwrap_or_else(|error| panic!("{typ:?}: {error}"));
    }
}

#[tokio::test]
async fn r36_other_types_fail_even_with_the_opt_out() {
    for typ in [
        "dpop+jwt",
        "logout+jwt",
        "oauth-id-jag+jwt",
        "client-authentication+jwt",
        "secevent+jwt",
        "id_token+jwt",
        "token-introspection+jwt",
        "oauth-authz-req+jwt",
        "entity-statement+jwt",
        "rt+jwt",
        "JOSE",
        "kb+jwt",
        "",
    ] {
        assert_refused(&judge_any(Some(typ), &good_claims()).await, Reason::BadType, typ);
    }
}

#[tokio::test]
async fn r36_kind_in_a_claim_is_believed() {
    for (claim, kind) in [
        ("typ", "ID"),
        ("typ", "Refresh"),
        ("typ", "Offline"),
        ("typ", "Logout"),
        ("typ", "RegistrationAccessToken"),
        ("typ", "InitialAccessToken"),
        ("typ", "Serialized-ID"),
        ("token_use", "id"),
        ("token_use", "refresh"),
        ("token_type", "refresh_token"),
        ("token_type", "id_token"),
        ("tty", "id"),
        ("typ", ""),
    ] {
        assert_refused(&judge_any(Some("JWT"), &with(claim, kind)).await, Reason::BadType, kind);
        // Also where the header claims to be an access token.
        assert_refused(&judge(&with(claim, kind)).await, Reason::BadType, kind);
    }
    for value in [json!(null), json!(["Bearer"]), json!(1)] {
        assert_refused(
            &judge_any(Some("JWT"), &with("typ", value)).await,
            Reason::BadType,
            "an ill-typed kind",
        );
    }
    for (claim, kind) in [("typ", "Bearer"), ("token_use", "access"), ("token_type", "Bearer"), ("tty", "at")]
    {
        judge_any(Some("JWT"), &with(claim, kind))
            .await
            .unwrap_or_else(|error| panic!("{claim} {kind}: {error}"));
    }
}

#[tokio::test]
async fn r36_t8_id_token_is_recognised_by_its_marks() {
    for claim in ["at_hash", "c_hash", "s_hash", "nonce"] {
        assert_refused(&judge_any(Some("JWT"), &with(claim, "abc")).await, Reason::BadType, claim);
        assert_refused(&judge_any(None, &with(claim, "abc")).await, Reason::BadType, claim);
    }
    // Older Keycloaks copy the nonce into access tokens, which say that they are.
    let mut keycloak = with("nonce", "abc");
    keycloak["typ"] = json!("Bearer");
    judge_any(Some("JWT"), &keycloak).await.expect("an access token of an older Keycloak");
    keycloak["at_hash"] = json!("abc");
    assert_refused(&judge_any(Some("JWT"), &keycloak).await, Reason::BadType, "at_hash");
}

#[tokio::test]
async fn r36_logout_tokens_and_proofs_are_recognised_by_their_claims() {
    let logout = with("events", json!({"http://schemas.openid.net/event/backchannel-logout": {}}));
    assert_refused(&judge_any(None, &logout).await, Reason::BadType, "a logout token");
    for claim in ["htm", "htu"] {
        assert_refused(&judge_any(None, &with(claim, "POST")).await, Reason::BadType, claim);
    }
}

#[tokio::test]
async fn r36_client_assertion_fails() {
    let mut assertion = good_claims();
    assertion["iss"] = json!("editor");
    assertion["sub"] = json!("editor");
    assert_refused(
        &judge_any(Some("JWT"), &assertion).await,
        Reason::WrongIssuer,
        "a client's own statement",
    );
}

#[tokio::test]
async fn r42_sender_constrained_token_is_refused_as_bearer() {
    for cnf in [json!({"jkt": "abc"}), json!({"x5t#S256": "abc"}), json!({}), json!(null), json!("abc")] {
        assert_refused(&judge(&with("cnf", cnf.clone())).await, Reason::SenderConstrained, &cnf.to_string());
        assert_refused(
            &judge_any(Some("JWT"), &with("cnf", cnf)).await,
            Reason::SenderConstrained,
            "with the opt-out",
        );
    }
}
