package e2e

import (
	"context"
	"testing"
	"time"

	"fobdesk/internal/sim"
)

// TestInFirefoxAnEmployeeEnrolsAndRemovesAFob goes through the main job, a wrong code included, in
// the second engine, by mouse and keyboard.
func TestInFirefoxAnEmployeeEnrolsAndRemovesAFob(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), firefoxLimit)
	defer cancel()
	w := NewWorld(t)
	f := w.NewFirefox(ctx, t)
	f.open(ctx, t, "/")
	f.press(ctx, t, "main a[href^='/auth/sign-in']")
	f.press(ctx, t, "button[value='"+sim.AdaID+"']")
	f.press(ctx, t, "main a[href='/enrol']")

	f.write(ctx, t, "#serialNumber", sim.SerialGood30)
	f.write(ctx, t, "#verificationCode", w.Cloud.WrongCode(sim.SerialGood30))
	f.press(ctx, t, "form[action='/enrol'] button[type=submit]")
	f.see(ctx, t, "[data-outcome=wrong_code]")
	f.holds(ctx, t, map[string]string{
		"document.querySelector('#serialNumber').value":      sim.SerialGood30,
		"document.querySelector('#verificationCode').value":  "",
		"document.title.startsWith('Error: ')":               "true",
		"document.activeElement.closest('.main') !== null":   "true", // the focus is led to what went wrong
		"document.documentElement.scrollWidth <= innerWidth": "true",
	})

	f.write(ctx, t, "#verificationCode", fromOathtool(t, w, sim.SerialGood30))
	f.press(ctx, t, "form[action='/enrol'] button[type=submit]")
	f.see(ctx, t, "[data-outcome=enrolled]")
	f.press(ctx, t, "main a[href='/']")
	f.press(ctx, t, "a[href$='/remove']")
	f.press(ctx, t, "form[action$='/remove'] button[type=submit]")
	f.see(ctx, t, "[data-outcome=removed]")
	if held := w.Cloud.Held(sim.AdaID); len(held) != 0 {
		t.Errorf("Graph still has %v", held)
	}
}

// TestInFirefoxAStationServesAVisit pairs a station, and one person enrols there and leaves.
func TestInFirefoxAStationServesAVisit(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), firefoxLimit)
	defer cancel()
	w := NewWorld(t)
	code, _ := w.newStation(t, "Reception")
	f := w.NewFirefox(ctx, t)
	f.open(ctx, t, "/kiosk")
	f.press(ctx, t, "main a[href='/kiosk/pair']")
	f.write(ctx, t, "#pairingCode", code)
	f.press(ctx, t, "form[action='/kiosk/pair'] button")
	f.press(ctx, t, startButton)
	f.press(ctx, t, "button[value='"+sim.AdaID+"']")
	f.write(ctx, t, "#serialNumber", sim.SerialGood30)
	f.write(ctx, t, "#verificationCode", fromOathtool(t, w, sim.SerialGood30))
	f.press(ctx, t, sendButton)
	f.see(ctx, t, "[data-outcome=enrolled]")
	f.press(ctx, t, "main button[form=finish]")
	f.see(ctx, t, startButton)
	f.holds(ctx, t, map[string]string{
		"location.pathname": "/kiosk",
		"/Ada|" + sim.SerialGood30 + "/.test(document.documentElement.outerHTML)": "false",
		"sessionStorage.length + localStorage.length":                             "0",
	})
	if held := w.Cloud.Held(sim.AdaID); len(held) != 1 {
		t.Errorf("Graph has %v, want the one that was enrolled", held)
	}
}

// holds asks the page for values.
func (f *Firefox) holds(ctx context.Context, t *testing.T, want map[string]string) {
	t.Helper()
	for expression, value := range want {
		for got, err := f.evaluate(ctx, expression); err != nil || got != value; got, err = f.evaluate(ctx, expression) {
			if ctx.Err() != nil {
				t.Fatalf("%s is %q (%v), want %q", expression, got, err, value)
			}
			time.Sleep(20 * time.Millisecond) // a swap takes its steps
		}
	}
}
