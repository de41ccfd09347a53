// Tells htmx which strings may become markup. Under Trusted Types only this policy can make any:
// answers of our own server may be parsed, no script in them runs, and no string is evaluated.
{
	const rules = { createHTML: (markup) => markup, createScript: () => "" };
	const policy = window.trustedTypes ? window.trustedTypes.createPolicy("htmx", rules) : rules;
	const refuse = () => {
		throw new Error("strings are not evaluated");
	};
	window.htmx.registerExtension("trust", {
		init: (api) => api.initSecurity(policy, refuse, refuse),
	});
}
