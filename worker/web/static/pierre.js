// What pages can do more with scripts than without.
'use strict';

// Buttons that copy what a box holds.
for (const button of document.querySelectorAll('[data-copy]')) {
	const box = document.getElementById(button.dataset.copy);
	button.hidden = false;
	button.addEventListener('click', async () => {
		try {
			await navigator.clipboard.writeText(box.value);
		} catch {
			box.select();
			document.execCommand('copy');
		}
		button.textContent = 'Copied';
		setTimeout(() => { button.textContent = 'Copy'; }, 2000);
	});
}

// The time zone of who makes an account.
for (const box of document.querySelectorAll('input[name=timezone]'))
	box.value ||= Intl.DateTimeFormat().resolvedOptions().timeZone || '';

// --- import -------------------------------------------------------------------

// Send files while a bar shows how far they are; the job's path.
function upload(form, files, bar) {
	const body = new FormData();
	for (const file of files)
		body.append('file', file);
	return new Promise((resolve, reject) => {
		const request = new XMLHttpRequest();
		request.upload.addEventListener('progress', (event) => {
			if (event.lengthComputable)
				bar.value = event.loaded / event.total;
		});
		request.addEventListener('load', () => {
			const answer = JSON.parse(request.responseText || '{}');
			if (request.status === 202)
				resolve(`/api/jobs/${answer.id}`);
			else
				reject(new Error(answer.error?.message || `status ${request.status}`));
		});
		request.addEventListener('error', () => reject(new Error('the connection was lost')));
		request.open('POST', form.dataset.import);
		request.setRequestHeader('X-CSRF-Token', form.elements.csrf.value);
		request.send(body);
	});
}

// Ask after a job whenever the server says that something happened, and now
// and then in case it does not; tell(job) until it has ended.
async function follow(path, tell) {
	const feed = new EventSource('/sse');
	let wake = () => {};
	for (const name of ['import_progress', 'new_activity'])
		feed.addEventListener(name, () => wake());
	for (;;) {
		const answer = await fetch(path);
		if (!answer.ok)
			throw new Error(`status ${answer.status}`);
		const job = await answer.json();
		await tell(job);
		if (job.finished_at)
			break;
		await new Promise((resolve) => {
			wake = resolve;
			setTimeout(resolve, 2000);
		});
	}
	feed.close();
}

const counted = {
	imported: 'imported', known: 'here already', nothing: 'with no activity',
	failed: 'failed', passed_over: 'of other kinds',
};

// "12 imported, 1 failed".
function sum(counts) {
	return Object.entries(counted).filter(([kind]) => counts?.[kind] > 0)
	    .map(([kind, text]) => `${counts[kind]} ${text}`).join(', ');
}

// What came of each file, as the import's own page says.
async function list(path) {
	const answer = await fetch(path.replace('/api/jobs/', '/import/'));
	const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
	return document.adoptNode(page.querySelector('main .rows') ?? page.createElement('ul'));
}

async function run(form, files) {
	const place = document.getElementById('progress');
	const line = document.createElement('p');
	const bar = document.createElement('progress');
	bar.setAttribute('aria-label', 'Import');
	line.textContent = `Sending ${files.length === 1 ? files[0].name : `${files.length} files`}…`;
	place.replaceChildren(line, bar);
	try {
		const path = await upload(form, files, bar);
		let rows;
		await follow(path, async (job) => {
			const { done, of } = job.progress;
			bar.max = Math.max(of, 1);
			bar.value = done;
			line.textContent = job.finished_at ?
			    `Done: ${sum(job.result) || 'nothing'}.` :
			    `${done} of ${of} read…${sum(job.progress.so_far) &&
			    ` So far ${sum(job.progress.so_far)}.`}`;
			const now = await list(path);
			if (rows)
				rows.replaceWith(now);
			else
				place.append(now);
			rows = now;
		});
		bar.remove();
		const link = line.appendChild(document.createElement('a'));
		link.href = '/';
		link.textContent = 'See your training';
		link.before(' ');
	} catch (error) {
		line.className = 'notice bad';
		line.setAttribute('role', 'alert');
		line.textContent = `That did not work: ${error.message}.`;
		bar.remove();
	}
}

for (const form of document.querySelectorAll('form[data-import]')) {
	const drop = form.querySelector('.drop');
	form.addEventListener('submit', (event) => {
		event.preventDefault();
		if (form.elements.file.files.length > 0)
			run(form, [...form.elements.file.files]);
	});
	for (const name of ['dragenter', 'dragover'])
		drop.addEventListener(name, (event) => {
			event.preventDefault();
			drop.classList.add('over');
		});
	drop.addEventListener('dragleave', () => drop.classList.remove('over'));
	drop.addEventListener('drop', (event) => {
		event.preventDefault();
		drop.classList.remove('over');
		if (event.dataTransfer.files.length > 0)
			run(form, [...event.dataTransfer.files]);
	});
}

// The page of an import that is under way.
for (const box of document.querySelectorAll('[data-again]'))
	follow(box.dataset.again.replace('/import/', '/api/jobs/'), (job) => {
		const bar = box.querySelector('progress');
		if (bar)
			bar.value = job.progress.done;
	}).then(() => location.reload(), () => {});
