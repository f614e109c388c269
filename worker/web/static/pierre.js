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
