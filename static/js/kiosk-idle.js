// A visit that nobody uses ends, and some time before the page asks who is still there. Any key or
// touch keeps it, here and at the server, which counts by itself; what is done at the end is
// kiosk-leave.js's. The key that answers the question is not typed, nor is the rest of a scan.
const dialog = document.querySelector("[data-idle]");
const spoken = [20, 10, 5]; // seconds at which what is left is announced
const scan = 0.3; // seconds that a scanner types for at most
const mark = () => ({ date: Date.now(), running: performance.now() });

// One of the clocks stands still while the computer sleeps, the other can be set.
const since = (at) => Math.max(Date.now() - at.date, performance.now() - at.running) / 1000;

function watch(idle, ask) {
	const [label, left, say] = ["label", "left", "say"].map((name) => dialog.querySelector(`[data-${name}]`));
	const headers = { "X-CSRF-Token": document.querySelector("[data-finish] [name=csrfToken]").value };
	let kept = mark(); // when the server last heard of somebody
	let answered = { date: 0, running: 0 };

	async function keep() {
		const before = kept;
		if (since(before) < Math.min(5, idle / 10)) return;
		kept = mark();
		const answer = await fetch("/kiosk/stay", { method: "POST", redirect: "manual", headers }).catch(() => null);
		if (!answer || answer.status >= 500) kept = before; // the next key tries again
		else if (!answer.ok) document.dispatchEvent(new Event("kiosk:leave"));
	}

	function use(event) {
		if (dialog.open && event.type === "pointerdown") return; // its click would fall on what is below
		if (event.type.startsWith("key") && (dialog.open || since(answered) < scan)) event.preventDefault();
		if (dialog.open) answered = mark();
		dialog.close();
		keep();
	}

	for (const type of ["keydown", "keypress", "pointerdown", "click"]) document.addEventListener(type, use, true);
	setInterval(() => {
		const rest = Math.ceil(idle - since(kept));
		if (rest <= 0) document.dispatchEvent(new Event("kiosk:leave"));
		if (rest <= 0 || rest > ask || !dialog.isConnected) return;
		if (!dialog.open) dialog.showModal();
		left.textContent = rest;
		if (spoken.includes(rest)) say.textContent = `${label.textContent} ${rest}`;
	}, 250);
}

if (dialog) watch(Number(dialog.dataset.idle), Number(dialog.dataset.ask));
