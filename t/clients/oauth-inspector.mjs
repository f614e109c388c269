// The MCP Inspector: its command line, and its page in Chromium.
// Usage: oauth-inspector.mjs URL LOGIN PASSWORD
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { done, ok } from './exercise.mjs';
import { agree, browse, freePort, signInAndAllow } from './person.mjs';

const [url, login, password] = process.argv.slice(2);
const home = mkdtempSync(`${tmpdir()}/inspector-`);
const start = (args, env, output) => {
  const child = spawn('node', ['node_modules/.bin/mcp-inspector', ...args], {
    cwd: import.meta.dirname,
    env: { ...process.env, HOME: home, MCP_INSPECTOR_SECRET_STORE: 'memory', ...env } });
  child[output].setEncoding('utf8');
  return child;
};

// --- the command line ------------------------------------------------------------

const cli = start(['--cli', url, '--transport', 'http', '--method', 'tools/call',
  '--tool-name', 'analyze_training_load', '--tool-arg', 'days=7', '--format', 'json',
  '--callback-url', `http://127.0.0.1:${await freePort()}/oauth/callback`],
{ MCP_AUTO_OPEN_ENABLED: 'true', BROWSER: '/bin/true', DISPLAY: '' }, 'stdout');
let out = '', said = '', asked;
cli.stdout.on('data', (text) => { out += text; });
const ended = new Promise((resolve) => cli.on('close', resolve));
for (const stream of [cli.stdout, cli.stderr]) {
  createInterface({ input: stream }).on('line', (line) => {
    said += `${line}\n`;
    const found = line.match(/https?:\/\/\S+\/oauth2\/authorize\S+/);
    if (found) asked ??= agree(found[0], login, password).catch((e) => { console.log(`# ${e}`); cli.kill(); });
  });
}
ok(await ended === 0, 'the command line ends well', said);
ok(asked !== undefined, 'after the person was asked');
const json = out.split('\n').findLast((line) => line.startsWith('{'));
const answer = JSON.parse(json ?? '{}');
ok(answer.result?.structuredContent?.training_load?.ctl > 30, 'tools/call', out.slice(0, 500));

// --- the page ---------------------------------------------------------------------

const ui = start(['--web', '--transport', 'http', '--server-url', url, '--protocol-era', 'auto'], {
  MCP_AUTO_OPEN_ENABLED: 'false', CLIENT_PORT: String(await freePort()),
  MCP_SANDBOX_PORT: String(await freePort()), MCP_APP_ORIGIN_PORT: String(await freePort()) }, 'stdout');
const place = await new Promise((resolve, reject) => {
  createInterface({ input: ui.stdout }).on('line', (line) => {
    const found = line.match(/http:\/\/\S+TOKEN=\w+/);
    if (found) resolve(found[0]);
  });
  ui.on('exit', () => reject(new Error('the page does not start')));
});
await browse(async (page) => {
  await page.goto(place);
  await page.getByRole('switch', { name: /^Connect or disconnect/ }).click({ force: true });
  const question = await signInAndAllow(page, login, password);
  ok(question.includes('unverified'), 'the page asks the person');
  await page.getByText('Authentication succeeded').waitFor();
  ok(true, 'and is connected');
  await page.getByText('Tools', { exact: true }).first().click();
  await page.getByText('analyze_training_load', { exact: true }).first().click();
  await page.getByRole('button', { name: 'Execute Tool' }).click();
  await page.getByText('"ctl"').first().waitFor();
  ok(true, 'a tool is executed');
});
ui.removeAllListeners('exit');
ui.kill();
rmSync(home, { recursive: true });
done();
