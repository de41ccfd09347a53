// The on-screen keypad of a code field. A press leaves the focus where it is: to give it to the
// field would open the touch screen's own keyboard over the page. The announcer says how many
// digits there are, for each key has said its own already.
const digits = 6;

function press(field, key) {
	if (key === "clear") return "";
	if (key === "delete") return field.value.slice(0, -1);
	return field.value.replace(/\D/g, "").length < digits ? field.value + key : field.value;
}

document.addEventListener("mousedown", (event) => {
	if (event.target.closest?.("[data-keypad] button")) event.preventDefault();
});

document.addEventListener("click", (event) => {
	const key = event.target.closest?.("[data-keypad] button");
	if (!key) return;
	const pad = key.closest("[data-keypad]");
	const field = document.getElementById(pad.dataset.keypad);
	field.value = press(field, key.value);
	document.getElementById("announcer").textContent = `${pad.dataset.typed} ${field.value.length}`;
});

for (const pad of document.querySelectorAll("[data-keypad]")) pad.hidden = false;
