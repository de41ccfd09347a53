package desk_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

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

func TestUndoTakesBackWhatTheActBoundAndNothingElse(t *testing.T) {
	done := func(b *bench, came outcome.Outcome) desk.Receipt {
		return desk.Receipt{Act: desk.Act{ID: "done", Serial: serial}, End: desk.End{Outcome: came, At: b.time()}}
	}
	bound := func(id string, after time.Duration) func(b *bench) oath.Method {
		return func(b *bench) oath.Method {
			m := fob(oath.StatusActivated, b.time().Add(after))
			m.ID = id
			return m
		}
	}
	for _, test := range []struct {
		name    string
		came    outcome.Outcome
		held    []func(b *bench) oath.Method
		listErr error
		want    outcome.Outcome
		removed string
	}{
		{"a fob that was enrolled", outcome.Enrolled, []func(*bench) oath.Method{bound("one", 0)}, nil, outcome.Removed, "one"},
		{"one that was assigned", outcome.Assigned, []func(*bench) oath.Method{bound("one", 0)}, nil, outcome.Removed, "one"},
		{"the newer of two", outcome.Enrolled, []func(*bench) oath.Method{bound("old", -time.Hour), bound("new", 0)}, nil, outcome.Removed, "new"},
		{"in either order", outcome.Enrolled, []func(*bench) oath.Method{bound("new", 0), bound("old", -time.Hour)}, nil, outcome.Removed, "new"},
		{"by a clock that is a minute ahead", outcome.Enrolled, []func(*bench) oath.Method{bound("one", time.Minute)}, nil, outcome.Removed, "one"},
		{"one of which Graph does not say when", outcome.Enrolled, []func(*bench) oath.Method{func(*bench) oath.Method {
			m := fob(oath.StatusActivated, time.Time{})
			m.ID = "one"
			return m
		}}, nil, outcome.Removed, "one"},
		{"beside another fob that is newer", outcome.Enrolled, []func(*bench) oath.Method{bound("one", 0), func(b *bench) oath.Method {
			m := bound("another", time.Second)(b)
			m.Device.SerialNumber = "OTHER"
			return m
		}}, nil, outcome.Removed, "one"},
		{"one that was bound since", outcome.Enrolled, []func(*bench) oath.Method{bound("one", time.Minute+time.Second)}, nil, outcome.NotFound, ""},
		{"one that is gone", outcome.Enrolled, nil, nil, outcome.NotFound, ""},
		{"an act that bound none", outcome.Removed, []func(*bench) oath.Method{bound("one", 0)}, nil, outcome.NotFound, ""},
		{"when Graph can't be read", outcome.Enrolled, []func(*bench) oath.Method{bound("one", 0)}, outcome.New(outcome.Throttled), outcome.Throttled, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, graph := newBench(t), accepts()
			for _, method := range test.held {
				graph.held = append(graph.held, method(b))
			}
			graph.listErr = test.listErr
			var first string
			for range 2 {
				id, err := b.Undo(t.Context(), graph, b.forAda(), done(b, test.came))
				if got := cameTo(err, outcome.Removed); got != test.want {
					t.Errorf("came to %s (%v), want %s", got, err, test.want)
				}
				if first == "" {
					first = id
				} else if test.removed != "" && id != first {
					t.Errorf("the second is %q, want %q", id, first)
				}
			}
			want := 0
			if test.removed != "" {
				want = 1
			}
			if n := writes(graph); n != want || n == 1 && !slices.Contains(graph.calls(), "remove "+test.removed) {
				t.Errorf("Graph was asked %q", graph.calls())
			}
		})
	}
	for took, want := range map[bool]outcome.Outcome{true: "", false: outcome.UpstreamUnavailable} {
		b, graph := newBench(t), accepts()
		graph.held = []oath.Method{bound("one", 0)(b)}
		graph.write = func(s *scripted) (string, error) {
			if took {
				s.held = nil
			}
			return "", lost
		}
		if _, err := b.Undo(t.Context(), graph, b.forAda(), done(b, outcome.Enrolled)); cameTo(err, "") != want {
			t.Errorf("a lost answer, took %t: %v", took, err)
		}
	}
	b := newBench(t)
	odd := done(b, outcome.Enrolled)
	odd.Act.Serial = "<none>"
	if _, err := b.Undo(t.Context(), accepts(fob(oath.StatusActivated, b.time())), b.forAda(), odd); !errors.Is(err, outcome.NotFound) {
		t.Errorf("an act without a serial number: %v", err)
	}
}

