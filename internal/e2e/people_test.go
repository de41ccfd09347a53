package e2e

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"fobdesk/internal/sim"
)

// until waits until an expression on the page holds.
func (b *Browser) until(t *testing.T, expression string) {
	t.Helper()
	b.Do(t, chromedp.Poll(expression, nil, chromedp.WithPollingTimeout(20*time.Second)))
}

// enrolFor fills in the form on a person's page and sends it.
func (b *Browser) enrolFor(t *testing.T, serial, code string) {
	t.Helper()
	b.Type(t, "#serialNumber", serial)
	b.Type(t, "#verificationCode", code)
	b.Press(t, "form[action$='/enrol'] button[type=submit]")
}

func TestAnAdminSearchesAsTheyTypeAndActsForAPerson(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b := w.NewBrowser(t, true)
	b.signIn(t, sim.GraceID)
	b.Open(t, "/admin/users")
	b.focus(t, "q")
	b.Look(t, "people-first")
	b.Keys(t, person("ann smi"))
	b.until(t, "document.querySelectorAll('.person-found').length === 2")
	b.until(t, "document.getElementById('announcer').textContent.includes('2 people')")
	if focused, typed := b.Focused(t), b.Value(t, "#q"); focused != "q" || typed != "ann smi" {
		t.Errorf("the focus is on %q, which holds %q", focused, typed)
	}
	b.Look(t, "people-found")
	b.Press(t, ".person-link[href$='"+sim.AnnSmithOtherID+"']")
	b.See(t, "form[action$='/enrol']")
	if text := b.Text(t, "main"); !strings.Contains(text, "ann.smith2@contoso.example") {
		t.Errorf("the page does not say which Ann Smith:\n%s", text)
	}
	b.Look(t, "person-empty")
	b.enrolFor(t, sim.SerialGood30, w.Cloud.WrongCode(sim.SerialGood30))
	b.See(t, "[data-outcome=wrong_code]")
	b.Look(t, "person-wrong-code")
	b.enrolFor(t, sim.SerialGood30, w.Cloud.Code(sim.SerialGood30))
	b.See(t, "[data-outcome=enrolled]")
	b.until(t, "document.querySelectorAll('.fob').length === 1")
	b.Look(t, "person-enrolled")
	b.Open(t, "/admin/users/"+sim.BenID)
	b.Look(t, "person-fobs")
	b.Press(t, "a[href$='/remove']")
	b.See(t, "form[action$='/remove']")
	b.Look(t, "person-remove")
	b.Open(t, "/admin/users/"+sim.AdaID+"/sheet?serial="+sim.SerialGood60)
	b.See(t, "svg.qr")
	b.Look(t, "sheet")
	b.Open(t, "/admin/users/"+sim.MiaID)
	b.See(t, "[data-outcome=not_allowed]")
	b.Look(t, "person-closed")
}

func TestAnOlderAnswerOfTheSearchNeverOverwritesANewerOne(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b := w.NewBrowser(t, true)
	b.signIn(t, sim.GraceID)
	b.Open(t, "/admin/users")
	b.focus(t, "q")
	w.Cloud.AddFault(sim.Fault{Side: sim.SideGraph, Method: http.MethodGet, Times: 1, Delay: 3 * time.Second})
	b.Keys(t, person("søren"))
	b.until(t, "performance.getEntriesByType('resource').length > 0 && document.querySelector('.htmx-request') !== null")
	b.Keys(t, person(strings.Repeat("\b", 5)+"zoë"))
	b.until(t, "document.querySelector('.person-link')?.textContent.startsWith('Zoë')")
	b.until(t, "new Promise(done => setTimeout(() => done(document.querySelector('.person-link').textContent.startsWith('Zoë')), 3500))")
	if text := b.Text(t, "#results"); strings.Contains(text, "Søren") {
		t.Errorf("the older answer is shown:\n%s", text)
	}
	// What is sent with Enter leads on, whatever was typed a moment before.
	b.Keys(t, person(strings.Repeat("\b", 3)+sim.AnnSmithID+"\r"))
	b.See(t, "form[action$='/enrol']")
	if path := b.Path(t); path != "/admin/users/"+sim.AnnSmithID {
		t.Errorf("Enter led to %s", path)
	}
}

func TestWithoutJavaScriptAnAdminFindsAPersonAndActs(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b := w.NewBrowser(t, false)
	b.signIn(t, sim.GraceID)
	b.Open(t, "/admin/users")
	b.Type(t, "#q", "ada")
	b.Press(t, ".search button")
	b.Press(t, ".person-link[href$='"+sim.AdaID+"']")
	b.enrolFor(t, sim.SerialGood30, w.Cloud.Code(sim.SerialGood30))
	b.See(t, "[data-outcome=enrolled]")
	b.Press(t, "a[href$='/remove']")
	b.Press(t, "form[action$='/remove'] button")
	b.See(t, "[data-outcome=removed]")
	b.Type(t, "#assign-serialNumber", sim.SerialGood60)
	b.Press(t, "form[action$='/assign'] button")
	b.See(t, ".notice") // Microsoft was asked for the inventory's permission, and the form is as it was
	b.Press(t, "form[action$='/assign'] button")
	b.See(t, "[data-outcome=not_allowed]") // Grace's role may not read the inventory
	if text := b.Text(t, "#summary"); !strings.Contains(text, "role") {
		t.Errorf("it does not say what is missing:\n%s", text)
	}
}
