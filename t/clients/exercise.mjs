// What a person's assistant would do, with any connected client: list, open a
// ride, ask for its numbers, and recompute Normalized Power from its samples.
// Prints TAP.

let count = 0;
let failed = 0;

export function ok(pass, name, detail) {
  count++;
  if (!pass) failed++;
  console.log(`${pass ? 'ok' : 'not ok'} ${count} - ${name}`);
  if (!pass && detail !== undefined) console.log(`# ${JSON.stringify(detail)}`);
}

export function done() {
  console.log(`1..${count}`);
  process.exit(failed === 0 ? 0 : 1);
}

const near = (a, b, tolerance) => Math.abs(a - b) <= tolerance;

// Coggan's Normalized Power from samples, written a second time.
function normalizedPower(seconds, watts) {
  const series = new Array(seconds[seconds.length - 1] + 1).fill(null);
  seconds.forEach((t, i) => {
    series[t] = watts[i];
  });
  let sum = 0;
  let windows = 0;
  for (let end = 29; end < series.length; end++) {
    const window = series.slice(end - 29, end + 1);
    if (window.some((w) => w === null)) continue;
    sum += (window.reduce((a, b) => a + b, 0) / 30) ** 4;
    windows++;
  }
  return (sum / windows) ** 0.25;
}

async function call(client, name, args = {}) {
  const result = await client.callTool({ name, arguments: args });
  ok(!result.isError, `${name} succeeds`, result.content);
  ok(
    result.content.some((c) => c.type === 'text' && c.text.length > 0),
    `${name} says it in words too`,
  );
  return result.structuredContent;
}

export async function exercise(client) {
  const { tools } = await client.listTools();
  const names = tools.map((t) => t.name);
  for (const wanted of ['get_activities', 'get_activity', 'get_athlete', 'get_stats',
    'analyze_activity', 'analyze_training_load', 'explain_metric'])
    ok(names.includes(wanted), `tools/list has ${wanted}`);

  const list = await call(client, 'get_activities', { limit: 5, sport_type: 'ride' });
  ok(list.activities.length === 5, 'five rides are listed');
  const id = list.activities[0].id;

  const opened = await call(client, 'get_activity', {
    activity_id: id,
    streams: ['power_w', 'hr_bpm'],
    points: 20000,
    max_bytes: 400000,
  });
  ok(opened.activity.id === id, 'the ride is opened');
  const { time_s: seconds, power_w: watts } = opened.streams;
  const analysis = await call(client, 'analyze_activity', { activity_id: id });
  const np = normalizedPower(seconds, watts);
  ok(near(analysis.power.normalized_w, np, 0.1), 'Normalized Power is right',
    { ours: analysis.power.normalized_w, again: np });
  const ftp = analysis.power.ftp_w;
  ok(near(analysis.power.intensity_factor, np / ftp, 0.001), 'Intensity Factor is right');
  const hours = analysis.load.rated_duration_s / 3600;
  ok(near(analysis.load.training_load, hours * (np / ftp) ** 2 * 100, 0.1),
    'Training Stress Score is right', analysis.load);
  const zones = analysis.power_zones.zones;
  ok(zones.reduce((sum, z) => sum + z.seconds, 0) === watts.length,
    'the seconds in power zones add up');
  const second = zones[1];
  ok(watts.filter((w) => w >= 0.55 * ftp && w < 0.75 * ftp).length === second.seconds,
    'Z2 holds the seconds from 55 to 75 % of FTP', second);

  const load = await call(client, 'analyze_training_load');
  const curve = load.curve;
  const k = 1 - Math.exp(-1 / 42);
  const again = curve.slice(1).every((day, i) =>
    near(day.ctl, curve[i].ctl + (day.load - curve[i].ctl) * k, 0.11));
  ok(again, 'each day of CTL follows from the day before');
  ok(curve[curve.length - 1].date === load.today, 'the curve ends today');

  const athlete = await call(client, 'get_athlete');
  ok(JSON.stringify(athlete).includes('ftp_w'), 'thresholds are told');
  await call(client, 'get_stats');
  const metric = await call(client, 'explain_metric', { metric: 'normalized_power' });
  ok(/Coggan/.test(metric.source), 'a formula names its source');

  const bad = await client.callTool({ name: 'get_activities', arguments: { limit: 'ten' } });
  ok(bad.isError && /limit/.test(bad.content[0].text), 'a bad argument is named', bad);

  const { resources } = await client.listResources();
  for (const r of resources) {
    const read = await client.readResource({ uri: r.uri });
    ok((read.contents[0].text ?? read.contents[0].blob).length > 20, `resource ${r.uri}`);
  }
  const { prompts } = await client.listPrompts();
  ok(prompts.length >= 2, 'prompts are listed');
  const prompt = await client.getPrompt({ name: 'weekly_review', arguments: {} });
  ok(prompt.messages.length > 0, 'a prompt is filled in');
}
