// While a form's answer is awaited its button says so, the announcer too, and a second press does
// nothing. A page that comes back from the browser's memory is usable again.
const announcer = () => document.getElementById("announcer"); // Back makes another one

function start(form, button) {
	form.setAttribute("aria-busy", "true");
	button.dataset.label = button.textContent;
	button.textContent = button.dataset.busy;
	button.setAttribute("aria-disabled", "true");
	announcer().classList.remove("announcer-shown");
	announcer().textContent = button.dataset.busy;
}

function recover() {
	for (const form of document.querySelectorAll("form[aria-busy]")) {
		const button = form.querySelector("[data-busy]");
		form.removeAttribute("aria-busy");
		button.removeAttribute("aria-disabled");
		button.textContent = button.dataset.label;
	}
}

// Capturing, so that a second press is stopped before htmx or the browser sends it.
document.addEventListener("submit", (event) => {
	const button = event.target.querySelector("[data-busy]");
	if (!button || event.submitter?.hasAttribute("formaction")) return; // a switch: see Chrome.along
	if (event.target.hasAttribute("aria-busy")) {
		event.preventDefault();
		event.stopImmediatePropagation();
		return;
	}
	start(event.target, button);
}, true);

document.addEventListener("htmx:finally:request", recover);
document.addEventListener("htmx:error", () => {
	recover(); // it may have come to no request at all
	announcer().textContent = document.body.dataset.failed;
	announcer().classList.add("announcer-shown");
});
window.addEventListener("pageshow", recover);
