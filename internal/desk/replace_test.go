package desk_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"fobdesk/internal/desk"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

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
