package web_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
	"fobdesk/web"
)

// What must be seen nowhere.
const (
	plantedSecret = "planted-client-secret-0123456789"
	plantedKey    = "cGxhbnRlZC1zZXNzaW9uLWtleS0wMTIzNDU2Nzg5MDE=" // 32 bytes
	plantedCode   = "918273"
)

// whileRandom is how many requests of one kind of visitor come before they sign in anew: a random
// request may have signed them out.
const whileRandom = 250

// TestFIG04RandomRequestsGetNoFaultAndNoSecret sends requests of every shape, from nobody, an employee,
// an admin and a station: some thousand in a run of the tests, and as many as FOBDESK_TEST_REQUESTS
// says.
func TestFIG04RandomRequestsGetNoFaultAndNoSecret(t *testing.T) {
	t.Parallel()
	n, err := strconv.Atoi(os.Getenv("FOBDESK_TEST_REQUESTS"))
	if err != nil {
		n = 2_000
	}
	w := e2e.NewWorld(t,
		e2e.Setting("FOBDESK_CLIENT_SECRET", plantedSecret), e2e.Setting("FOBDESK_SESSION_KEYS", plantedKey),
		e2e.Setting("FOBDESK_TRUSTED_PROXIES", "127.0.0.0/8,::1/128"),
		e2e.Tenant(func(o *sim.Options) { o.ClientSecret = plantedSecret }))
	const clients = 4
	came := randomAnswers{statuses: map[int]int{}}
	seed := rand.Uint64()
	var asking sync.WaitGroup
	began := time.Now()
	for c := range clients {
		asking.Go(func() {
			odd := oddRequests{Rand: rand.New(rand.NewPCG(seed, uint64(c))), world: w}
			for range n / clients / whileRandom {
				odd.as(t, c)
				came.ask(t, &odd, whileRandom)
			}
		})
	}
	asking.Wait()
	t.Logf("random: %d requests in %v (seed %d): %v", came.all(), time.Since(began).Round(time.Second), seed, came.statuses)
	log := w.Log.String()
	for _, trouble := range []string{"panic", `"status":500`} {
		if at := strings.Index(log, trouble); at >= 0 {
			t.Errorf("the log has %q: %s", trouble, log[max(0, at-300):min(len(log), at+2000)])
		}
	}
	for _, secret := range secretsOf(w) {
		if strings.Contains(log, secret) {
			t.Errorf("the log has a secret: %.6s…", secret)
		}
	}
}

// secretsOf are what the operator gave the portal and what went between it, Entra and Graph.
func secretsOf(w *e2e.World) []string {
	secrets := map[string]bool{plantedSecret: true, plantedKey: true, "planted-session-key-0123456789": true}
	for _, call := range w.Cloud.Calls() {
		if bearer, ok := strings.CutPrefix(call.Header.Get("Authorization"), "Bearer "); ok {
			secrets[bearer] = true
		}
		for _, name := range []string{"code", "code_verifier", "refresh_token", "client_secret"} {
			if value := call.Form.Get(name); len(value) > 8 {
				secrets[value] = true
			}
		}
	}
	all := make([]string, 0, len(secrets))
	for secret := range secrets {
		all = append(all, secret)
	}
	return all
}

// randomAnswers are what came to random requests.
type randomAnswers struct {
	mu       sync.Mutex
	statuses map[int]int // 0 where the connection ended without an answer
}

func (a *randomAnswers) all() (n int) {
	for _, times := range a.statuses {
		n += times
	}
	return n
}

// ask sends n requests over connections that are kept as long as they live, and looks at each answer.
func (a *randomAnswers) ask(t *testing.T, odd *oddRequests, n int) {
	var conn net.Conn
	var answers *bufio.Reader
	defer func() {
		if conn != nil {
			_ = conn.Close()
		}
	}()
	for range n {
		method, request := odd.next()
		if conn == nil {
			var err error
			if conn, err = new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(odd.world.URL, "http://")); err != nil {
				t.Error(err)
				return
			}
			answers = bufio.NewReader(conn)
		}
		status, over := odd.exchange(t, conn, answers, method, request)
		a.mu.Lock()
		a.statuses[status]++
		a.mu.Unlock()
		if over {
			_ = conn.Close()
			conn = nil
		}
	}
}

// exchange sends a request, and answers the status and whether the connection is over.
func (o *oddRequests) exchange(t *testing.T, conn net.Conn, answers *bufio.Reader, method string, request []byte) (int, bool) {
	_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
	_, _ = conn.Write(request) // it may be cut off before
	if bytes.Contains(request, []byte(shortBody)) {
		_ = conn.(*net.TCPConn).CloseWrite()
	}
	for {
		answer, err := http.ReadResponse(answers, &http.Request{Method: method})
		if err != nil {
			if errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("no answer to\n%.1500q", request)
			}
			return 0, true
		}
		body, err := io.ReadAll(answer.Body)
		_ = answer.Body.Close()
		if answer.StatusCode < 200 {
			continue
		}
		var header bytes.Buffer
		_ = answer.Header.Write(&header)
		o.judge(t, answer, request, header.String()+string(body))
		return answer.StatusCode, err != nil || answer.Close
	}
}

// judge holds an answer to being no fault of ours, and to holding no secret. net/http itself answers 501
// and 505 to codings and versions of HTTP that nobody speaks, as RFC 9112 has it.
func (o *oddRequests) judge(t *testing.T, answer *http.Response, request []byte, text string) {
	ours := answer.Header.Get("X-Request-Id") != ""
	if answer.StatusCode >= 500 && (ours || answer.StatusCode != http.StatusNotImplemented && answer.StatusCode != http.StatusHTTPVersionNotSupported) {
		t.Errorf("%d to\n%.1500q\n%.600s", answer.StatusCode, request, text)
	}
	for _, secret := range append(o.secrets, plantedCode) {
		if strings.Contains(text, secret) {
			t.Errorf("%.6s… is in the answer %d to\n%.1500q", secret, answer.StatusCode, request)
		}
	}
}

// as signs the visitor in who asks next: nobody, an employee, an admin or a station.
func (o *oddRequests) as(t *testing.T, n int) {
	v := o.world.NewVisitor()
	v.From = fmt.Sprintf("198.51.100.%d", o.IntN(250)+1)
	switch n % 4 {
	case 1:
		v.SignIn(t, "/auth/sign-in?return_to=/", ada)
	case 2:
		v.SignIn(t, "/admin", grace)
	case 3:
		_, code := web.MakeStation(t, o.world.Handler(), fmt.Sprint("Reception ", o.Uint64()))
		v.Post(t, "/kiosk/pair", url.Values{"pairingCode": {code}})
		v.SignIn(t, "/kiosk/start", ben)
	}
	var cookies []string
	for name, value := range v.Cookies() {
		cookies = append(cookies, name+"="+value)
	}
	o.cookies, o.csrf = strings.Join(cookies, "; "), ""
	for _, page := range []string{"/enrol", "/admin", "/kiosk/enrol"} {
		if found := regexp.MustCompile(`name="csrfToken"[^>]*value="([^"]+)"`).FindSubmatch(v.Get(t, page).Body); found != nil {
			o.csrf = string(found[1])
		}
	}
	o.secrets = secretsOf(o.world)
	o.world.Cloud.ResetCalls()
}
