//! Methods that rmcp could not read: the user's own, and the protocol's with parameters that do not fit.

use rmcp::{
    ErrorData,
    model::{ErrorCode, ProtocolVersion},
};

use crate::authorize::{Group, Operation};

/// Whether the protocol leaves this method to its users.
pub(super) fn is_custom(method: &str) -> bool {
    Operation::of(Some(method), None) == Operation::Group(Group::Custom)
}

/// Methods that protocol version 2026-07-28 removed (SEP-2575), whatever their parameters.
const REMOVED: [&str; 5] =
    ["initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe"];

/// The answer to a method of the protocol whose parameters rmcp could not read.
pub(super) fn unfit(method: &str, version: Option<&ProtocolVersion>) -> ErrorData {
    let removed = version.is_some_and(|version| *version >= ProtocolVersion::V_2026_07_28);
    if removed && REMOVED.contains(&method) {
        return ErrorData::new(ErrorCode::METHOD_NOT_FOUND, method.to_owned(), None);
    }
    ErrorData::invalid_params("the parameters do not fit the method", None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_method_does_not_exist_for_those_who_speak_2026_07_28() {
        let code = |method: &str, version: Option<ProtocolVersion>| unfit(method, version.as_ref()).code;
        for method in REMOVED {
            assert_eq!(
                code(method, Some(ProtocolVersion::V_2026_07_28)),
                ErrorCode::METHOD_NOT_FOUND,
                "{method}"
            );
            assert_eq!(
                code(method, Some(ProtocolVersion::V_2025_11_25)),
                ErrorCode::INVALID_PARAMS,
                "{method}"
            );
            assert_eq!(code(method, None), ErrorCode::INVALID_PARAMS, "{method}");
        }
        assert_eq!(code("prompts/get", Some(ProtocolVersion::V_2026_07_28)), ErrorCode::INVALID_PARAMS);
    }
}
