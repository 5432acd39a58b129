//! mcp-auth, as `Auth::serve` serves it.

use std::net::SocketAddr;

use mcp_auth::{
    Issuer, Server,
    prelude::*,
    private::{ServerDefinition, ToolDefinition},
};

use super::ISSUER;

pub(crate) struct Sum;

#[server(resource = "http://127.0.0.1:3000/mcp", scopes("numbers:add"))]
impl Sum {
    /// Adds two numbers.
    #[tool(scopes = "numbers:add")]
    async fn add(&self, a: i64, b: i64) -> String {
        (a + b).to_string()
    }
}

/// [`Sum`] with its tool `N` times in the table, so that a thousand tools need not be compiled.
struct Many<const N: usize>(Sum);

impl<const N: usize> Many<N> {
    const TOOLS: [ToolDefinition<Self>; N] = {
        let mut tools = [const { Self::tool("add") }; N];
        let mut number = 1;
        while number < N {
            tools[number] = Self::tool(NAMES.name(number));
            number += 1;
        }
        tools
    };

    const fn tool(name: &'static str) -> ToolDefinition<Self> {
        let add = &Sum::DEFINITION.tools[0][0];
        ToolDefinition {
            name,
            title: add.title,
            description: add.description,
            access: add.access,
            argument_scopes: add.argument_scopes,
            optional_scopes: add.optional_scopes,
            annotations: add.annotations,
            icons: add.icons,
            meta: add.meta,
            arguments: add.arguments,
            output: add.output,
            upstreams: add.upstreams,
            // Its arguments are there at once.
            prepare: &[],
            call: |server, call, prepared| (Sum::DEFINITION.tools[0][0].call)(&server.0, call, prepared),
        }
    }
}

impl<const N: usize> Server for Many<N> {
    const DEFINITION: ServerDefinition<Self> = ServerDefinition {
        resource: Sum::DEFINITION.resource,
        name: "sum",
        version: "1.0",
        scopes: Sum::DEFINITION.scopes,
        tools: &[&Self::TOOLS],
        ..ServerDefinition::STAND_IN
    };
}

/// `tool0000`, `tool0001`, and so on, in one string.
struct Names([u8; 8 * 1000]);

static NAMES: Names = Names::new();

impl Names {
    const fn new() -> Self {
        let mut text = [b't'; 8 * 1000];
        let mut number = 0;
        while number < 1000 {
            let digits = [number / 1000 % 10, number / 100 % 10, number / 10 % 10, number % 10];
            let at = 8 * number;
            (text[at + 1], text[at + 2], text[at + 3]) = (b'o', b'o', b'l');
            let mut digit = 0;
            while digit < 4 {
                text[at + 4 + digit] = b"0123456789"[digits[digit]];
                digit += 1;
            }
            number += 1;
        }
        Self(text)
    }

    const fn name(&'static self, number: usize) -> &'static str {
        match std::str::from_utf8(self.0.split_at(8 * number).1.split_at(8).0) {
            Ok(name) => name,
            Err(_) => "",
        }
    }
}

pub(super) async fn start<const N: usize>(keys: &str) -> crate::Result<SocketAddr> {
    let issuer = Issuer::new(ISSUER).with_keys(keys);
    let auth = Auth::builder().issuer(issuer).listen("127.0.0.1:0").build()?;
    let server = auth.bind(Many::<N>(Sum)).await?;
    let address = server.address();
    tokio::spawn(server.run_until(std::future::pending()));
    Ok(address)
}
