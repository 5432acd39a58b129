//! A token's claims as a type of the user's: deserialized once per token and type.

use std::{
    any::{Any, TypeId, type_name},
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::Claims;

/// A type that a token's claims can be read as: the `C` of [`AuthInfo<C>`](crate::AuthInfo).
///
/// Everything that serde can deserialize is one; derive `Deserialize` and name the claims you need. It is read from
/// all claims of the token, the registered ones (`sub`, `exp`) included.
#[diagnostic::on_unimplemented(
    message = "the claims of a token cannot be read as `{Self}`",
    label = "not a type of claims",
    note = "derive `serde::Deserialize` for `{Self}`; it must also be `Send + Sync + 'static`"
)]
pub trait FromClaims: Sized + Send + Sync + 'static {
    /// The claims of one token as this type.
    #[doc(hidden)]
    fn from_claims(claims: &Arc<Claims>) -> Result<Arc<Self>, ClaimsMismatch>;
}

impl FromClaims for Claims {
    fn from_claims(claims: &Arc<Claims>) -> Result<Arc<Self>, ClaimsMismatch> {
        Ok(Arc::clone(claims))
    }
}

#[diagnostic::do_not_recommend]
impl<C: DeserializeOwned + Send + Sync + 'static> FromClaims for C {
    fn from_claims(claims: &Arc<Claims>) -> Result<Arc<Self>, ClaimsMismatch> {
        claims.typed.get(&claims.all)
    }
}

/// A token is good, and its claims are not those that a tool asks for with [`AuthInfo<C>`](crate::AuthInfo).
///
/// Its text is for the client and holds no claim; what does not fit is in the log. There is no challenge: the same
/// issuer would issue the same claims again.
#[derive(Clone)]
pub struct ClaimsMismatch {
    type_name: &'static str,
    /// What serde says; it can quote a claim.
    reason: Arc<str>,
}

impl ClaimsMismatch {
    /// For the log: which type was asked for, and what serde says of it.
    pub(crate) fn log(&self, subject: &str) {
        tracing::warn!(
            claims = self.type_name,
            reason = &*self.reason,
            subject,
            "refused: the claims of the access token do not fit the type that is asked for"
        );
    }
}

impl fmt::Display for ClaimsMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the access token does not carry the claims that this needs")
    }
}

/// The type only: what serde says can quote a claim.
impl fmt::Debug for ClaimsMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClaimsMismatch").field("type_name", &self.type_name).finish_non_exhaustive()
    }
}

impl std::error::Error for ClaimsMismatch {}

impl From<ClaimsMismatch> for rmcp::ErrorData {
    fn from(mismatch: ClaimsMismatch) -> Self {
        Self::invalid_request(mismatch.to_string(), None)
    }
}

/// One type's reading of the claims, or why there is none: both are remembered.
type Reading = OnceLock<Result<Arc<dyn Any + Send + Sync>, Arc<str>>>;

/// The claims of one token in every type that was asked for; as many as the program has types.
#[derive(Default)]
pub(super) struct TypedClaims(Mutex<Vec<(TypeId, Arc<Reading>)>>);

impl TypedClaims {
    /// `claims`, always those of the same token, as `C`.
    fn get<C: DeserializeOwned + Send + Sync + 'static>(
        &self,
        claims: &Map<String, Value>,
    ) -> Result<Arc<C>, ClaimsMismatch> {
        let reading = self.reading(TypeId::of::<C>());
        // The user's code runs without the lock; whoever comes meanwhile for the same type waits for its outcome.
        let result =
            reading.get_or_init(|| read::<C>(claims).map(|value| -> Arc<dyn Any + Send + Sync> { value }));
        let mismatch = |reason| ClaimsMismatch { type_name: type_name::<C>(), reason };
        match result {
            Ok(value) => Arc::clone(value).downcast().map_err(|_| mismatch("kept under a wrong type".into())),
            Err(reason) => Err(mismatch(Arc::clone(reason))),
        }
    }

    fn reading(&self, id: TypeId) -> Arc<Reading> {
        let mut readings = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, reading)) = readings.iter().find(|(known, _)| *known == id) {
            return Arc::clone(reading);
        }
        let reading = Arc::new(Reading::new());
        readings.push((id, Arc::clone(&reading)));
        reading
    }
}

fn read<C: DeserializeOwned>(claims: &Map<String, Value>) -> Result<Arc<C>, Arc<str>> {
    match catch_unwind(AssertUnwindSafe(|| C::deserialize(claims))) {
        Ok(Ok(value)) => Ok(Arc::new(value)),
        Ok(Err(error)) => Err(error.to_string().into()),
        Err(_panic) => Err("its `Deserialize` panicked".into()),
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::json;

    use super::*;

    #[derive(Deserialize, Debug, PartialEq)]
    struct Employee {
        department: String,
    }

    #[derive(Deserialize, Debug, PartialEq)]
    struct Member {
        groups: Vec<String>,
    }

    fn claims() -> Map<String, Value> {
        json!({"department": "tax", "groups": ["a"]}).as_object().unwrap().clone()
    }

    #[test]
    fn each_type_is_read_once_and_is_its_own() {
        let (typed, claims) = (TypedClaims::default(), claims());
        let employee = typed.get::<Employee>(&claims).unwrap();
        let member = typed.get::<Member>(&claims).unwrap();
        assert_eq!(*employee, Employee { department: "tax".to_owned() });
        assert_eq!(*member, Member { groups: vec!["a".to_owned()] });
        assert!(Arc::ptr_eq(&employee, &typed.get(&claims).unwrap()));
        assert!(Arc::ptr_eq(&member, &typed.get(&claims).unwrap()));
    }

    #[test]
    fn r43_a_mismatch_names_the_type_and_quotes_no_claim() {
        let claims = json!({"department": {"secret": 1}, "groups": "secret"}).as_object().unwrap().clone();
        let typed = TypedClaims::default();
        let mismatch = typed.get::<Member>(&claims).unwrap_err();
        assert!(mismatch.reason.contains("secret"), "the log is told: {}", mismatch.reason);
        assert!(format!("{mismatch:?}").contains("Member"));
        let text = mismatch.to_string();
        assert_eq!(text, "the access token does not carry the claims that this needs");
        let error = rmcp::ErrorData::from(mismatch.clone());
        assert_eq!(
            (error.code, error.message.as_ref()),
            (rmcp::model::ErrorCode::INVALID_REQUEST, text.as_str())
        );
        assert!(!format!("{mismatch:?} {mismatch} {error:?}").contains("secret"));
        assert!(typed.get::<Member>(&claims).is_err(), "it is remembered");
    }
}
