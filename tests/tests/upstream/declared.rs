//! A server whose tools need GitHub does not start where nobody can sign in with it.

use mcp_auth::{Auth, AuthorizationServer, DevelopmentSignIn, store::SqliteStore, testing::TestIssuer};

use crate::support::{ISSUER, KEY, Profiles, RESOURCE};

#[tokio::test]
async fn without_an_authorization_server_it_does_not_start() {
    let auth = Auth::builder().issuer(TestIssuer::new().issuer()).resource(RESOURCE).build().unwrap();
    let error = auth.router(Profiles).unwrap_err().to_string();
    for part in ["#[server(upstream(GitHub))]", "no authorization server", "sign_in(GitHub::new("] {
        assert!(error.contains(part), "{error}");
    }
}

#[tokio::test]
async fn with_another_sign_in_it_does_not_start() {
    let own = AuthorizationServer::new(ISSUER)
        .sign_in(DevelopmentSignIn::new())
        .sealing_key("test", KEY)
        .store(SqliteStore::in_memory().unwrap());
    let error = own.build().unwrap().router(Profiles).unwrap_err().to_string();
    for part in ["#[server(upstream(GitHub))]", "nobody can sign in with `GitHub`", ISSUER] {
        assert!(error.contains(part), "{error}");
    }
}
