package e2e

import (
	"fmt"
	"testing"
	"time"
)

// movable makes a page's clocks, that of the day and that which runs, ones that pass moves on. What
// the page's scripts are due to do by then is done at once; what they do again and again is done once.
const movable = `{
	const [date, running, set, clear] = [Date.now, performance.now.bind(performance), window.setTimeout, window.clearTimeout];
	const due = new Map();
	let [ahead, last] = [0, 0];
	Date.now = () => date() + ahead;
	performance.now = () => running() + ahead;

	const arm = (id) => { due.get(id).real = set(fire, due.get(id).at - performance.now(), id); };
	function fire(id) {
		const { run, every, rest } = due.get(id);
		if (every === undefined) {
			due.delete(id);
		} else {
			due.get(id).at = performance.now() + every;
			arm(id);
		}
		run(...rest);
	}
	function later(run, pause, every, rest) {
		due.set(++last, { run, every, rest, at: performance.now() + pause });
		arm(last);
		return last;
	}
	window.setTimeout = (run, pause = 0, ...rest) => later(run, pause, undefined, rest);
	window.setInterval = (run, pause = 0, ...rest) => later(run, pause, pause, rest);
	window.clearTimeout = window.clearInterval = (id) => {
		clear(due.get(id)?.real);
		due.delete(id);
	};
	window.pass = (seconds) => {
		ahead += 1000 * seconds;
		for (const [id, { real }] of due) {
			clear(real);
			arm(id);
		}
	};
}`

// pass moves the portal's clock on and that of the page, which was made movable.
func (b *Browser) pass(t *testing.T, d time.Duration) {
	t.Helper()
	b.World.Clock.Pass(d)
	b.passHere(t, d)
}

// passHere moves the page's clock on alone: it runs a little before the portal's.
func (b *Browser) passHere(t *testing.T, d time.Duration) {
	t.Helper()
	b.Evaluate(t, fmt.Sprintf("pass(%v)", d.Seconds()))
}
