// The official TypeScript SDK, version 1.  Usage: sdk1.mjs URL TOKEN
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import {
  ResourceUpdatedNotificationSchema,
  ToolListChangedNotificationSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { done, exercise, ok } from './exercise.mjs';
import { tour } from './tour.mjs';

const schemas = {
  'notifications/resources/updated': ResourceUpdatedNotificationSchema,
  'notifications/tools/list_changed': ToolListChangedNotificationSchema,
};
const [url, token] = process.argv.slice(2);
const client = new Client({ name: 'test', version: '1.0.0' });
await client.connect(new StreamableHTTPClientTransport(new URL(url), {
  requestInit: { headers: { Authorization: `Bearer ${token}` } },
}));
ok(client.getServerVersion().name === 'pierre-mcp-server', 'initialize');
await client.ping();
ok(true, 'ping');
await exercise(client);
await tour(client, {
  era: 'legacy',
  call: (params, options) => client.callTool(params, undefined, options),
  onNotification: (method, handler) => client.setNotificationHandler(schemas[method], handler),
});
await client.close();
done();
