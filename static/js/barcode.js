// Where the browser reads barcodes itself, the camera is offered, and only there is camera.js
// fetched. A page may use the camera if it was loaded with the right to (Permissions-Policy), so
// a page with that right is loaded whole where the one on show has it not.
const able = navigator.mediaDevices && (await window.BarcodeDetector?.getSupportedFormats())?.length > 0;
const allowed = document.featurePolicy?.allowsFeature("camera") ?? true;

async function offer() {
	const button = document.querySelector("[data-camera]");
	if (!button) return;
	await import(button.dataset.camera);
	button.hidden = false;
}

function loadWhole(event) {
	const { request, response } = event.detail.ctx;
	const grants = response.headers.get("Permissions-Policy")?.includes("camera=(self)");
	if (request.method !== "GET" || !grants) return;
	event.preventDefault();
	location.assign(response.raw.url);
}

if (able && allowed) {
	document.addEventListener("htmx:after:swap", offer);
	offer();
} else if (able) {
	document.addEventListener("htmx:before:response", loadWhole);
}
