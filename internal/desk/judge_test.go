package desk_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fobdesk/internal/desk"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// unnamed is a fob whose serial number Graph left out.
func unnamed() oath.Method { return oath.Method{ID: "unnamed"} }

func TestFLT03WhatCameOfAnActIsToldByItsOwnEffect(t *testing.T) {
	now := time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)
	turns := func(status oath.DeviceStatus, err error) func(*scripted) (string, error) {
		return func(s *scripted) (string, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			for i := range s.held {
				if s.held[i].ID == fobID {
					s.held[i].Device.Status = status
				}
			}
			return "graph-1", err
		}
	}
	enrol := func(b *bench, graph *scripted) (string, error) {
		return b.Enrol(t.Context(), graph, b.by("ada"), enrolment(t, "588651"))
	}
	activate := func(b *bench, graph *scripted) (string, error) {
		return b.Activate(t.Context(), graph, b.by("ada"), desk.Activation{MethodID: fobID, Code: enrolment(t, "588651").Code})
	}
	remove := func(b *bench, graph *scripted) (string, error) {
		return b.Remove(t.Context(), graph, b.forAda(), desk.Removal{MethodID: fobID})
	}
	deactivate := func(b *bench, graph *scripted) (string, error) {
		return b.Deactivate(t.Context(), graph, b.forAda(), desk.Deactivation{MethodID: fobID})
	}
	assign := func(b *bench, graph *scripted) (string, error) {
		return b.Assign(t.Context(), graph, inStock("", oath.StatusAvailable), b.forAda(), enrolment(t, "588651").Serial)
	}
	assigned, active := fob(oath.StatusAssigned, now), fob(oath.StatusActivated, now)
	other := oath.Method{ID: "other", Device: oath.Device{SerialNumber: "OTHER", Status: oath.StatusActivated}}
	for _, test := range []struct {
		name   string
		do     func(b *bench, graph *scripted) (string, error)
		held   []oath.Method
		write  func(*scripted) (string, error)
		want   outcome.Outcome // "" where it is done
		reason string
	}{
		{"a lost activation that took", activate, []oath.Method{assigned}, turns(oath.StatusActivated, lost), "", ""},
		{"a lost activation that did not, beside another that is active", activate, []oath.Method{other, assigned}, refuses(outcome.OutcomeUnknown), outcome.UpstreamUnavailable, ""},
		{"a lost activation beside a fob without a serial number", activate, []oath.Method{assigned, unnamed()}, refuses(outcome.OutcomeUnknown), outcome.UpstreamUnavailable, ""},
		{"a lost removal beside a fob without a serial number", remove, []oath.Method{active, unnamed()}, refuses(outcome.OutcomeUnknown), outcome.UpstreamUnavailable, ""},
		{"a lost removal of another's", remove, []oath.Method{other}, refuses(outcome.OutcomeUnknown), outcome.NotFound, ""},
		{"a lost deactivation that took", deactivate, []oath.Method{active}, turns(oath.StatusAssigned, lost), "", ""},
		{"a lost deactivation that did not", deactivate, []oath.Method{active}, refuses(outcome.OutcomeUnknown), outcome.UpstreamUnavailable, ""},
		{"a lost deactivation of what is gone", deactivate, []oath.Method{active}, func(s *scripted) (string, error) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.held = nil
			return "", lost
		}, outcome.UpstreamUnavailable, ""},
		{"a lost assignment that took", assign, nil, binds(oath.StatusAssigned, now, lost), "", ""},
		{"a lost assignment that did not", assign, []oath.Method{other}, refuses(outcome.OutcomeUnknown), outcome.UpstreamUnavailable, ""},
		{"a lost assignment beside a fob without a serial number", assign, []oath.Method{unnamed()}, refuses(outcome.OutcomeUnknown), outcome.OutcomeUnknown, ""},

		{"a removal carries no code", remove, []oath.Method{active}, refuses(outcome.WrongCode), outcome.Refused, "act"},
		{"nor does a deactivation", deactivate, []oath.Method{active}, refuses(outcome.WrongCode), outcome.Refused, "act"},
		{"a wrong code to activate says no more", activate, []oath.Method{assigned}, refuses(outcome.WrongCode), outcome.WrongCode, ""},
		{"a refused activation of what is active by now", activate, []oath.Method{assigned}, turns(oath.StatusActivated, outcome.New(outcome.Refused)), outcome.AlreadyActive, ""},
		{"the fifth is no sixth", enrol, append(five("X")[:4], assigned), refuses(outcome.WrongCode), outcome.WrongCode, "assigned"},
		{"four leave room", enrol, five("X")[:4], refuses(outcome.WrongCode), outcome.WrongCode, ""},
		{"bound a minute before is not by this act", enrol, nil, binds(oath.StatusAssigned, now.Add(-time.Minute), lost), outcome.UpstreamUnavailable, ""},
		{"bound a little less before may be", enrol, nil, binds(oath.StatusAssigned, now.Add(-59*time.Second), lost), outcome.OutcomeUnknown, "assigned"},
		{"a fault that nobody named", enrol, nil, func(*scripted) (string, error) { return "", errors.New("boom") }, outcome.OutcomeUnknown, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			_, err := test.do(b, &scripted{held: append([]oath.Method(nil), test.held...), write: test.write})
			if got := cameTo(err, ""); got != test.want {
				t.Fatalf("came to %q (%v), want %q", got, err, test.want)
			}
			if refusal, ok := errors.AsType[*outcome.Error](err); ok && refusal.Reason != test.reason {
				t.Errorf("reason %q, want %q", refusal.Reason, test.reason)
			}
		})
	}
}

