//! `AuthInfo` as an argument of rmcp's own `#[prompt]` and `#[tool]` methods.

use rmcp::{
    ErrorData,
    handler::server::common::{AsRequestContext, FromContextPart},
    model::ErrorCode,
};

use crate::{AuthInfo, FromClaims, authorize::Caller, challenge::Rpc};

/// Who calls, inside rmcp's own macros. rmcp has no `Option` of a part: where a caller may be without a token, take
/// rmcp's `Extensions` and ask [`AuthInfo::of`].
impl<X: AsRequestContext, C: FromClaims> FromContextPart<X> for AuthInfo<C> {
    fn from_context_part(context: &mut X) -> Result<Self, ErrorData> {
        match Caller::of(&context.as_request_context().extensions) {
            Some(Caller::Known(auth)) => Ok(auth.with_claims()?),
            Some(Caller::Anonymous) => {
                let code = ErrorCode(Rpc::Unauthorized as i32);
                Err(ErrorData::new(code, "authorization required", None))
            }
            None => {
                tracing::error!("refused: this handler runs without its authentication layer");
                Err(ErrorData::internal_error("the server cannot tell who calls", None))
            }
        }
    }
}
