// A person and their browser: signs in, agrees, ends at the client.
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';

// Where an authorization answer arrives.
export async function listen() {
  let resolve;
  const answer = new Promise((r) => (resolve = r));
  const server = createServer((req, res) => {
    const url = new URL(req.url, server.url);
    res.setHeader('Connection', 'close');
    res.end('You can close this window.');
    if (url.pathname === '/callback') resolve(url);
  });
  await new Promise((r) => server.listen(0, '127.0.0.1', r));
  server.url = `http://127.0.0.1:${server.address().port}`;
  return { redirect: `${server.url}/callback`, answer, close: () => server.close() };
}

export async function freePort() {
  const server = createServer();
  await new Promise((r) => server.listen(0, '127.0.0.1', r));
  const { port } = server.address();
  await new Promise((r) => server.close(r));
  return port;
}

// What `what` does with a page of a browser of its own.
export async function browse(what) {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  try {
    return await what(await browser.newPage());
  } finally {
    await browser.close();
  }
}

// On a page that an authorization request led to; what was read on the way.
export async function signInAndAllow(page, login, password) {
  await page.fill('input[name=login]', login);
  await page.fill('input[name=password]', password);
  await page.click('form button[type=submit]');
  await page.waitForSelector('button[value=allow]');
  const question = await page.innerText('main');
  await page.click('button[value=allow]');
  return question;
}

// Open the URL that a client wants opened; what was read on the way.
export async function agree(url, login, password) {
  return browse(async (page) => {
    await page.goto(String(url));
    const left = page.waitForURL((u) => u.searchParams.has('code'), { timeout: 60000 });
    left.catch(() => {});
    const question = await signInAndAllow(page, login, password);
    await left;
    return question;
  });
}
