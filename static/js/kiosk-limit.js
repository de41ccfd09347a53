// A visit has an end that no use moves, and can be ended elsewhere. The page asks the portal now and
// then whether it is still on, which is no use of it, and says when its last minute begins.
const still = document.querySelector("[data-visit]");
const often = 10; // seconds
const lastly = 60;

function leave() {
	document.dispatchEvent(new Event("kiosk:leave"));
}

function count({ visit, time, last }) {
	const began = { date: Date.now(), running: performance.now() };
	const left = () => Number(time) - Math.max(Date.now() - began.date, performance.now() - began.running) / 1000;
	setTimeout(() => {
		document.getElementById("announcer").textContent = last;
		document.querySelector("[data-limit]").hidden = false;
	}, 1000 * Math.max(0, time - lastly));

	setInterval(() => {
		if (left() <= 0) leave();
	}, 1000);
	setInterval(async () => {
		const answer = await fetch(`/kiosk/pulse?visit=${visit}`, { cache: "no-store" }).catch(() => null);
		if (answer?.status === 409 || answer?.status === 410) leave();
	}, 1000 * often);
}

if (still) count(still.dataset);
