// npm oidc-provider, as mcp-auth-benches measures it: in memory, ES256 or RS256 (the argument) access tokens for one resource,
// as in tests/lab/issuers/oidc-provider.mjs. A line comes in and says nothing, the address goes out; it ends with its input.
//
// POST /bench/codes {"challenges": […]} -> {"codes": […]}: codes by its own models, outside of what is measured.
import { generateKeyPairSync } from 'node:crypto';
import { createRequire } from 'node:module';
import { createServer } from 'node:http';
import { pathToFileURL } from 'node:url';

const installed = createRequire(`${process.env.LAB_NODE_PACKAGES}/`);
const { Provider, errors } = await import(pathToFileURL(installed.resolve('oidc-provider')));

const resource = 'http://127.0.0.1:3000/mcp';
const scope = 'numbers:add';
const clientId = 'bench';
const redirectUri = 'http://127.0.0.1:1/callback';

// The bundled adapter forgets everything but the latest thousand.
const kept = new Map();
class Memory {
  constructor(model) { this.model = model; }
  key(id) { return `${this.model}:${id}`; }
  async upsert(id, payload) { kept.set(this.key(id), payload); }
  async find(id) { return kept.get(this.key(id)); }
  async findByUid() { return undefined; }
  async findByUserCode() { return undefined; }
  async consume(id) { kept.get(this.key(id)).consumed = Math.floor(Date.now() / 1000); }
  async destroy(id) { kept.delete(this.key(id)); }
  async revokeByGrantId() { throw new Error('nothing is revoked here: a code or a token was used twice'); }
}

const alg = process.argv[2];
const { privateKey } = alg === 'RS256' ? generateKeyPairSync('rsa', { modulusLength: 2048 })
  : generateKeyPairSync('ec', { namedCurve: 'P-256' });
const provider = new Provider('http://127.0.0.1:3000', {
  adapter: Memory,
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg, kid: 'bench' }] },
  cookies: { keys: ['loopback only'] },
  scopes: ['openid', 'offline_access', scope],
  clients: [{
    client_id: clientId, application_type: 'native', token_endpoint_auth_method: 'none', redirect_uris: [redirectUri],
    grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
    id_token_signed_response_alg: alg,
  }],
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  pkce: { required: () => true },
  issueRefreshToken: async () => true,
  ttl: { AccessToken: 3600, AuthorizationCode: 600, Grant: 86400, RefreshToken: 86400 },
  features: {
    devInteractions: { enabled: false },
    resourceIndicators: {
      enabled: true,
      defaultResource: async () => resource,
      useGrantedResource: async () => true,
      getResourceServerInfo: async (_context, asked) => {
        if (asked !== resource) throw new errors.InvalidTarget();
        return { scope, audience: resource, accessTokenTTL: 3600, accessTokenFormat: 'jwt', jwt: { sign: { alg } } };
      },
    },
  },
});

async function mint(challenges) {
  const client = await provider.Client.find(clientId);
  const codes = [];
  for (const codeChallenge of challenges) {
    const accountId = 'alice';
    const grant = new provider.Grant({ accountId, clientId });
    grant.addResourceScope(resource, scope);
    const code = new provider.AuthorizationCode({
      accountId, client, codeChallenge, codeChallengeMethod: 'S256', redirectUri, resource, scope,
      grantId: await grant.save(), authTime: Math.floor(Date.now() / 1000),
    });
    codes.push(await code.save());
  }
  return codes;
}

const callback = provider.callback();
const server = createServer(async (request, response) => {
  if (request.url !== '/bench/codes') return callback(request, response);
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const body = JSON.stringify({ codes: await mint(JSON.parse(Buffer.concat(chunks)).challenges) });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
});
provider.on('server_error', (_context, error) => console.error(error));
process.stdin.on('end', () => process.exit()).resume();
server.listen(0, '127.0.0.1', () => console.log(`127.0.0.1:${server.address().port}`));