func TestFLT10GraphsRequestIDGoesWithWhateverCameOfIt(t *testing.T) {
	for name, test := range map[string]struct {
		came    outcome.Outcome
		listErr error
	}{
		"a refusal": {came: outcome.WrongCode}, "a lost answer": {came: outcome.OutcomeUnknown, listErr: outcome.New(outcome.Throttled)},
		"what was not sent": {came: outcome.Throttled},
	} {
		b := newBench(t)
		_, err := b.Enrol(t.Context(), &scripted{write: refuses(test.came), listErr: test.listErr}, b.by("ada"), enrolment(t, "588651"))
		if refusal, ok := errors.AsType[*outcome.Error](err); !ok || refusal.Reference != "graph-1" {
			t.Errorf("%s: %+v", name, err)
		}
	}
}

func TestLIM03ANoThatJudgedTheCodeCounts(t *testing.T) {
	for judged, want := range map[bool]outcome.Outcome{true: outcome.TooManyAttempts, false: outcome.NotAllowed} {
		b := newBench(t)
		graph := &scripted{write: func(*scripted) (string, error) {
			return "", &outcome.Error{Outcome: outcome.NotAllowed, Judged: judged}
		}}
		var err error
		for _, code := range strings.Fields("000001 000002 000003 000004 000005 000006") {
			_, err = b.Enrol(t.Context(), graph, b.by("ada"), enrolment(t, code))
		}
		if !errors.Is(err, want) {
			t.Errorf("judged %t: the sixth came to %v, want %s", judged, err, want)
		}
	}
}

func TestLIM01WhoHelpsOthersMayTryFourTimesAsOften(t *testing.T) {
	b := newBench(t)
	graph := &scripted{write: refuses(outcome.WrongCode)}
	tries := 0
	for i := range 30 {
		by := b.by(string(rune('a' + i)))
		by.Actor = oath.Person{TenantID: "t", ID: "grace"}
		in := enrolment(t, "588651")
		var err error
		if in.Serial, err = oath.ParseSerialNumber("GALT123456" + string(rune('A'+i%26)) + string(rune('A'+i/26))); err != nil {
			t.Fatal(err)
		}
		if _, err := b.EnrolFor(t.Context(), graph, nil, by, in); errors.Is(err, outcome.TooManyAttempts) {
			break
		}
		tries++
	}
	if tries != 20 {
		t.Errorf("%d tries were allowed, want 20", tries)
	}
}

