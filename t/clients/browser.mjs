// The pages in Chromium: the whole way of a person with this server, with scripts
// and without, and every page as a browser, a screen reader and a validator see
// it.  Prints TAP.
//
// browser.mjs URL SETUP-TOKEN FILE.fit URL-OF-ONE-THAT-SENDS-MAIL VERIFY-PATH [SCREENSHOTS]
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { basename } from 'node:path';
import { chromium } from 'playwright-core';
import { HtmlValidate } from 'html-validate';

const [base, setupToken, fitFile, mailing, verify, shots] = process.argv.slice(2);
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const PASSWORD = 'eleven quiet herons at dusk';

let count = 0;
function ok(good, what, why) {
	console.log(`${good ? '' : 'not '}ok ${++count} - ${what}`);
	if (!good && why !== undefined)
		console.log(`# ${String(why).replace(/\n/g, '\n# ')}`);
	return good;
}
const is = (got, want, what) => ok(got === want, what, `got ${got}, want ${want}`);

const browser = await chromium.launch({ executablePath: '/usr/bin/chromium',
	args: ['--no-sandbox'] });
const foreign = [];
const complaints = [];

async function open(options = {}) {
	const context = await browser.newContext({ acceptDownloads: true, ...options });
	const page = await context.newPage();
	page.on('request', (r) => {
		if (!r.url().startsWith(`${base}/`) && !r.url().includes('/callback?'))
			foreign.push(r.url());
	});
	page.on('console', (m) => {
		if (/Content Security Policy|Refused to/.test(m.text()))
			complaints.push(m.text());
	});
	page.on('pageerror', (e) => complaints.push(String(e)));
	return page;
}

const press = (page, name) =>
	page.getByRole('button', { name, exact: true }).first().click();
const body = (page) => page.locator('main').innerText();

async function signIn(page, login) {
	await page.goto(`${base}/signin`);
	await page.getByLabel('E-mail address or username').fill(login);
	await page.getByLabel('Password').fill(PASSWORD);
	await press(page, 'Sign in');
	await page.waitForURL(`${base}/`);
}

// --- the way of a person ------------------------------------------------------

async function setUp() {
	const page = await open();
	await page.goto(`${base}/setup?token=${setupToken}`);
	await page.getByLabel('E-mail address').fill('root@example.org');
	await page.getByLabel('Your name').fill('Root');
	await page.getByLabel('Password').fill(PASSWORD);
	const zone = await page.getByLabel('Time zone').inputValue();
	ok(zone.length > 0, 'the browser tells its time zone');
	await press(page, 'Make the account');
	await page.waitForURL(`${base}/`);
	ok((await body(page)).includes('administrator of this server'), 'the first administrator is made');
	ok(await page.getByRole('link', { name: 'Administration' }).isVisible(), 'and may administer');
	return page;
}

async function register(page, name, email) {
	await page.goto(`${base}/register`);
	await page.getByLabel('E-mail address').fill(email);
	await page.getByLabel('Your name').fill(name);
	await page.getByLabel('Password').fill(PASSWORD);
	await page.getByLabel('Time zone').fill('Europe/Berlin');
	await press(page, 'Make the account');
	await page.waitForURL(`${base}/signin`);
	ok((await body(page)).includes('Thank you'), `${name} registers`);
	await page.getByLabel('E-mail address or username').fill(email);
	await page.getByLabel('Password').fill(PASSWORD);
	await press(page, 'Sign in');
	ok(await page.getByRole('alert').isVisible(), 'and does not get in before it is approved');
}

async function approve(admin, email) {
	await admin.goto(`${base}/admin`);
	const row = admin.locator('li', { hasText: email });
	await row.getByRole('button', { name: 'Approve' }).click();
	ok((await body(admin)).includes('The change is made'), `${email} is approved`);
}

