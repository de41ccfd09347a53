package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

// demo is the demo at work.
type demo struct {
	portal, fobs string // the addresses that it printed
	printed      string
	stop         func() error // as Ctrl-C does; returns what run returned
}

// start runs the demo until it has said what to try.
func start(t *testing.T) demo {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	printed, out := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := run(ctx, out)
		_ = out.Close()
		ended <- err
	}()
	d := demo{stop: func() error { cancel(); return <-ended }}
	for lines := bufio.NewScanner(printed); !strings.Contains(d.printed, "Ctrl-C ends it"); {
		if !lines.Scan() {
			t.Fatalf("the demo ended with %v, after:\n%s", d.stop(), d.printed)
		}
		d.printed += lines.Text() + "\n"
		if address, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), "The portal:"); ok {
			d.portal = strings.TrimSpace(address)
		}
		if address, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), "The demo's fobs:"); ok {
			d.fobs = strings.Fields(address)[0]
		}
	}
	go func() { _, _ = io.Copy(io.Discard, printed) }()
	return d
}

// signIn signs Ada in.
func (d demo) signIn(t *testing.T) *e2e.Visitor {
	t.Helper()
	return (&e2e.World{URL: d.portal}).SignedIn(t, sim.AdaID)
}

// code is what the fob shows on the page of fobs.
func (d demo) code(t *testing.T, serial string) string {
	t.Helper()
	answer, err := http.Get(d.fobs + "/codes.json")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	type fob struct{ Serial, Code string }
	var shown struct{ Fobs []fob }
	if err := json.NewDecoder(answer.Body).Decode(&shown); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(shown.Fobs, func(f fob) bool { return f.Serial == serial })
	if i < 0 {
		t.Fatalf("no fob %s among %v", serial, shown.Fobs)
	}
	return shown.Fobs[i].Code
}

func TestTheFirstMinuteWithTheDemo(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	d := start(t)
	ada := d.signIn(t)
	receipt := ada.Follow(t, ada.Post(t, "/enrol", url.Values{
		"serialNumber": {sim.SerialGood30}, "verificationCode": {d.code(t, sim.SerialGood30)},
	}))
	if got := receipt.Outcome(t); got != "enrolled" {
		t.Errorf("the first fob with its code is %q, at %s", got, receipt.URL)
	}

	if err := d.stop(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	for _, address := range []string{d.portal, d.fobs} {
		conn, err := net.Dial("tcp", strings.TrimPrefix(address, "http://"))
		if err == nil {
			_ = conn.Close()
			t.Errorf("somebody still answers at %s", address)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	goleak.VerifyNone(t)
}

func TestTheDemosStationIsPairedInOneClick(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	d := start(t)
	defer func() { _ = d.stop() }()
	_, printed, _ := strings.Cut(d.printed, "A station:")
	address := strings.Fields(printed)[0]
	station := (&e2e.World{URL: d.portal}).NewVisitor()
	code := station.Get(t, address).Doc(t).Find("#pairingCode").AttrOr("value", "")
	welcome := station.Follow(t, station.Post(t, "/kiosk/pair", url.Values{"pairingCode": {code}}))
	if welcome.URL.Path != "/kiosk" || welcome.Doc(t).Find("a[href='/kiosk/start']").Length() != 1 {
		t.Fatalf("%s with the code %q ended at %s with %d", address, code, welcome.URL, welcome.Status)
	}
	for _, person := range []string{sim.AdaID, sim.BenID} { // two in a row
		page := station.SignIn(t, "/kiosk/start", person)
		if page.URL.Path != "/kiosk/enrol" || page.Status != http.StatusOK {
			t.Fatalf("the visit is at %s with %d", page.URL, page.Status)
		}
		station.Follow(t, station.Post(t, "/kiosk/finish", nil))
	}
}

func TestTheGalleryIsHeldToThePortalsPolicy(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	d := start(t)
	defer func() { _ = d.stop() }()
	_, printed, _ := strings.Cut(d.printed, "The gallery:")
	policies := map[string]string{}
	for name, address := range map[string]string{"portal": d.portal, "gallery": strings.Fields(printed)[0]} {
		answer, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("the %s answers %d", name, answer.StatusCode)
		}
		var kept []string
		for rule := range strings.SplitSeq(answer.Header.Get("Content-Security-Policy"), "; ") {
			if strings.HasPrefix(rule, "form-action") {
				rule = strings.Join(strings.Fields(rule)[:2], " ") // without Entra
			}
			if !strings.HasPrefix(rule, "report-uri") {
				kept = append(kept, rule)
			}
		}
		policies[name] = strings.Join(kept, "; ")
	}
	if policies["gallery"] != policies["portal"] {
		t.Errorf("the gallery's policy is %q, the portal's %q", policies["gallery"], policies["portal"])
	}
}

func TestATakenPortIsToldAndTheNextOneUsed(t *testing.T) {
	for _, address := range []string{"127.0.0.1:8080", "[::1]:8080"} {
		t.Run(address, func(t *testing.T) {
			t.Setenv("TMPDIR", t.TempDir())
			if taken, err := net.Listen("tcp", address); err == nil {
				defer func() { _ = taken.Close() }()
			} else if !strings.Contains(err.Error(), "in use") {
				t.Skipf("this machine cannot listen there: %v", err)
			}
			d := start(t)
			defer func() { _ = d.stop() }()
			port := strings.TrimPrefix(d.portal, "http://localhost:")
			if want := "Port 8080 is taken; " + port + " is used instead.\n"; !strings.HasPrefix(d.printed, want) {
				t.Errorf("it printed:\n%swant first: %s", d.printed, want)
			}
			if strings.Contains(d.printed, "Port "+port+" is taken") {
				t.Errorf("one part of the demo takes another's port:\n%s", d.printed)
			}
			d.signIn(t)
		})
	}
}

func TestTheDemoSaysHowItIsUsed(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		code int
	}{"asked": {[]string{"-h"}, 0}, "an argument": {[]string{"--port=1"}, 2}} {
		var out, errOut strings.Builder
		code := explain(test.args, &out, &errOut)
		if code != test.code || (out.String() == usage) != (code == 0) || (errOut.String() == usage) != (code != 0) {
			t.Errorf("%s: %d %q %q", name, code, out.String(), errOut.String())
		}
	}
}

func TestTheScriptNamesWhomToSignInAs(t *testing.T) {
	for _, name := range []string{"Ada", "Ben", "Grace", "Mia", "Karin", "Liam", "Henrik", "Jonas"} {
		if !strings.Contains(script, name) {
			t.Errorf("nothing to try as %s", name)
		}
	}
}
