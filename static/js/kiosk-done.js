// After an enrolment the station goes back to its welcome by itself, and says in how many seconds.
// Whoever presses a key or touches the screen reads on: the visit's own limit holds then.
const note = document.querySelector("[data-back]");

function countDown(seconds) {
	const [left, say] = [note.querySelector("[data-left]"), note.querySelector("[data-say]")];
	const ends = performance.now() + 1000 * seconds;
	const timer = setInterval(tick, 250);

	function tick() {
		const rest = Math.max(0, Math.ceil((ends - performance.now()) / 1000));
		left.textContent = rest;
		if (rest > 0) return;
		clearInterval(timer);
		if (document.querySelector("[data-finish]")) document.dispatchEvent(new Event("kiosk:leave"));
		else location.replace("/kiosk");
	}

	function stay() {
		clearInterval(timer);
		note.classList.add("kiosk-back-over"); // it keeps its room: nothing moves under the finger
	}

	for (const type of ["keydown", "pointerdown"]) document.addEventListener(type, stay, { capture: true, once: true });
	note.hidden = false;
	tick();
	say.textContent = note.innerText;
}

if (note) countDown(Number(note.dataset.back));
