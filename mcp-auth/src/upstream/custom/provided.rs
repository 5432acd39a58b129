//! A user's provider at work: everything that they must not be able to forget.

use std::sync::{Arc, OnceLock};

use http::HeaderMap;

use super::{Provider, ProviderAccount, ProviderApi, ProviderError, TokenRequest, tokens::Exchanged};
use crate::{
    Problem, Secret,
    authorization_server::IssuerUrl,
    http::{HttpClient, Incoming},
    store::{Person, Timestamp},
    upstream::{
        Account, Answer, AnyProvider, Callback, Knows, Leg, Outage, SignInError, SignedIn, Tokens, Untold,
        Wanted, oauth,
        provider::{IntoProvider, ProviderFuture},
        service::Service,
    },
};

#[derive(Debug)]
struct Provided<P> {
    provider: P,
    http: OnceLock<HttpClient>,
}

impl<P: Provider> IntoProvider for P {
    fn into_provider(self) -> Arc<dyn AnyProvider> {
        Arc::new(Provided { provider: self, http: OnceLock::new() })
    }
}

impl<P: Provider> Provided<P> {
    fn client(&self) -> Result<&HttpClient, SignInError> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let new = HttpClient::new(self.provider.app().reach()).map_err(|error| {
            SignInError::Misconfigured(format!("there is no HTTP client for it: {error}"))
        })?;
        Ok(self.http.get_or_init(|| new))
    }

    async fn exchange(&self, exchanged: Exchanged<'_>, now: Timestamp) -> Result<Tokens, SignInError> {
        let request = TokenRequest { http: self.client()?, app: self.provider.app(), exchanged, now };
        let tokens = self.provider.tokens(request).await.map_err(|ProviderError(error)| error)?;
        if !oauth::is_token(tokens.access_token.expose()) {
            return Err(SignInError::Unavailable("its token cannot stand in a header".into()));
        }
        Ok(tokens.into_tokens(now))
    }

    async fn whose(&self, token: &Secret) -> Result<ProviderAccount, SignInError> {
        let api = ProviderApi { http: self.client()?, app: self.provider.app(), token };
        self.provider.account(&api).await.map_err(|ProviderError(error)| error)
    }

    async fn arrived(&self, callback: &Callback, leg: &Leg, now: Timestamp) -> Result<SignedIn, SignInError> {
        let code = match &callback.answer {
            Answer::Code(code) => code,
            Answer::Error(error) => return Err(oauth::answers::said(error)),
        };
        let tokens = self.exchange(Exchanged::Code(code, leg), now).await?;
        // The token is ours, because it came for our code with our secret: whose it is, the service says (T13).
        let account = self.whose(&tokens.access_token).await?;
        let id = oauth::account_id(&account.id)?;
        let name = oauth::display_name([account.name.as_deref()]).unwrap_or_else(|| id.clone());
        let person = Person { provider: self.provider.app().id.clone(), id, name };
        Ok(SignedIn { person, tokens: Some(tokens) })
    }

    /// The tokens after `tokens`. What is not said again stays as it is, whoever wrote the exchange.
    async fn renewed(&self, tokens: &Tokens, now: Timestamp) -> Result<Tokens, SignInError> {
        let mut renewed = self.exchange(Exchanged::Refresh(tokens), now).await?;
        renewed.refresh_token = renewed.refresh_token.or_else(|| tokens.refresh_token.clone());
        renewed.scopes = renewed.scopes.or_else(|| tokens.scopes.clone());
        Ok(renewed)
    }

    async fn tell(&self, person: &Person, tokens: &Tokens, wanted: &Wanted) -> Result<Account, SignInError> {
        let account = match self.whose(&tokens.access_token).await {
            Ok(account) if account.id != person.id => {
                return Err(SignInError::Refused("its API speaks of somebody else".to_owned()));
            }
            Ok(account) => Ok(account),
            Err(error @ (SignInError::Refused(_) | SignInError::Denied)) => return Err(error),
            Err(SignInError::Unavailable(outage)) => Err(Untold::Unavailable(outage)),
            Err(SignInError::Misconfigured(why)) => Err(Untold::Unavailable(why.into())),
        };
        let known = account.as_ref().map_err(Clone::clone);
        let member = |of: &String| match known.clone()?.groups.as_ref() {
            Some(groups) => Ok(groups.contains(of)),
            None => Err(Untold::Unknown),
        };
        Ok(Account {
            memberships: wanted.memberships.iter().map(|of| (of.clone(), member(of))).collect(),
            email_addresses: known.and_then(|account| account.email_addresses.clone().ok_or(Untold::Unknown)),
        })
    }
}

impl<P: Provider> AnyProvider for Provided<P> {
    fn id(&self) -> &str {
        &self.provider.app().id
    }

    fn name(&self) -> &str {
        &self.provider.app().name
    }

    fn asks(&self, scopes: &[String]) -> Vec<String> {
        if scopes.is_empty() {
            return vec!["See who you are".to_owned()];
        }
        let word =
            |scope: &String| self.provider.words(scope).unwrap_or_else(|| format!("Use the scope `{scope}`"));
        scopes.iter().map(word).collect()
    }

    fn scopes(&self) -> &[String] {
        &self.provider.app().scopes
    }

    fn is_on_this_machine(&self) -> bool {
        self.provider.app().is_on_this_machine()
    }

    fn problems(&self, _issuer: &IssuerUrl) -> Vec<Problem> {
        self.provider.app().problems()
    }

    fn service(&self) -> Option<&dyn Service> {
        self.provider.app().api_url.as_ref().map(|_| self as &dyn Service)
    }

    fn departure<'a>(&'a self, leg: &'a Leg) -> ProviderFuture<'a, Result<String, SignInError>> {
        let app = self.provider.app();
        let more = app.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let url = oauth::authorization_url(&app.authorization_url, &app.client.client_id, leg, more);
        Box::pin(std::future::ready(Ok(url)))
    }

    fn arrive<'a>(
        &'a self,
        callback: &'a Callback,
        leg: &'a Leg,
        now: Timestamp,
    ) -> ProviderFuture<'a, Result<SignedIn, SignInError>> {
        Box::pin(self.arrived(callback, leg, now))
    }

    fn refresh<'a>(
        &'a self,
        tokens: &'a Tokens,
        now: Timestamp,
    ) -> ProviderFuture<'a, Result<Tokens, SignInError>> {
        Box::pin(self.renewed(tokens, now))
    }

    fn knows(&self) -> Knows {
        Knows { email_addresses: true, memberships: true }
    }

    fn account<'a>(
        &'a self,
        person: &'a Person,
        tokens: &'a Tokens,
        wanted: &'a Wanted,
        _now: Timestamp,
    ) -> ProviderFuture<'a, Result<Account, SignInError>> {
        Box::pin(self.tell(person, tokens, wanted))
    }
}

impl<P: Provider> Service for Provided<P> {
    fn api_url(&self) -> String {
        self.provider.app().api_url.clone().unwrap_or_default()
    }

    fn http(&self) -> Result<&HttpClient, SignInError> {
        self.client()
    }

    fn headers(&self, token: &Secret) -> HeaderMap {
        oauth::bearer(token)
    }

    fn outage(&self, answer: &Incoming, _now: Timestamp) -> Option<Outage> {
        oauth::answers::outage(answer)
    }
}
