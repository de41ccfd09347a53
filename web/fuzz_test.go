package web

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/oath"
)

// contextOf is a request without a portal around it.
func contextOf(r *http.Request) echo.Context {
	return echo.New().NewContext(r, httptest.NewRecorder())
}

// FuzzSRV04ClientAddress reads addresses as proxies forward them: who is no trusted proxy is its own
// client, and whatever a trusted one says comes to an address, or to its own.
func FuzzSRV04ClientAddress(f *testing.F) {
	for _, seed := range []string{
		"", "198.51.100.7", "1.1.1.1, 198.51.100.7, 10.9.9.9", "rubbish", "[2001:db8::7]", "2001:db8::7%eth0",
		"10.0.0.1, 10.0.0.2", ",,", "198.51.100.7:80", "\x00", "::ffff:10.0.0.1",
	} {
		f.Add("10.0.0.1:1", seed, "http")
		f.Add("192.0.2.1:1", seed, "https")
	}
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("fd00::/8")}
	s := &Server{Config: Config{TrustedProxies: proxies}}
	extract := s.ipExtractor()
	f.Fuzz(func(t *testing.T, peer, forwarded, proto string) {
		if _, err := netip.ParseAddrPort(peer); err != nil {
			return // no connection comes from there
		}
		r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		r.RemoteAddr = peer
		r.Header.Set("X-Forwarded-For", forwarded)
		r.Header.Set("X-Forwarded-Proto", proto)
		own := echo.ExtractIPDirect()(r)
		got := extract(r)
		if !s.fromProxy(r) && got != own {
			t.Errorf("%q, which is no proxy, says that it is %q", peer, got)
		}
		if _, err := netip.ParseAddr(got); err != nil && got != own {
			t.Errorf("%q forwards %q as %q", peer, forwarded, got)
		}
		if n := network(got); len(n) > len(got)+len("::/64") {
			t.Errorf("%q is in %q", got, n)
		}
	})
}

// FuzzINP05AuditCursor reads a filter and a page's cursor as they stand in an address.
func FuzzINP05AuditCursor(f *testing.F) {
	for _, seed := range []string{
		"", "before=12", "before=-1", "before=0", "before=9223372036854775808", "before=1&before=2", "before=1e3", "before=%2B7",
		"actor=a&from=2026-01-01&to=x", "serial=%00", "outcome=%ff", "event=%E2%80%AE", ";", "%zz",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		r := httptest.NewRequest(http.MethodGet, auditPath, http.NoBody)
		r.URL.RawQuery = query
		q, err := readAudit(contextOf(r))
		if err != nil {
			return
		}
		values, _ := url.ParseQuery(query)
		if q.before < 0 || q.before > 0 != (values.Get(paramBefore) != "") {
			t.Errorf("%q begins before row %d", query, q.before)
		}
		for _, text := range []string{q.filter.Actor, q.filter.Subject, q.filter.Serial, q.filter.Outcome, q.filter.Station, q.filter.Event} {
			if len(text) > 1024 || !utf8.ValidString(text) || strings.ContainsFunc(text, oath.Deceives) {
				t.Errorf("%q asks for %q", query, text)
			}
		}
	})
}

// FuzzINP03Form reads the body of a post: it is read as a form or refused with a 4xx, and what comes of
// its fields is sound.
func FuzzINP03Form(f *testing.F) {
	const form = "application/x-www-form-urlencoded"
	for _, seed := range []string{
		"", "serialNumber=GALT1&verificationCode=123456", "serialNumber=1&serialNumber=2", "a=%zz", "a;b", "verificationCode=%00", "displayName=%E2%80%AEx",
		strings.Repeat("a=b&", maxFields+1), strings.Repeat("a", maxBody+1), "formId=%ff",
	} {
		f.Add(form, seed)
	}
	f.Add("multipart/form-data; boundary=x", "--x\r\n")
	f.Add("text/plain", "a=b")
	f.Add(form+"; charset=\"", "a=b")
	f.Fuzz(func(t *testing.T, kind, body string) {
		r := httptest.NewRequest(http.MethodPost, "/enrol", strings.NewReader(body))
		r.Header.Set(echo.HeaderContentType, kind)
		err := new(Server).formBody(func(c echo.Context) error {
			got := fields{form: c.Request().PostForm}
			_, code, name := read(&got, fieldSerial, oath.ParseSerialNumber), read(&got, fieldCode, oath.ParseVerificationCode), read(&got, fieldName, oath.ParseDisplayName)
			hidden := read(&got, fieldForm, asSeen)
			if got.err() == nil && (len(hidden) > 256 || !sound(hidden) || !sound(name.String()) || len(got.form[fieldCode]) != 1) {
				t.Errorf("%q is taken with %q, %q and %v", body, hidden, name, code)
			}
			return nil
		})(contextOf(r))
		if refused, ok := errors.AsType[*echo.HTTPError](err); err != nil && (!ok || refused.Code < 400 || refused.Code > 499) {
			t.Errorf("%q as %q: %v", body, kind, err)
		}
	})
}

// FuzzAgent reads what a browser says it is: what is shown of it is short and sound.
func FuzzAgent(f *testing.F) {
	for _, seed := range []string{
		"", "curl/8", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) Version/17.0 Safari/604.1", "(((((", "a/\u202e;b", "\xff/1", "Bot (+https://x.example)",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, said string) {
		r := httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		r.Header.Set("User-Agent", said)
		if agent := agentOf(r); len(agent) > 64 || !sound(agent) {
			t.Errorf("%q is shown as %q", said, agent)
		}
	})
}

// FuzzObjectID reads the id of a person from an address: only one way of writing it is one.
func FuzzObjectID(f *testing.F) {
	for _, seed := range []string{
		"", "aaaaaaaa-0000-4000-8000-00000000000a", "AAAAAAAA-0000-4000-8000-00000000000A", "{aaaaaaaa-0000-4000-8000-00000000000a}",
		"urn:uuid:aaaaaaaa-0000-4000-8000-00000000000a", "aaaaaaaa000040008000000000000000", "../aaaa",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if id, ok := objectID(text); ok && (!strings.EqualFold(id, text) || url.PathEscape(id) != id) {
			t.Errorf("%q is taken as %q", text, id)
		}
	})
}