async function setThreshold(page) {
	await page.goto(`${base}/account/thresholds`);
	await page.getByLabel('Threshold', { exact: true }).selectOption('lthr_bpm');
	await page.getByLabel('Value').fill('9');
	await press(page, 'Save');
	const box = page.getByLabel('Value');
	is(await box.getAttribute('aria-invalid'), 'true', 'a mistake is tied to its box');
	ok(await box.evaluate((e) => e === document.activeElement), 'where the person goes on');
	for (const [kind, value] of [['ftp_w', '250'], ['lthr_bpm', '165'], ['max_hr_bpm', '188'],
		['rest_hr_bpm', '50'], ['run_pace_mps', '4:30']]) {
		await page.getByLabel('Threshold', { exact: true }).selectOption(kind);
		await page.getByLabel('Value').fill(value);
		await page.getByLabel('From').fill('2010-01-01');
		await press(page, 'Save');
	}
	ok(/250\s*W, since 1 Jan 2010/.test(await body(page)), 'FTP is set');
}

// As a person drags a file from a folder.
async function drop(page, path) {
	await page.goto(`${base}/import`);
	const data = readFileSync(path).toString('base64');
	const transfer = await page.evaluateHandle(([name, base64]) => {
		const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
		const list = new DataTransfer();
		list.items.add(new File([bytes], name));
		return list;
	}, [basename(path), data]);
	await page.dispatchEvent('.drop', 'dragover', { dataTransfer: transfer });
	await page.dispatchEvent('.drop', 'drop', { dataTransfer: transfer });
	await page.getByText('Done: 1 imported.').waitFor();
	ok((await page.locator('#progress').innerText()).includes(basename(path)), 'a file is imported by dropping it');
	await page.getByRole('link', { name: 'See your training' }).click();
}

async function choose(page, path) {
	await page.goto(`${base}/import`);
	await page.getByLabel('Drop files here').setInputFiles(path);
	await press(page, 'Import');
	await page.waitForURL(/\/import\/[0-9a-f-]{36}$/);
	for (let i = 0; i < 40 && !/imported|already/.test(await body(page)); i++) {
		await page.waitForTimeout(250);
		await page.reload();
	}
	ok(/imported/.test(await body(page)), 'a file is imported by a plain form');
	await page.getByRole('link', { name: 'See your training' }).click();
}

// Nights with stages, as Apple Health has them; one without, as Garmin has; and what is
// measured by day.
async function importNights(page) {
	const record = (type, from, to, value) => `<Record type="HK${type}" sourceName="Watch" unit="kg" ` +
	    `startDate="${from} +0200" endDate="${to} +0200" value="${value}"/>`;
	const stages = ['Core', 'Deep', 'REM', 'Core'].map((stage, i) => record(
		'CategoryTypeIdentifierSleepAnalysis', `2026-08-02 0${i}:10:00`, `2026-08-02 0${i + 1}:00:00`,
		`HKCategoryValueSleepAnalysisAsleep${stage}`));
	const weights = [1, 2, 3].map((day) => record('QuantityTypeIdentifierBodyMass',
		`2026-08-0${day} 07:00:00`, `2026-08-0${day} 07:00:00`, 70 + day / 2));
	const apple = `<?xml version="1.0"?>\n<HealthData>${stages.join('')}${weights.join('')}</HealthData>`;
	const garmin = JSON.stringify([{ sleepStartTimestampGMT: '2026-07-30T21:43:00.0',
		sleepEndTimestampGMT: '2026-07-31T05:13:00.0', calendarDate: '2026-07-31',
		deepSleepSeconds: 4800, lightSleepSeconds: 15000, remSleepSeconds: 5700,
		awakeSleepSeconds: 1500, sleepScores: { overallScore: 83 } }]);
	await page.goto(`${base}/import`);
	await page.getByLabel('Drop files here').setInputFiles([
		{ name: 'export.xml', mimeType: 'text/xml', buffer: Buffer.from(apple) },
		{ name: 'bad.fit', mimeType: 'application/octet-stream', buffer: Buffer.from('no ride') },
		{ name: '1_sleepData.json', mimeType: 'application/json', buffer: Buffer.from(garmin) }]);
	await press(page, 'Import');
	await page.getByText(/^Done: /).waitFor();
	const bad = page.locator('#progress li', { hasText: 'bad.fit' });
	ok(/This is no kind of file/.test(await bad.innerText()), 'why a file failed is said in words');
	ok(!/byte/.test(await bad.innerText()), 'and not in bytes');
	await bad.getByText('In detail').click();
	ok(/byte 8/.test(await bad.innerText()), 'unless one wants to know');
	await page.getByRole('link', { name: 'Sleep', exact: true }).click();
	const text = await body(page);
	ok(/2 Aug 2026[\s\S]*deep 50 min[\s\S]*31 Jul 2026[\s\S]*score 83/.test(text), 'nights are there', text);
	is(await page.locator('.strip').count(), 2, 'each with its stages as a bar');
	await page.goto(`${base}/body`);
	ok(/Weight[\s\S]*3 Aug 2026, from a file[\s\S]*71\.5 kg/.test(await body(page)), 'and weight');
}

