// The page of the MCP Inspector in Chromium, in each era: it shows the progress
// of a long call, and cancels it.
// Usage: inspector-page.mjs URL TOKEN
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { done, ok } from './exercise.mjs';
import { browse, freePort } from './person.mjs';

const [url, token] = process.argv.slice(2);
const home = mkdtempSync(`${tmpdir()}/inspector-`);

async function start(era) {
  const ui = spawn('node', ['node_modules/.bin/mcp-inspector', '--web', '--transport', 'http',
    '--server-url', url, '--protocol-era', era, '--header', `Authorization: Bearer ${token}`], {
    cwd: import.meta.dirname,
    env: { ...process.env, HOME: home, MCP_INSPECTOR_SECRET_STORE: 'memory',
      MCP_AUTO_OPEN_ENABLED: 'false', CLIENT_PORT: String(await freePort()),
      MCP_SANDBOX_PORT: String(await freePort()), MCP_APP_ORIGIN_PORT: String(await freePort()) } });
  let said = '';
  for (const s of [ui.stdout, ui.stderr]) s.on('data', (b) => { said += b; });
  const place = await new Promise((resolve, reject) => {
    createInterface({ input: ui.stdout }).on('line', (line) => {
      const found = line.match(/http:\/\/\S+TOKEN=\w+/);
      if (found) resolve(found[0]);
    });
    ui.on('exit', () => reject(new Error(`the page does not start: ${said}`)));
  });
  return { place, stop: () => { ui.removeAllListeners('exit'); ui.kill(); } };
}

// How often the server has ended a call of a fixture since its client wanted it to.
async function canceled() {
  const answer = await fetch(new URL('/metrics', url), { headers: { Authorization: `Bearer ${token}` } });
  const found = (await answer.text())
    .match(/^pierre_mcp_tool_calls_total\{tool="fixture",outcome="canceled"\} (\d+)/m);
  return Number(found?.[1] ?? 0);
}

async function tour(page, era) {
  await page.getByRole('switch', { name: /^Connect or disconnect/ }).click({ force: true });
  await page.getByText('Tools', { exact: true }).first().click();
  await page.getByText('test_wait', { exact: true }).first().click();
  await page.getByLabel('seconds').fill('60');
  const before = await canceled();
  await page.getByRole('button', { name: 'Execute Tool' }).click();
  // It tells in a corner: 10 / 600 (2%).
  await page.getByText(/[1-9]\d* \/ 600 \(\d+%\)/).first().waitFor();
  ok(true, `${era}: progress is shown`);
  await page.getByRole('button', { name: 'Cancel', exact: true }).click();
  for (const end = Date.now() + 10000; await canceled() === before && Date.now() < end; )
    await page.waitForTimeout(50);
  ok(await canceled() > before, `${era}: a call is canceled`);
}

for (const era of ['legacy', 'auto', 'modern']) {
  const ui = await start(era);
  try {
    await browse(async (page) => {
      await page.goto(ui.place);
      await tour(page, era).catch(async (e) => {
        ok(false, `${era}: the tour goes on`, `${e} ${await page.innerText('body')}`);
      });
    });
  } finally {
    ui.stop();
  }
}
rmSync(home, { recursive: true });
done();
