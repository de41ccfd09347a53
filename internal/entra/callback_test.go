package entra

import (
	"errors"
	"net/url"
	"strings"
	"testing"

	"fobdesk/internal/outcome"
)

func TestOIDC08ACallbackIsReadStrictly(t *testing.T) {
	const code = "code=c&state=s"
	for _, test := range []struct {
		what, query string
		want        Callback
		refused     bool
	}{
		{"a code", code, Callback{Code: "c", State: "s"}, false},
		{"an error", "error=access_denied&error_description=AADSTS65004:+no&state=s", Callback{Error: "access_denied", ErrorDescription: "AADSTS65004: no", State: "s"}, false},
		{"iss", code + "&iss=https%3A%2F%2Fi.example", Callback{Code: "c", State: "s", Issuer: "https://i.example"}, false},
		{"unknown parameters", code + "&session_state=x&session_state=y&foo=1", Callback{Code: "c", State: "s"}, false},
		{"no state is for the caller to refuse", "code=c", Callback{Code: "c"}, false},
		{"a description in any letters", "error=access_denied&error_description=n%C3%B6&state=s", Callback{Error: "access_denied", ErrorDescription: "nö", State: "s"}, false},
		{"a state as long as it may be", "code=c&state=" + strings.Repeat("s", 512), Callback{Code: "c", State: strings.Repeat("s", 512)}, false},
		{"a long code", "state=s&code=" + strings.Repeat("c", 4000), Callback{Code: strings.Repeat("c", 4000), State: "s"}, false},

		{"nothing", "", Callback{}, true},
		{"neither code nor error", "state=s", Callback{State: "s"}, true},
		{"code and error", code + "&error=access_denied", Callback{State: "s"}, true},
		{"two codes", code + "&code=d", Callback{State: "s"}, true},
		{"two states", code + "&state=t", Callback{}, true},
		{"two equal states", code + "&state=s", Callback{}, true},
		{"two errors", "error=a&error=b&state=s", Callback{State: "s"}, true},
		{"two iss", code + "&iss=a&iss=b", Callback{State: "s"}, true},
		{"a huge state", "code=c&state=" + strings.Repeat("s", 513), Callback{}, true},
		{"a huge code", "state=s&code=" + strings.Repeat("c", 8193), Callback{State: "s"}, true},
		{"a huge description", "state=s&error=e&error_description=" + strings.Repeat("d", 8193), Callback{State: "s"}, true},
		{"NUL in the code", "state=s&code=c%00", Callback{State: "s"}, true},
		{"a line break in the state", "code=c&state=s%0a", Callback{}, true},
		{"not UTF-8", "state=s&code=%ff", Callback{State: "s"}, true},
	} {
		t.Run(test.what, func(t *testing.T) {
			query, err := url.ParseQuery(test.query)
			if err != nil {
				t.Fatal(err)
			}
			got, err := ParseCallback(query)
			if got != test.want {
				t.Errorf("got another callback: state %q, code %q", got.State, got.Code)
			}
			if errors.Is(err, outcome.SignInRefused) != test.refused {
				t.Errorf("got %v, want refused %v", err, test.refused)
			}
		})
	}
}

