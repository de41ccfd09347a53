// As one types into a search field the results follow, after a short pause, and the announcer says
// how many there are. A form that is sent needs no more of that. htmx lets a newer request take the
// place of an older one (hx-sync).
const announcer = document.getElementById("announcer");
const pause = 250; // milliseconds
let timer;

document.addEventListener("input", (event) => {
	if (!event.target.matches("[data-search]")) return;
	clearTimeout(timer);
	timer = setTimeout(() => event.target.dispatchEvent(new Event("typed")), pause);
});

document.addEventListener("submit", () => clearTimeout(timer), true);

document.addEventListener("htmx:after:swap", (event) => {
	if (!event.target.matches?.("[data-search]")) return;
	announcer.classList.remove("announcer-shown");
	announcer.textContent = document.getElementById("results")?.dataset.count ?? "";
});
