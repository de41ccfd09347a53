package sim_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/sim"
)

// cut reports whether a call got no answer.
func (w *world) cut(token, path string, body string) bool {
	r := w.request(http.MethodPost, w.GraphBase()+path, body, map[string]string{"Authorization": "Bearer " + token})
	response, err := w.browser.Do(r)
	if err == nil {
		_ = response.Body.Close()
	}
	return err != nil
}

func TestAConnectionIsCutBeforeOrAfterTheEffect(t *testing.T) {
	for afterEffect, left := range map[bool]sim.Status{false: sim.StatusAvailable, true: sim.StatusActivated} {
		w := newWorld(t)
		ada := w.as(sim.AdaID, selfScope)
		w.AddFault(sim.Fault{Side: sim.SideGraph, Method: http.MethodPost, Path: "byserialnumber", Cut: true, AfterEffect: afterEffect, Times: 1})
		w.ResetCalls()
		if !w.cut(ada, bySerial, `{"serialNumber":"`+sim.SerialGood30+`","verificationCode":"`+w.Code(sim.SerialGood30)+`"}`) {
			t.Error("the call was answered")
		}
		if got := w.status(sim.SerialGood30); got != left {
			t.Errorf("after effect %v: it is %s, want %s", afterEffect, got, left)
		}
		if calls := w.Calls(); len(calls) != 1 || calls[0].Status != 0 {
			t.Errorf("the log says %+v", calls)
		}
	}
}

func TestAFaultAnswersInPlaceOfGraph(t *testing.T) {
	w := newWorld(t)
	ada := w.as(sim.AdaID, selfScope)
	w.AddFault(sim.Fault{Side: sim.SideGraph, Status: 503, ContentType: "text/html", Body: "<p>", Header: http.Header{"Retry-After": {"7"}}, Times: 2})
	for range 2 {
		if a := w.enrol(ada, sim.SerialGood30); a.status != 503 || a.text != "<p>" || a.header.Get("Retry-After") != "7" || a.header.Get("Content-Type") != "text/html" {
			t.Errorf("%d %q %v", a.status, a.text, a.header)
		}
	}
	if got := w.status(sim.SerialGood30); got != sim.StatusAvailable {
		t.Errorf("it had an effect: %s", got)
	}
	w.want(w.enrol(ada, sim.SerialGood30), 204, "")
	w.AddFault(sim.Fault{Side: sim.SideGraph, Status: 504, AfterEffect: true})
	if a := w.enrol(ada, sim.SerialGood60); a.status != 504 || w.status(sim.SerialGood60) != sim.StatusActivated {
		t.Errorf("after the effect: %d, %s", a.status, w.status(sim.SerialGood60))
	}
	w.ClearFaults()
	w.want(w.graph(ada, http.MethodGet, methods, nil), 200, "")
}

func TestAFaultMeetsOnlyWhatItNames(t *testing.T) {
	w := newWorld(t)
	ada := w.as(sim.AdaID, selfScope)
	w.AddFault(sim.Fault{Side: sim.SideEntra, Path: "/TOKEN", Status: 500})
	w.AddFault(sim.Fault{Side: sim.SideGraph, Method: http.MethodPost, Status: 500})
	w.want(w.graph(ada, http.MethodGet, methods, nil), 200, "")
	if a := w.token(url.Values{}); a.status != 500 {
		t.Errorf("the token endpoint: %d", a.status)
	}
	if keys := w.keys(); len(keys.Keys) != 1 {
		t.Error("the keys were met")
	}
}

func TestAFaultDelays(t *testing.T) {
	w := newWorld(t)
	ada := w.as(sim.AdaID, selfScope)
	w.AddFault(sim.Fault{Side: sim.SideGraph, Delay: 20 * time.Millisecond})
	began := time.Now()
	w.want(w.graph(ada, http.MethodGet, methods, nil), 200, "")
	if took := time.Since(began); took < 20*time.Millisecond {
		t.Errorf("answered after %s", took)
	}
}

func TestCallsAreKeptAsTheyWereMade(t *testing.T) {
	w := newWorld(t)
	ada := w.as(sim.AdaID, selfScope)
	w.ResetCalls()
	body := enrolment(sim.SerialZeros, "000042")
	w.graph(ada, http.MethodPost, bySerial+"?a=b", body)
	w.token(url.Values{"grant_type": {"x"}})
	calls := w.Calls()
	if len(calls) != 2 {
		t.Fatalf("%d calls", len(calls))
	}
	first := calls[0]
	if first.Side != sim.SideGraph || first.Method != http.MethodPost || first.Path != "/beta"+bySerial || first.Query.Get("a") != "b" ||
		first.Body["verificationCode"] != "000042" || first.Status != 400 || first.PersonID != sim.AdaID || !first.At.Equal(start) {
		t.Errorf("%+v", first)
	}
	if second := calls[1]; second.Side != sim.SideEntra || !strings.HasSuffix(second.Path, "/token") || second.Form.Get("grant_type") != "x" || second.Body != nil {
		t.Errorf("%+v", second)
	}
}
