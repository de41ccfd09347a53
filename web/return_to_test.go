package web

import (
	"net/url"
	"strings"
	"testing"
)

func TestOIDC11ReturnToLeadsOnlyToALocalPath(t *testing.T) {
	for _, test := range []struct{ given, want string }{
		{"/", "/"},
		{"/enrol", "/enrol"},
		{"/enrol?serial=GALT12345678", "/enrol?serial=GALT12345678"},
		{"/fobs/11111111-0000-4000-8000-000000000001/remove", "/fobs/11111111-0000-4000-8000-000000000001/remove"},
		{"/enrol?serial=%3Cb%3E", "/enrol?serial=%3Cb%3E"},
		{"/enrol#x", "/enrol"},
		{"", "/"},
		{"enrol", "/"},
		{"https://evil.example/", "/"},
		{"//evil.example", "/"},
		{"///evil.example", "/"},
		{"//evil.example/enrol", "/"},
		{"//user@/enrol", "/"},
		{"/enrol?serial=ü", "/"},
		{"/enrol?serial=\\evil", "/"},
		{"/enrol?serial=!~", "/enrol?serial=!~"},
		{"/" + strings.Repeat("x", maxReturnTo-1), "/" + strings.Repeat("x", maxReturnTo-1)},
		{"/\\evil.example", "/"},
		{"\\\\evil.example", "/"},
		{"/%5cevil.example", "/"},
		{"/%2fevil.example", "/"},
		{"/%2F%2Fevil.example", "/"},
		{"/\tevil.example", "/"},
		{"/\t/evil.example", "/"},
		{"/%09/evil.example", "/"},
		{"/%0d%0aLocation:%20//evil.example", "/"},
		{"/ /evil.example", "/"},
		{"/.//evil.example", "/"},
		{"/x/..//evil.example", "/"},
		{"/\u2028/evil.example", "/"},
		{"/\uff0fevil.example", "/"},
		{"javascript:alert(1)", "/"},
		{"/auth/sign-in?return_to=/enrol", "/"},
		{"/auth/callback", "/"},
		{"/" + strings.Repeat("x", maxReturnTo), "/"},
		{"/\x00", "/"},
		{"/%7fevil", "/"},
		{"/%zz", "/"},
	} {
		if got := localPath(test.given); got != test.want {
			t.Errorf("localPath(%q) = %q, want %q", test.given, got, test.want)
		}
	}
}

// FuzzLocalPath resolves what comes out as a browser would: it must stay at the portal.
func FuzzLocalPath(f *testing.F) {
	for _, seed := range []string{"/enrol", "//evil.example", "/\\evil", "/%5c%5cevil", "/\t/evil", "https:evil", "/..//evil"} {
		f.Add(seed)
	}
	base := &url.URL{Scheme: "https", Host: "fobs.example"}
	f.Fuzz(func(t *testing.T, given string) {
		got := localPath(given)
		u, err := base.Parse(got)
		if err != nil || u.Host != base.Host || u.Scheme != base.Scheme || !strings.HasPrefix(got, "/") ||
			strings.HasPrefix(got, "//") || strings.ContainsAny(got, "\\\t\r\n") {
			t.Errorf("localPath(%q) = %q leads to %v", given, got, u)
		}
	})
}
