// A button that copies a reference. It is hidden where copying does not work.
function show() {
	if (!navigator.clipboard) return;
	for (const button of document.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
	const button = event.target.closest?.("[data-copy]");
	if (!button) return;
	try {
		await navigator.clipboard.writeText(button.dataset.copy);
	} catch {
		return; // denied: the reference stands beside the button and can be marked by hand
	}
	button.textContent = button.dataset.copied;
	document.getElementById("announcer").textContent = button.dataset.copied;
});

document.addEventListener("htmx:after:swap", show);
show();
