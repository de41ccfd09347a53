// The page of the line asks now and then where its act stands, which is no use of the visit, and says
// so in words. Once there is an answer, or whatever else, the page is loaded anew.
const line = document.querySelector("[data-waiting]");

// words are the heading and the paragraphs of the place; null where the page is to be loaded anew.
async function words(here) {
	const answer = await fetch(here, { cache: "no-store", redirect: "manual", headers: { Accept: "text/plain" } });
	return answer.status === 200 ? (await answer.text()).split("\n") : null;
}

function say(parts) {
	const heading = line.querySelector("h1");
	if (heading.textContent !== parts[0]) document.getElementById("announcer").textContent = parts[0];
	for (const [i, part] of [heading, ...line.querySelectorAll("h1 ~ p:not(.actions)")].entries()) part.textContent = parts[i] ?? "";
}

async function watch({ waiting, here }) {
	for (;;) {
		await new Promise((over) => setTimeout(over, 1000 * waiting));
		const parts = await words(here).catch(() => []);
		if (!parts) return location.replace(here);
		if (parts.length > 0) say(parts); // nothing answers: the portal may be about to be back
	}
}

if (line) watch(line.dataset);
