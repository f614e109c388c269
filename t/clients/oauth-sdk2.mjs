// The official TypeScript SDK, version 2, with its own OAuth: as a client that
// registers itself, or one that is known by its document.
// Usage: oauth-sdk2.mjs URL LOGIN PASSWORD [CLIENT-METADATA-URL]
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { done, ok } from './exercise.mjs';
import { agree, listen } from './person.mjs';

const [url, login, password, document] = process.argv.slice(2);
const back = await listen();
const kept = {};
const provider = {
  redirectUrl: back.redirect,
  clientMetadataUrl: document,
  clientMetadata: {
    client_name: 'SDK 2', redirect_uris: [back.redirect],
    grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  state: () => 'a-state',
  clientInformation: () => kept.client,
  saveClientInformation: (c) => { kept.client = c; },
  tokens: () => kept.tokens,
  saveTokens: (t) => { kept.tokens = t; },
  redirectToAuthorization: (u) => { kept.authorize = u; },
  saveCodeVerifier: (v) => { kept.verifier = v; },
  codeVerifier: () => kept.verifier,
  discoveryState: () => kept.discovery,
  saveDiscoveryState: (s) => { kept.discovery = s; },
};
const client = () => new Client({ name: 'test', version: '1.0.0' },
  { versionNegotiation: { mode: 'auto' } });
const transport = () => new StreamableHTTPClientTransport(new URL(url), { authProvider: provider });

const first = transport();
try {
  await client().connect(first);
  ok(false, 'a stranger does not get in');
} catch {
  ok(kept.authorize !== undefined, 'the person is asked');
}
ok(kept.authorize.searchParams.get('resource') === url, 'for this resource');
if (document) ok(kept.authorize.searchParams.get('client_id') === document, 'by its document');
const question = await agree(kept.authorize, login, password);
ok(question.includes('unverified'), 'who see that nobody knows it');
const answer = await back.answer;
ok(answer.searchParams.get('state') === 'a-state', 'the answer arrives');
await first.finishAuth(answer.searchParams);
ok(kept.tokens.refresh_token, 'tokens');
const c = client();
await c.connect(transport());
const result = await c.callTool({ name: 'analyze_training_load', arguments: { days: 7 } });
ok(!result.isError && result.structuredContent.training_load.ctl > 30, 'tools/call');
await c.close();
back.close();
done();
