// A button that prints the page. It is hidden where nothing would come of it; the browser's own menu
// prints too.
function show() {
	for (const button of document.querySelectorAll("[data-print][hidden]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
	if (event.target.closest?.("[data-print]")) window.print();
});

document.addEventListener("htmx:after:swap", show);
show();