async function rpc(token) {
	const answer = await fetch(`${base}/mcp`, { method: 'POST', headers: {
		Authorization: `Bearer ${token}`, 'Content-Type': 'application/json',
		Accept: 'application/json, text/event-stream' },
	body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call',
		params: { name: 'get_activities', arguments: {} } }) });
	return [answer.status, await answer.text()];
}

async function useToken(page) {
	await page.goto(`${base}/account/tokens`);
	await page.getByLabel('What is it for?').fill('laptop');
	await press(page, 'Make the token');
	const token = await page.getByLabel('Token', { exact: true }).inputValue();
	ok(/^pmcp_pat_/.test(token), 'a token is made, and shown');
	const [status, text] = await rpc(token);
	is(status, 200, 'an assistant uses it');
	ok(/activit/.test(text), 'and sees the activity');
	await page.goto(`${base}/account/tokens`);
	ok(!(await page.content()).includes(token), 'it is not shown again');
	await page.getByRole('button', { name: 'Revoke laptop' }).click();
	await page.getByText('The token is revoked').waitFor();
	const revoked = Date.now();
	let after = 200;
	while (after !== 401 && Date.now() - revoked < 5000)
		[after] = await rpc(token);
	is(after, 401, 'it is revoked');
	ok(Date.now() - revoked < 1000, 'within a second', `${Date.now() - revoked} ms`);
}

// --- a client that asks by OAuth ------------------------------------------------

const sleep = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

// A program of the person's that waits for the answer on this machine.
async function client() {
	const answers = [];
	const server = createServer((req, res) => {
		if (req.url.startsWith('/callback?'))
			answers.push(new URL(req.url, 'http://127.0.0.1').searchParams);
		res.end('Back in the client.');
	}).listen(0, '127.0.0.1');
	await new Promise((resolve) => { server.once('listening', resolve); });
	const redirect = `http://127.0.0.1:${server.address().port}/callback`;
	const verifier = randomBytes(32).toString('base64url');
	const made = await fetch(`${base}/oauth2/register`, { method: 'POST',
		headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ client_name: 'Helper <b>"&\u202e', redirect_uris: [redirect],
			token_endpoint_auth_method: 'none' }) });
	const { client_id } = await made.json();
	const query = new URLSearchParams({ response_type: 'code', client_id, redirect_uri: redirect,
		scope: 'profile:read activities:read location:read', state: 'xyz', resource: `${base}/mcp`,
		code_challenge: createHash('sha256').update(verifier).digest('base64url'),
		code_challenge_method: 'S256' });
	return { answers, server, redirect, verifier, client_id, path: `/oauth2/authorize?${query}` };
}

async function answerOf(c) {
	for (let i = 0; i < 100 && c.answers.length === 0; i++)
		await sleep(50);
	return c.answers.pop() ?? new URLSearchParams();
}

