// The official TypeScript SDK, version 2, in the eras it knows, over HTTP or
// stdio.  Usage: sdk2.mjs legacy|auto|modern http URL TOKEN
//               sdk2.mjs legacy|auto|modern stdio COMMAND ARGUMENT...
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { done, exercise, ok } from './exercise.mjs';
import { tour } from './tour.mjs';

const [era, kind, ...rest] = process.argv.slice(2);
const mode = era === 'modern' ? { pin: '2026-07-28' } : era;
const client = new Client({ name: 'test', version: '1.0.0' }, { versionNegotiation: { mode } });
const transport = kind === 'http'
  ? new StreamableHTTPClientTransport(new URL(rest[0]), {
      requestInit: { headers: { Authorization: `Bearer ${rest[1]}` } },
    })
  : new StdioClientTransport({ command: rest[0], args: rest.slice(1), stderr: 'inherit' });
await client.connect(transport);
ok(true, `connected, ${era} over ${kind}`);
await exercise(client);
await tour(client, {
  era: era === 'auto' ? 'modern' : era,
  call: (params, options) => client.callTool(params, options),
  onNotification: (method, handler) => client.setNotificationHandler(method, handler),
});
await client.close();
done();
