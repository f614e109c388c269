// The MCP Inspector's connection CLI (mcpdo): a tour in each era.  Its module
// runs one command after the other in this process.  It shows no progress, and
// interrupted it leaves the call to itself; inspector-page.mjs has both.
// Usage: inspector.mjs URL TOKEN
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { done, ok } from './exercise.mjs';

const [url, token] = process.argv.slice(2);
const home = mkdtempSync(path.join(tmpdir(), 'inspector-'));
Object.assign(process.env, {
  HOME: home,
  MCP_INSPECTOR_DAEMON_DIR: home,
  MCP_INSPECTOR_DAEMON_TOKEN: randomBytes(24).toString('base64url'),
  MCP_INSPECTOR_SECRET_STORE: 'file',
});
const inspector = path.dirname(
  createRequire(import.meta.url).resolve('@modelcontextprotocol/inspector/package.json'));
const { runMcp } = await import(path.join(inspector, 'clients/mcpdo/build/mcp-bin.js'));

// What the commands print.
let said = '';
const print = process.stdout.write.bind(process.stdout);
const keep = (chunk, encoding, then) => {
  said += chunk;
  (typeof encoding === 'function' ? encoding : then)?.();
  return true;
};

const begin = (...words) => runMcp(['node', 'mcpdo', '--format', 'json', ...words]);

// An answer as JSON, or {} where there is none.
async function run(...words) {
  said = '';
  process.stdout.write = keep;
  try {
    await begin(...words);
  } catch (error) {
    return { error };
  } finally {
    process.stdout.write = print;
  }
  return said.trim() === '' ? {} : JSON.parse(said);
}

async function lists(mcp) {
  const { tools } = await mcp('tools/list');
  ok(tools.some((t) => t.name === 'analyze_activity'), 'tools/list');
  const { resources } = await mcp('resources/list');
  ok(resources.some((r) => r.uri === 'pierre://activities/recent'), 'resources/list');
  const { resourceTemplates } = await mcp('resources/templates/list');
  ok(resourceTemplates.some((t) => t.uriTemplate === 'pierre://activities/{activity_id}'),
    'resources/templates/list');
  const { prompts } = await mcp('prompts/list');
  ok(prompts.some((p) => p.name === 'weekly_review'), 'prompts/list');
}

async function uses(mcp) {
  const call = await mcp('tools/call', 'analyze_training_load', 'days:=7');
  ok(call.structuredContent.training_load.ctl > 30, 'tools/call', call);
  const read = await mcp('resources/read', 'pierre://activities/recent');
  const { id } = JSON.parse(read.contents[0].text).activities[0];
  const one = await mcp('resources/read', `pierre://activities/${id}`);
  ok(JSON.parse(one.contents[0].text).activity.id === id, 'resources/read');
  const prompt = await mcp('prompts/get', 'weekly_review');
  ok(prompt.messages[0].content.type === 'text', 'prompts/get');
  const words = await mcp('prompts/complete', '--complete-ref-type', 'ref/prompt',
    '--complete-ref', 'race_build_check', '--complete-arg-name', 'sport_type',
    '--complete-arg-value', 'ri');
  ok(words.values.includes('ride'), 'prompts/complete', words);
}

async function heard(words) {
  for (const end = Date.now() + 10000; !said.includes(words) && Date.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 20));
  return said.includes(words);
}

// This command goes on until it is interrupted.
async function subscribes(mcp, connection) {
  const uri = 'test://watched-resource';
  process.stdout.write = keep;
  said = '';
  const stream = begin('resources/subscribe', uri, ...connection);
  const began = await heard('"subscribed"');
  await begin('tools/call', 'test_trigger_resource_change', ...connection);
  const told = await heard('"resources/updated"');
  process.listeners('SIGINT').at(-1)();
  await stream;
  process.stdout.write = print;
  ok(began && told, 'resources/subscribe', said);
  ok((await mcp('resources/unsubscribe', uri)).unsubscribed, 'resources/unsubscribe');
}

for (const era of ['legacy', 'auto', 'modern']) {
  const connection = ['--connection', era];
  const mcp = (...words) => run(...words, ...connection);
  const connected = await run('connect', `@${era}`, url, '--era', era, '--transport', 'http',
    '--header', `Authorization: Bearer ${token}`);
  ok(!connected.error, `${era}: connected`, String(connected.error));
  await lists(mcp);
  await uses(mcp);
  await subscribes(mcp, connection);
}
await run('daemon', 'stop');
rmSync(home, { recursive: true, force: true });
done();
