//! `serve_stdio`: a server for one client that started it as its own process.

use std::sync::Arc;

use crate::{
    ConfigError, Error, IntoServer, Limits, LocalIdentity, Problem, Server,
    authorize::{Caller, Decision, Operation},
    clock::Clock,
    tool::Registry,
    transport::{Binding, Guarded, Local, StateKey},
};

#[doc = include_str!("../docs/stdio.md")]
pub async fn serve_stdio<S: IntoServer>(
    server: S,
    identity: impl Into<Option<LocalIdentity>>,
) -> Result<(), Error> {
    let definition = <S::Server as Server>::DEFINITION;
    let declared = definition.resource.unwrap_or(definition.name);
    let local = assemble(declared, Registry::new(server), identity.into())?;
    local.serve().await.map_err(Error::Serve)
}

/// Not generic over the server: compiled once.
fn assemble(
    audience: &str,
    registry: Result<Registry, Vec<Problem>>,
    identity: Option<LocalIdentity>,
) -> Result<Local, ConfigError> {
    let mut registry = registry.map_err(ConfigError::from_problems)?;
    #[cfg(feature = "authorization-server")]
    if let Some(upstream) = registry.upstreams.first() {
        let setting = format!("#[server(upstream({upstream:?}))]");
        let message = "nobody signs in on stdin and stdout, so that there are no tokens for its tools";
        return Err(Problem::new(
            setting,
            message,
            "serve it by HTTP, or leave these tools to another server",
        )
        .into());
    }
    let setting = identity.as_ref().map_or("serve_stdio", LocalIdentity::scopes_setting);
    let problems = identity.as_ref().map(|identity| identity.problems(&registry.catalog));
    ConfigError::check(problems.unwrap_or_default())?;
    let caller = if let Some(identity) = identity {
        Caller::Known(identity.into_auth_info(audience, &registry.catalog))
    } else {
        tracing::info!("no local identity is declared: only public tools run");
        registry.open_lists();
        Caller::Anonymous
    };
    let required = registry.policy.rule(Operation::Other);
    if !required.wanted().is_empty() && required.decide(&caller) != Decision::Allowed {
        let message = format!("the server requires {} of everybody", required.wanted().join(" "));
        let help = "declare an identity that holds it: every request would be refused";
        return Err(Problem::new(setting, message, help).into());
    }
    let guarded = Guarded::new(Arc::new(registry), String::new(), Arc::new(binding(audience)?));
    Ok(Local::new(guarded, caller))
}

/// Keys for what one process hands out: nobody else has to read it.
fn binding(audience: &str) -> Result<Binding, ConfigError> {
    let key = StateKey::random().map_err(|_| {
        let help = "this is a fault of the system: report it";
        Problem::new("serve_stdio", "the system has no randomness", help)
    })?;
    Ok(Binding::new(&key, audience, Limits::default().request_state_time, &Clock::system())?)
}

#[cfg(test)]
mod tests {
    use mcp_auth_macros::server;
    use serde_json::json;

    use super::*;
    use crate::AuthInfo;

    struct Locked;

    #[server(crate = "crate", scopes("a", "b"), requires("a"))]
    impl Locked {
        #[tool(public)]
        fn open(&self) {}
    }

    #[cfg(feature = "authorization-server")]
    struct Abroad;

    #[cfg(feature = "authorization-server")]
    #[server(crate = "crate", upstream(crate::GitHub))]
    impl Abroad {}

    #[cfg(feature = "authorization-server")]
    #[test]
    fn a_server_whose_tools_need_a_sign_in_does_not_start() {
        let settings = settings(Registry::new(Abroad), Some(LocalIdentity::new("alice")));
        assert_eq!(settings.len(), 1);
        assert!(
            settings[0].starts_with("#[server(upstream(crate::GitHub))]: nobody signs in"),
            "{settings:?}"
        );
    }

    struct Empty;

    #[server(crate = "crate")]
    impl Empty {}