func TestOIDC08AnErrorResponseGivesAReasonAndANumberOnly(t *testing.T) {
	rp := New(Config{Issuer: "https://login.example/v2.0"})
	for _, test := range []struct {
		code, description, reason, reference string
	}{
		{"access_denied", "", reasonCancelled, ""},
		{"access_denied", "the user said no", reasonCancelled, ""},
		{"access_denied", "AADSTS65004: User declined to consent.", reasonConsentDeclined, "AADSTS65004"},
		{"access_denied", "AADSTS999999: news", reasonUnknown, "AADSTS999999"},
		{"interaction_required", "AADSTS50072: enroll", reasonNoMethod, "AADSTS50072"},
		{"interaction_required", "AADSTS999999: news", reasonUnknown, "AADSTS999999"},
		{"interaction_required", "", reasonSessionExpired, ""},
		{"login_required", "AADSTS50058: none", reasonSessionExpired, "AADSTS50058"},
		{"consent_required", "AADSTS90094: admin", reasonAdminConsent, "AADSTS90094"},
		{"invalid_client", "AADSTS50105: assign", reasonNotAssignedToApp, "AADSTS50105"},
		{"invalid_client", "AADSTS12345678: news", ReasonClientProof, "AADSTS12345678"},
		{"server_error", "", reasonTryAgain, ""},
		{"temporarily_unavailable", "AADSTS90033: again", reasonTryAgain, "AADSTS90033"},
		{"<script>alert(1)</script>", "<b>AADSTS50105</b>", reasonNotAssignedToApp, "AADSTS50105"},
		{"<script>alert(1)</script>", "<b>", reasonUnknown, ""},
	} {
		refusal := rp.Refusal(Callback{State: "s", Error: test.code, ErrorDescription: test.description})
		if refusal == nil || refusal.Outcome != outcome.SignInRefused {
			t.Fatalf("%s %s: got %v", test.code, test.description, refusal)
		}
		if refusal.Reason != test.reason || refusal.Reference != test.reference {
			t.Errorf("%s %s: got %s %s, want %s %s", test.code, test.description,
				refusal.Reason, refusal.Reference, test.reason, test.reference)
		}
		if strings.ContainsAny(refusal.Error(), "<>") {
			t.Errorf("the issuer's text is in %q", refusal.Error())
		}
	}
	if refusal := rp.Refusal(Callback{State: "s", Code: "c"}); refusal != nil {
		t.Errorf("a code is no refusal: %v", refusal)
	}
}

func TestOIDC08TheLogSaysWhatIsWrongWithACallback(t *testing.T) {
	for query, want := range map[string]string{
		"state=s": "want either a code or an error", "code=c&code=d&state=s": "code came more than once",
		"state=s&code=%ff": "code is not printable ASCII",
	} {
		values, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ParseCallback(values); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: got %v, want %s", query, err, want)
		}
	}
}

func TestOIDC06TheIssOfACallbackEqualsTheIssuerExactly(t *testing.T) {
	const issuer = "https://login.example/tenant/v2.0"
	rp := New(Config{Issuer: issuer})
	for iss, want := range map[string]bool{
		"": true, issuer: true,
		issuer + "/": false, "https://LOGIN.example/tenant/v2.0": false, "https://evil.example": false, "null": false,
	} {
		refusal := rp.Refusal(Callback{State: "s", Code: "c", Issuer: iss})
		if (refusal == nil) != want {
			t.Errorf("iss %q: got %v", iss, refusal)
		}
		if refusal != nil && refusal.Reason != reasonCallback {
			t.Errorf("iss %q: got reason %s", iss, refusal.Reason)
		}
	}
	refusal := rp.Refusal(Callback{Error: "access_denied", ErrorDescription: "AADSTS50105", Issuer: "https://evil.example"})
	if refusal == nil || refusal.Reason != reasonCallback || refusal.Reference != "" {
		t.Errorf("another issuer's error was believed: %v", refusal)
	}
}

func FuzzParseCallback(f *testing.F) {
	f.Add("code=c&state=s")
	f.Add("error=access_denied&error_description=AADSTS50072%3A+x&state=s&iss=https%3A%2F%2Fi")
	f.Add("code=c&code=d&state=%00")
	f.Fuzz(func(t *testing.T, query string) {
		values, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		got, err := ParseCallback(values)
		if !printable(got.State) || len(got.State) > maxState {
			t.Errorf("state %q", got.State)
		}
		if err != nil {
			if got.Code != "" || got.Error != "" || !errors.Is(err, outcome.SignInRefused) {
				t.Errorf("refused with %v, but something is left", err)
			}
			return
		}
		if (got.Code == "") == (got.Error == "") || !printable(got.Code) || len(values["code"]) > 1 {
			t.Error("accepted what is no response")
		}
	})
}

func TestOIDC08WhatCanBePrintedEndsAtItsBounds(t *testing.T) {
	for s, want := range map[string]bool{"": true, " ~": true, "a": true, "\x1f": false, "\x7f": false, "é": false, "a\n": false} {
		if got := printable(s); got != want {
			t.Errorf("%q can be printed: %v", s, got)
		}
	}
}
