package message

import (
	"context"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/text/language"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

func TestAMissingKeyIsVisible(t *testing.T) {
	if got, want := Text(t.Context(), "no.such.key"), "⟦no.such.key⟧"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if Has("no.such.key") || !Has("enrol.title") {
		t.Error("Has does not tell a key with words from one without")
	}
}

func TestValuesStandInTheirPlacesAsTheyAre(t *testing.T) {
	got := Text(t.Context(), "page.title", "title", "{org} <b>", "org", "Contoso")
	if want := "{org} <b> – Contoso"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestANumberChoosesThePluralForm(t *testing.T) {
	for count, want := range map[int]string{0: "You have 0 fobs.", 1: "You have one fob.", 2: "You have 2 fobs.", 21: "You have 21 fobs."} {
		if got := Text(t.Context(), "home.count", "count", count); got != want {
			t.Errorf("%d: %q, want %q", count, got, want)
		}
	}
}

func TestPluralFormsAreThoseOfTheLanguage(t *testing.T) {
	all, err := parseAll(fstest.MapFS{"catalogue/pl.json": {Data: []byte(
		`{"$meta": {"name": "Polski"}, "fobs": {"one": "{count} brelok", "few": "{count} breloki", "other": "{count} breloków"}}`)}})
	if err != nil {
		t.Fatal(err)
	}
	pl := all["pl"]
	for count, want := range map[int]string{1: "1 brelok", 3: "3 breloki", 5: "5 breloków", 22: "22 breloki"} {
		if got := fill(pl, pl.words["fobs"], []any{"count", count}); got != want {
			t.Errorf("%d: %q, want %q", count, got, want)
		}
	}
}

func TestACatalogueThatIsWrongIsRefused(t *testing.T) {
	for name, file := range map[string]string{
		"catalogue/en.json":        `{"$meta": {"name": "English"}, "a": {"one": "without other"}}`,
		"catalogue/de.json":        `{"$meta": {"name": "Deutsch"}, "a": 1}`,
		"catalogue/es.json":        `{"a": "without a name"}`,
		"catalogue/it.json":        `{"$meta": {"name": ""}, "a": "without a name"}`,
		"catalogue/ar.json":        `{"$meta": {"name": "العربية", "digits": "!"}}`,
		"catalogue/fr.json":        `not JSON`,
		"catalogue/no tongue.json": `{"$meta": {"name": "None"}}`,
	} {
		if _, err := parseAll(fstest.MapFS{name: {Data: []byte(file)}}); err == nil {
			t.Errorf("%s with %s: no error", name, file)
		}
	}
}

func TestALanguageWithoutACatalogueFallsBackToEnglish(t *testing.T) {
	for _, tag := range []string{"en-GB", "tlh", "und"} {
		ctx := WithLanguage(t.Context(), language.MustParse(tag))
		if got := Text(ctx, "header.sign_out"); got != "Sign out" || Language(ctx) != "en" || Direction(ctx) != "ltr" {
			t.Errorf("%s: %q in %s, %s", tag, got, Language(ctx), Direction(ctx))
		}
	}
}

func TestAMomentIsToldAsAPersonWould(t *testing.T) {
	now := time.Date(2026, time.March, 12, 0, 30, 0, 0, time.UTC)
	for want, at := range map[string]time.Time{
		"Today":           now.Add(-time.Minute),
		"Yesterday":       now.Add(-time.Hour),
		"2 days ago":      now.AddDate(0, 0, -2),
		"6 days ago":      now.AddDate(0, 0, -6),
		"5 March 2026":    now.AddDate(0, 0, -7),
		"1 December 2025": time.Date(2025, time.December, 1, 23, 0, 0, 0, time.FixedZone("", -3600)).Add(-time.Hour),
		"14 March 2026":   now.AddDate(0, 0, 2),
	} {
		if got := Moment(t.Context(), at, now); got != want {
			t.Errorf("%s: %q, want %q", at, got, want)
		}
	}
	if got, want := Exact(t.Context(), now), "12 March 2026, 00:30 UTC"; got != want {
		t.Errorf("exact %q, want %q", got, want)
	}
}

func TestAWaitIsRoundedUpSoThatNobodyIsTooEarly(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0:                              "1 second",
		1500 * time.Millisecond:        "2 seconds",
		time.Minute:                    "60 seconds",
		61 * time.Second:               "2 minutes",
		15*time.Minute - time.Second/2: "15 minutes",
	} {
		if got := howLong(t.Context(), d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}

func TestARefusalSaysHowLongToWait(t *testing.T) {
	words := Refusal(t.Context(), &outcome.Error{Outcome: outcome.TooManyAttempts, RetryAfter: 11*time.Minute + time.Second})
	if !strings.Contains(words.Next, "12 minutes") {
		t.Errorf("next %q, want 12 minutes in it", words.Next)
	}
}

func TestAReasonNarrowsTheWordsAndAnUnknownOneDoesNot(t *testing.T) {
	general := Refusal(t.Context(), outcome.New(outcome.NotAllowed))
	policy := Refusal(t.Context(), &outcome.Error{Outcome: outcome.NotAllowed, Reason: "policy"})
	unheard := Refusal(t.Context(), &outcome.Error{Outcome: outcome.NotAllowed, Reason: "unheard-of"})
	if policy.Title == general.Title || !strings.Contains(strings.Join(policy.Text, " "), "up to an hour") {
		t.Errorf("the policy's words are %+v", policy)
	}
	if unheard.Title != general.Title || unheard.Next != general.Next {
		t.Errorf("a reason without words has %+v, want the general ones", unheard)
	}
}

func TestEachFieldsFlawHasItsOwnWords(t *testing.T) {
	flaws := map[string][]oath.Flaw{
		"serialNumber":     {oath.FlawEmpty, oath.FlawTooLong, oath.FlawCharacters, oath.FlawDoubled},
		"displayName":      {oath.FlawTooLong, oath.FlawCharacters, oath.FlawDoubled},
		"verificationCode": {oath.FlawEmpty, oath.FlawTooShort, oath.FlawTooLong, oath.FlawNotDigits, oath.FlawSerial, oath.FlawDoubled},
	}
	seen := map[string]bool{}
	for name, all := range flaws {
		for _, flaw := range all {
			got := FieldErrors(t.Context(), &outcome.Error{Outcome: outcome.InvalidInput, Fields: []outcome.Field{{Name: name, Flaw: string(flaw)}}})
			if len(got) != 1 || got[0].Name != name || seen[got[0].Text] || strings.Contains(got[0].Text, "⟦") {
				t.Errorf("%s %s: %+v, want words of its own", name, flaw, got)
				continue
			}
			seen[got[0].Text] = true
		}
	}
	for _, o := range []outcome.Outcome{outcome.WrongCode, outcome.UnknownSerial, outcome.AssignedToOther} {
		got := FieldErrors(t.Context(), outcome.New(o))
		if len(got) != 1 || seen[got[0].Text] || strings.Contains(got[0].Text, "⟦") {
			t.Errorf("%s: %+v, want words of its own beside one field", o, got)
		}
	}
	if got := FieldErrors(t.Context(), outcome.New(outcome.Throttled)); len(got) != 0 {
		t.Errorf("throttled is no field's fault, got %+v", got)
	}
}

func TestSomebodyWithoutAMethodLearnsWhatGetsThemIn(t *testing.T) {
	for _, reason := range []string{"no_method", "mfa_not_passed"} {
		text := strings.Join(Refusal(t.Context(), &outcome.Error{Outcome: outcome.SignInRefused, Reason: reason}).Text, " ")
		for _, want := range []string{"Temporary Access Pass", "help desk", "Authentication Administrator"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: %q does not speak of %q", reason, text, want)
			}
		}
	}
}

func TestWordsCanBeReadByManyAtOnce(t *testing.T) {
	t.Parallel()
	done := make(chan string)
	for range 8 {
		go func() { done <- Text(context.Background(), "wait.minutes", "count", 1) }()
	}
	for range 8 {
		if got := <-done; got != "1 minute" {
			t.Errorf("%q, want %q", got, "1 minute")
		}
	}
}