    fn settings(registry: Result<Registry, Vec<Problem>>, identity: Option<LocalIdentity>) -> Vec<String> {
        let problems = assemble("test", registry, identity).err();
        let problems = problems.iter().flat_map(ConfigError::problems);
        problems.map(|problem| format!("{}: {}", problem.setting, problem.message)).collect()
    }

    #[test]
    fn what_would_refuse_every_request_does_not_start() {
        let locked = |identity| settings(Registry::new(Locked), identity);
        let required = "the server requires a of everybody";
        assert_eq!(locked(None), [format!("serve_stdio: {required}")]);
        let alice = LocalIdentity::new("alice");
        assert_eq!(locked(Some(alice.clone())), [format!("LocalIdentity::scopes: {required}")]);
        let variable = alice.clone().scopes(["b"]).named_by_variables();
        assert_eq!(locked(Some(variable)), [format!("MCP_AUTH_LOCAL_SCOPES: {required}")]);
        assert_eq!(locked(Some(alice.scopes(["b", "a"]))), [""; 0]);
        assert_eq!(settings(Registry::new(Empty), None), [""; 0]);
    }

    #[test]
    fn all_problems_of_an_identity_come_at_once() {
        let identity = LocalIdentity::new("").scopes(["a", "x"]).claim("sub", "root").claim("scope", "a");
        assert_eq!(
            settings(Registry::new(Empty), Some(identity)),
            [
                "LocalIdentity::new: the subject is empty",
                "LocalIdentity::scopes: `a` is no scope of this server",
                "LocalIdentity::scopes: `x` is no scope of this server",
                "LocalIdentity::claim: `sub` follows from the rest",
                "LocalIdentity::claim: `scope` follows from the rest",
            ]
        );
    }

    #[test]
    fn what_a_server_declares_is_said_to_whoever_declares_something_else() {
        let helps = |registry: Result<Registry, Vec<Problem>>| {
            let identity = LocalIdentity::new("alice").scopes(["x"]);
            let error = assemble("test", registry, Some(identity)).err();
            error
                .iter()
                .flat_map(ConfigError::problems)
                .map(|problem| problem.help.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(helps(Registry::new(Locked)), ["the server declares: a b"]);
        assert_eq!(helps(Registry::new(Empty)), ["the server declares no scopes"]);
    }

    #[test]
    fn r43_of_a_local_identity_no_claim_is_printed() {
        let text = format!("{:?}", LocalIdentity::new("alice").scopes(["a"]).claim("key", "hunter2"));
        assert!(text.contains("alice") && text.contains("\"a\"") && !text.contains("hunter2"), "{text}");
    }

    /// It ends with its process and not before: in the year 9999.
    #[test]
    fn a_local_identity_does_not_expire() {
        let catalog = Registry::new(Empty).map_err(|problems| format!("{problems:?}")).unwrap().catalog;
        let user = LocalIdentity::new("alice").into_auth_info("notes", &catalog);
        assert!(user.lifetime().check(std::time::Duration::from_secs(253_402_300_798)).is_ok());
    }

    #[test]
    fn a_local_identity_has_claims_like_any_other() {
        #[derive(serde::Deserialize)]
        struct Employee {
            sub: String,
            department: String,
        }

        let catalog = Registry::new(Locked).map_err(|problems| format!("{problems:?}")).unwrap().catalog;
        let identity = LocalIdentity::new("alice").scopes(["a"]).claim("department", "sales");
        let user = identity.into_auth_info("notes", &catalog);
        assert_eq!((user.issuer(), user.subject(), user.client_id()), ("local", "alice", Some("stdio")));
        assert_eq!(user.audience(), ["notes"]);
        assert!(user.scopes().eq(["a"]));
        assert_eq!(user.claims().get("scope"), Some(&json!("a")));
        let user: AuthInfo<Employee> = user.with_claims().unwrap();
        assert_eq!((&*user.claims().sub, &*user.claims().department), ("alice", "sales"));
    }
}
