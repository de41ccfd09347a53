package static

import (
	"net/http"
	"strconv"
	"strings"
)

// Handler serves GET and HEAD of the assets at the paths that URL gives, compressed by
// brotli or gzip where the browser takes it, to be kept for a year and never asked for again (RFC 8246). Any other path
// is 404: an old hash is no other content under its name. The handler sets nosniff itself; the
// remaining security headers are the caller's.
func Handler() http.Handler { return http.HandlerFunc(loaded().serve) }

func (l library) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
		return
	}
	a, ok := l.assets[r.URL.Path]
	if !ok {
		h.Set("Cache-Control", "no-store")
		http.Error(w, "not found", http.StatusNotFound)
		return
	}
	h.Set("Content-Type", a.mediaType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	h.Set("ETag", a.etag)
	if r.Header.Get("If-None-Match") == a.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.body
	if p := a.chosen(r.Header.Get("Accept-Encoding")); p.body != nil {
		h.Set("Content-Encoding", p.coding)
		body = p.body()
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // a browser that went away is no fault
	}
}

// chosen is the best that the browser takes; its body is nil where it takes none, or where
// compressing gains nothing.
func (a asset) chosen(accept string) packed {
	for _, p := range a.packed {
		if takes(accept, p.coding) && len(p.body()) < len(a.body) {
			return p
		}
	}
	return packed{}
}

// takes reads Accept-Encoding (RFC 9110, section 12.5.3) as far as it matters here: the coding is
// named and not weighed zero.
func takes(accept, want string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		coding, weight, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), want) {
			continue
		}
		q, ok := strings.CutPrefix(strings.TrimSpace(weight), "q=")
		value, err := strconv.ParseFloat(q, 64)
		return !ok || (err == nil && value > 0)
	}
	return false
}
