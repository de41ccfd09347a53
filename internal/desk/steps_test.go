package desk_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"fobdesk/internal/audit"
	"fobdesk/internal/desk"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// says answers each call by its name, the last answer again and again; what is not named is taken.
func says(answers map[string][]error) func(*scripted) (string, error) {
	return func(s *scripted) (string, error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		call, _, _ := strings.Cut(s.asked[len(s.asked)-1], " ")
		left := answers[call]
		if len(left) == 0 {
			return "graph-1", nil
		}
		if len(left) > 1 {
			answers[call] = left[1:]
		}
		return "graph-1", left[0]
	}
}

func names(calls []string) string {
	var all []string
	for _, call := range calls {
		name, _, _ := strings.Cut(call, " ")
		all = append(all, name)
	}
	return strings.Join(all, " ")
}

func notThisWay() error { return &outcome.Error{Outcome: outcome.NotAllowed, Reference: "first"} }

func TestWhereGraphTakesNoOneStepForOthersTheFobIsBoundInTheStepsItTakes(t *testing.T) {
	no, wrong, none := notThisWay(), outcome.New(outcome.WrongCode), outcome.New(outcome.NotFound)
	never := map[string][]error{"assignAndActivate": {no}, "assignAndActivateDevice": {no}}
	with := func(more string, answers ...error) map[string][]error {
		all := map[string][]error{"assignAndActivate": {no}, "assignAndActivateDevice": {no}}
		all[more] = answers
		return all
	}
	free, hers := inStock("", oath.StatusAvailable), inStock("ada", oath.StatusAssigned)
	for _, test := range []struct {
		name    string
		answers map[string][]error
		list    desk.Inventory
		mayAsk  bool
		listErr error
		want    outcome.Outcome
		reason  string
		calls   string
	}{
		{name: "one step", list: free, want: outcome.Enrolled, calls: "assignAndActivate"},
		{name: "a wrong code in one step is no reason for two", answers: map[string][]error{"assignAndActivate": {wrong}}, list: free,
			want: outcome.WrongCode, calls: "assignAndActivate list"},
		{name: "a no that judged what was sent is a no", answers: map[string][]error{"assignAndActivate": {&outcome.Error{Outcome: outcome.NotAllowed, Judged: true}}},
			list: free, want: outcome.NotAllowed, calls: "assignAndActivate"},
		{name: "a no that judged the kind of call is not",
			answers: map[string][]error{"assignAndActivate": {&outcome.Error{Outcome: outcome.NotAllowed, Judged: true, Reason: outcome.ReasonNotSupported}}},
			list:    free, want: outcome.Enrolled, calls: "assignAndActivate assignAndActivateDevice"},
		{name: "by its id", answers: map[string][]error{"assignAndActivate": {no}}, list: free, want: outcome.Enrolled,
			calls: "assignAndActivate assignAndActivateDevice"},
		{name: "by its id, with a wrong code", answers: map[string][]error{"assignAndActivate": {no}, "assignAndActivateDevice": {wrong}}, list: free,
			want: outcome.WrongCode, calls: "assignAndActivate assignAndActivateDevice list"},
		{name: "assigned, then activated", answers: never, list: free, want: outcome.Enrolled,
			calls: "assignAndActivate assignAndActivateDevice assign activate"},
		{name: "only activated, where it is the person's already", answers: never, list: hers, want: outcome.Enrolled,
			calls: "assignAndActivate assignAndActivateDevice activate"},
		{name: "in no way", answers: with("assign", &outcome.Error{Outcome: outcome.NotAllowed, Reference: "another"}), list: free, want: outcome.NotAllowed, calls: "assignAndActivate assignAndActivateDevice assign"},
		{name: "not assigned just now", answers: with("assign", outcome.New(outcome.Throttled)), list: free, want: outcome.Throttled,
			calls: "assignAndActivate assignAndActivateDevice assign"},
		{name: "assigned, and the code is wrong", answers: with("activate", wrong), list: free, want: outcome.WrongCode, reason: "assigned",
			calls: "assignAndActivate assignAndActivateDevice assign activate list"},
		{name: "assigned, and seen a little later", answers: with("activate", none, none, nil), list: free, want: outcome.Enrolled,
			calls: "assignAndActivate assignAndActivateDevice assign activate activate activate"},
		{name: "assigned, and seen at the last look", answers: with("activate", none, none, none, nil), list: free, want: outcome.Enrolled,
			calls: "assignAndActivate assignAndActivateDevice assign activate activate activate activate"},
		{name: "assigned, and never seen", answers: with("activate", none), list: free, want: outcome.NotFound, reason: "assigned",
			calls: "assignAndActivate assignAndActivateDevice assign activate activate activate activate"},
		{name: "a list that may be asked for", answers: never, mayAsk: true, want: outcome.ConsentNeeded, calls: "assignAndActivate list"},
		{name: "a list that may not", answers: never, want: outcome.NotAllowed, calls: "assignAndActivate list"},
		{name: "a person who is not shown", answers: never, mayAsk: true, listErr: outcome.New(outcome.NotAllowed), want: outcome.NotAllowed,
			calls: "assignAndActivate list"},
		{name: "a list that is closed", answers: never, list: stock{err: outcome.New(outcome.NotAllowed)}, want: outcome.NotAllowed, calls: "assignAndActivate"},
		{name: "a list that can't be read now", answers: never, list: stock{err: outcome.New(outcome.Throttled)}, want: outcome.Throttled, calls: "assignAndActivate"},
		{name: "somebody else's", answers: never, list: inStock("ben", oath.StatusAssigned), want: outcome.AssignedToOther, calls: "assignAndActivate"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t)
			graph := &scripted{write: says(test.answers), listErr: test.listErr}
			by := b.forAda()
			by.MayAsk = test.mayAsk
			_, err := b.EnrolFor(t.Context(), graph, test.list, by, enrolment(t, "588651"))
			if got := cameTo(err, outcome.Enrolled); got != test.want {
				t.Errorf("came to %s (%v), want %s", got, err, test.want)
			}
			refusal, _ := errors.AsType[*outcome.Error](err)
			if refusal != nil && refusal.Reason != test.reason {
				t.Errorf("reason %q, want %q", refusal.Reason, test.reason)
			}
			if refusal != nil && refusal.Outcome == outcome.NotAllowed && !refusal.Judged && refusal.Reference != "first" {
				t.Errorf("the answer is %v, want Graph's first refusal", refusal)
			}
			if got := names(graph.calls()); got != test.calls {
				t.Errorf("Graph was asked %s, want %s", got, test.calls)
			}
		})
	}
}

