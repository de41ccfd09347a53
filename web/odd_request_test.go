package web_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
	"fobdesk/web"
)

// shortBody marks a request whose body is shorter than it says.
const shortBody = "X-Body: short"

// oddRequests makes requests by chance: mostly such as a browser sends, with something odd in them.
type oddRequests struct {
	*rand.Rand
	world   *e2e.World
	cookies string // of whoever asks
	csrf    string
	secrets []string
}

func oneOf[T any](o *oddRequests, of []T) T { return of[o.IntN(len(of))] }

// chance is true one time in n.
func (o *oddRequests) chance(n int) bool { return o.IntN(n) == 0 }

// oddTexts are what somebody may put where a text goes.
var oddTexts = []string{
	"", " ", "0", "-1", "x", "123456", "１２３４５６", "GALT12345678", sim.SerialGood30, sim.SerialGood60, "S/N GALT1", "]C1GALT",
	ada, ben, grace, "11111111-0000-4000-8000-000000000001", "../../etc/passwd", "..%2f..%2f", "//evil.example/", `\\evil.example`,
	"https://evil.example/", "javascript:alert(1)", "<script>alert(1)</script>", `"><img src=x>`, "' OR 1=1 --", "%", "%zz", "\x00", "\r\nX-Evil: 1",
	"\u202egnp.exe", "\u200b", "\xff\xfe", "é", "🔑", "=cmd|' /C calc'!A0", "{{7*7}}", "${jndi:ldap://x}", "1e309", "9223372036854775808",
	"null", "true", "[]", `{"a":1}`, "en", "de", "xx-YY", "csv", "jsonl", "2026-01-01", "enrolled", strings.Repeat("a", 300), strings.Repeat("é", 5000),
}

var oddFields = []string{
	"serialNumber", "verificationCode", "displayName", "csrfToken", "formId", "return_to", "lang", "q", "name", "place", "pairingCode",
	"serial", "sid", "iss", "state", "code", "error", "error_description", "format", "actor", "subject", "outcome", "station", "from", "to",
	"next", "cursor", "before", "person", "id", "switch", "theme", "visit", "old", "oldFob", "confirm", "version", "_method", "after", "seen",
}

// next is a request by chance: its method, and its bytes.
func (o *oddRequests) next() (method string, request []byte) {
	route := oneOf(o, web.AllRoutes())
	method = route.Method
	if o.chance(10) {
		method = oneOf(o, []string{"GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND", "get", "G E T", "\x00"})
	}
	path := o.path(route.Path)
	if o.chance(3) {
		path += "?" + o.form()
	}
	version := "HTTP/1.1"
	if o.chance(60) {
		version = oneOf(o, []string{"HTTP/1.0", "HTTP/0.9", "HTTP/2.0", "HTTP/9", "http/1.1", ""})
	}
	header := o.header()
	var body string
	if method == "POST" || o.chance(30) {
		header, body = o.body(header)
	}
	return method, []byte(method + " " + path + " " + version + "\r\n" + strings.Join(header, "\r\n") + "\r\n\r\n" + body)
}

// path fills in what a route leaves open, and now and then writes it as nobody should.
func (o *oddRequests) path(route string) string {
	parts := strings.Split(route, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, ":") || part == "*" {
			parts[i] = url.PathEscape(oneOf(o, oddTexts))
			if o.chance(3) {
				parts[i] = oneOf(o, []string{ada, ben, grace, "11111111-0000-4000-8000-000000000001"})
			}
		}
	}
	path := strings.Join(parts, "/")
	if !o.chance(12) {
		return path
	}
	return oneOf(o, []string{
		path + "/", "/" + path, strings.ToUpper(path), path + "%00", path + "%2f..", "/./" + path, "/x/.." + path, "http://evil.example" + path,
		"*", "", path + ";a=b", path + "#x", path + "?a=1?b=2", strings.ReplaceAll(path, "/", "%2f"), "/%ff%fe", path + "/" + strings.Repeat("a/", 400), "//evil.example" + path,
	})
}

