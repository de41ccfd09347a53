// The camera as a scanner: it fills the serial field, sends nothing, and is off after a hit and once it is left.
const serialIn = /^(?:.*[?&]serial=)?([\w .:/\]-]{4,80})$/; // as such or in a link; no secret of an app's QR code
let opened; // its abort ends the watching

async function watch(video, signal) {
	const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
	const off = () => stream.getTracks().forEach((track) => track.stop());
	signal.addEventListener("abort", off);
	try {
		const detector = new BarcodeDetector();
		video.srcObject = stream;
		while (!signal.aborted) {
			const codes = await detector.detect(video).catch(() => []); // before the first picture
			const serial = codes.map((code) => serialIn.exec(code.rawValue)?.[1]).find(Boolean);
			if (serial) return serial;
			await new Promise((seen) => video.requestVideoFrameCallback(seen));
		}
	} finally {
		off();
	}
}

async function open(form, dialog) {
	const { signal } = (opened = new AbortController());
	dialog.showModal();
	const result = await watch(dialog.querySelector("video"), signal).catch((error) => error);
	if (signal.aborted) return;
	dialog.close();
	const { denied, missing, read } = dialog.dataset;
	const trouble = result.name && (result.name === "NotAllowedError" ? denied : missing);
	form.querySelector("[data-camera-note]").textContent = trouble ?? "";
	document.getElementById("announcer").textContent = trouble ?? read;
	if (trouble) return;
	form.querySelector("[data-scan]").value = result;
	[...form.querySelectorAll("input:not([type=hidden])")].find((input) => !input.value)?.focus();
}

function leave({ target, type }) {
	if (type === "close" && target.open) return; // of the time before: the event comes late, and it is open again
	opened?.abort();
	document.querySelector("[data-camera-view][open]")?.close();
}

document.addEventListener("click", (event) => {
	const form = event.target.closest?.("[data-camera]")?.form;
	if (form) open(form, form.querySelector("[data-camera-view]"));
	if (event.target.closest?.("[data-camera-close]")) leave(event);
});
for (const type of ["close", "pagehide", "visibilitychange", "htmx:before:swap"]) window.addEventListener(type, leave, true);
