package e2e

import (
	"testing"

	"fobdesk/internal/sim"
)

// TestALostFobFromItsPersonToItsReplacement: Ben says that he lost his fob, Grace sees it and gives
// him another, and the old one turns up.
func TestALostFobFromItsPersonToItsReplacement(t *testing.T) {
	t.Parallel()
	for name, javascript := range map[string]bool{"with JavaScript": true, "without": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := NewWorld(t)
			ben := w.NewBrowser(t, javascript)
			ben.signIn(t, sim.BenID)
			ben.Press(t, "a[href$='/lost']")
			ben.See(t, "form[action$='/lost']")
			ben.Press(t, "form[action$='/lost'] button[type=submit]")
			ben.See(t, "[data-outcome=deactivated]")
			ben.Press(t, "main a[href='/']")
			ben.See(t, ".badge-lost")

			w.replace(t, javascript)

			ben.Reload(t)
			ben.Press(t, "form[action$='/found'] button")
			ben.See(t, "form[action$='/activate'] input[autofocus]")
		})
	}
}

// replace gives Ben another fob for the one he lost: half of it is left and taken up again.
func (w *World) replace(t *testing.T, javascript bool) {
	t.Helper()
	const person = "/admin/users/" + sim.BenID
	grace := w.NewBrowser(t, javascript)
	look := func(name string) {
		if javascript {
			grace.Look(t, name)
		}
	}
	grace.signIn(t, sim.GraceID)
	grace.Open(t, person)
	grace.See(t, ".badge-lost")
	grace.Press(t, "main a[href$='/replace']")
	grace.See(t, "input[name=fob]:checked") // the lost one is chosen already
	look("replace-which")
	grace.Press(t, "form[action$='/replace'] button[type=submit]")
	grace.See(t, ".half-done")
	look("replace-half")

	grace.Open(t, person)                    // left,
	grace.Press(t, ".half-done a")           // and taken up again
	const form = "form[action$='/replace'] " // the page before has a form with such fields too
	grace.See(t, form+"#serialNumber")
	grace.Type(t, form+"#serialNumber", sim.SerialGood30)
	grace.Type(t, form+"#verificationCode", w.Cloud.WrongCode(sim.SerialGood30))
	grace.Press(t, "form:has(#serialNumber)[action$='/replace'] button[type=submit]")
	grace.See(t, "[data-outcome=wrong_code]")
	grace.See(t, ".half-done")
	grace.Type(t, form+"#verificationCode", w.Cloud.Code(sim.SerialGood30))
	grace.Press(t, "form:has(#serialNumber)[action$='/replace'] button[type=submit]")
	grace.See(t, "[data-outcome=enrolled]")
}

// TestWhereAFobIs looks one up as somebody who may read the inventory, and as somebody who may not.
func TestWhereAFobIs(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	for _, visit := range []struct{ person, look, serial string }{
		{sim.MiaID, "fob-held", sim.SerialChloe}, {sim.GraceID, "fob-without-role", sim.SerialGood30},
	} {
		b := w.NewBrowser(t, true)
		b.signIn(t, visit.person)
		b.Open(t, "/admin/fobs")
		b.Type(t, "#serialNumber", visit.serial+"\r")
		b.See(t, "#trail-title")
		b.Look(t, visit.look)
	}
}

// TestOneOfTwoIsChosenWhileOneTypes: who is meant is shown before anything is sent, and Enter takes
// a choice.
func TestOneOfTwoIsChosenWhileOneTypes(t *testing.T) {
	t.Parallel()
	w := NewWorld(t)
	b := w.NewBrowser(t, true)
	b.toTheQueue(t, sim.GraceID)
	b.focus(t, "q")
	b.Keys(t, person("Ann Smith"))
	b.See(t, "#person-1")
	b.Look(t, "handout-meant")
	b.Keys(t, person("\t"))
	b.focus(t, "person")
	b.Keys(t, person("\r"))
	b.focus(t, "serialNumber")
	b.Keys(t, person(sim.SerialGood30+"\r"))
	b.focus(t, "verificationCode")
	b.Keys(t, person(w.Cloud.Code(sim.SerialGood30)+"\r"))
	b.See(t, "[data-outcome=enrolled]")
	b.focus(t, "q")
	if got := b.Evaluate(t, "document.getElementById('results').textContent.trim()"); got != "" {
		t.Errorf("the next person begins with %q", got)
	}
	if held := w.Cloud.Held(sim.AnnSmithID); len(held) != 1 {
		t.Errorf("she holds %v", held)
	}
}
