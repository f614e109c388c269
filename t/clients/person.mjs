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

// Open the URL that a client wants opened; what was read on the way.
export async function agree(url, login, password) {
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-dev-shm-usage'] });
  try {
    const page = await browser.newPage();
    await page.goto(String(url));
    await page.fill('input[name=login]', login);
    await page.fill('input[name=password]', password);
    await page.click('form button[type=submit]');
    await page.waitForSelector('button[value=allow]');
    const question = await page.innerText('main');
    const left = page.waitForURL((u) => u.searchParams.has('code'), { timeout: 20000 });
    await page.click('button[value=allow]');
    await left;
    return question;
  } finally {
    await browser.close();
  }
}