func TestUnderWhichConditionsAReplacementIsUnderWay(t *testing.T) {
	active, off := fob(oath.StatusActivated, time.Time{}), fob(oath.StatusAssigned, time.Time{})
	no, gone := outcome.New(outcome.NotAllowed), []oath.Method{}
	type step struct {
		name   string
		in     desk.Exchange
		held   []oath.Method
		write  error
		want   outcome.Outcome // "" where it is done
		writes int
		open   int
		off    outcome.Outcome
	}
	lose, keep := desk.Exchange{MethodID: fobID}, desk.Exchange{MethodID: fobID, Remove: true}
	again := lose
	again.Asked = true
	for name, steps := range map[string][]step{
		"switched off": {
			{"at first", lose, []oath.Method{active}, nil, "", 1, 1, outcome.Deactivated},
			{"taken up again", lose, []oath.Method{active}, nil, "", 0, 1, outcome.Deactivated},
			{"asked for again", again, []oath.Method{active}, nil, "", 1, 1, outcome.Deactivated},
		},
		"removed":            {{"", keep, []oath.Method{active}, nil, "", 1, 1, outcome.Removed}},
		"refused":            {{"", lose, []oath.Method{active}, no, outcome.NotAllowed, 1, 0, ""}},
		"not the person's":   {{"", keep, gone, nil, outcome.NotFound, 0, 0, ""}},
		"off already":        {{"", lose, []oath.Method{off}, nil, "", 0, 1, outcome.Deactivated}},
		"of another's place": {{"", desk.Exchange{MethodID: fobID, Serial: "OTHER"}, []oath.Method{active}, nil, outcome.NotFound, 0, 0, ""}},
		"lost, then refused": {
			{"lost", lose, []oath.Method{active}, lost, outcome.OutcomeUnknown, 1, 1, ""},
			{"refused", lose, []oath.Method{active}, no, outcome.NotAllowed, 1, 1, ""},
			{"done", lose, []oath.Method{active}, nil, "", 1, 1, outcome.Deactivated},
		},
		"lost, then refused though it was to go": {
			{"lost", keep, []oath.Method{active}, lost, outcome.OutcomeUnknown, 1, 1, ""},
			{"refused", keep, []oath.Method{active}, no, outcome.NotAllowed, 1, 1, ""},
		},
		"lost, then gone": {
			{"lost", keep, []oath.Method{active}, lost, outcome.OutcomeUnknown, 1, 1, ""},
			{"gone", keep, gone, nil, "", 0, 1, outcome.Removed},
		},
		"lost, then gone though it was to be kept": {
			{"lost", lose, []oath.Method{active}, lost, outcome.OutcomeUnknown, 1, 1, ""},
			{"gone", lose, gone, nil, outcome.NotFound, 0, 1, ""},
		},
	} {
		b := newBench(t)
		for _, step := range steps {
			graph := &scripted{held: step.held}
			graph.write = func(s *scripted) (string, error) {
				if errors.Is(step.write, outcome.OutcomeUnknown) {
					s.listErr = outcome.New(outcome.UpstreamUnavailable)
				}
				return "graph-1", step.write
			}
			receipt, err := b.BeginReplacement(t.Context(), graph, b.forAda(), step.in)
			if got := cameTo(err, ""); got != step.want {
				t.Errorf("%s, %s: came to %q (%v), want %q", name, step.name, got, err, step.want)
			}
			if (receipt != "") != (step.want == "" && (step.writes > 0 || name == "off already")) {
				t.Errorf("%s, %s: the receipt is %q", name, step.name, receipt)
			}
			if n := writes(graph); n != step.writes {
				t.Errorf("%s, %s: Graph was asked %q", name, step.name, graph.calls())
			}
			for _, call := range graph.calls() {
				if kind, _, _ := strings.Cut(call, " "); kind != "list" && (kind == "remove") != step.in.Remove {
					t.Errorf("%s, %s: Graph was asked to %s", name, step.name, call)
				}
			}
			open, err := b.Replacements(t.Context(), "ada")
			if err != nil || len(open) != step.open || len(open) == 1 && open[0].Off != step.off {
				t.Errorf("%s, %s: under way are %+v (%v)", name, step.name, open, err)
			}
			if len(open) == 1 && step.off != "" && step.writes > 0 && open[0].OldSerial != serial {
				t.Errorf("%s, %s: the old fob is %q, want Graph's %s", name, step.name, open[0].OldSerial, serial)
			}
		}
	}
}

