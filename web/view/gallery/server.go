package gallery

import (
	"context"
	_ "embed" // for the style sheet
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"golang.org/x/text/language"

	"fobdesk/internal/message"
	"fobdesk/static"
)

// Root is where the index lies; a state lies below it by its name.
const Root = "/gallery/"

// style is that of the index.
//
//go:embed gallery.css
var style []byte

const stylePath = "/gallery.css"

// policy is the portal's own Content-Security-Policy, bar Entra's address and the reports.
const policy = "default-src 'none'; script-src 'self'; require-trusted-types-for 'script'; trusted-types htmx; " +
	"style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; " +
	"object-src 'none'; frame-ancestors 'none'"

// Handler serves the index, each state and what they load. The query's lang and theme say how a page
// is shown. Nothing that is pressed does anything: a form comes back to its page, the switches
// of the language and the theme with what was chosen.
func Handler() (http.Handler, error) {
	pseudo, err := Pseudo()
	if err != nil {
		return nil, err
	}
	s := server{pseudo}
	mux := http.NewServeMux()
	mux.Handle("GET "+static.Prefix, static.Handler())
	mux.HandleFunc("GET "+Root+"{name...}", s.get)
	mux.HandleFunc("GET "+stylePath, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/css; charset=utf-8")
		_, _ = w.Write(style)
	})
	for _, asked := range []string{"GET /kiosk/pulse", "POST /kiosk/stay", "POST /auth/stay"} { // by scripts
		mux.HandleFunc(asked, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	}
	mux.Handle("GET /", http.RedirectHandler(Root, http.StatusSeeOther))
	mux.HandleFunc("POST /", back)
	return guarded(mux), nil
}

type server struct{ pseudo *message.Catalogue }

// guarded sets the headers that the portal sets.
func guarded(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

func (s server) get(w http.ResponseWriter, r *http.Request) {
	ctx, theme := s.speak(r.Context(), r.FormValue("lang")), chosenTheme(r.FormValue("theme"))
	var page templ.Component
	if name := r.PathValue("name"); name == "" {
		page = index(ctx, theme)
	} else if state, ok := States(ctx)[name]; ok {
		page = state.In(theme)
	} else {
		http.NotFound(w, r)
		return
	}
	buffer := templ.GetBuffer()
	defer templ.ReleaseBuffer(buffer)
	if err := page.Render(ctx, buffer); err != nil {
		http.Error(w, fmt.Sprintf("render %s: %v", r.URL.Path, err), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(buffer.Bytes()) // a browser that went away is no fault
}

// speak puts the language into the context: the pseudo-locale, or the nearest of ours, or English.
func (s server) speak(ctx context.Context, wish string) context.Context {
	if wish == pseudoTag.String() {
		return message.With(ctx, s.pseudo)
	}
	if tag, ok := message.Nearest(wish); ok {
		return message.WithLanguage(ctx, tag)
	}
	return message.WithLanguage(ctx, language.English)
}

func chosenTheme(wish string) string {
	if wish == "light" || wish == "dark" {
		return wish
	}
	return ""
}

// back leads to the page that the form stands on, with what was chosen there.
func back(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, 64<<10)
	if err := r.ParseForm(); err != nil {
		http.Error(w, "this is no form", http.StatusBadRequest)
		return
	}
	from, err := url.Parse(r.Referer())
	if err != nil || !strings.HasPrefix(from.Path, Root) {
		from = &url.URL{Path: Root}
	}
	query := from.Query()
	for _, field := range []string{"lang", "theme"} {
		if r.PostForm.Has(field) {
			query.Set(field, r.PostForm.Get(field))
		}
	}
	http.Redirect(w, r, (&url.URL{Path: from.Path, RawQuery: query.Encode()}).String(), http.StatusSeeOther)
}
