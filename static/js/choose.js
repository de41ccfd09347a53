// Enter on a choice takes it and goes on to what is typed next, as the arrow keys and the space bar
// would in two steps. Without this it would send a form that is not filled in yet.
document.addEventListener("keydown", (event) => {
	const choice = event.target;
	if (event.key !== "Enter" || choice.type !== "radio") return;
	const next = choice.form?.querySelector("[data-scan]");
	if (!next) return;
	event.preventDefault();
	event.stopImmediatePropagation();
	choice.checked = true;
	next.focus();
}, true);
