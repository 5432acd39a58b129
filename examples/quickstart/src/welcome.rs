//! What a newcomer reads: what runs, how a client connects, and one request to paste.

pub(crate) fn print(resource: &str, database: &str) {
    println!(
        "
A protected MCP server listens on {resource}
  ping        anybody
  whoami      anybody who signed in
  list_notes  scope notes:read
  add_note    scope notes:write

It issues its own tokens: your client opens a browser, you pick a name, and you say what the client may do.
Anybody on this machine can be anybody here; for real people see examples/github.

1. Without a token the answer is 401, and tells a client where to sign in:

curl -i {resource} -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' \\
  -d '{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}}'

2. Connect a client, for example one of these:

claude mcp add --transport http quickstart {resource}
npx @modelcontextprotocol/inspector --cli {resource} --transport http --method tools/list

{database} keeps who signed in and what they allowed, {database}.key the key that seals it.
Stop with Ctrl-C.
"
    );
}
