// What a person with good eyes and a ruler would tell of a page, each as text: nothing where all is well.
window.look = (() => {
	const told = (e) => e.outerHTML.slice(0, 160);
	const all = (within, selector) => [...within.querySelectorAll(selector)];
	const clipped = (e) => e && (getComputedStyle(e).clipPath === "inset(50%)" || clipped(e.parentElement)); // there to be heard
	const shown = (e) => e.checkVisibility({ visibilityProperty: true });
	const box = (e) => e.getBoundingClientRect();
	const hides = (e) => ["hidden", "clip"].includes(getComputedStyle(e).overflowX) || ["hidden", "clip"].includes(getComputedStyle(e).overflowY);
	const meet = (a, b) => [Math.min(a.right, b.right) - Math.max(a.left, b.left), Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)];

	// What is wider than the window, but for what scrolls by itself.
	function wide() {
		if (document.documentElement.scrollWidth <= innerWidth) return [];
		return [`${document.documentElement.scrollWidth} px wide`, ...all(document.body, "*").filter((e) => shown(e) &&
			(box(e).right > innerWidth + 0.5 || box(e).left < -0.5)).slice(-3).map(told)];
	}

	// Targets below a size. A link within a sentence may be as high as its line (WCAG 2.5.8), and a
	// field's label is part of its target.
	function small(least) {
		return all(document, "a[href], button, input:not([type=hidden]), select, textarea, summary").filter((e) => {
			if (!shown(e) || e.matches(".skip")) return false;
			if (e.matches("a") && getComputedStyle(e).display === "inline" && [...e.parentElement.childNodes].some((n) =>
				n !== e && n.nodeType === 3 && n.data.trim())) return false;
			const boxes = [e, ...(e.labels ?? [])].map(box);
			const across = Math.max(...boxes.map((b) => b.right)) - Math.min(...boxes.map((b) => b.left));
			const along = Math.max(...boxes.map((b) => b.bottom)) - Math.min(...boxes.map((b) => b.top));
			return across < least - 0.5 || along < least - 0.5;
		}).map((e) => `${Math.round(box(e).width)}x${Math.round(box(e).height)} ${told(e)}`);
	}

	// Text that does not fit what hides the rest of it, and text of a picture that stands out of its frame.
	function cut() {
		const out = all(document, "figure svg text").filter((e) => shown(e) &&
			(box(e).left < box(e.closest("figure")).left - 0.5 || box(e).right > box(e.closest("figure")).right + 0.5));
		return out.map(told).concat(all(document, "main *, header *, footer *, dialog *").filter((e) => e.clientWidth > 1 && hides(e) && shown(e) && e.textContent.trim() &&
			!e.closest("svg") && !clipped(e) && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1)).map(told));
	}

	// Words that stand on other words, and things to press on other things.
	function overlapping() {
		const words = [], texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
		while (texts.nextNode()) {
			const text = texts.currentNode, parent = text.parentElement;
			if (!text.data.trim() || !shown(parent) || parent.closest("svg, script, option, .skip") || clipped(parent)) continue;
			const range = document.createRange();
			range.selectNodeContents(text);
			for (const r of range.getClientRects()) if (r.width > 1) words.push({ text, r });
		}
		const clash = [];
		words.sort((a, b) => a.r.top - b.r.top);
		words.forEach((a, i) => {
			for (const b of words.slice(i + 1)) {
				if (b.r.top >= a.r.bottom) break;
				const [across, along] = meet(a.r, b.r);
				if (a.text !== b.text && across > 2 && along > 0.4 * Math.min(a.r.height, b.r.height)) {
					clash.push(`"${a.text.data.trim().slice(0, 40)}" on "${b.text.data.trim().slice(0, 40)}"`);
				}
			}
		});
		const pressed = reachable().map((e) => ({ e, parts: [...e.getClientRects()] })); // a link may have parts on two lines
		pressed.forEach((a, i) => {
			for (const b of pressed.slice(i + 1)) {
				const met = a.parts.some((r) => b.parts.some((s) => meet(r, s)[0] > 2 && meet(r, s)[1] > 8));
				if (met && !a.e.contains(b.e) && !b.e.contains(a.e)) clash.push(`${told(a.e)} on ${told(b.e)}`);
			}
		});
		return clash;
	}

	// What Tab reaches, in the order of the document. One of a group of radio buttons is reached.
	function reachable() {
		return all(document.querySelector("dialog:modal") ?? document, "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]").filter((e) => {
			if (e.tabIndex < 0 || e.disabled || !shown(e) || e.closest("[inert]")) return false;
			if (e.type !== "radio") return true;
			const group = [...document.getElementsByName(e.name)].filter((r) => r.form === e.form);
			return e === (group.find((r) => r.checked) ?? group[0]);
		});
	}

	// The order of the document that is not that in which one reads: what comes later stands before it
	// on the same line, or above it in the same column.
	function disorder() {
		const wrong = all(document, "[tabindex]").filter((e) => e.tabIndex > 0).map(told);
		const places = reachable().filter((e) => !e.matches(".skip") && getComputedStyle(e).position !== "fixed");
		places.slice(1).forEach((e, i) => {
			const before = box(places[i]), now = box(e), [across, along] = meet(before, now);
			const sameLine = along > Math.min(before.height, now.height) / 2;
			const together = e.parentElement === places[i].parentElement; // a keypad's digits run as on a telephone
			const rtl = together ? getComputedStyle(e.parentElement).direction === "rtl" : document.dir === "rtl";
			const back = rtl ? now.left >= before.right - 1 : now.right <= before.left + 1;
			if (sameLine ? back : across > 0 && now.bottom <= before.top + 1) {
				wrong.push(`${told(e)} comes after ${told(places[i])}`);
			}
		});
		return wrong;
	}

	const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
	const painted = new Map();
	function colour(css) {
		if (!painted.has(css)) {
			pen.clearRect(0, 0, 1, 1);
			pen.fillStyle = css;
			pen.fillRect(0, 0, 1, 1);
			painted.set(css, [...pen.getImageData(0, 0, 1, 1).data]);
		}
		return painted.get(css);
	}

	const known = new Map();
	function bright(css) {
		if (!known.has(css)) {
			const [r, g, b] = colour(css).map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
			known.set(css, 0.2126 * r + 0.7152 * g + 0.0722 * b);
		}
		return known.get(css);
	}

	function contrast(a, b) {
		const [dark, light] = [bright(a), bright(b)].sort((x, y) => x - y);
		return (light + 0.05) / (dark + 0.05);
	}

	// The ground that an element stands on.
	function ground(e) {
		for (let at = e; at; at = at.parentElement) {
			const css = getComputedStyle(at).backgroundColor;
			if (colour(css)[3] === 255) return css;
		}
		return "Canvas";
	}

	// The rings around an element, with the ground that they stand on.
	function rings(e) {
		const style = getComputedStyle(e), around = [];
		const inside = parseFloat(style.outlineOffset) < 0;
		if (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) {
			around.push(style.outlineStyle === "auto" ? Infinity : contrast(style.outlineColor, ground(inside ? e : e.parentElement)));
		}
		const ring = style.boxShadow.match(/^(.*\)) 0px 0px 0px ([\d.]+)px$/);
		if (ring && parseFloat(ring[2]) >= 2) around.push(contrast(ring[1], ground(e.parentElement)));
		return around;
	}

	// What has the focus and does not show it, by a ring of 3:1 (WCAG 2.4.7, 1.4.11), or lies under
	// something else (2.4.11).
	function unseen() {
		const had = document.activeElement, wrong = [];
		for (const e of reachable()) {
			e.focus({ focusVisible: true });
			if (document.activeElement !== e) wrong.push(`takes no focus: ${told(e)}`);
			const best = Math.max(0, ...rings(e));
			if (best < 3) wrong.push(`its ring has ${best.toFixed(1)}:1: ${told(e)}`);
			const parts = [...e.getClientRects()];
			const top = parts.map((r) => document.elementFromPoint(r.left + r.width / 2, r.top + r.height / 2));
			if (!top.some((t) => t && (t.contains(e) || e.contains(t) || [...(e.labels ?? [])].some((l) => l.contains(t))))) {
				wrong.push(`lies under ${top[0] ? told(top[0]) : "nothing"}: ${told(e)}`);
			}
		}
		had === document.body ? document.activeElement.blur() : had?.focus({ preventScroll: true });
		scrollTo(0, 0);
		return wrong;
	}

	// The text as WCAG 1.4.12 sets it, in a sheet that the page's policy has no say in.
	function space(on) {
		const sheet = new CSSStyleSheet();
		sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-block-end: 2em !important }");
		document.adoptedStyleSheets = on ? [sheet] : [];
	}

	// Where the focus went since begin, one after the other, held against what Tab should reach: each once,
	// in the order of the document, round and round. A box that scrolls is reached, too.
	let went = [];
	function begin() {
		went = [];
		document.addEventListener("focusin", (event) => went.push(event.target));
		return reachable().length;
	}

	function strayed() {
		const want = reachable(), scrolls = (e) => e.scrollWidth > e.clientWidth || e.scrollHeight > e.clientHeight;
		const got = went.filter((e) => e.isConnected && (want.includes(e) || !scrolls(e))), first = want.indexOf(got[0]);
		const wrong = want.filter((e) => !got.includes(e)).map((e) => `Tab never reaches ${told(e)}`);
		if (wrong.length) return wrong;
		got.slice(0, want.length).forEach((e, i) => {
			const due = want[(first + i) % want.length];
			if (e !== due) wrong.push(`Tab reaches ${told(e)} instead of ${told(due)}`);
		});
		return wrong;
	}

	// The page in another language, in place: what it is styled by and its scripts stay. A document
	// that comes by this way is parsed by the browser and runs nothing.
	function speak(tag) {
		return new Promise((done) => {
			const ask = new XMLHttpRequest();
			ask.open("GET", `${location.pathname}?lang=${tag}`);
			ask.responseType = "document";
			ask.onload = () => {
				const { documentElement: root, body } = ask.response;
				document.documentElement.lang = root.lang;
				document.documentElement.dir = root.dir;
				for (const e of body.querySelectorAll("[data-keypad], [data-print], [data-copy]")) e.hidden = false; // as the scripts do
				document.body.replaceWith(document.adoptNode(body));
				done(root.lang === tag ? [] : [`its language is ${root.lang}`]);
			};
			ask.send();
		});
	}

	// What is folded up, unfolded.
	function unfold() {
		for (const e of all(document, "details")) e.open = true;
		return [];
	}

	// Which elements are seen, one letter each.
	const sees = () => all(document.body, "*").map((e) => (shown(e) ? "1" : "0")).join("");

	// A dialog of the page, opened; none where there is no such dialog. Its own script hears nothing of it.
	function ask(nth) {
		const dialog = all(document, "dialog")[nth];
		for (const e of all(dialog, "[data-left]")) e.textContent ||= "20";
		dialog.showModal();
		return [];
	}

	function answer() {
		document.querySelector("dialog:modal").close();
		return [];
	}

	// Everything that may move as it is while it does: the dialogs are open, the buttons wait.
	function stirred(tell) {
		const dialogs = all(document, "dialog:not([open])"), buttons = all(document, ".button:not([aria-disabled])");
		for (const e of dialogs) e.showModal();
		for (const e of buttons) e.setAttribute("aria-disabled", "true");
		const wrong = tell();
		for (const e of buttons) e.removeAttribute("aria-disabled");
		for (const e of dialogs) e.close();
		return [...new Set(wrong)];
	}

	// What still moves or glides where the device asks for stillness (WCAG 2.3.3).
	function moves() {
		const lasts = (times) => times.split(",").some((time) => parseFloat(time) > 0.01);
		return stirred(() => {
			const wrong = document.getAnimations().map((a) => `${a.animationName ?? a.transitionProperty} runs on ${told(a.effect.target)}`);
			for (const e of all(document, "*")) {
				for (const part of ["", "::before", "::after", "::backdrop"]) {
					const style = getComputedStyle(e, part || null);
					if (style.animationName !== "none" && lasts(style.animationDuration)) wrong.push(`${style.animationName} is set on ${part} ${told(e)}`);
					if (lasts(style.transitionDuration) || lasts(style.transitionDelay)) wrong.push(`${style.transitionProperty} glides on ${part} ${told(e)}`);
					if (style.scrollBehavior === "smooth") wrong.push(`scrolls smoothly: ${told(e)}`);
				}
			}
			return wrong;
		});
	}

	// What flashes where motion is welcome: anything that goes on by itself may turn, and nothing else.
	function flashes() {
		return stirred(() => [...all(document, "blink, marquee").map(told), ...document.getAnimations().filter((a) => a.animationName).flatMap((a) =>
			a.effect.getKeyframes().flatMap((frame) => Object.keys(frame)).filter((key) =>
				!["offset", "computedOffset", "easing", "composite", "transform"].includes(key)).map((key) => `${key} changes on ${told(a.effect.target)}`))]);
	}

	// The tables of more than two columns, row by row.
	const rows = () => all(document, "table").filter((e) => shown(e)).flatMap((e) => [...e.tBodies].flatMap((b) => [...b.rows])).filter((r) => r.cells.length > 2);

	// What is no card where there is no room for columns: cells that stand beside each other, and cells that
	// do not say whose they are, by a word before them or by what one can do there.
	function cards() {
		return rows().flatMap((row) => [...row.cells].filter((cell, i) => (i > 0 && box(cell).top < box(row.cells[i - 1]).bottom - 1) ||
			(cell.textContent.trim() && cell.matches("td:not(:has(a, button, summary))") && !/\p{L}/u.test(getComputedStyle(cell, "::before").content.replace("none", ""))))).map(told);
	}

	// What is no table where there is room for one: cells that do not stand under the head of their column.
	function columns() {
		return rows().flatMap((row) => [...row.cells].filter((cell, i) => {
			const head = box(row.closest("table").tHead.rows[0].cells[i]), now = box(cell);
			return Math.abs(head.left - now.left) > 1 || head.bottom > now.top + 1 || head.width < 2;
		})).map(told);
	}

	return { wide, small, cut, overlapping, disorder, unseen, space, begin, strayed, speak, unfold, sees, ask, answer, moves, flashes, cards, columns };
})();
