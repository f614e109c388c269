// oauth4webapi (with pushed requests and DPoP) and openid-client, which check
// what a server answers more strictly than MCP clients do.
// Usage: oauth-panva.mjs URL LOGIN PASSWORD CLIENT-ID CLIENT-SECRET
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { done, ok } from './exercise.mjs';
import { agree, listen } from './person.mjs';

const [url, login, password, id, secret] = process.argv.slice(2);
const insecure = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(new URL(url).origin);
const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call',
  params: { name: 'analyze_training_load', arguments: { days: 7 } } });
const headers = { 'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream' };
const works = async (response) => {
  const answer = await response.json();
  return response.status === 200 && answer.result.structuredContent.training_load.ctl > 30;
};

// --- oauth4webapi: a client with a secret, PAR, DPoP ------------------------------
{
  const as = await oauth.processDiscoveryResponse(issuer,
    await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }));
  ok(as.authorization_response_iss_parameter_supported, 'oauth4webapi: metadata');
  const client = { client_id: id };
  const auth = oauth.ClientSecretBasic(secret);
  const keys = await oauth.generateKeyPair('ES256');
  const DPoP = oauth.DPoP(client, keys);
  const back = await listen();
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const pushed = await oauth.processPushedAuthorizationResponse(as, client,
    await oauth.pushedAuthorizationRequest(as, client, auth, {
      response_type: 'code', redirect_uri: back.redirect, state, resource: url,
      scope: 'activities:read profile:read measurements:read',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    }, { DPoP, ...insecure }));
  const to = new URL(as.authorization_endpoint);
  to.searchParams.set('client_id', id);
  to.searchParams.set('request_uri', pushed.request_uri);
  await agree(to, login, password);
  const params = oauth.validateAuthResponse(as, client, await back.answer, state);
  const tokens = await oauth.processAuthorizationCodeResponse(as, client,
    await oauth.authorizationCodeGrantRequest(as, client, auth, params, back.redirect, verifier,
      { DPoP, additionalParameters: { resource: url }, ...insecure }));
  ok(tokens.token_type === 'dpop', 'oauth4webapi: tokens bound to a key');
  ok(await works(await oauth.protectedResourceRequest(tokens.access_token, 'POST', new URL(url),
    new Headers(headers), body, { DPoP, ...insecure })), 'oauth4webapi: tools/call');
  const claims = await oauth.validateJwtAccessToken(as, new Request(url, { method: 'POST',
    headers: { Authorization: `DPoP ${tokens.access_token}`,
      DPoP: await proof(keys, tokens.access_token) } }), url, insecure);
  ok(claims.client_id === id, 'oauth4webapi: the token is what RFC 9068 wants');
  const again = await oauth.processRefreshTokenResponse(as, client,
    await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token,
      { DPoP, ...insecure }));
  ok(again.refresh_token !== tokens.refresh_token, 'oauth4webapi: refreshed');
  const told = await oauth.processIntrospectionResponse(as, client,
    await oauth.introspectionRequest(as, client, auth, again.access_token, insecure));
  ok(told.active, 'oauth4webapi: introspected');
  await oauth.processRevocationResponse(
    await oauth.revocationRequest(as, client, auth, again.refresh_token, insecure));
  const gone = await oauth.processIntrospectionResponse(as, client,
    await oauth.introspectionRequest(as, client, auth, again.refresh_token, insecure));
  ok(!gone.active, 'oauth4webapi: revoked');
  back.close();

  async function proof({ privateKey, publicKey }, token) {
    const b64 = (x) => Buffer.from(x).toString('base64url');
    const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey);
    const ath = b64(await crypto.subtle.digest('SHA-256', Buffer.from(token)));
    const text = `${b64(JSON.stringify({ alg: 'ES256', typ: 'dpop+jwt', jwk: { kty, crv, x, y } }))}.` +
      b64(JSON.stringify({ htm: 'POST', htu: url, ath, jti: crypto.randomUUID(),
        iat: Math.floor(Date.now() / 1000) }));
    const signature = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey,
      Buffer.from(text));
    return `${text}.${b64(signature)}`;
  }
}

// --- openid-client: registers itself, public -----------------------------------------
{
  const back = await listen();
  const config = await openid.dynamicClientRegistration(issuer, {
    client_name: 'openid-client', redirect_uris: [back.redirect],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none',
  }, openid.None(), { execute: [openid.allowInsecureRequests] });
  const verifier = openid.randomPKCECodeVerifier();
  const state = openid.randomState();
  const to = openid.buildAuthorizationUrl(config, { redirect_uri: back.redirect, resource: url,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256', state });
  await agree(to, login, password);
  const tokens = await openid.authorizationCodeGrant(config, await back.answer,
    { pkceCodeVerifier: verifier, expectedState: state }, { resource: url });
  ok(await works(await openid.fetchProtectedResource(config, tokens.access_token, new URL(url),
    'POST', body, new Headers(headers))), 'openid-client: tools/call');
  const again = await openid.refreshTokenGrant(config, tokens.refresh_token);
  ok(again.access_token !== tokens.access_token, 'openid-client: refreshed');
  back.close();
}
done();
