// A loopback proxy that adds a bearer token: the conformance suite cannot send
// one.  Usage: proxy.mjs SERVER-URL TOKEN [retry]; prints its port, ends with
// stdin.  retry: a request whose connection broke before its answer was whole
// is sent again, as clients do; only streams that stay open are passed on as
// they come.
import http from 'node:http';

const [target, token, option] = process.argv.slice(2);
const upstream = new URL(target);
const attempts = option === 'retry' ? 20 : 1;

function send(req, body, done, failed) {
  const forward = http.request(
    {
      host: upstream.hostname,
      port: upstream.port,
      path: req.url,
      method: req.method,
      headers: { ...req.headers, authorization: `Bearer ${token}` },
    },
    done,
  );
  forward.on('error', failed);
  forward.end(body);
  return forward;
}

function collect(stream, done, failed) {
  const parts = [];
  stream.on('data', (part) => parts.push(part));
  stream.on('end', () => done(Buffer.concat(parts)));
  stream.on('error', failed);
}

function attempt(req, body, res, left) {
  let over = false;
  const failed = () => {
    if (over) return;
    over = true;
    if (left > 1 && !res.headersSent)
      setTimeout(() => attempt(req, body, res, left - 1), 100);
    else res.destroy();
  };
  const whole = attempts > 1 && !body.includes('subscriptions/listen');
  const forward = send(req, body, (answer) => {
    answer.on('error', failed);
    if (!whole) {
      res.writeHead(answer.statusCode, answer.headers);
      answer.pipe(res);
      return;
    }
    collect(answer, (bytes) => {
      res.writeHead(answer.statusCode, answer.headers);
      res.end(bytes);
    }, failed);
  }, failed);
  res.on('close', () => {
    over = true;
    forward.destroy();
  });
}

const server = http.createServer((req, res) => {
  collect(req, (body) => attempt(req, body, res, attempts), () => res.destroy());
});

// Who is slow must not meet a connection that was closed for that.
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
