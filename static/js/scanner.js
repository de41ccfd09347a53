// A scanner is a keyboard that types a serial number in one burst and ends it with Enter, Tab or
// nothing. Wherever it types, its burst belongs into the serial field, once. Neither its Enter nor
// one outside the code's field sends a form whose code is still missing.
const gap = 50; // milliseconds between two keys of a scanner at most
const serialLike = /^(?=.*\d)[\w.:/\]-]{8,}$/; // a shorter burst may be a code, one without a digit a name
let burst = "";
let last = { field: null, time: 0 };
let stopped = false; // this press of Enter must not send the form

// settle puts a burst where it belongs, and answers whether it was a scan. The last scan stands.
function settle(field) {
	const scan = burst;
	burst = "";
	const serial = field?.form?.querySelector("[data-scan]");
	if (!serialLike.test(scan) || !serial || !field.value.endsWith(scan)) return false;
	const before = field.value.slice(0, -scan.length);
	if (field !== serial) field.value = before;
	if (field !== serial || serialLike.test(before)) serial.value = scan; // else its first keys came slowly
	return true;
}

document.addEventListener("keydown", (event) => {
	stopped = false;
	const field = event.target;
	const serial = field.form?.querySelector("[data-scan]");
	const code = field.form?.querySelector("[data-code]");
	if (field.tagName !== "INPUT" || !serial || !code) return;
	const same = field === last.field;
	const late = event.timeStamp - last.time > gap;
	const over = (late || !same) && settle(last.field) && same; // a scan here, without an end of its own
	last = { field, time: event.timeStamp };
	if (event.key.length === 1) burst = event.repeat ? "" : burst + event.key;
	if (event.key !== "Enter" && event.key !== "Tab") return;
	const scanned = settle(field) || over;
	const astray = scanned && field !== serial;
	const complete = field === code || (code.value && serial.value);
	if (event.key === "Tab" ? !astray : !scanned && complete) return;
	event.preventDefault();
	stopped = true;
	const inputs = [...field.form.querySelectorAll("input:not([type=hidden])")];
	(astray ? field : inputs[inputs.indexOf(field) + 1]).focus();
});

// Where key presses are made by a program, this one comes to the field that has the focus by now.
document.addEventListener("keypress", (event) => {
	if (stopped && event.key === "Enter") event.preventDefault();
});
