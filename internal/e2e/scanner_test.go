package e2e

import (
	"cmp"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"fobdesk/internal/sim"
)

func TestAScannerFillsTheSerialAndNeverSendsTheForm(t *testing.T) {
	t.Parallel()
	const serial, other = "GALT3041782200000017", "GALT3041782200000018"
	w, b := atTheForm(t, sim.AdaID)
	for _, test := range []struct {
		name  string
		focus string // "serialNumber" where none is said
		code  string // typed before
		typed []keys
		want  [3]string // serial, name, code
		ends  string    // where the focus is then
	}{
		{name: "with Enter: on to the next field", typed: []keys{scan(serial + "\r")},
			want: [3]string{serial}, ends: "displayName"},
		{name: "with Tab: the same", typed: []keys{scan(serial + "\t")},
			want: [3]string{serial}, ends: "displayName"},
		{name: "without a suffix: it stays", typed: []keys{scan(serial)},
			want: [3]string{serial}, ends: "serialNumber"},
		{name: "with an Enter that comes late", typed: []keys{scan(serial), scan("\r")},
			want: [3]string{serial}, ends: "displayName"},
		{name: "whose first key comes slowly: whole all the same", typed: []keys{person(serial[:1]), scan(serial[1:] + "\r")},
			want: [3]string{serial}, ends: "displayName"},
		{name: "twice with Enter: once", typed: []keys{scan(serial + "\r"), scan(serial + "\r")},
			want: [3]string{serial}, ends: "displayName"},
		{name: "twice with Tab: once", typed: []keys{scan(serial + "\t"), scan(serial + "\t")},
			want: [3]string{serial}, ends: "displayName"},
		{name: "twice without a suffix: once as soon as one goes on", typed: []keys{scan(serial), scan(serial), person("\t")},
			want: [3]string{serial}, ends: "displayName"},
		{name: "another one: the last stands", typed: []keys{scan(other), scan(serial + "\r")},
			want: [3]string{serial}, ends: "displayName"},
		{name: "Caps Lock: as it was typed", typed: []keys{scan(strings.ToLower(serial) + "\r")},
			want: [3]string{strings.ToLower(serial)}, ends: "displayName"},
		{name: "with the scanner's prefix, which the server drops", typed: []keys{scan("]C1" + serial + "\r")},
			want: [3]string{"]C1" + serial}, ends: "displayName"},
		{name: "into the code: taken out", focus: "verificationCode", typed: []keys{scan(serial + "\r")},
			want: [3]string{serial}, ends: "verificationCode"},
		{name: "into the code with Tab", focus: "verificationCode", typed: []keys{scan(serial + "\t")},
			want: [3]string{serial}, ends: "verificationCode"},
		{name: "into the code without a suffix, as soon as one goes on", focus: "verificationCode",
			typed: []keys{scan(serial), person("012345")}, want: [3]string{serial, "", "012345"}, ends: "verificationCode"},
		{name: "digits alone into the code", focus: "verificationCode", typed: []keys{scan(sim.SerialZeros + "\r")},
			want: [3]string{sim.SerialZeros}, ends: "verificationCode"},
		{name: "behind a code", focus: "verificationCode", typed: []keys{person("012345"), scan(serial + "\r")},
			want: [3]string{serial, "", "012345"}, ends: "verificationCode"},
		{name: "into the name: taken out", focus: "displayName", typed: []keys{person("Desk"), scan(serial + "\r")},
			want: [3]string{serial, "Desk"}, ends: "displayName"},
		{name: "when all is filled in: still not sent", code: "012345", typed: []keys{scan(serial + "\r")},
			want: [3]string{serial, "", "012345"}, ends: "displayName"},
		{name: "when all is filled in, and its Enter comes late", code: "012345", typed: []keys{scan(serial), scan("\r")},
			want: [3]string{serial, "", "012345"}, ends: "displayName"},
		{name: "into the code, and its Enter comes late", focus: "verificationCode", typed: []keys{scan(serial), scan("\r")},
			want: [3]string{serial}, ends: "verificationCode"},
		{name: "a serial typed by hand, with Enter", typed: []keys{person("GALT30417822\r")},
			want: [3]string{"GALT30417822"}, ends: "displayName"},
		{name: "a name is no scan, however fast", focus: "displayName", typed: []keys{scan("Key ring 2\r")},
			want: [3]string{"", "Key ring 2"}, ends: "verificationCode"},
		{name: "a name without a digit is no scan", focus: "displayName", typed: []keys{scan("Keyring-Office\r")},
			want: [3]string{"", "Keyring-Office"}, ends: "verificationCode"},
		{name: "a name like a serial, typed by a person", focus: "displayName", typed: []keys{person("Keyring2025\r")},
			want: [3]string{"", "Keyring2025"}, ends: "verificationCode"},
		{name: "a key that is held down is no scan", focus: "displayName", typed: []keys{hold("2222222222"), person("\r")},
			want: [3]string{"", "2222222222"}, ends: "verificationCode"},
		{name: "a code is no scan, however fast", focus: "verificationCode", typed: []keys{scan("012345"), person("6")},
			want: [3]string{"", "", "0123456"}, ends: "verificationCode"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b.Open(t, "/enrol")
			focus := cmp.Or(test.focus, "serialNumber")
			b.Do(t, chromedp.SendKeys("#verificationCode", test.code, chromedp.ByQuery), chromedp.Focus("#"+focus, chromedp.ByQuery))
			b.Keys(t, test.typed...)
			got := [3]string{b.Value(t, "#serialNumber"), b.Value(t, "#displayName"), b.Value(t, "#verificationCode")}
			if got != test.want {
				t.Errorf("the form holds %q, want %q", got, test.want)
			}
			if got := b.Focused(t); got != test.ends {
				t.Errorf("the focus is on %q, want %q", got, test.ends)
			}
			if got := b.Evaluate(t, "submits"); got != "0" {
				t.Errorf("the form was sent %s times", got)
			}
		})
	}
	if got := w.posts(); got != 0 {
		t.Errorf("%d forms reached the portal", got)
	}
}

