// The internet of t/66-ssrf.t: a name server, and one host at every address that
// serves clients' documents well and badly.  Every connection is written to a
// file with the address it was made to.
// A name may stand for another, by CNAME:other.  Of expired.example.com there is
// another certificate; what /keys serves is read each time.
// Usage: stranger.mjs KEY CERTIFICATE EXPIRED-CERTIFICATE LOG KEYS NAMES-JSON
import { createSocket } from 'node:dgram';
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import { gzipSync } from 'node:zlib';

const [keyFile, certFile, expiredFile, log, keysFile, names] = process.argv.slice(2);
const records = JSON.parse(names);
const note = (line) => appendFileSync(log, `${line}\n`);

// --- names --------------------------------------------------------------------------

const pack6 = (text) => {
  const [a, b] = text.split('::').map((s) => (s ? s.split(':') : []));
  const all = b === undefined ? a : [...a, ...Array(8 - a.length - b.length).fill('0'), ...b];
  return Buffer.from(all.map((s) => s.padStart(4, '0')).join(''), 'hex');
};
const asked = new Map();
const dns = createSocket('udp4');
dns.on('message', (q, from) => {
  let at = 12;
  const labels = [];
  while (q[at] !== 0) {
    labels.push(q.toString('latin1', at + 1, at + 1 + q[at]));
    at += q[at] + 1;
  }
  const name = labels.join('.').toLowerCase();
  const type = q.readUInt16BE(at + 1);
  let addresses = records[name] ?? [];
  // A name that is somewhere else each time.
  if (name.startsWith('rebind') && type === 1) {
    const n = asked.get(name) ?? 0;
    asked.set(name, n + 1);
    addresses = [addresses[n % addresses.length]];
  }
  const record = (owner, kind, data) =>
    Buffer.concat([owner, Buffer.from([0, kind, 0, 1, 0, 0, 0, 0, 0, data.length]), data]);
  const answers = [];
  let owner = Buffer.from([0xc0, 12]);
  if (addresses[0]?.startsWith('CNAME:')) {
    const other = addresses[0].slice(6);
    const coded = Buffer.concat([...other.split('.').map((s) => Buffer.from([s.length, ...Buffer.from(s)])),
      Buffer.from([0])]);
    answers.push(record(owner, 5, coded));
    [owner, addresses] = [coded, records[other] ?? []];
  }
  for (const a of addresses.filter((one) => one.includes(':') === (type === 28)))
    answers.push(record(owner, type, type === 28 ? pack6(a) : Buffer.from(a.split('.').map(Number))));
  const head = Buffer.from(q.subarray(0, 12));
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(answers.length, 6);
  head.writeUInt32BE(0, 8);
  dns.send(Buffer.concat([head, q.subarray(12, at + 5), ...answers]), from.port, from.address);
});

// --- documents ------------------------------------------------------------------------

const document = (id, more) => JSON.stringify({ client_id: id, client_name: 'A stranger',
  redirect_uris: ['http://127.0.0.1/callback'], token_endpoint_auth_method: 'none', ...more });
const times = new Map();
const documents = {
  big: (id, res) => res.end(document(id, { x: 'x'.repeat(5121) })),
  lie: (id, res) => {
    res.removeHeader('Content-Type');
    res.socket.end('HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n' +
      document(id));
  },
  gzip: (id, res) => {
    res.setHeader('Content-Encoding', 'gzip');
    res.end(gzipSync(document(id, { x: 'x'.repeat(10000000) })));
  },
  drip: (id, res) => {
    const text = document(id);
    let i = 0;
    const timer = setInterval(() => (i < text.length ? res.write(text[i++]) : res.end()), 1000);
    res.on('close', () => clearInterval(timer));
  },
  headers: (id, res) => {
    const timer = setInterval(() => res.socket?.write(`X-${Math.random()}: ${'x'.repeat(1000)}\r\n`), 1);
    res.socket.write('HTTP/1.1 200 OK\r\n');
    res.socket.on('close', () => clearInterval(timer));
    res.socket.on('error', () => {});
  },
  html: (id, res) => {
    res.setHeader('Content-Type', 'text/html');
    res.end(document(id));
  },
  broken: (id, res) => res.end('{'),
  created: (id, res) => { res.statusCode = 201; res.end(document(id)); },
  other: (id, res) => res.end(document(`${id}x`)),
  slash: (id, res) => res.end(document(`${id}/`)),
  port: (id, res) => res.end(document(id.replace('.com/', '.com:443/'))),
  case: (id, res) => res.end(document(id.replace('good', 'Good'))),
  age: (id, res, seconds) => {
    res.setHeader('Cache-Control', `public, max-age=${seconds}`);
    res.end(document(id));
  },
  flaky: (id, res, code, n) => { res.statusCode = n === 1 ? 500 : 200; res.end(document(id)); },
  moved: (id, res, code, n) => res.end(document(id, n === 1 ? {} : { redirect_uris: ['http://127.0.0.1/elsewhere'] })),
  logo: (id, res) => res.end(document(id, { logo_uri: 'https://inside.example.com/logo.png',
    tos_uri: 'https://inside.example.com/tos', client_uri: 'https://inside.example.com/' })),
  keys: (id, res) => res.end(readFileSync(keysFile)),
  signer: (id, res) => res.end(document(id, { token_endpoint_auth_method: 'private_key_jwt',
    grant_types: ['authorization_code', 'refresh_token'], jwks_uri: new URL('/keys', id).href })),
  inner: (id, res) => res.end(document(id, { token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: 'https://inside.example.com/keys' })),
  plain: (id, res) => res.end(document(id, { token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: 'http://keys.example.com/keys' })),
  leaky: (id, res) => res.end(document(id, { token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: new URL('/leak', id).href })),
  leak: (id, res) => res.end('{"keys":[{"kty":"oct","k":"c2VjcmV0"}]}'),
  both: (id, res) => res.end(document(id, { token_endpoint_auth_method: 'private_key_jwt',
    jwks: JSON.parse(readFileSync(keysFile)), jwks_uri: new URL('/keys', id).href })),
  nameless: (id, res) => res.end(document(id, { client_name: undefined })),
  secret: (id, res) => res.end(document(id, { token_endpoint_auth_method: 'client_secret_post' })),
  private: (id, res) => res.end(document(id, { jwks: { keys: [{ kty: 'EC', crv: 'P-256',
    x: 'MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4', y: '4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM',
    d: '870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE' }] } })),
};
const key = readFileSync(keyFile);
const server = createServer({ key, cert: readFileSync(certFile) }, (req, res) => {
  note(`request ${req.headers.host}${req.url}`);
  for (const name of Object.keys(req.headers)) note(`header ${name}`);
  res.setHeader('Content-Type', 'application/json');
  const [, kind, code] = req.url.match(/^\/([a-z]+)(\d*)/) ?? [];
  const id = `https://${req.headers.host}${req.url}`;
  if (kind === 'redirect') {
    res.writeHead(Number(code), { Location: 'https://inside.example.com/good' });
    res.end();
  } else {
    times.set(id, (times.get(id) ?? 0) + 1);
    (documents[kind] ?? ((i, r) => r.end(document(i))))(id, res, code, times.get(id));
  }
});
server.addContext('expired.example.com', { key, cert: readFileSync(expiredFile) });
server.on('connection', (socket) => note(`connection ${socket.localAddress.replace('::ffff:', '')}`));
server.on('tlsClientError', () => {});
dns.bind(53, '127.0.0.1', () => server.listen(443, '::', () => console.log('ready')));