async function exchange(c, code) {
	const answer = await fetch(`${base}/oauth2/token`, { method: 'POST',
		body: new URLSearchParams({ grant_type: 'authorization_code', code, client_id: c.client_id,
			redirect_uri: c.redirect, code_verifier: c.verifier, resource: `${base}/mcp` }) });
	return (await answer.json()).access_token;
}

async function consent(name, login, options) {
	const page = await open(options);
	const c = await client();
	await page.goto(base + c.path);
	ok((await body(page)).includes('An assistant asks'), `${name}: sign in comes first`);
	await page.getByLabel('E-mail address or username').fill(login);
	await page.getByLabel('Password').fill(PASSWORD);
	await press(page, 'Sign in');
	await page.getByRole('button', { name: 'Allow' }).waitFor();
	const text = await body(page);
	ok(text.includes('Helper <b>"&') && !text.includes('\u202e'), 'who asks is shown as text');
	ok(/unverified/.test(text) && /127\.0\.0\.1/.test(text), 'unverified, and where the answer goes');
	ok(/See your activities/.test(text), 'and for what, in words');
	ok(!await page.getByLabel('See where your activities took place').isChecked(),
	    'places are left out unless they are chosen');
	await press(page, 'Deny');
	await page.waitForURL(/\/callback\?/);
	is((await answerOf(c)).get('error'), 'access_denied', 'who denies says so');
	await page.goto(base + c.path);
	await press(page, 'Allow');
	await page.waitForURL(/\/callback\?/);
	const answer = await answerOf(c);
	is(answer.get('state'), 'xyz', 'who allows leads back to the client');
	const token = await exchange(c, answer.get('code'));
	is((await rpc(token))[0], 200, 'which may ask from now on');
	if (!options.javaScriptEnabled && options.javaScriptEnabled !== undefined)
		return { page, c, token };
	await look(page, c.path);
	await page.goto(`${base}/account/clients`);
	ok((await body(page)).includes('Helper <b>"&'), 'it is among the connected assistants');
	await look(page, '/account/clients');
	return { page, c, token };
}

async function disconnect({ page, c, token }) {
	await page.goto(`${base}/account/clients`);
	await page.getByRole('button', { name: /^Disconnect/ }).first().click();
	await page.getByText('The assistant is disconnected').waitFor();
	const ended = Date.now();
	let status = 200;
	while (status !== 401 && Date.now() - ended < 5000)
		[status] = await rpc(token);
	is(status, 401, 'disconnected');
	ok(Date.now() - ended < 1000, 'within a second', `${Date.now() - ended} ms`);
	c.server.close();
	await page.context().close();
}

// The owner of a tenant invites somebody, who joins.
async function invite(owner, name) {
	const email = `${name.toLowerCase()}@example.org`;
	await owner.goto(`${base}/account`);
	await owner.getByRole('link', { name: 'Members', exact: true }).click();
	await owner.getByLabel('E-mail address').fill(email);
	await press(owner, 'Make a link');
	const link = await owner.getByLabel('Their link').inputValue();
	const page = await open();
	await page.goto(link);
	await page.getByLabel('E-mail address').fill(email);
	await page.getByLabel('Your name').fill(name);
	await page.getByLabel('Password').fill(PASSWORD);
	await page.getByLabel('Time zone').fill('Europe/Berlin');
	await press(page, 'Make the account');
	await page.waitForURL(`${base}/signin`);
	await page.context().close();
	await owner.goto(`${base}/members`);
	ok(await owner.locator('#members li', { hasText: email }).isVisible(), `${name} joins`);
}

async function remove(owner, name) {
	await owner.goto(`${base}/members`);
	await owner.getByRole('button', { name: `Remove ${name}` }).click();
	ok((await body(owner)).includes('The member is removed'), `${name} is removed`);
	ok(await owner.locator('#members li', { hasText: name }).getByText('suspended').isVisible(), 'and suspended');
}

