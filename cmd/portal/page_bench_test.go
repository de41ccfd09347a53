package portal_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"fobdesk/cmd/portal"
	"fobdesk/internal/oath"
	"fobdesk/web/view"
)

// BenchmarkSignedInPage compares the portal with a bare Echo and templ server of the same page, by
// turns and from the same clients. The ratio is the portal's throughput by the bare one's, in the
// median pair of rounds. The clients' own cost is in both, so they do as little as they can.
func BenchmarkSignedInPage(b *testing.B) {
	const clients, requests, pairs = 8, 400, 20
	p, people := open(b, "http://127.0.0.1:1", clients)
	bare := barePage(b, people[0], people[0].get(b, p.Handler, "/enrol"))
	portals, bares := connect(b, servePortal(b, p), people), connect(b, serve(b, bare), people)
	var ratios, ourTimes, bareTimes []float64
	for b.Loop() {
		for n := range pairs {
			sides := []*side{portals, bares}
			if n%2 == 1 {
				slices.Reverse(sides) // each begins in turn
			}
			for _, s := range sides {
				s.round(b, requests)
			}
			ratios = append(ratios, bares.took/portals.took)
			ourTimes, bareTimes = append(ourTimes, portals.took), append(bareTimes, bares.took)
		}
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(median(ratios), "ratio")
	b.ReportMetric(requests/median(ourTimes), "portal-req/s")
	b.ReportMetric(requests/median(bareTimes), "bare-req/s")
}

func median(values []float64) float64 {
	slices.Sort(values)
	return values[len(values)/2]
}

// BenchmarkEnrolPageSize is what a browser downloads for the enrol page the first time: the page
// and each style sheet, script and picture it names, compressed as they are served.
func BenchmarkEnrolPageSize(b *testing.B) {
	p, people := open(b, "http://127.0.0.1:1", 1)
	var size int
	for b.Loop() {
		page := people[0].get(b, p.Handler, "/enrol")
		size = len(page)
		doc, err := goquery.NewDocumentFromReader(bytes.NewReader(page))
		if err != nil {
			b.Fatal(err)
		}
		doc.Find("link[href], script[src], img[src]").Each(func(_ int, part *goquery.Selection) {
			size += len(people[0].get(b, p.Handler, part.AttrOr("href", part.AttrOr("src", ""))))
		})
	}
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(size), "bytes")
}

// barePage is a server that shows the enrol page and does nothing else, as the documentation of
// templ writes it for Echo. It fails where its page is not the portal's, byte by byte.
func barePage(b *testing.B, p *person, portals []byte) http.Handler {
	b.Helper()
	ending := regexp.MustCompile(`data-ending="([0-9 ]+)"`).FindSubmatch(portals) // which the clock says
	if ending == nil {
		b.Fatal("the page does not say when the session ends")
	}
	props := view.EnrolProps{Chrome: view.Chrome{
		Title: "Enrol a fob – Contoso", Org: "Contoso", Help: view.Help{Email: "helpdesk@contoso.example"},
		Person: &oath.Person{Name: "Adele Vance"}, CSRFToken: p.csrfToken, Return: "/enrol", Here: "/enrol",
		Ending: string(ending[1]),
	}}
	e := echo.New()
	e.GET("/enrol", func(c echo.Context) error {
		buffer := templ.GetBuffer()
		defer templ.ReleaseBuffer(buffer)
		if err := view.EnrolPage(props).Render(c.Request().Context(), buffer); err != nil {
			return err
		}
		return c.HTML(http.StatusOK, buffer.String())
	})
	if bare := p.get(b, e, "/enrol"); !bytes.Equal(bare, portals) {
		b.Fatalf("the pages differ: %s\n%s", bare, portals)
	}
	return e
}

// servePortal serves the portal until the benchmark ends.
func servePortal(b *testing.B, p *portal.Portal) net.Addr {
	b.Helper()
	listener := listen(b)
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- p.Serve(ctx, listener) }()
	b.Cleanup(func() {
		stop()
		if err := <-served; err != nil {
			b.Error(err)
		}
	})
	return listener.Addr()
}

// serve serves handler until the benchmark ends.
func serve(b *testing.B, handler http.Handler) net.Addr {
	b.Helper()
	listener := listen(b)
	server := &http.Server{Handler: handler, ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }()
	b.Cleanup(func() { _ = server.Close() })
	return listener.Addr()
}

func listen(b *testing.B) net.Listener {
	b.Helper()
	listener, err := new(net.ListenConfig).Listen(b.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	return listener
}

// side is the connections of the clients to one of the two servers.
type side struct {
	clients []*client
	took    float64 // seconds that the last round took
}

// connect opens a connection for each person, over which they will ask for the enrol page.
func connect(b *testing.B, server net.Addr, people []*person) *side {
	b.Helper()
	s := &side{}
	for _, p := range people {
		conn, err := new(net.Dialer).DialContext(b.Context(), server.Network(), server.String())
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = conn.Close() })
		r := httptest.NewRequest(http.MethodGet, "http://fobs.example.org/enrol", nil)
		r.Header = p.header()
		var request bytes.Buffer
		if err := r.Write(&request); err != nil {
			b.Fatal(err)
		}
		s.clients = append(s.clients, &client{conn, bufio.NewReaderSize(conn, 16<<10), request.Bytes()})
	}
	return s
}

// round sends so many requests, shared out among the clients.
func (s *side) round(b *testing.B, requests int) {
	b.Helper()
	began := time.Now()
	var clients sync.WaitGroup
	for _, c := range s.clients {
		clients.Go(func() {
			for range requests / len(s.clients) {
				if err := c.get(); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	clients.Wait()
	s.took = time.Since(began).Seconds()
}

// client is a kept connection and the one request that is sent over it.
type client struct {
	conn    net.Conn
	answers *bufio.Reader
	request []byte
}

// get asks and reads the answer, looking at no more of it than where it ends.
func (c *client) get() error {
	if _, err := c.conn.Write(c.request); err != nil {
		return err
	}
	status, err := c.answers.ReadString('\n')
	if err != nil || !strings.Contains(status, " 200 ") {
		return fmt.Errorf("answered %q: %w", status, err)
	}
	length := -1
	for {
		line, err := c.answers.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) == len("\r\n") {
			break
		}
		if text, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			length, err = strconv.Atoi(string(bytes.TrimSpace(text)))
			if err != nil {
				return err
			}
		}
	}
	if length < 0 { // in chunks, and without trailers
		if _, err := io.Copy(io.Discard, httputil.NewChunkedReader(c.answers)); err != nil {
			return err
		}
		length = len("\r\n")
	}
	_, err = c.answers.Discard(length)
	return err
}
