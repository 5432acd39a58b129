//! What a newcomer reads: what runs, how a client connects, and two requests to paste.

use mcp_auth::DevelopmentIssuer;

pub(crate) fn print(issuer: &DevelopmentIssuer, resource: &str) {
    let token = |scopes: &str| {
        let token = issuer.token("alice").scopes(scopes).client("quickstart").audience(resource);
        token.issue().expose().to_owned()
    };
    let narrow = token("notes:read");
    let wide = token("notes:read notes:write");
    println!(
        "
A protected MCP server listens on {resource}
  ping        anybody
  whoami      anybody with a token
  list_notes  scope notes:read
  add_note    scope notes:write

Its tokens come from a development issuer inside this process: good for an hour, for this machine only.

1. A token with notes:read may not write. The answer is 403 and names the missing scope:

{}

2. A token with notes:write as well may:

{}

Connect a client that can send a header, for example:

  claude mcp add --transport http quickstart {resource} --header \"Authorization: Bearer {wide}\"

  npx @modelcontextprotocol/inspector --cli {resource} --transport http \\
    --header \"Authorization: Bearer {wide}\" --method tools/list

Stop with Ctrl-C.
",
        curl(resource, &narrow),
        curl(resource, &wide),
    );
}

/// One `tools/call` of protocol version 2026-07-28, ready to paste.
fn curl(resource: &str, token: &str) -> String {
    format!(
        r#"curl -i {resource} \
  -H 'Authorization: Bearer {token}' \
  -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \
  -H 'MCP-Protocol-Version: 2026-07-28' -H 'Mcp-Method: tools/call' -H 'Mcp-Name: add_note' \
  -d '{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"add_note","arguments":{{"text":"Hello"}},"_meta":{{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientInfo":{{"name":"curl","version":"8"}},"io.modelcontextprotocol/clientCapabilities":{{}}}}}}}}'"#
    )
}
