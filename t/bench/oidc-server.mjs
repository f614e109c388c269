// The peer of the measurements of OAuth: node-oidc-provider with one client, its
// store in memory.  Its tokens are opaque, or signed as ours are (RFC 9068, ES256)
// for who names the resource.  Usage: oidc-server.mjs PORT
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const port = Number(process.argv[2]);
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'bench', client_secret: 'a-secret-of-the-bench', redirect_uris: [],
    response_types: [], grant_types: ['client_credentials'],
    id_token_signed_response_alg: 'ES256', token_endpoint_auth_method: 'client_secret_post' }],
  jwks: { keys: [{ ...key.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: 'bench' }] },
  features: { clientCredentials: { enabled: true }, introspection: { enabled: true },
    resourceIndicators: { enabled: true, defaultResource: () => undefined,
      getResourceServerInfo: () => ({ scope: 'fitness:read', accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } } }) } },
});
provider.listen(port, '127.0.0.1', () => console.log('ready'));
