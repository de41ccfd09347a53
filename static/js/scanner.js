// A scanner is a keyboard that types a serial number in one burst and ends it with Enter, Tab or
// nothing. Wherever it types, its burst belongs into the serial field, once; and Enter outside the
// code's field never sends a form whose code is still missing; on a choice it takes it and goes on.
const gap = 50; // milliseconds between two keys of a scanner at most
const serialLike = /^(?=.*\d)[\w.:/\]-]{8,}$/; // a shorter burst may be a code, one without a digit a name
let burst = "";
let last = { field: null, time: 0 };
let stopped = false; // this press of Enter must not send the form

// settle puts a burst where it belongs, and answers whether it took it out of another field.
function settle(field) {
	const scan = burst;
	burst = "";
	const serial = field?.form?.querySelector("[data-scan]");
	if (!serialLike.test(scan) || !serial || !field.value.endsWith(scan)) return false;
	const before = field.value.slice(0, -scan.length);
	if (field !== serial || before === scan) field.value = field === serial ? scan : before;
	if (field !== serial) serial.value ||= scan;
	return field !== serial;
}

document.addEventListener("keydown", (event) => {
	const field = event.target;
	const serial = field.form?.querySelector("[data-scan]");
	const code = field.form?.querySelector("[data-code]");
	if (field.tagName !== "INPUT" || !serial || !code) return;
	const paused = event.timeStamp - last.time > gap || field !== last.field;
	let moved = paused && settle(last.field);
	last = { field, time: event.timeStamp };
	if (event.key.length === 1) burst += event.key;
	if (event.key !== "Enter" && event.key !== "Tab") return;
	moved = settle(field) || moved;
	if (event.key === "Enter" && field.type === "radio") field.checked = true;
	const complete = field === code ? !moved : code.value && serial.value;
	if (event.key === "Tab" || complete) return;
	event.preventDefault();
	stopped = true;
	const inputs = [...field.form.querySelectorAll("input:not([type=hidden])")];
	const next = field.type === "radio" ? serial : inputs[inputs.indexOf(field) + 1];
	(moved ? field : next).focus();
});

// Enter on the summary's link leads to a field, and does not send that field's form either. Where key
// presses are made by a program, this one comes to the field that has the focus by now.
const leads = (event) => event.key === "Enter" && event.target.matches?.("a[href^='#']");
const held = (event) => stopped && event.key === "Enter" && event.target.tagName === "INPUT";
document.addEventListener("keydown", (event) => (stopped ||= leads(event)));
document.addEventListener("keypress", (event) => held(event) && event.preventDefault());
document.addEventListener("keyup", () => (stopped = false));
