// The peer of the measurements of OAuth: node-oidc-provider with one client, its
// store in memory.  Usage: oidc-server.mjs PORT
import Provider from 'oidc-provider';

const port = Number(process.argv[2]);
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: 'bench', client_secret: 'a-secret-of-the-bench', redirect_uris: [],
    response_types: [], grant_types: ['client_credentials'],
    token_endpoint_auth_method: 'client_secret_post' }],
  features: { clientCredentials: { enabled: true }, introspection: { enabled: true } },
});
provider.listen(port, '127.0.0.1', () => console.log('ready'));