func TestOIDC16APersonIsAskedForAFreshSignInOnceAndNeverInCircles(t *testing.T) {
	challenge := &outcome.Error{Outcome: outcome.StepUp, Claims: `{"access_token":{"a":1}}`}
	plain := outcome.New(outcome.StepUp)
	for _, test := range []struct {
		name   string
		graph  error
		change func(*desk.By)
		want   outcome.Outcome
	}{
		{"a no to an old sign-in", outcome.New(outcome.NotAllowed), func(by *desk.By) { by.FreshMFA = false }, outcome.StepUp},
		{"a no to somebody who acts for another", outcome.New(outcome.NotAllowed), func(by *desk.By) { by.FreshMFA = false; by.Actor.ID = "grace" }, outcome.NotAllowed},
		{"another no to an old sign-in", outcome.New(outcome.Throttled), func(by *desk.By) { by.FreshMFA = false }, outcome.Throttled},
		{"asked of a fresh one", plain, func(*desk.By) {}, outcome.NotAllowed},
		{"asked of an old one", plain, func(by *desk.By) { by.FreshMFA = false }, outcome.StepUp},
		{"a challenge that was answered", challenge, func(by *desk.By) { by.Challenge = challenge.ChallengeID() }, outcome.NotAllowed},
		{"a challenge that was answered long ago", challenge, func(by *desk.By) { by.Challenge = challenge.ChallengeID(); by.FreshMFA = false }, outcome.StepUp},
		{"a first challenge", challenge, func(*desk.By) {}, outcome.StepUp},
		{"a first challenge a moment after signing in", challenge, func(by *desk.By) { by.JustBack = true }, outcome.StepUp},
		{"another challenge", challenge, func(by *desk.By) { by.Challenge = "another" }, outcome.StepUp},
		{"another challenge a moment after one was answered", challenge, func(by *desk.By) { by.Challenge, by.JustBack = "another", true }, outcome.NotAllowed},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			by := b.by("ada")
			test.change(&by)
			graph := &scripted{write: func(*scripted) (string, error) { return "", test.graph }, listErr: test.graph}
			if _, err := b.Enrol(t.Context(), graph, by, enrolment(t, "588651")); !errors.Is(err, test.want) {
				t.Errorf("enrolling came to %v, want %s", err, test.want)
			}
			if errors.Is(test.graph, outcome.StepUp) {
				if _, err := b.List(t.Context(), graph, by); !errors.Is(err, test.want) {
					t.Errorf("looking came to %v, want %s", err, test.want)
				}
			}
		})
	}
	b := newBench(t)
	by := b.by("ada")
	by.FreshMFA = false
	if _, err := b.List(t.Context(), &scripted{listErr: outcome.New(outcome.NotAllowed)}, by); !errors.Is(err, outcome.NotAllowed) {
		t.Errorf("who may not look is told %v", err)
	}
}

// paper is a ledger without a store, for tests of time.
type paper struct {
	desk.Ledger
	open, close error
	tries, step error
	closed      []desk.End
}

func (p *paper) Open(context.Context, desk.Act) error { return p.open }

func (p *paper) Close(_ context.Context, _ desk.Act, end desk.End) error {
	if p.close == nil {
		p.closed = append(p.closed, end)
	}
	return p.close
}

func (p *paper) Tries(context.Context, string, time.Time) (int, error) { return 0, p.tries }

func (p *paper) Step(context.Context, desk.Act, string, desk.End) error { return p.step }

// onPaper runs a test of a desk in fake time.
func onPaper(t *testing.T, test func(t *testing.T, d *desk.Desk, p *paper, log *bytes.Buffer)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		p := &paper{}
		d := desk.New(desk.Config{
			Ledger: p, Attempts: 5, Window: time.Minute, Now: time.Now, Log: slog.New(slog.NewTextHandler(&log, nil)),
			MAC: func(string, ...[]byte) []byte { return nil },
		})
		defer d.Leave()
		test(t, d, p, &log)
	})
}

func TestFLT03AfterALostAnswerGraphIsLookedAtForElevenSeconds(t *testing.T) {
	onPaper(t, func(t *testing.T, d *desk.Desk, _ *paper, _ *bytes.Buffer) {
		began := time.Now()
		graph := &scripted{write: refuses(outcome.OutcomeUnknown)}
		if _, err := d.Enrol(t.Context(), graph, desk.By{}, enrolment(t, "588651")); !errors.Is(err, outcome.UpstreamUnavailable) {
			t.Errorf("came to %v", err)
		}
		if took := time.Since(began); took != 11*time.Second || len(graph.calls()) != 6 {
			t.Errorf("it took %v and %d calls", took, len(graph.calls()))
		}
	})
}

func TestFLT01AnActEndsWithin25SecondsAndIsUnknownThen(t *testing.T) {
	onPaper(t, func(t *testing.T, d *desk.Desk, p *paper, _ *bytes.Buffer) {
		d.ReadBack = []time.Duration{0, time.Hour}
		began := time.Now()
		if _, err := d.Enrol(t.Context(), &scripted{write: refuses(outcome.OutcomeUnknown)}, desk.By{}, enrolment(t, "588651")); !errors.Is(err, outcome.OutcomeUnknown) {
			t.Errorf("came to %v", err)
		}
		if took := time.Since(began); took != 25*time.Second || len(p.closed) != 1 || p.closed[0].Outcome != outcome.OutcomeUnknown {
			t.Errorf("it took %v and was written as %v", took, p.closed)
		}
	})
	onPaper(t, func(t *testing.T, d *desk.Desk, p *paper, _ *bytes.Buffer) {
		p.open = &desk.Repeat{ActID: "first"} // for ever under way
		began := time.Now()
		if _, err := d.Enrol(t.Context(), &scripted{}, desk.By{}, enrolment(t, "588651")); !errors.Is(err, outcome.OutcomeUnknown) {
			t.Errorf("a submission that never ends came to %v", err)
		}
		if took := time.Since(began); took != 25*time.Second {
			t.Errorf("it took %v", took)
		}
	})
}

