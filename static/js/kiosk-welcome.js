// A station's welcome asks the portal now and then how things stand, and says what is down. It asks
// less often while nothing answers, and is loaded anew once all is well again. Stations that were
// switched on together do not ask at the same moment.
const welcome = document.querySelector("[data-welcome]");
const often = 15; // seconds
const seldom = 120;

// pulse is what is down: nothing, "entra", "graph" or "portal"; null where this is no station any more.
async function pulse() {
	try {
		const answer = await fetch("/kiosk/pulse", { cache: "no-store", redirect: "manual" });
		if (answer.status === 204) return "";
		if (answer.status === 410) return null;
		return (await answer.text()).trim();
	} catch {
		return "portal";
	}
}

function tell(trouble) {
	const parts = [...document.querySelectorAll("[data-down]")];
	const down = parts.find((part) => part.dataset.down === trouble) ?? parts.find((part) => part.dataset.down === "portal");
	for (const part of parts) part.hidden = part !== down;
	document.querySelector("[data-start]").hidden = true;
}

async function watch() {
	let pause = often;
	let again = "again" in welcome.dataset; // something is to be mended by loading the page anew
	for (;;) {
		await new Promise((over) => setTimeout(over, 1000 * pause * (0.8 + 0.4 * Math.random())));
		const trouble = await pulse();
		if (trouble === null || (again && !trouble)) return location.replace("/kiosk");
		pause = trouble ? Math.min(2 * pause, seldom) : often;
		if (!trouble) continue;
		again = true;
		tell(trouble);
	}
}

if (welcome) watch();
