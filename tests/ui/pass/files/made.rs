//! Tools that a macro writes.

use super::Notes;

macro_rules! functions {
    ($server:ty: $($name:ident $scope:literal $argument:ty),+) => {$(
        /// Made by a macro.
        #[mcp_auth::tool(server = $server, scopes($scope))]
        pub fn $name(a: $argument) -> $argument {
            a
        }
    )+};
}

functions! { Notes: first "notes:read" u8, second "notes:write" String }

macro_rules! block {
    ($name:ident $server:ident $method:ident $access:ident) => {
        #[mcp_auth::tools($name)]
        impl $server {
            /// Made by a macro.
            #[tool($access)]
            pub fn $method(&self) -> usize {
                self.name.len()
            }
        }
    };
}

block! { block Notes made authenticated }
