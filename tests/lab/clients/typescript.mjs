// The TypeScript SDKs: typescript.mjs URL v1, typescript.mjs URL v2 legacy|auto|2026-07-28
// v1 is npm @modelcontextprotocol/sdk, v2 is npm @modelcontextprotocol/client.
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import http from 'node:http';

const [url, generation, mode = 'legacy'] = process.argv.slice(2);
const task = {
  tool: process.env.LAB_TOOL ?? 'add_numbers',
  arguments: JSON.parse(process.env.LAB_ARGS ?? '{"a":17,"b":25}'),
  expected: process.env.LAB_EXPECT ?? '42',
};

async function sdk() {
  if (generation === 'v2') {
    const { Client, StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
    const versionNegotiation = { mode: mode === 'auto' || mode === 'legacy' ? mode : { pin: mode } };
    return { Client, Transport: StreamableHTTPClientTransport, options: { versionNegotiation } };
  }
  const { Client } = await import('@modelcontextprotocol/sdk/client/index.js');
  const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/sdk/client/streamableHttp.js');
  return { Client, Transport: StreamableHTTPClientTransport, options: {} };
}

// The loopback listener that the authorization server redirects to. A step-up comes back a second time.
const waiting = [];
const answers = [];
const listener = http.createServer((request, response) => {
  const answer = new URL(request.url, 'http://127.0.0.1').searchParams;
  if (waiting.length) waiting.shift()(answer);
  else answers.push(answer);
  response.end('done');
}).listen(0, '127.0.0.1');
await new Promise((resolve) => listener.once('listening', resolve));
const nextAnswer = () => (answers.length ? answers.shift() : new Promise((resolve) => waiting.push(resolve)));

const state = randomUUID();
const saved = {};
if (process.env.LAB_CLIENT_ID) {
  saved.client = { client_id: process.env.LAB_CLIENT_ID, client_secret: process.env.LAB_CLIENT_SECRET };
}
const authProvider = {
  redirectUrl: `http://127.0.0.1:${listener.address().port}/callback`,
  get clientMetadata() {
    return {
      client_name: `lab typescript ${generation}`, redirect_uris: [this.redirectUrl], application_type: 'native',
      grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'], token_endpoint_auth_method: 'none',
    };
  },
  clientMetadataUrl: process.env.LAB_DOCUMENT,
  state: () => state,
  clientInformation: () => saved.client,
  saveClientInformation: (client) => { saved.client = client; },
  tokens: () => saved.tokens,
  saveTokens: (tokens) => {
    saved.tokens = tokens;
    const known = [tokens.access_token, tokens.refresh_token].filter(Boolean);
    if (process.env.LAB_TOKENS) appendFileSync(process.env.LAB_TOKENS, `${known.join('\n')}\n`);
  },
  codeVerifier: () => saved.verifier,
  saveCodeVerifier: (verifier) => { saved.verifier = verifier; },
  discoveryState: () => saved.discovery,
  saveDiscoveryState: (discovery) => { saved.discovery = discovery; },
  redirectToAuthorization: (page) => { execFile(`${process.env.LAB_SCRIPTS}/person.py`, [String(page)], () => {}); },
};

const { Client, Transport, options } = await sdk();

let client, transport;
async function connect() {
  client = new Client({ name: 'lab', version: '1' }, options);
  transport = new Transport(new URL(url), { authProvider });
  await client.connect(transport);
}

// What an application does: when the SDK has sent the person away, wait for the answer, connect anew, try again.
async function signedIn(action) {
  try {
    return await action();
  } catch (error) {
    if (![error.name, error.constructor.name].includes('UnauthorizedError')) throw error;
    const answer = await nextAnswer();
    if (answer.get('state') !== state) throw new Error('the state is not ours', { cause: error });
    if (!answer.has('code')) throw new Error(`the authorization server answered ${answer.get('error')}`, { cause: error });
    // v2 takes the whole answer and checks `iss`.
    await transport.finishAuth(generation === 'v2' ? answer : answer.get('code'));
    if (action !== connect) await connect();
    return action();
  }
}

await signedIn(connect);
const tools = (await client.listTools()).tools.map((tool) => tool.name);
await new Promise((resolve) => setTimeout(resolve, 1000 * Number(process.env.LAB_PAUSE ?? 0)));
const result = await signedIn(() => client.callTool({ name: task.tool, arguments: task.arguments }));
const answer = result.content.map((block) => block.text ?? '').join('').trim();
const protocol = client.getNegotiatedProtocolVersion?.() ?? transport.protocolVersion;
console.log(JSON.stringify({ protocol, tools, answer }));
await client.close();
listener.close();
if (!tools.includes(task.tool)) throw new Error(`${task.tool} is not in the list of tools`);
if (result.isError || answer !== task.expected) throw new Error(`${task.tool} answered ${answer}, expected ${task.expected}`);
process.exit(0);
