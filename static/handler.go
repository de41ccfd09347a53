package static

import (
	"net/http"
	"strconv"
	"strings"
)

// Handler serves GET and HEAD of the assets at the paths that URL gives, compressed where the
// browser takes gzip, to be kept for a year and never asked for again (RFC 8246). Any other path
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
	if a.gzipped != nil && takesGzip(r.Header.Get("Accept-Encoding")) {
		h.Set("Content-Encoding", "gzip")
		body = a.gzipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodGet {
		_, _ = w.Write(body) // a browser that went away is no fault
	}
}

// takesGzip reads Accept-Encoding (RFC 9110, section 12.5.3) as far as it matters here: gzip is
// named and not weighed zero.
func takesGzip(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		coding, weight, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(coding), "gzip") {
			continue
		}
		q, ok := strings.CutPrefix(strings.TrimSpace(weight), "q=")
		value, err := strconv.ParseFloat(q, 64)
		return !ok || (err == nil && value > 0)
	}
	return false
}
