// Whoever chose a language at the welcome and walked away leaves the station in it: after a while
// without a key or a touch the choice is taken back.
const form = document.querySelector("[data-own-language]");

if (form) {
	let timer;
	const again = () => {
		clearTimeout(timer);
		timer = setTimeout(() => form.requestSubmit(), 1000 * Number(form.dataset.ownLanguage));
	};
	for (const type of ["keydown", "pointerdown"]) document.addEventListener(type, again, true);
	again();
}
