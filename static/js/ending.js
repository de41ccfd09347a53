// Some time before somebody is signed out because nothing happened, the page asks whether they want
// to go on. Either way out of the question keeps them signed in, and what they typed. The end that no
// use moves is told in the same place. What is used in another tab counts here, too.
const spoken = [120, 60, 30, 10]; // seconds at which what is left is announced
const token = () => document.querySelector("[action='/auth/sign-out'] [name=csrfToken]"); // none: nobody is signed in

function watch(dialog, [idle, ask, left]) {
	const { last, over, overText, close } = dialog.dataset;
	const [title, text, label, rest, say, stay] = dialog.querySelectorAll("h2, [id], [data-label], [data-rest], [data-say], [data-stay]");
	const tabs = new BroadcastChannel("session");
	let used = performance.timeOrigin; // when the portal last heard of somebody
	let told = ""; // what there is to say, and nothing to ask
	const ends = () => [used + 1000 * idle, performance.timeOrigin + 1000 * left];
	const seconds = () => Math.ceil((Math.min(...ends()) - Date.now()) / 1000);
	function use(at) {
		used = Math.max(used, at);
		if (!told) dialog.close();
	}

	async function keep() {
		const before = used;
		use(Date.now());
		const headers = { "X-CSRF-Token": token().value };
		const answer = await fetch("/auth/stay", { method: "POST", redirect: "manual", headers }).catch(() => null);
		if (answer?.ok) return tabs.postMessage(used);
		used = answer?.status === 401 ? 0 : before; // it is over, or is asked again
		text.textContent = document.body.dataset.failed;
	}

	function show(words) {
		if (words) [told, text.textContent, stay.textContent] = [words, words, close];
		if (token() && !dialog.open) dialog.showModal();
	}

	stay.addEventListener("click", () => dialog.close());
	dialog.addEventListener("close", () => told || seconds() > ask || keep()); // Escape does not always cancel first
	document.addEventListener("htmx:after:swap", () => use(Date.now()));
	tabs.addEventListener("message", (event) => use(event.data));
	tabs.postMessage(used);
	setInterval(() => {
		const now = seconds();
		rest.textContent = Math.max(0, now);
		if (spoken.includes(now)) say.textContent = `${label.textContent} ${now}`;
		if (now <= 0 && told !== overText) show((title.textContent = over) && overText);
		else if (now > 0 && now <= ask && !told) show(ends()[1] <= ends()[0] && last);
	}, 1000);
}

watch(document.querySelector("dialog[data-ending]"), document.body.dataset.ending.split(" "));
