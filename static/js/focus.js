// After a part of the page was swapped: the focus goes to the summary, the field asked for or the
// heading, and the heading is announced, as a full load would do by itself.
document.addEventListener("htmx:after:swap", (event) => {
	if (event.target.matches?.("[data-search]")) return; // one is still typing; see search.js
	const main = document.getElementById("main");
	const heading = main?.querySelector("h1");
	const target = main?.querySelector("[autofocus]") ?? heading;
	if (!target) return;
	if (target === heading) heading.tabIndex = -1;
	target.focus({ preventScroll: true });
	const title = main.querySelector("#summary-title") ?? heading;
	const announcer = document.getElementById("announcer");
	announcer.classList.remove("announcer-shown");
	announcer.textContent = title?.textContent ?? "";
});
