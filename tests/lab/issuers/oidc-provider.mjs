// An independent, certified authorization server on loopback: npm oidc-provider.
// Started by with.sh; by hand: . lab.sh; lab_node issuer issuers/oidc-provider.mjs
//
// PORT        9400; the issuer is http://127.0.0.1:PORT
// RESOURCES   canonical resource URIs, separated by commas; one whose path holds "opaque" gets opaque tokens
// SCOPES      "mcp:tools"; the words a client may be granted, separated by blanks
// SIGN        ES256 (or RS256)
//             With several, a client may ask for all of them, whatever it registered: most SDKs register the scope of the
//             first challenge, and oidc-provider would then refuse the step-up with invalid_scope. KEEP_SCOPE=1: it does.
// TOKEN_TTL   seconds an access token lives (600)
// LAB_TOKENS  a file that gets every token issued, one a line, for scan-log.py
// SIGN_IN_CALLBACK  the callback of a server whose people sign in here: it becomes the client mcp-auth, and tokens open UserInfo
// CIMD        {"https://client.example.test/app.json": {…}}: client metadata documents, answered without a network
import { appendFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { Provider, errors } from 'oidc-provider';

const port = Number(process.env.PORT ?? 9400);
const issuer = `http://127.0.0.1:${port}`;
// A scanner asks for a token with the issuer itself as audience, to see that it is refused.
const resources = [...(process.env.RESOURCES ?? 'http://127.0.0.1:8600/mcp').split(','), issuer];
const scopes = process.env.SCOPES ?? 'mcp:tools';
const sign = process.env.SIGN ?? 'ES256';
const ttl = Number(process.env.TOKEN_TTL ?? 600);
const callback = process.env.SIGN_IN_CALLBACK;
const documents = JSON.parse(process.env.CIMD ?? '{}');

const key = (kind, options, alg) => ({
  ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }), use: 'sig', alg, kid: `lab-${alg}`,
});

const provider = new Provider(issuer, {
  jwks: { keys: [key('ec', { namedCurve: 'P-256' }, 'ES256'), key('rsa', { modulusLength: 2048 }, 'RS256')] },
  cookies: { keys: ['loopback only'] },
  scopes: ['openid', 'offline_access', ...(callback ? ['profile', 'email'] : []), ...scopes.split(' ')],
  // As usual: what `profile` and `email` open stands in UserInfo and not in ID tokens.
  ...(callback ? { claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] } } : {}),
  clients: [
    // A token without a person: client credentials.
    { client_id: 'machine', client_secret: 'machine-secret', grant_types: ['client_credentials'],
      redirect_uris: [], response_types: [], scope: scopes },
    // The resource server, where it introspects.
    { client_id: 'mcp-server', client_secret: 'mcp-server-secret', grant_types: [], redirect_uris: [], response_types: [] },
    ...(callback ? [{ client_id: 'mcp-auth', client_secret: 'mcp-auth-secret', redirect_uris: [callback],
      grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'] }] : []),
  ],
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, name: id, email: `${id}@example.test`, email_verified: true }) }),
  pkce: { required: () => true },
  issueRefreshToken: async (_context, client) => client.grantTypeAllowed('refresh_token'),
  ttl: { AccessToken: ttl, ClientCredentials: ttl, AuthorizationCode: 60, IdToken: 600, Interaction: 600,
    RefreshToken: 3600, Grant: 3600, Session: 3600 },
  features: {
    devInteractions: { enabled: true },
    clientCredentials: { enabled: true },
    registration: { enabled: true, initialAccessToken: false },
    revocation: { enabled: true, allowedPolicy: async () => true },
    introspection: { enabled: true, allowedPolicy: async (_context, client) => client.clientId === 'mcp-server' },
    clientIdMetadataDocument: { enabled: true, ack: 'draft-02' },
    resourceIndicators: {
      enabled: !callback,
      defaultResource: async () => resources[0],
      useGrantedResource: async () => true,
      getResourceServerInfo: async (_context, resource) => {
        if (!resources.includes(resource)) throw new errors.InvalidTarget();
        const format = resource.includes('opaque')
          ? { accessTokenFormat: 'opaque' }
          : { accessTokenFormat: 'jwt', jwt: { sign: { alg: sign } } };
        return { scope: scopes, audience: resource, accessTokenTTL: ttl, ...format };
      },
    },
  },
  async fetch(url, options) {
    const document = documents[String(url)];
    return document ? Response.json(document) : fetch(url, options);
  },
});

async function registration(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const metadata = JSON.parse(Buffer.concat(chunks));
  if (metadata.scope) metadata.scope = ['openid', 'offline_access', scopes].join(' ');
  return metadata;
}

provider.use(async (context, next) => {
  if (context.path === '/reg' && context.method === 'POST' && scopes.includes(' ') && !process.env.KEEP_SCOPE) {
    context.req.body = await registration(context.req);
  }
  // A request without a scope is refused by default; RFC 6749 section 3.3 lets a server choose one.
  if (context.path === '/auth' && context.method === 'GET' && !context.query.scope) {
    context.query = { ...context.query, scope: scopes };
  }
  await next();
  if (context.path === '/token' && process.env.LAB_TOKENS) {
    const { access_token, refresh_token, id_token } = context.body ?? {};
    for (const token of [access_token, refresh_token, id_token]) {
      if (token) appendFileSync(process.env.LAB_TOKENS, `${token}\n`);
    }
  }
});

for (const event of ['server_error', 'authorization.error', 'grant.error', 'registration_create.error', 'introspection.error']) {
  provider.on(event, (_context, error) => console.error(event, error.message, error.error_description ?? ''));
}
provider.on('registration_create.success', (_context, client) => {
  console.error('registered', client.clientId, JSON.stringify(client.metadata().redirect_uris));
});
provider.listen(port, '127.0.0.1', () => console.error('oidc-provider is', issuer));