func TestAReplacementThatCannotBeRememberedIsNotBegun(t *testing.T) {
	for _, test := range []struct {
		fails  string
		refuse bool
		writes int
	}{
		{"Replacements", false, 0}, {"SaveReplacement ", false, 0}, {"SaveReplacement deactivated", false, 1}, {"FinishReplacement", true, 1},
	} {
		b, graph := newBench(t), accepts(fob(oath.StatusActivated, time.Time{}))
		if test.refuse {
			graph.write = refuses(outcome.NotAllowed)
		}
		b.forget(test.fails)
		_, err := b.BeginReplacement(t.Context(), graph, b.forAda(), desk.Exchange{MethodID: fobID})
		if !errors.Is(err, outcome.Unavailable) || !errors.Is(err, errForgot) || errors.Is(err, outcome.NotAllowed) != test.refuse {
			t.Errorf("%s: %v", test.fails, err)
		}
		if n := writes(graph); n != test.writes {
			t.Errorf("%s: Graph was asked %q", test.fails, graph.calls())
		}
	}
}

func TestAReplacementIsOfItsOwnFob(t *testing.T) {
	b := newBench(t)
	other := fob(oath.StatusActivated, time.Time{})
	other.ID = "22222222-0000-4000-8000-000000000002"
	graph := accepts(fob(oath.StatusActivated, time.Time{}), other)
	for _, id := range []string{other.ID, fobID} {
		b.pass(time.Minute)
		if _, err := b.BeginReplacement(t.Context(), graph, b.forAda(), desk.Exchange{MethodID: id}); err != nil {
			t.Fatal(err)
		}
	}
	if n := writes(graph); n != 2 {
		t.Errorf("Graph was asked %q", graph.calls())
	}
	if err := b.EndReplacement(t.Context(), "ada", other.ID); err != nil {
		t.Fatal(err)
	}
	if open, err := b.Replacements(t.Context(), "ada"); err != nil || len(open) != 1 || open[0].OldMethod != fobID {
		t.Errorf("under way are %+v (%v)", open, err)
	}
}

func TestHowTheOldFobOfAReplacementStands(t *testing.T) {
	active, off := []oath.Method{fob(oath.StatusActivated, time.Time{})}, []oath.Method{fob(oath.StatusAssigned, time.Time{})}
	for _, test := range []struct {
		name       string
		remembered outcome.Outcome
		held       []oath.Method
		want       outcome.Outcome
	}{
		{"it works", "", active, ""},
		{"it works again", outcome.Deactivated, active, ""},
		{"it is off, as was remembered", outcome.Deactivated, off, outcome.Deactivated},
		{"it is off, which nobody remembers", "", off, outcome.Deactivated},
		{"it is gone, as was remembered", outcome.Removed, nil, outcome.Removed},
		{"it is gone, which nobody remembers", "", nil, outcome.Removed},
		{"it is gone since it was off", outcome.Deactivated, nil, outcome.Deactivated},
	} {
		if got := (desk.Replacement{OldMethod: fobID, Off: test.remembered}).Settled(test.held); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}
