// Keeps the codes and clocks of the page live, and lets them be copied.
const fobs = new Map();
for (const element of document.querySelectorAll("[data-fob]")) {
	fobs.set(element.dataset.fob, element);
}

function show(element, { code, left, interval }) {
	const display = element.querySelector("[data-code]");
	display.dataset.code = code;
	display.textContent = `${code.slice(0, 3)} ${code.slice(3)}`;
	element.querySelector("[data-left]").textContent = left;
	element.querySelector("[data-ring]").setAttribute("aria-label", `${left} seconds left`);
	element.querySelector("[data-arc]").setAttribute("stroke-dashoffset", 100 - (100 * left) / interval);
	element.classList.toggle("ending", left <= 5);
}

async function refresh() {
	const lost = document.querySelector("[data-lost]");
	try {
		const answer = await fetch("codes.json", { cache: "no-store" });
		for (const fob of (await answer.json()).fobs) {
			const element = fobs.get(fob.serial);
			if (element) show(element, fob);
		}
		lost.hidden = true;
	} catch {
		lost.hidden = false;
	}
}

async function copy(event) {
	const button = event.currentTarget;
	const element = button.closest("[data-fob]");
	const text = button.dataset.copy === "serial" ? element.dataset.fob : element.querySelector("[data-code]").dataset.code;
	const words = button.textContent;
	try {
		await navigator.clipboard.writeText(text);
		button.textContent = "Copied";
	} catch {
		button.textContent = "Not allowed";
	}
	button.disabled = true;
	setTimeout(() => {
		button.textContent = words;
		button.disabled = false;
	}, 1200);
}

for (const button of document.querySelectorAll("[data-copy]")) {
	button.hidden = !navigator.clipboard;
	button.addEventListener("click", copy);
}
refresh();
setInterval(refresh, 1000);
