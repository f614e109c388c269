// A client of revision 2024-11-05, written by hand, over stdio: one JSON message
// a line, and what the revision knows, step by step.
// Usage: old.mjs COMMAND ARGUMENT...
import { spawn } from 'node:child_process';
import readline from 'node:readline';
import { done, ok } from './exercise.mjs';

const [command, ...words] = process.argv.slice(2);
const child = spawn(command, words, { stdio: ['pipe', 'pipe', 'inherit'] });
const waiting = new Map();
const notes = [];
let wake = () => {};
let number = 0;

const send = (message) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const note = (method, params) => send({ method, params });
function request(method, params, id = ++number) {
  send({ id, method, params });
  return new Promise((resolve) => waiting.set(id, resolve));
}

readline.createInterface({ input: child.stdout }).on('line', (line) => {
  const message = JSON.parse(line);
  if (message.method === 'sampling/createMessage')
    send({
      id: message.id,
      result: {
        role: 'assistant',
        model: 'none',
        content: { type: 'text', text: 'Hello from the client.' },
      },
    });
  else if (message.method) notes.push(message);
  else {
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  }
  wake();
});

async function heard(test, ms) {
  const end = Date.now() + ms;
  while (!notes.some(test) && Date.now() < end)
    await new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, 50);
    });
  return notes.some(test);
}

const hello = await request('initialize', {
  protocolVersion: '2024-11-05',
  capabilities: { sampling: {} },
  clientInfo: { name: 'old', version: '0.1' },
});
ok(hello.result.protocolVersion === '2024-11-05', 'the revision is agreed on', hello);
ok(hello.result.capabilities.tools && hello.result.capabilities.resources.subscribe,
  'capabilities are told');
note('notifications/initialized');
ok(Object.keys((await request('ping')).result).length === 0, 'ping');

const { tools } = (await request('tools/list')).result;
ok(tools.every((t) => t.name && t.description && t.inputSchema.type === 'object'), 'tools');
const stats = (await request('tools/call', { name: 'get_stats', arguments: {} })).result;
ok(JSON.parse(stats.content[1].text).all_time.activities > 0, 'a tool is called');
const { resources } = (await request('resources/list')).result;
const text = (await request('resources/read', { uri: resources[0].uri })).result.contents[0].text;
ok(text.length > 50, 'a resource is read');
const templates = (await request('resources/templates/list')).result.resourceTemplates;
ok(templates.length > 0, 'templates');
const { prompts } = (await request('prompts/list')).result;
const prompt = (await request('prompts/get', { name: prompts[0].name, arguments: {} })).result;
ok(prompt.messages[0].content.type === 'text', 'a prompt is filled in');
const completed = await request('completion/complete', {
  ref: { type: 'ref/prompt', name: 'race_build_check' },
  argument: { name: 'sport_type', value: 'ru' },
});
ok(completed.result.completion.values.includes('run'), 'a word is completed');

const progress = request('tools/call', {
  name: 'test_tool_with_progress',
  _meta: { progressToken: 'mine' },
});
ok(!(await progress).result.isError, 'a tool tells its progress');
ok(notes.filter((n) => n.method === 'notifications/progress' &&
  n.params.progressToken === 'mine').length === 3, 'step by step');
const sampled = (await request('tools/call', { name: 'test_sampling' })).result;
ok(/Hello from the client/.test(sampled.content[0].text), 'the server asks, the client answers');

const begun = Date.now();
let answered = false;
request('tools/call', { name: 'test_wait', arguments: { seconds: 20 } }, 'long').then(() => {
  answered = true;
});
note('notifications/cancelled', { requestId: 'long', reason: 'enough' });
ok((await request('ping')).result && Date.now() - begun < 5000, 'served while a call runs');

ok((await request('logging/setLevel', { level: 'error' })).result, 'a level is set');
await request('tools/call', { name: 'test_tool_with_logging' });
ok(!notes.some((n) => n.method === 'notifications/message'), 'and kept to');
const uri = 'test://watched-resource';
await request('resources/subscribe', { uri });
await request('tools/call', { name: 'test_trigger_tool_change' });
await request('tools/call', { name: 'test_trigger_resource_change' });
ok(await heard((n) => n.method === 'notifications/tools/list_changed', 8000),
  'a change is heard of');
ok(await heard((n) => n.method === 'notifications/resources/updated' && n.params.uri === uri,
  8000), 'and one of a resource');
ok((await request('resources/unsubscribe', { uri })).result, 'a subscription ends');
ok(!answered, 'what was canceled is not answered');
ok((await request('no/such')).error.code === -32601, 'an unknown method');
child.stdin.end();
const status = await new Promise((resolve) => child.on('close', resolve));
ok(status === 0, 'the server ends with its input', status);
done();