func TestASerialThatIsSentAsTheCodeIsExplained(t *testing.T) {
	t.Parallel()
	w, b := atTheForm(t, sim.AdaID)
	b.Type(t, "#serialNumber", sim.SerialGood30)
	b.Do(t, chromedp.Focus("#verificationCode", chromedp.ByQuery))
	b.Keys(t, scan(sim.SerialGood30)) // no key follows, so nothing in the page notices
	b.Press(t, "form[action='/enrol'] button[type=submit]")
	b.See(t, "[data-outcome=invalid_input]")
	if got := b.Text(t, "#verificationCode-error"); !strings.Contains(got, "looks like a serial number") {
		t.Errorf("the page says %q", got)
	}
	if got := b.Value(t, "#serialNumber"); got != sim.SerialGood30 {
		t.Errorf("the serial number is %q", got)
	}
	if got := w.enrolments(); len(got) != 0 {
		t.Errorf("Graph was asked %d times", len(got))
	}
}

func TestAnotherLetterCaseIsSuggestedAndNeverSent(t *testing.T) {
	t.Parallel()
	w, b := atTheForm(t, sim.AdaID)
	typed := strings.ToLower(sim.SerialGood30)
	b.Do(t, chromedp.Focus("#serialNumber", chromedp.ByQuery))
	b.Keys(t, scan(typed+"\r"), person("\t"+w.Cloud.Code(sim.SerialGood30)+"\r"))
	b.See(t, "[data-outcome=unknown_serial]")
	if got := b.Text(t, ".field-suggestion:not(:empty)"); !strings.Contains(got, sim.SerialGood30) {
		t.Errorf("the page suggests %q", got)
	}
	if got := b.Value(t, "#serialNumber"); got != typed {
		t.Errorf("the serial number is %q, want what was typed", got)
	}
	for _, call := range w.enrolments() {
		if got := call.Body["serialNumber"]; got != typed {
			t.Errorf("Graph was sent %q", got)
		}
	}
}
