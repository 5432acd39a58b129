//! What a tool answers when it cannot do what it was asked.

use std::{error::Error, fmt};

use rmcp::{ErrorData, model::ErrorCode};

use super::failure;
use crate::{ClaimsMismatch, ScopeInfo, challenge};

type Source = Box<dyn Error + Send + Sync>;

/// A tool's error; it says who may read it.
///
/// `?` takes any [`std::error::Error`], `anyhow::Error` included: the log gets it together with an id, the client
/// sees only that id. (rmcp's [`ErrorData`] stays an error of the protocol, unless it says *internal error*.) What the
/// developer means for the client is said with [`ToolError::tell`] or by an error type that implements [`TellClient`].
///
/// ```
/// # use mcp_auth::ToolError;
/// fn parse(id: &str) -> Result<u64, ToolError> {
///     if id.is_empty() {
///         return Err(ToolError::tell("give the number of the note"));
///     }
///     Ok(id.parse()?) // the log says why, the client reads "internal error, reference 1f0c…"
/// }
/// ```
pub struct ToolError(Box<Kind>);

pub(crate) enum Kind {
    /// Said to the client as it stands.
    Tell(String),
    /// The input did not fit; said to the client, whose model can correct it.
    Arguments(String),
    /// For the log, under an id.
    Opaque(Source),
    /// The caller may not, and no other token of theirs would help.
    Forbidden,
    /// The caller may, with a token that carries this scope as well.
    NeedsScope(ScopeInfo),
    /// The caller may, after a new sign-in: this one has ended. The text says why.
    #[cfg(feature = "authorization-server")]
    SignInAgain(String),
    /// The caller may, after a new sign-in at which they allow more at the provider. The text says what.
    #[cfg(feature = "authorization-server")]
    AllowMore(String),
    /// A JSON-RPC error of the protocol, as rmcp spells it.
    Protocol(ErrorData),
}

impl ToolError {
    /// An error that the client reads as it stands.
    pub fn tell(message: impl Into<String>) -> Self {
        Self(Box::new(Kind::Tell(message.into())))
    }

    /// An error for the log; the client sees an id.
    pub fn opaque(source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Box::new(Kind::Opaque(source.into())))
    }

    /// The caller may not do this, and signing in again would not change it. There is no challenge.
    pub fn forbidden() -> Self {
        Self(Box::new(Kind::Forbidden))
    }

    /// The caller's token lacks `scope`: a challenge, if the tool returns this.
    pub(crate) fn needs_scope(scope: ScopeInfo) -> Self {
        Self(Box::new(Kind::NeedsScope(scope)))
    }

    /// A JSON-RPC error instead of a tool result; for what the protocol itself defines.
    pub fn protocol(error: ErrorData) -> Self {
        Self(Box::new(Kind::Protocol(error)))
    }

    /// The input does not fit the tool's schema.
    pub(crate) fn arguments(message: String) -> Self {
        Self(Box::new(Kind::Arguments(message)))
    }

    pub(crate) fn into_kind(self) -> Kind {
        *self.0
    }
}

impl<E> From<E> for ToolError
where
    E: Into<Box<dyn Error + Send + Sync>>,
{
    fn from(error: E) -> Self {
        // rmcp's own errors are written for the client, by their code; an internal one is whatever was at hand.
        match error.into().downcast::<ErrorData>() {
            Ok(error) if error.code == ErrorCode::INTERNAL_ERROR => Self::opaque(error),
            Ok(error) => Self::protocol(*error),
            Err(source) => match source.downcast::<ClaimsMismatch>() {
                Ok(mismatch) => Self::tell(mismatch.to_string()),
                Err(source) => upstream(source),
            },
        }
    }
}

/// What a provider's API or its token ended in, and everything else.
#[cfg(feature = "authorization-server")]
fn upstream(source: Source) -> ToolError {
    match source.downcast::<crate::UpstreamError>() {
        Ok(error) => match (error.for_client(), &*error) {
            (Some(why), crate::UpstreamError::Ended { .. }) => ToolError(Box::new(Kind::SignInAgain(why))),
            (Some(why), crate::UpstreamError::NotGranted { refused: false, .. }) => {
                ToolError(Box::new(Kind::AllowMore(why)))
            }
            (Some(why), _) => ToolError::tell(why),
            (None, _) => ToolError::opaque(error),
        },
        Err(source) => ToolError::opaque(source),
    }
}

#[cfg(not(feature = "authorization-server"))]
fn upstream(source: Source) -> ToolError {
    ToolError::opaque(source)
}

/// For your own `impl ServerHandler`: `?` takes it there too, and a scope that is missing becomes a challenge.
impl From<ToolError> for ErrorData {
    fn from(error: ToolError) -> Self {
        match error.into_kind() {
            Kind::Tell(message) => Self::invalid_request(message, None),
            Kind::Arguments(message) => Self::invalid_params(message, None),
            Kind::Opaque(source) => {
                Self::internal_error(failure::opaque("handler", &failure::chain(&*source)), None)
            }
            Kind::Forbidden => Self::invalid_request("not allowed", None),
            Kind::NeedsScope(scope) => challenge::needs(scope),
            #[cfg(feature = "authorization-server")]
            Kind::SignInAgain(why) | Kind::AllowMore(why) => Self::invalid_request(why, None),
            Kind::Protocol(error) => error,
        }
    }
}

impl fmt::Debug for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Tell(message) => f.debug_tuple("Tell").field(message).finish(),
            Kind::Arguments(message) => f.debug_tuple("Arguments").field(message).finish(),
            Kind::Opaque(source) => f.debug_tuple("Opaque").field(source).finish(),
            Kind::Forbidden => f.write_str("Forbidden"),
            Kind::NeedsScope(scope) => f.debug_tuple("NeedsScope").field(scope).finish(),
            #[cfg(feature = "authorization-server")]
            Kind::SignInAgain(why) => f.debug_tuple("SignInAgain").field(why).finish(),
            #[cfg(feature = "authorization-server")]
            Kind::AllowMore(why) => f.debug_tuple("AllowMore").field(why).finish(),
            Kind::Protocol(error) => f.debug_tuple("Protocol").field(error).finish(),
        }
    }
}

/// An error type whose text is meant for the client.
///
/// A tool that returns `Result<T, E>` with `E: TellClient` answers with [`tell_client`](TellClient::tell_client)
/// instead of an id. Inside a function that returns [`ToolError`], say it where the error leaves:
/// `result.map_err(|error| ToolError::tell(error.tell_client()))?`.
pub trait TellClient {
    /// What the client reads. No secret, no path, no SQL.
    fn tell_client(&self) -> String;
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind<E: Into<ToolError>>(error: E) -> Kind {
        error.into().into_kind()
    }

    #[test]
    fn a_protocol_error_keeps_its_code_and_everything_else_is_for_the_log() {
        let protocol = ErrorData::invalid_params("the state was changed", None);
        assert!(matches!(kind(protocol.clone()), Kind::Protocol(error) if error == protocol));
        assert!(matches!(kind(ErrorData::internal_error("secret", None)), Kind::Opaque(_)));
        assert!(matches!(kind(std::io::Error::other("secret")), Kind::Opaque(_)));
        assert!(matches!(kind("secret"), Kind::Opaque(_)));
        assert!(matches!(kind(ToolError::tell("hello")), Kind::Tell(text) if text == "hello"));
    }
}
