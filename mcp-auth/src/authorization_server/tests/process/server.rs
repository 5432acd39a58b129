//! The server's side: a test that is one only by name.

use std::{
    io::{Read as _, Write as _},
    sync::Arc,
};

use axum::{Router, extract::State, routing::post};
use serde_json::json;
use tokio::sync::Barrier;

use super::{
    super::{Core, Notes, failing_store::FailingStore, given},
    PLAN, Plan,
};
use crate::{Auth, AuthorizationServer, DevelopmentSignIn, GitHub, RegistrationLimits, store::SqliteStore};

pub(super) const NAME: &str = "authorization_server::tests::process::server::server";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "is run by other tests, and killed"]
async fn server() {
    let plan = std::env::var(PLAN).expect("this is the child of another test");
    let plan: Plan = serde_json::from_str(&plan).unwrap();
    // Nobody is left behind when the test ends.
    std::thread::spawn(|| {
        drop(std::io::stdin().read(&mut [0]));
        std::process::exit(0);
    });
    let store = FailingStore::new(SqliteStore::open(&plan.file).unwrap());
    let settings = AuthorizationServer::new(&plan.issuer).store(store.clone());
    let settings = match &plan.github {
        Some((url, id, secret)) => settings
            .sign_in(GitHub::new(id, secret.as_str()).with_base_url(url))
            .sealing_key("test", "0123456789abcdef0123456789abcdef0123456789abcdef"),
        None => settings.sign_in(DevelopmentSignIn::new()),
    };
    let limits = RegistrationLimits { clients: 1_000_000, per_minute: 1_000_000, ..Default::default() };
    let auth = Auth::builder()
        .authorization_server(settings.registration(limits))
        .resource(plan.resource())
        .listen(&plan.listen)
        .build()
        .unwrap();
    let core = Arc::clone(auth.settings.authorization_server.as_ref().unwrap());
    let bound = auth.bind(Notes).await.unwrap().merge(backdoor(core, store, &plan));
    // Not by `println!`, whose lock a kill of the parent would break.
    writeln!(std::io::stdout(), "listening {}", bound.address()).unwrap();
    bound.run().await.unwrap();
}

/// Gives codes without a browser, as the authorization endpoint leaves them in the store.
fn backdoor(core: Arc<Core>, store: FailingStore, plan: &Plan) -> Router {
    let (gate, resource) = (plan.gate, plan.resource());
    let give = move |State((core, store)): State<(Arc<Core>, FailingStore)>, client: String| async move {
        *store.gate.lock().unwrap() = (gate > 0).then(|| Arc::new(Barrier::new(gate)));
        let given = given(&core, &client, &resource).await;
        axum::Json(json!({ "code": given.code, "verifier": given.verifier }))
    };
    // The others have to wait at their doors too.
    let wait = move |State((_, store)): State<(Arc<Core>, FailingStore)>| async move {
        *store.gate.lock().unwrap() = (gate > 0).then(|| Arc::new(Barrier::new(gate)));
    };
    Router::new().route("/test/code", post(give)).route("/test/gate", post(wait)).with_state((core, store))
}
