// Once a page has been open for a minute it gets what tells of the session's end. A request of
// this kind reads a page by itself.
const { ending } = document.body.dataset;

function bring() {
	const wanted = new XMLHttpRequest();
	wanted.open("GET", "/auth/ending");
	wanted.responseType = "document";
	wanted.onload = () => import(document.body.appendChild(wanted.response.querySelector("dialog")).dataset.script);
	wanted.send();
}

if (ending) setTimeout(bring, Math.min(60_000, 250 * parseInt(ending)));
