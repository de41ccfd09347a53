package entra

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTOK08ClaimsAreMergedIntoOneObject(t *testing.T) {
	const cp1 = `"xms_cc":{"values":["cp1"]}`
	for _, test := range []struct {
		what      string
		fresh     bool
		challenge string
		want      string
	}{
		{"capabilities alone", false, "", `{"access_token":{` + cp1 + `}}`},
		{"fresh MFA", true, "", `{"access_token":{` + cp1 + `,"amr":{"essential":true,"values":["ngcmfa"]}}}`},
		{
			"a challenge beside them", true, `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`,
			`{"access_token":{` + cp1 + `,"amr":{"essential":true,"values":["ngcmfa"]},"acrs":{"essential":true,"value":"c1"}}}`,
		},
		{
			"revocation", false, `{"access_token":{"nbf":{"essential":true, "value":"1604106651"}}}`,
			`{"access_token":{` + cp1 + `,"nbf":{"essential":true,"value":"1604106651"}}}`,
		},
		{
			"lists are united", true, `{"access_token":{"xms_cc":{"values":["cp2","cp1"]},"amr":{"values":["mfa"]}}}`,
			`{"access_token":{"xms_cc":{"values":["cp1","cp2"]},"amr":{"essential":true,"values":["ngcmfa","mfa"]}}}`,
		},
		{
			"what the portal asks stands", true, `{"access_token":{"xms_cc":null,"amr":{"essential":false,"values":"x"}}}`,
			`{"access_token":{` + cp1 + `,"amr":{"essential":true,"values":["ngcmfa"]}}}`,
		},
		{"access_token is no object", false, `{"access_token":5}`, `{"access_token":{` + cp1 + `}}`},
		{
			"other parts and null", false, `{"id_token":{"auth_time":null}}`,
			`{"access_token":{` + cp1 + `},"id_token":{"auth_time":null}}`,
		},
		{"an empty challenge object", false, ` {} `, `{"access_token":{` + cp1 + `}}`},
		{"names are told apart by case", false, `{"Access_Token":[]}`, `{"Access_Token":[],"access_token":{` + cp1 + `}}`},
		{"long numbers survive", false, `{"a":12345678901234567890}`, `{"a":12345678901234567890,"access_token":{` + cp1 + `}}`},
	} {
		t.Run(test.what, func(t *testing.T) {
			got, err := mergeClaims(ask{FreshMFA: test.fresh}, test.challenge)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(decoded(t, test.want), decoded(t, got)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestKSK01TheTimeOfTheAuthenticationIsAskedForBesideTheRest(t *testing.T) {
	got, err := mergeClaims(ask{FreshMFA: true, AuthTime: true}, `{"id_token":{"acr":null,"auth_time":{"essential":false}}}`)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"access_token":{"xms_cc":{"values":["cp1"]},"amr":{"essential":true,"values":["ngcmfa"]}},` +
		`"id_token":{"acr":null,"auth_time":{"essential":true}}}`
	if diff := cmp.Diff(decoded(t, want), decoded(t, got)); diff != "" {
		t.Error(diff)
	}
}

func TestTOK08AChallengeThatIsNoneIsRefused(t *testing.T) {
	for what, challenge := range map[string]string{
		"text":            "hello",
		"a list":          `[]`,
		"null":            `null`,
		"a string":        `"{}"`,
		"cut":             `{"access_token":{`,
		"two objects":     `{} {}`,
		"something after": `{}x`,
		"spaces":          "  ",
		"too long":        `{"a":"` + strings.Repeat("a", maxChallenge) + `"}`,
		"too deep":        strings.Repeat(`{"a":`, 9) + `1` + strings.Repeat(`}`, 9),
		"lists too deep":  `{"a":` + strings.Repeat(`[`, 9) + strings.Repeat(`]`, 9) + `}`,
	} {
		if got, err := mergeClaims(ask{FreshMFA: true}, challenge); err == nil {
			t.Errorf("%s: got %s", what, got)
		}
	}
	if _, err := mergeClaims(ask{}, `{"a":"`+strings.Repeat("a", maxChallenge-len(`{"a":""}`))+`"}`); err != nil {
		t.Errorf("the longest: %v", err)
	}
	if _, err := mergeClaims(ask{}, `{"a":`+strings.Repeat(`[`, 7)+strings.Repeat(`]`, 7)+`}`); err != nil {
		t.Errorf("lists of eight levels: %v", err)
	}
	if _, err := mergeClaims(ask{FreshMFA: true}, strings.Repeat(`{"a":`, 8)+`1`+strings.Repeat(`}`, 8)); err != nil {
		t.Errorf("eight levels: %v", err)
	}
}

func decoded(t *testing.T, text string) any {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var value any
	if err := decoder.Decode(&value); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return value
}

func FuzzMergeClaims(f *testing.F) {
	f.Add(true, `{"access_token":{"acrs":{"essential":true,"value":"c1"}}}`)
	f.Add(false, `{"access_token":{"xms_cc":{"values":[null,{"a":[1]},"cp1"]}}}`)
	f.Add(true, `{"access_token":[{}],"":{"\u0000":1e999}}`)
	f.Fuzz(func(t *testing.T, fresh bool, challenge string) {
		merged, err := mergeClaims(ask{FreshMFA: fresh}, challenge)
		if err != nil {
			return
		}
		asked, ok := decoded(t, merged).(map[string]any)["access_token"].(map[string]any)
		if !ok {
			t.Fatalf("%q gave %s", challenge, merged)
		}
		for name, value := range map[string]string{"xms_cc": "cp1", "amr": "ngcmfa"} {
			claim, _ := asked[name].(map[string]any)
			values, _ := claim["values"].([]any)
			if (name == "xms_cc" || fresh) && (len(values) == 0 || values[0] != value) {
				t.Errorf("%q overrode what the portal asks: %s", challenge, merged)
			}
		}
	})
}