func TestTheWayThatGraphTookIsTheWayOfTheNext(t *testing.T) {
	for _, test := range []struct {
		name   string
		device error
		next   string
	}{
		{"it worked", nil, "assignAndActivateDevice"},
		{"it did not", outcome.New(outcome.UnknownSerial), "assignAndActivate assignAndActivateDevice"},
	} {
		b := newBench(t)
		answers := map[string][]error{"assignAndActivate": {notThisWay()}}
		if test.device != nil {
			answers["assignAndActivateDevice"] = []error{test.device}
		}
		for i, want := range []string{"assignAndActivate assignAndActivateDevice", test.next} {
			graph := &scripted{write: says(answers)}
			_, _ = b.EnrolFor(t.Context(), graph, inStock("", oath.StatusAvailable), b.forAda(), enrolment(t, []string{"588651", "588652"}[i]))
			if got := names(graph.calls()); got != want {
				t.Errorf("%s: Graph was asked %s, want %s", test.name, got, want)
			}
		}
	}
}

func TestAUD03EachStepIsInTheTrail(t *testing.T) {
	b := newBench(t)
	no := notThisWay()
	graph := &scripted{write: says(map[string][]error{"assignAndActivate": {no}, "assignAndActivateDevice": {no}})}
	if _, err := b.EnrolFor(t.Context(), graph, inStock("", oath.StatusAvailable), b.forAda(), enrolment(t, "588651")); err != nil {
		t.Fatal(err)
	}
	var rows []string
	for row, err := range b.store.ExportAudit(t.Context(), audit.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, row.Event+" "+row.Outcome)
	}
	if want := []string{"enrol ", "assign assigned", "activate enrolled", "enrol enrolled"}; !slices.Equal(rows, want) {
		t.Errorf("the trail has %q, want %q", rows, want)
	}
}
