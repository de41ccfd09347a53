// The end of a visit. Nothing of it stays on the screen, whatever the network does; the form that
// ends it at the portal and at Microsoft is sent as soon as the portal answers.
const form = document.querySelector("[data-finish]");
const away = document.querySelector("[data-away]");
const longest = 60; // seconds between two tries
let leaving = false;

// answers reports whether the portal itself answers: Microsoft's sign-in may be down all the same.
async function answers() {
	try {
		const answer = await fetch("/kiosk/pulse", { cache: "no-store", redirect: "manual" });
		return answer.status < 500 || ["entra", "graph"].includes((await answer.text()).trim());
	} catch {
		return false;
	}
}

function empty() {
	form.hidden = true;
	document.body.append(form);
	for (const part of document.querySelectorAll("main, .header, .footer, dialog")) part.remove();
	document.title = away.querySelector("h2").textContent;
	away.hidden = false;
}

async function leave() {
	if (leaving) return;
	leaving = true;
	empty();
	for (let pause = 1; !(await answers()); pause = Math.min(2 * pause, longest)) {
		away.querySelector("[data-failed]").hidden = false;
		await new Promise((over) => setTimeout(over, 1000 * pause));
	}
	form.submit();
}

if (form) {
	document.addEventListener("kiosk:leave", leave);
	form.addEventListener("submit", (event) => {
		event.preventDefault();
		leave();
	});
}