async function exportAll(page) {
	await page.goto(`${base}/account/data`);
	const [download] = await Promise.all([page.waitForEvent('download'),
		press(page, 'Download everything')]);
	is(download.suggestedFilename(), 'pierre-export.zip', 'everything can be taken along');
	ok(readFileSync(await download.path()).subarray(0, 2).toString() === 'PK', 'as an archive');
}

async function leave(page) {
	await page.goto(`${base}/account/data`);
	await page.getByLabel('Your password').fill(PASSWORD);
	await press(page, 'Delete my account');
	await page.waitForURL(`${base}/`);
	ok((await body(page)).includes('is deleted'), 'the account is deleted');
	await page.goto(`${base}/account`);
	ok(page.url().includes('/signin'), 'and its session is gone');
}

async function journey(admin, name, options, importFile) {
	const page = await open(options);
	const email = `${name.toLowerCase()}@example.org`;
	await register(page, name, email);
	await approve(admin, email);
	await signIn(page, email);
	ok((await body(page)).includes('Nothing to show yet'), 'an empty account says what to do');
	await setThreshold(page);
	await importFile(page, fitFile);
	await page.waitForURL(`${base}/`);
	const text = await body(page);
	ok(/Last activities[\s\S]*load \d+/.test(text), 'the activity is there, and rated', text);
	ok(/Fitness[\s\S]*Fatigue/.test(text), 'and counts');
	await useToken(page);
	await exportAll(page);
	return page;
}

// --- each page, looked at ---------------------------------------------------------

const validator = new HtmlValidate({ extends: ['html-validate:recommended'], rules: {
	// The server writes void elements, and leaves out white space.
	'void-style': 'off', 'no-trailing-whitespace': 'off',
	// What may be chosen together has one name.
	'form-dup-name': ['error', { shared: ['checkbox', 'radio', 'submit'] }],
} });

// Both colours and both widths; for pictures all four together.
const views = shots ? [['light', 1440], ['dark', 1440], ['light', 360], ['dark', 360]] :
	[['light', 1440], ['dark', 360]];

async function look(page, path, from = base) {
	const answer = await page.goto(from + path);
	const report = await validator.validateString(await answer.text());
	const wrong = report.results.flatMap((r) => r.messages)
		.map((m) => `${m.ruleId}: ${m.message} (${m.selector})`);
	ok(wrong.length === 0, `${path.replace(/\?.*/, '')}: valid HTML`, wrong.slice(0, 5).join('\n'));
	await examine(page, path);
}

// The page that is there, as what a form was answered with.
async function examine(page, path) {
	for (const [colorScheme, width] of views) {
		await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
		await page.setViewportSize({ width, height: 900 });
		await page.evaluate(axeSource);
		const result = await page.evaluate(() => globalThis.axe.run(document, {
			runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }));
		const found = result.violations.map((v) =>
			`${v.id}: ${v.nodes.map((n) => n.target.join(' ')).slice(0, 3).join(', ')}`);
		ok(found.length === 0, `${path.replace(/\?.*/, '')}: axe, ${colorScheme}, ${width} px`, found.join('\n'));
		const wide = await page.evaluate(() => document.documentElement.scrollWidth);
		ok(wide <= width, `${path.replace(/\?.*/, '')}: nothing sticks out at ${width} px`, wide);
		if (shots)
			await page.screenshot({ fullPage: true,
				path: `${shots}/${path.replace(/\?.*/, '').replace(/[^a-z]+/g, '_')}.${colorScheme}${width}.png` });
	}
}

