// What one person typed is emptied when they leave the page, and a page that comes back from the
// browser's memory is asked for afresh, so that neither shows to the next one.
window.addEventListener("pagehide", () => {
	for (const field of document.querySelectorAll("input:not([type=hidden], [type=radio])")) field.value = "";
});
window.addEventListener("pageshow", (event) => {
	if (event.persisted) location.replace(location.pathname);
});
