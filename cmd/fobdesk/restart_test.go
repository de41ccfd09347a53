package main

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"fobdesk/internal/audit"
	"fobdesk/internal/e2e"
	"fobdesk/internal/session"
	"fobdesk/internal/sim"
	"fobdesk/internal/store"
)

func TestRST01TheEnrolmentUnderWayIsFinished(t *testing.T) {
	t.Parallel()
	p := e2e.NewProgram(t, program(t))
	ada := p.SignedIn(t, sim.AdaID)
	p.Cloud.AddFault(slowAnswer(time.Second))
	answer := make(chan *e2e.Page, 1)
	go func() {
		defer close(answer)
		answer <- ada.Post(t, "/enrol", enrolment(p, sim.SerialGood30))
	}()
	awaitHeld(t, p, 1)

	p.Signal(syscall.SIGTERM)
	page := <-answer
	if page == nil || page.Status != http.StatusSeeOther {
		t.Fatalf("the enrolment under way was answered with %+v, want %d", page, http.StatusSeeOther)
	}
	if code := p.Wait(t); code != exitDone {
		t.Errorf("exit code %d, want %d:\n%s", code, exitDone, p.Log)
	}
	want := []string{"enrol", "enrol enrolled"}
	if got := acts(t, p); strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("the audit trail has %q, want %q", got, want)
	}

	p.Start(t)
	if receipt := ada.Follow(t, page); receipt.Outcome(t) != "enrolled" {
		t.Errorf("after the next start the receipt is %d with %q", receipt.Status, receipt.Outcome(t))
	}
}

func TestRST02AfterAKillNothingIsLostOrDoneTwice(t *testing.T) {
	t.Parallel()
	p := e2e.NewProgram(t, program(t))
	ada := p.SignedIn(t, sim.AdaID)
	first := enrolment(p, sim.SerialGood30)
	receipt := ada.Post(t, "/enrol", first)
	if receipt.Status != http.StatusSeeOther {
		t.Fatalf("the first enrolment was answered with %d", receipt.Status)
	}
	p.Cloud.AddFault(slowAnswer(time.Minute))
	cut := make(chan error, 1)
	go func() { cut <- tryPost(p, ada, "/enrol", enrolment(p, sim.SerialGood60)) }()
	awaitHeld(t, p, 2)

	p.Signal(os.Kill)
	p.Wait(t)
	if err := <-cut; err == nil {
		t.Error("the enrolment under way was answered after the kill")
	}
	t.Logf("ready again after %v", p.Start(t))

	home := ada.Get(t, "/")
	for _, serial := range []string{sim.SerialGood30, sim.SerialGood60} {
		if home.Status != http.StatusOK || !strings.Contains(string(home.Body), serial) {
			t.Errorf("the session's list of fobs is %d without %s:\n%s", home.Status, serial, home.Body)
		}
	}
	if again := ada.Post(t, "/enrol", first); again.Header.Get("Location") != receipt.Header.Get("Location") {
		t.Errorf("the same form leads to %d %q, want the first receipt", again.Status, again.Header.Get("Location"))
	}
	if sent := writes(p); sent != 2 {
		t.Errorf("Graph saw %d writes, want one for each fob", sent)
	}
	p.Signal(syscall.SIGTERM)
	if code := p.Wait(t); code != exitDone {
		t.Errorf("exit code %d, want %d:\n%s", code, exitDone, p.Log)
	}
	want := []string{"enrol", "enrol enrolled", "enrol"} // the last gets its outcome once it can't be under way any more
	if got := acts(t, p); strings.Join(got, ", ") != strings.Join(want, ", ") {
		t.Errorf("the audit trail has %q, want %q", got, want)
	}
}

// slowAnswer lets Graph enrol the next fob at once, and say so after a while.
func slowAnswer(after time.Duration) sim.Fault {
	return sim.Fault{
		Side: sim.SideGraph, Method: http.MethodPost, Times: 1,
		AfterEffect: true, Delay: after, Status: http.StatusNoContent,
	}
}

func enrolment(p *e2e.Program, serial string) url.Values {
	return url.Values{"serialNumber": {serial}, "verificationCode": {p.Cloud.Code(serial)}}
}

// awaitHeld waits until Graph has so many fobs of Ada's.
func awaitHeld(t *testing.T, p *e2e.Program, fobs int) {
	t.Helper()
	limit := time.After(10 * time.Second)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for len(p.Cloud.Held(sim.AdaID)) < fobs {
		select {
		case <-look.C:
		case <-limit:
			t.Fatalf("the enrolment did not reach Graph:\n%s", p.Log)
		}
	}
}

// tryPost sends a form that may get no answer.
func tryPost(p *e2e.Program, v *e2e.Visitor, path string, form url.Values) error {
	r, err := http.NewRequest(http.MethodPost, p.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", p.URL)
	for name, value := range v.Cookies() {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	answer, err := new(http.Client).Do(r)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}

// writes counts what Graph was asked to do.
func writes(p *e2e.Program) int {
	n := 0
	for _, call := range p.Cloud.Calls() {
		if call.Side == sim.SideGraph && call.Method != http.MethodGet {
			n++
		}
	}
	return n
}

// acts are the audit trail's rows of acts, each with its outcome, once the program has ended. The
// trail must verify.
func acts(t *testing.T, p *e2e.Program) []string {
	t.Helper()
	return actsIn(t, p, "sqlite:"+filepath.Join(p.Folder(), "fobdesk.db"))
}

// actsIn is acts of the database of the URL.
func actsIn(t *testing.T, p *e2e.Program, url string) []string {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(p.Keys())
	if err != nil {
		t.Fatal(err)
	}
	keys, err := session.NewKeys([][]byte{key})
	if err != nil {
		t.Fatal(err)
	}
	db, err := store.Open(t.Context(), url, store.Options{Keys: keys, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close(t.Context()) }()
	if _, err := db.VerifyAudit(t.Context(), audit.Head{}); err != nil {
		t.Errorf("the audit trail does not verify: %v", err)
	}
	var rows []string
	for row, err := range db.ExportAudit(t.Context(), audit.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if e := row.Event; e != audit.EventSignIn && e != audit.EventSignOut {
			rows = append(rows, strings.TrimSpace(e+" "+row.Outcome))
		}
	}
	return rows
}
