// A host of MCP Apps: shows a page in a sandboxed frame, gives it results of its
// tool, and says what is seen.  Usage: view.mjs FILE [DIRECTORY for pictures];
// FILE holds {"html","results":[...]}.  One line of JSON for each result.
import fs from 'node:fs';
import path from 'node:path';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const [file, pictures] = process.argv.slice(2);
const { html, results } = JSON.parse(fs.readFileSync(file, 'utf8'));
const axe = createRequire(import.meta.url).resolve('axe-core');

const host = `<!doctype html><html lang="en"><title>Host</title><body style="margin:0">
<iframe id="view" title="View" sandbox="allow-scripts" style="border:0;width:100%;height:800px"></iframe>
<script>
window.heard = [];
addEventListener('message', e => {
  const m = e.data;
  window.heard.push(m);
  if (m.method === 'ui/initialize')
    e.source.postMessage({ jsonrpc: '2.0', id: m.id, result: { protocolVersion: m.params.protocolVersion,
      hostInfo: { name: 'host', version: '1' }, hostCapabilities: {},
      hostContext: { theme: window.theme } } }, '*');
  if (m.method === 'ui/notifications/initialized')
    e.source.postMessage({ jsonrpc: '2.0', method: 'ui/notifications/tool-result', params: window.result }, '*');
});
</script>`;

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const [index, result] of results.entries()) {
  const page = await browser.newPage({ viewport: { width: 820, height: 800 } });
  const problems = [];
  page.on('console', m => ['error', 'warning'].includes(m.type()) && problems.push(m.text()));
  page.on('pageerror', e => problems.push(String(e)));
  page.on('request', r => /^https?:/.test(r.url()) && problems.push(`asked for ${r.url()}`));
  await page.setContent(host);
  await page.evaluate(([r, theme]) => { window.result = r; window.theme = theme; },
    [result, index % 2 ? 'dark' : 'light']);
  await page.evaluate(h => { document.getElementById('view').srcdoc = h; }, html);
  const frame = await (await page.waitForSelector('#view')).contentFrame();
  // The frame may still be the empty one.
  await frame.waitForFunction(() =>
    ![undefined, 'Waiting for the chart'].includes(document.getElementById('title')?.textContent));
  const text = id => frame.locator(`#${id}`).textContent();
  const now = await text('now');
  if (now) {
    await frame.locator('#picture').focus();
    for (let i = 0; i < 5; i++)
      await frame.locator('#picture').press('ArrowLeft');
  }
  const seen = {
    title: await text('title'), about: await text('about'), now, later: await text('now'),
    curves: await frame.locator('#picture path').count(), bars: await frame.locator('#picture rect').count(),
    height: await page.evaluate(() => Math.max(0, ...window.heard
      .filter(m => m.method === 'ui/notifications/size-changed').map(m => m.params.height))),
  };
  // Past the page's own policy, which lets nobody add a script.
  const checker = await browser.newPage({ bypassCSP: true });
  await checker.setContent(await frame.content());
  await checker.addScriptTag({ path: axe });
  const { violations } = await checker.evaluate(() => window.axe.run());
  problems.push(...violations.map(v => `axe: ${v.id}: ${v.help}`));
  if (pictures)
    await page.screenshot({ path: path.join(pictures, `view${index}.png`) });
  console.log(JSON.stringify({ ...seen, problems }));
  await checker.close();
  await page.close();
}
await browser.close();