func TestFLT01AFobThatGraphDoesNotShowYetIsActivatedWithin25Seconds(t *testing.T) {
	onPaper(t, func(t *testing.T, d *desk.Desk, _ *paper, _ *bytes.Buffer) {
		d.ReadBack = []time.Duration{0, time.Hour, time.Hour}
		no := notThisWay()
		graph := &scripted{write: says(map[string][]error{
			"assignAndActivate": {no}, "assignAndActivateDevice": {no}, "activate": {outcome.New(outcome.NotFound)},
		})}
		if _, err := d.EnrolFor(t.Context(), graph, inStock("", oath.StatusAvailable), desk.By{Actor: oath.Person{ID: "grace"}, Subject: oath.Person{ID: "ada"}}, enrolment(t, "588651")); !errors.Is(err, outcome.NotFound) {
			t.Errorf("came to %v", err)
		}
		if got := names(graph.calls()); got != "assignAndActivate assignAndActivateDevice assign activate activate" {
			t.Errorf("Graph was asked %s", got)
		}
	})
}

func TestWhatTheLedgerCannotSayOrKeepBesideAnActIsLogged(t *testing.T) {
	for _, fails := range []bool{true, false} {
		onPaper(t, func(t *testing.T, d *desk.Desk, p *paper, log *bytes.Buffer) {
			if fails {
				p.tries, p.step = errForgot, errForgot
			}
			no := notThisWay()
			if _, err := d.Enrol(t.Context(), &scripted{write: refuses(outcome.WrongCode)}, desk.By{}, enrolment(t, "588651")); !errors.Is(err, outcome.WrongCode) {
				t.Errorf("came to %v", err)
			}
			graph := &scripted{write: says(map[string][]error{"assignAndActivate": {no}, "assignAndActivateDevice": {no}})}
			by := desk.By{Actor: oath.Person{ID: "grace"}, Subject: oath.Person{ID: "ada"}}
			if _, err := d.EnrolFor(t.Context(), graph, inStock("", oath.StatusAvailable), by, enrolment(t, "588651")); err != nil {
				t.Errorf("came to %v", err)
			}
			for _, trouble := range []string{"count tries", "a step was not written"} {
				if strings.Contains(log.String(), trouble) != fails {
					t.Errorf("fails %t, and the log says %s", fails, log.String())
				}
			}
		})
	}
}

func TestAUD03AnOutcomeThatCannotBeWrittenIsUnknownAndLogged(t *testing.T) {
	onPaper(t, func(t *testing.T, d *desk.Desk, p *paper, log *bytes.Buffer) {
		p.close = errForgot
		began := time.Now()
		if _, err := d.Enrol(t.Context(), accepts(), desk.By{}, enrolment(t, "588651")); !errors.Is(err, outcome.OutcomeUnknown) {
			t.Errorf("came to %v", err)
		}
		if took := time.Since(began); took != 5*time.Second || !strings.Contains(log.String(), "the outcome was not written") {
			t.Errorf("it took %v, and the log says %s", took, log.String())
		}
	})
}

func TestAUD03ARefusalThatCannotBeWrittenIsToldAllTheSame(t *testing.T) {
	onPaper(t, func(t *testing.T, d *desk.Desk, p *paper, _ *bytes.Buffer) {
		p.close = errForgot
		if _, err := d.Enrol(t.Context(), &scripted{write: refuses(outcome.WrongCode)}, desk.By{}, enrolment(t, "588651")); !errors.Is(err, outcome.WrongCode) {
			t.Errorf("came to %v", err)
		}
	})
}

func TestAUD02AStoreThatFailsIsNoRefusal(t *testing.T) {
	onPaper(t, func(t *testing.T, d *desk.Desk, p *paper, _ *bytes.Buffer) {
		p.open = errForgot
		graph := accepts()
		if _, err := d.Enrol(t.Context(), graph, desk.By{}, enrolment(t, "588651")); !errors.Is(err, outcome.Unavailable) || len(graph.calls()) > 0 {
			t.Errorf("came to %v after %q", err, graph.calls())
		}
		p.open = outcome.New(outcome.TooManyAttempts)
		if _, err := d.Enrol(t.Context(), graph, desk.By{}, enrolment(t, "588651")); !errors.Is(err, outcome.TooManyAttempts) || len(graph.calls()) > 0 {
			t.Errorf("came to %v after %q", err, graph.calls())
		}
	})
}
