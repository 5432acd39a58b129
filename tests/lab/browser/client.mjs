// A client of the server under test: it registers, sends people to the authorization endpoint, and redeems codes. Its
// callback is another origin than the server's, as that of every real client.
import { createHash, randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';

const random = () => randomBytes(32).toString('base64url');

/** The page to which people come back, and other pages of a stranger's. */
export async function stranger(pages = {}) {
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    const body = pages[new URL(request.url, 'http://localhost').pathname] ?? (() => '<h1>Back in the app</h1>');
    response.end(`<!DOCTYPE html><html lang="en"><title>App</title><link rel="icon" href="data:,">${body()}`);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return { origin: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

export class Client {
  static async register(resource, name, redirectUri) {
    const origin = new URL(resource).origin;
    const metadata = await (await fetch(`${origin}/.well-known/oauth-authorization-server`)).json();
    const answer = await fetch(metadata.registration_endpoint, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_name: name, redirect_uris: [redirectUri], token_endpoint_auth_method: 'none' }),
    });
    if (answer.status !== 201) throw new Error(`registration: ${answer.status} ${await answer.text()}`);
    return Object.assign(new Client(), { resource, metadata, redirectUri, id: (await answer.json()).client_id });
  }

  /** A request for `scope`: the URL to open, and what the answer has to fit. */
  ask(scope) {
    const [state, verifier] = [random(), random()];
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const query = new URLSearchParams({ response_type: 'code', client_id: this.id, redirect_uri: this.redirectUri, scope,
      state, code_challenge: challenge, code_challenge_method: 'S256', resource: this.resource });
    return { url: `${this.metadata.authorization_endpoint}?${query}`, state, verifier };
  }

  /** What the callback's URL says, after the checks that every client makes. */
  answer(asked, url) {
    const query = new URL(url).searchParams;
    if (query.get('state') !== asked.state) throw new Error('another state');
    if (query.get('iss') !== this.metadata.issuer) throw new Error('another issuer');
    return query;
  }

  async redeem(asked, url) {
    const answer = await fetch(this.metadata.token_endpoint, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'authorization_code', client_id: this.id, resource: this.resource,
        code: this.answer(asked, url).get('code'), redirect_uri: this.redirectUri, code_verifier: asked.verifier }),
    });
    const tokens = await answer.json();
    if (answer.status !== 200) throw new Error(`token: ${answer.status} ${JSON.stringify(tokens)}`);
    remember(tokens.access_token, tokens.refresh_token, asked.verifier, this.answer(asked, url).get('code'));
    const claims = JSON.parse(Buffer.from(tokens.access_token.split('.')[1], 'base64url'));
    return { ...tokens, claims };
  }

  /** Calls a tool as a client of 2026-07-28. */
  call(token, name, args) {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'browser-suite', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    return fetch(this.resource, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream',
        authorization: `Bearer ${token}`, 'mcp-protocol-version': '2026-07-28', 'mcp-method': 'tools/call', 'mcp-name': name },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args, _meta: meta } }),
    });
  }
}

/** For scan-log.py: none of these may be in the server's log. */
function remember(...tokens) {
  if (process.env.LAB_TOKENS) appendFileSync(process.env.LAB_TOKENS, `${tokens.filter(Boolean).join('\n')}\n`);
}
