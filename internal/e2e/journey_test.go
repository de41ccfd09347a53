package e2e

import (
	"encoding/base32"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/sim"
)

// signIn goes from the welcome through Entra.
func (b *Browser) signIn(t *testing.T, personID string) {
	t.Helper()
	b.Open(t, "/")
	b.Press(t, "main a[href^='/auth/sign-in']")
	b.Press(t, "button[value='"+personID+"']")
	b.See(t, "form[action='/auth/sign-out']")
}

// enrol fills in the form and sends it.
func (b *Browser) enrol(t *testing.T, serial, code string) {
	t.Helper()
	b.Type(t, "#serialNumber", serial)
	b.Type(t, "#verificationCode", code)
	b.Press(t, "form[action='/enrol'] button[type=submit]")
}

// TestAnEmployeesJourney is the main job, whole: with and without JavaScript, on the same pages.
func TestAnEmployeesJourney(t *testing.T) {
	t.Parallel()
	for name, javascript := range map[string]bool{"with JavaScript": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := NewWorld(t)
			b := w.NewBrowser(t, javascript)
			look := func(name string) {
				if javascript {
					b.Look(t, name)
				}
			}
			b.Open(t, "/")
			look("welcome")
			b.signIn(t, sim.AdaID)
			look("home-empty")
			b.Press(t, "main a[href='/enrol']")
			b.See(t, "#serialNumber")
			look("enrol")

			b.enrol(t, sim.SerialGood30, w.Cloud.WrongCode(sim.SerialGood30))
			b.See(t, "[data-outcome=wrong_code]")
			if got := b.Value(t, "#serialNumber"); got != sim.SerialGood30 {
				t.Errorf("the serial number is %q", got)
			}
			if got := b.Value(t, "#verificationCode"); got != "" {
				t.Errorf("the code is still there: %q", got)
			}
			if got := b.Title(t); !strings.HasPrefix(got, "Error: ") {
				t.Errorf("the title is %q", got)
			}
			look("wrong-code")

			b.Type(t, "#displayName", "Key ring")
			b.Type(t, "#verificationCode", fromOathtool(t, w, sim.SerialGood30))
			b.Press(t, "form[action='/enrol'] button[type=submit]")
			b.See(t, "[data-outcome=enrolled]")
			look("enrolled")
			b.Reload(t)
			b.See(t, "[data-outcome=enrolled]")

			b.Press(t, "main a[href='/']")
			b.See(t, "a[href$='/remove']")
			if got := b.Text(t, "main"); !strings.Contains(got, "Key ring") || !strings.Contains(got, sim.SerialGood30) {
				t.Errorf("the list says %q", got)
			}
			look("home-one")
			b.Press(t, "a[href$='/remove']")
			b.See(t, "form[action$='/remove']")
			look("remove")
			b.Press(t, "form[action$='/remove'] button[type=submit]")
			b.See(t, "[data-outcome=removed]")
			look("removed")
			if held := w.Cloud.Held(sim.AdaID); len(held) != 0 {
				t.Errorf("Graph still has %v", held)
			}

			b.Press(t, "form[action='/auth/sign-out'] button")
			b.See(t, "main a[href^='/auth/sign-in']")
			looked := 0
			for range 8 {
				b.Back(t)
				if strings.Contains(b.Path(t), "://") {
					continue // at Entra, which may show names, or at the browser's own page
				}
				looked++
				if got := b.Text(t, "body"); strings.Contains(got, "Ada") || strings.Contains(got, sim.SerialGood30) {
					t.Fatalf("Back shows, at %s, %q", b.Path(t), got)
				}
			}
			if looked == 0 {
				t.Error("Back never came to a page of the portal")
			}
		})
	}
}

func TestAnAssignedFobIsActivated(t *testing.T) {
	t.Parallel()
	for name, javascript := range map[string]bool{"with JavaScript": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := NewWorld(t)
			b := w.NewBrowser(t, javascript)
			b.signIn(t, sim.BenID)
			if javascript {
				b.Look(t, "home-two")
			}
			code := "form[action$='/activate'] input[name=verificationCode]"
			b.Type(t, code, "123")
			b.Press(t, "form[action$='/activate'] button[type=submit]")
			b.See(t, "[data-outcome=invalid_input]")
			if javascript {
				b.Look(t, "activate-short-code")
			}
			b.Type(t, code, fromOathtool(t, w, sim.SerialBenAssigned))
			b.Press(t, "form[action$='/activate'] button[type=submit]")
			b.See(t, "[data-outcome=activated]")
			if javascript {
				b.Look(t, "activated")
			}
		})
	}
}

