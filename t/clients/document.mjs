// Serves a client's metadata document over https with a certificate of its own.
// Usage: document.mjs KEY-FILE CERTIFICATE-FILE; prints its port.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';

const [key, cert] = process.argv.slice(2).map((path) => readFileSync(path));
const server = createServer({ key, cert }, (req, res) => {
  const port = server.address().port;
  res.setHeader('Content-Type', 'application/json');
  res.setHeader('Cache-Control', 'max-age=600');
  res.end(JSON.stringify({ client_id: `https://localhost:${port}${req.url}`,
    client_name: 'Known by its document', redirect_uris: ['http://127.0.0.1/callback'],
    grant_types: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_method: 'none' }));
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