// Another site's page shows ours in a frame.
async function frame(paths) {
	const server = createServer((req, res) => {
		res.setHeader('Content-Type', 'text/html');
		res.end(`<!DOCTYPE html><title>x</title><iframe src="${base}${req.url}"></iframe>`);
	}).listen(0, '127.0.0.1');
	await new Promise((resolve) => { server.once('listening', resolve); });
	const context = await browser.newContext();
	const page = await context.newPage();
	for (const path of paths) {
		await page.goto(`http://localhost:${server.address().port}${path}`);
		await page.waitForTimeout(100);
		const [inner] = page.mainFrame().childFrames();
		const text = await inner.evaluate(() => document.body?.innerText ?? '').catch(() => '');
		ok(!/Pierre|Sign in/.test(text) && !inner.url().startsWith(base) ||
		    inner.url().startsWith('chrome-error:'), `${path} in another site's frame shows nothing`, text);
	}
	server.close();
	await context.close();
}

// Without a mouse: to the content, and through the form.
async function keyboard() {
	const page = await open();
	await page.goto(`${base}/`);
	await page.keyboard.press('Tab');
	is(await page.evaluate(() => document.activeElement.textContent), 'Skip to the content',
	    'the first key leads past the navigation');
	await page.goto(`${base}/signin`);
	await page.waitForFunction(() => document.activeElement.id === 'login');
	await page.keyboard.type('root@example.org');
	await page.keyboard.press('Tab');
	await page.keyboard.type(PASSWORD);
	await page.keyboard.press('Enter');
	await page.waitForURL(`${base}/`);
	ok(true, 'one signs in by keys alone');
	await page.context().close();
}

const admin = await setUp();
await keyboard();
const ann = await journey(admin, 'Ann', {}, drop);
const bob = await journey(admin, 'Bob', { javaScriptEnabled: false }, choose);
const stranger = await open();
await register(await open(), 'Eve', 'eve@example.org');
for (const name of ['Kim', 'Lou'])
	await invite(ann, name);
await remove(ann, 'Lou');
await ann.getByLabel('E-mail address').fill('a-friend-of-mine-with-a-long-name@mail.example.org');
await press(ann, 'Make a link');
await examine(ann, '/members-link');

const open_pages = ['/', '/signin', '/signin?next=/oauth2/x', '/register', '/forgot', '/nothing'];
const own_pages = ['/', '/activities', '/import', '/account', '/account/thresholds', '/account/tokens',
	'/account/security', '/account/data', '/members'];
const admin_pages = ['/admin', '/admin/clients', '/admin/audit', '/admin/server'];
const kim = await open();
await signIn(kim, 'kim@example.org');
const connected = [await consent('Ann', 'ann@example.org', {}),
	await consent('Bob', 'bob@example.org', { javaScriptEnabled: false })];
for (const path of open_pages)
	await look(stranger, path);
for (const path of own_pages)
	await look(ann, path);
for (const path of ['/sleep', '/body', '/body/weight_kg'])
	await look(kim, path);
await importNights(kim);
for (const path of ['/sleep', '/body', '/body/weight_kg', '/body/hrv_sdnn_ms'])
	await look(kim, path);
await kim.goto(`${base}/sleep`);
await kim.getByRole('link', { name: '2 Aug 2026' }).click();
await look(kim, new URL(kim.url()).pathname);
await ann.goto(`${base}/import`);
await look(ann, new URL(await ann.locator('.rows a').first().getAttribute('href'), base).pathname);
await ann.goto(`${base}/activities`);
await look(ann, new URL(await ann.locator('.rows a').first().getAttribute('href'), base).pathname);
for (const path of admin_pages)
	await look(admin, path);
await admin.goto(`${base}/admin`);
await look(admin, new URL(await admin.getByRole('link', { name: 'Ann' }).getAttribute('href'), base).pathname);
const guest = await (await browser.newContext()).newPage();
for (const path of ['/forgot', verify])
	await look(guest, path, mailing);
await frame(['/', '/signin', '/account', '/oauth2/authorize']);
for (const one of connected)
	await disconnect(one);
await leave(ann);
await leave(bob);
ok(foreign.length === 0, 'no page asked another server for anything', foreign.join(' '));
ok(complaints.length === 0, 'no page did what its policy forbids', complaints.join('\n'));
await browser.close();
console.log(`1..${count}`);