// TestEachRefusalIsAPageAPersonCanRead looks at what is told where something is refused.
func TestEachRefusalIsAPageAPersonCanRead(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, serial string
		person       string
		prepare      func(*World)
	}{
		{name: "unknown_serial", serial: sim.SerialUnknown},
		{name: "assigned_to_other", serial: sim.SerialChloe},
		{name: "already_active", serial: sim.SerialBenActive, person: sim.BenID},
		{name: "limit_reached", serial: sim.SerialGood30, person: sim.DmitriID},
		{name: "not_allowed", serial: sim.SerialGood30, prepare: func(w *World) {
			w.Cloud.Update(func(s *sim.Switches) { s.PolicyDisabled = true })
		}},
		{name: "throttled", serial: sim.SerialGood30, prepare: fails(sim.Fault{Status: 429})},
		{name: "upstream_unavailable", serial: sim.SerialGood30, prepare: fails(sim.Fault{Status: 503})},
		{name: "outcome_unknown", serial: sim.SerialGood30, prepare: func(w *World) {
			fails(sim.Fault{Cut: true})(w)
			w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: "GET", Status: 500})
		}},
		{name: "refused", serial: sim.SerialGood30, prepare: fails(sim.Fault{Status: 400, ContentType: "application/json", Body: `{"error":{"code":"brandNew"}}`})},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := NewWorld(t)
			b := w.NewBrowser(t, true)
			person := sim.AdaID
			if test.person != "" {
				person = test.person
			}
			b.signIn(t, person)
			if test.prepare != nil {
				test.prepare(w)
			}
			b.Open(t, "/enrol")
			b.enrol(t, test.serial, w.Cloud.Code(test.serial))
			b.See(t, "[data-outcome="+test.name+"]")
			b.Look(t, "refused-"+test.name)
			if got := b.Focused(t); got != "summary" {
				t.Errorf("the focus is on %q, want the summary", got)
			}
		})
	}
}

func fails(f sim.Fault) func(*World) {
	return func(w *World) {
		f.Side, f.Method = sim.SideGraph, "POST"
		w.Cloud.AddFault(f)
	}
}

func TestOtherPagesOfTrouble(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b := w.NewBrowser(t, true)
	b.Open(t, "/nothing")
	b.See(t, "[data-outcome=not_found]")
	b.Look(t, "not-found")
	b.Open(t, "/auth/callback?state=x")
	b.See(t, "[data-outcome=sign_in_refused]")
	b.Look(t, "sign-in-refused")
	b.Open(t, "/")
	b.Press(t, "main a[href^='/auth/sign-in']")
	b.Press(t, "button[value='"+sim.EveID+"']")
	b.See(t, "[data-outcome=sign_in_refused]")
	b.Look(t, "no-method")
	b.signIn(t, sim.AdaID)
	b.Open(t, "/enrol")
	w.Clock.Pass(16 * time.Minute)
	b.enrol(t, sim.SerialGood30, "123456")
	b.See(t, "[data-outcome=signed_out]")
	if got := b.Text(t, "body"); strings.Contains(got, "Ada") {
		t.Errorf("the page of somebody who is signed out says %q", got)
	}
	b.Look(t, "signed-out")
	b.Press(t, "main a[href^='/auth/sign-in']")
	b.Press(t, "button[value='"+sim.AdaID+"']")
	b.See(t, "#serialNumber")
	if got := b.Value(t, "#serialNumber"); got != sim.SerialGood30 {
		t.Errorf("what was typed is gone: %q", got)
	}
	b.Look(t, "enrol-kept")
}

// TestHDR02NoPageBreaksThePolicy goes through each kind of page. In the end it breaks the policy on
// purpose: that this one report arrives shows that there was no other.
func TestHDR02NoPageBreaksThePolicy(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b := w.NewBrowser(t, true)
	b.signIn(t, sim.BenID)
	b.Press(t, "a[href$='/remove']")
	b.See(t, "form[action$='/remove']")
	b.Open(t, "/enrol")
	b.enrol(t, sim.SerialUnknown, "123456")
	b.See(t, "[data-outcome=unknown_serial]")
	b.Type(t, "#serialNumber", sim.SerialGood30)
	b.Type(t, "#verificationCode", w.Cloud.Code(sim.SerialGood30))
	b.Press(t, "form[action='/enrol'] button[type=submit]")
	b.See(t, "[data-outcome=enrolled]")
	b.Open(t, "/nothing")
	b.Open(t, "/")
	b.Press(t, "form[action='/auth/sign-out'] button")
	b.See(t, "main a[href^='/auth/sign-in']")
	if kept := b.Evaluate(t, "localStorage.length + sessionStorage.length"); kept != "0" {
		t.Errorf("%s things are kept in the browser's storage", kept)
	}

	const report = "content security policy report"
	b.Evaluate(t, "(document.body.appendChild(document.createElement('img')).src = 'https://evil.example/planted')")
	for deadline := time.Now().Add(30 * time.Second); !strings.Contains(w.Log.String(), "evil.example/planted"); {
		if time.Now().After(deadline) {
			t.Fatal("the browser does not report what it refuses")
		}
		time.Sleep(20 * time.Millisecond)
	}
	if n := strings.Count(w.Log.String(), report); n != 1 {
		t.Errorf("%d reports, want the planted one alone: %s", n, w.Log.String())
	}
}

// fromOathtool is the fob's code by a program of others.
func fromOathtool(t *testing.T, w *World, serial string) string {
	t.Helper()
	i := slices.IndexFunc(w.Fobs, func(f sim.Fob) bool { return f.Serial == serial })
	if i < 0 {
		t.Fatalf("there is no fob %s", serial)
	}
	fob := w.Fobs[i]
	out, err := exec.Command("oathtool", "--totp="+strings.TrimPrefix(string(fob.Hash), "hmac"),
		"--time-step-size="+fob.Interval.String(), "--base32", "--now="+w.Clock.Now().UTC().Format("2006-01-02 15:04:05 UTC"),
		base32.StdEncoding.EncodeToString(fob.Secret)).Output()
	if err != nil {
		t.Fatalf("oathtool: %v", err)
	}
	return strings.TrimSpace(string(out))
}
