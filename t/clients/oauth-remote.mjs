// mcp-remote between a client that knows no OAuth and the server.
// Usage: oauth-remote.mjs URL LOGIN PASSWORD
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { done, ok } from './exercise.mjs';
import { agree } from './person.mjs';

const [url, login, password] = process.argv.slice(2);
const home = mkdtempSync(`${tmpdir()}/mcp-remote-`);
const child = spawn('node', ['node_modules/.bin/mcp-remote', url, '--allow-http',
  '--transport', 'http-only'], { cwd: import.meta.dirname,
  env: { ...process.env, MCP_REMOTE_CONFIG_DIR: home, DISPLAY: '' } });
const waiting = new Map();
createInterface({ input: child.stdout }).on('line', (line) => {
  const message = JSON.parse(line);
  waiting.get(message.id)?.(message);
});
let asked = false, said = '';
createInterface({ input: child.stderr }).on('line', (line) => {
  said += `${line}\n`;
  const found = line.match(/https?:\/\/\S+\/oauth2\/authorize\S+/);
  if (!found || asked) return;
  asked = true;
  agree(found[0], login, password).catch((e) => { console.log(`# ${e}`); child.kill(); });
});
let id = 0;
const call = (method, params) => new Promise((resolve, reject) => {
  waiting.set(++id, resolve);
  child.on('exit', (code) => reject(new Error(`mcp-remote ended with ${code}:\n${said}`)));
  child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
});
const hello = await call('initialize', { protocolVersion: '2025-06-18', capabilities: {},
  clientInfo: { name: 'test', version: '1.0.0' } });
ok(hello.result.serverInfo, 'initialized');
ok(asked, 'after the person was asked');
child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
const result = await call('tools/call', { name: 'analyze_training_load', arguments: { days: 7 } });
ok(!result.result.isError && result.result.structuredContent.training_load.ctl > 30, 'tools/call');
child.removeAllListeners('exit');
child.kill();
rmSync(home, { recursive: true });
done();
