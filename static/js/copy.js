// Buttons that copy a reference and print the page. Each is hidden where nothing would come of it.
function show() {
	const able = navigator.clipboard ? "[data-copy], [data-print]" : "[data-print]";
	for (const button of document.querySelectorAll(able)) button.hidden = false;
}

async function copy(button) {
	try {
		await navigator.clipboard.writeText(button.dataset.copy);
	} catch {
		return; // denied: the reference stands beside the button and can be marked by hand
	}
	button.textContent = button.dataset.copied;
	document.getElementById("announcer").textContent = button.dataset.copied;
}

document.addEventListener("click", ({ target }) => {
	const button = target.closest?.("[data-copy], [data-print]");
	if (!button) return;
	if (button.hasAttribute("data-print")) window.print();
	else copy(button);
});

document.addEventListener("htmx:after:swap", show);
show();