// header are the lines of a header, each at most once unless that is what is odd.
func (o *oddRequests) header() []string {
	lines := []string{"Host: " + strings.TrimPrefix(o.world.URL, "http://"), fmt.Sprintf("X-Forwarded-For: 203.0.113.%d", o.IntN(250)+1)}
	if o.cookies != "" && !o.chance(8) {
		lines = append(lines, "Cookie: "+o.cookies)
	}
	if !o.chance(6) {
		lines = append(lines, "Origin: "+o.world.URL, "Sec-Fetch-Site: same-origin")
	}
	for o.chance(2) {
		lines = append(lines, oneOf(o, []string{
			"Host: evil.example", "Host:", "Origin: https://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site", "HX-Request: true",
			"HX-Request: true\r\nHX-Request-Type: partial", "HX-Target: main", "HX-Current-URL: javascript:1", "Accept: application/json", "Accept: \x00",
			"Accept-Language: " + strings.Repeat("de,en;q=0.1,", 200), "Accept-Language: x-\xff", "Accept-Encoding: gzip;q=nan", "Range: bytes=0-0,-1",
			"If-None-Match: *", "If-Modified-Since: yesterday", "X-HTTP-Method-Override: DELETE", "X-Forwarded-For: " + strings.Repeat("1.1.1.1,", 300) + "x",
			"X-Forwarded-Proto: http", "X-Forwarded-Host: evil.example", "Forwarded: for=_x", "X-Request-Id: a\tb", "Authorization: Bearer x", "Upgrade: websocket\r\nConnection: upgrade",
			"Connection: close", "Expect: 100-continue", "Expect: x", "Cookie: " + o.cookies, "Cookie: __Host-fobdesk=x; fobdesk=y; =; a", "Cookie: " + strings.Repeat("a=b; ", 2000),
			"X-Large: " + strings.Repeat("a", 40<<10), "X-Folded: a\r\n b", "X Bad: 1", ": 1", "no colon", "X-Nul: a\x00b", "X-Latin: \xe9", "Referer: " + o.world.URL + "/enrol?serial=%ff",
			"User-Agent: " + strings.Repeat("u", 2000), "User-Agent: \u202e", "Traceparent: 00-x-y-z", "Sec-Fetch-Mode: navigate", "Content-Encoding: gzip",
		}))
	}
	return lines
}

// form are fields, written as a form is, or nearly.
func (o *oddRequests) form() string {
	var fields []string
	for range o.IntN(6) {
		value := oneOf(o, oddTexts)
		if !o.chance(15) {
			value = url.QueryEscape(value)
		} else {
			value = strings.NewReplacer("\r", "", "\n", "", " ", "+", "#", "").Replace(value)
		}
		fields = append(fields, oneOf(o, oddFields)+"="+value)
	}
	if o.chance(40) {
		fields = append(fields, slices.Repeat([]string{"a=b"}, 150)...)
	}
	return strings.Join(fields, "&")
}

// body is what a post sends, and the header with what says so.
func (o *oddRequests) body(header []string) ([]string, string) {
	fields := []string{"serialNumber=" + url.QueryEscape(oneOf(o, oddTexts)), "verificationCode=" + plantedCode, o.form()}
	if o.csrf != "" && o.chance(2) {
		fields = append(fields, "csrfToken="+o.csrf)
	}
	body := strings.Join(fields, "&")
	kind := "application/x-www-form-urlencoded"
	if o.chance(10) {
		kind = oneOf(o, []string{
			"application/json", "text/plain", "multipart/form-data; boundary=x", "multipart/form-data", "", "application/x-www-form-urlencoded; charset=utf-7",
			"APPLICATION/X-WWW-FORM-URLENCODED", "application/csp-report", "application/reports+json", "text/html;;;=",
		})
	}
	if o.chance(15) {
		body = oneOf(o, []string{
			"", "{}", "[[[[", `{"csp-report":{"blocked-uri":"` + strings.Repeat("x", 9000) + `"}}`, strings.Repeat("a=b&", 4200), strings.Repeat("x", 20<<10), "--x\r\n\r\n--x--", "\x00\xff", "%", ";;;&&&===",
		})
	}
	header = append(header, "Content-Type: "+kind)
	switch length := fmt.Sprint("Content-Length: ", len(body)); {
	case !o.chance(25):
		return append(header, length), body
	case o.chance(2):
		return append(header, "Transfer-Encoding: chunked"), fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
	default:
		return append(header, oneOf(o, []string{
			"Content-Length: " + fmt.Sprint(len(body)+50) + "\r\n" + shortBody, "Content-Length: -1", "Content-Length: 99999999999999999999", length + "\r\n" + "Content-Length: 1",
			"Transfer-Encoding: chunked\r\n" + length + "\r\nConnection: close", "Transfer-Encoding: gzip", "Transfer-Encoding: chunked\r\n" + shortBody, "Content-Length: 1000000\r\n" + shortBody,
		})), body
	}
}
