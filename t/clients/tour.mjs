// What lives beside requests and answers: completion, progress, cancellation,
// subscriptions.  `by` hides how the versions of the SDK differ:
//   call(params, options), onNotification(method, handler), era
import { ok } from './exercise.mjs';

const until = async (test, ms) => {
  for (const end = Date.now() + ms; !test() && Date.now() < end; )
    await new Promise((resolve) => setTimeout(resolve, 20));
};

async function complete(client) {
  const words = await client.complete({
    ref: { type: 'ref/prompt', name: 'race_build_check' },
    argument: { name: 'sport_type', value: 'ri' },
  });
  ok(words.completion.values.includes('ride'), 'a word is completed', words);
  const { resourceTemplates } = await client.listResourceTemplates();
  const { uriTemplate } = resourceTemplates[0];
  const ids = await client.complete({
    ref: { type: 'ref/resource', uri: uriTemplate },
    argument: { name: 'activity_id', value: '' },
  });
  const id = ids.completion.values[0];
  const read = await client.readResource({ uri: uriTemplate.replace('{activity_id}', id) });
  ok(JSON.parse(read.contents[0].text).activity.id === id, 'a template is filled in and read');
}

async function progress(by) {
  const seen = [];
  const result = await by.call({ name: 'test_tool_with_progress' }, {
    onprogress: (p) => seen.push(p.progress),
  });
  // The SDK drops what it reads together with the answer.
  ok(!result.isError && /^0( 50( 100)?)?$/.test(seen.join(' ')), 'progress is told', seen);
}

async function cancel(by) {
  const controller = new AbortController();
  const begun = Date.now();
  setTimeout(() => controller.abort(), 200);
  let canceled = false;
  try {
    await by.call({ name: 'test_wait', arguments: { seconds: 30 } }, { signal: controller.signal });
  } catch {
    canceled = true;
  }
  ok(canceled && Date.now() - begun < 5000, 'a call is canceled');
  const again = await by.call({ name: 'test_wait', arguments: { seconds: 0 } });
  ok(!again.isError, 'and the next one is served');
}

async function subscribe(client, by) {
  const uri = 'test://watched-resource';
  let changes = 0;
  let updates = 0;
  let subscription;
  by.onNotification('notifications/tools/list_changed', () => {
    changes++;
  });
  by.onNotification('notifications/resources/updated', ({ params }) => {
    updates += params.uri === uri;
  });
  if (by.era === 'modern')
    subscription = await client.listen({
      toolsListChanged: true,
      resourceSubscriptions: [uri],
    });
  else await client.subscribeResource({ uri });
  // The legacy stream is opened beside the handshake, so it may come late.
  for (let i = 0; i < 8 && changes === 0; i++) {
    await by.call({ name: 'test_trigger_tool_change' });
    await until(() => changes > 0, 1500);
  }
  ok(changes > 0, 'a change of the tools is heard of');
  await by.call({ name: 'test_trigger_resource_change' });
  await until(() => updates > 0, 10000);
  ok(updates === 1, 'and one of a resource');
  if (subscription) await subscription.close();
  else {
    await client.unsubscribeResource({ uri });
    ok(true, 'a subscription ends');
  }
}

export async function tour(client, by) {
  await complete(client);
  await progress(by);
  await cancel(by);
  await subscribe(client, by);
}
