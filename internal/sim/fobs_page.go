package sim

import (
	"net/http"
	"slices"
	"time"
)

// fobsPage is what the page of fobs shows.
type fobsPage struct {
	Groups   []fobGroup
	Switches []shownSwitch
}

type fobGroup struct {
	Heading string
	Fobs    []shownFob
}

// shownFob is one fob at one time.
type shownFob struct {
	Serial   string `json:"serial"`
	Code     string `json:"code"`
	Left     int    `json:"left"` // seconds
	Interval int    `json:"interval"`

	Label string `json:"-"`
	About string `json:"-"`
	Model string `json:"-"`
}

// Halves are the code as a fob shows it: in two groups, easier to read.
func (f shownFob) Halves() string { return f.Code[:3] + " " + f.Code[3:] }

// Gone is the part of the ring that has run out, of 100.
func (f shownFob) Gone() int { return 100 - 100*f.Left/f.Interval }

// Fobs serves the page of virtual fobs, and their codes as JSON at codes.json beside it.
func (c *Cloud) Fobs() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		writePage(w, http.StatusOK, "fobs.html", c.fobsPage())
	})
	mux.HandleFunc("GET /codes.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		var fobs []shownFob
		for _, group := range c.fobsPage().Groups {
			fobs = append(fobs, group.Fobs...)
		}
		writeJSON(w, http.StatusOK, object{"fobs": fobs})
	})
	mux.HandleFunc("POST /tenant", c.postTenant)
	mux.HandleFunc("GET /{file}", getPageFile)
	return mux
}

// fobsPage groups the fobs by heading, in the order of the options.
func (c *Cloud) fobsPage() fobsPage {
	now := c.now()
	page := fobsPage{Switches: c.shownSwitches()}
	for _, fob := range c.fobs {
		if fob.Group == "" {
			continue
		}
		i := slices.IndexFunc(page.Groups, func(g fobGroup) bool { return g.Heading == fob.Group })
		if i < 0 {
			i = len(page.Groups)
			page.Groups = append(page.Groups, fobGroup{Heading: fob.Group})
		}
		page.Groups[i].Fobs = append(page.Groups[i].Fobs, fob.shown(now))
	}
	return page
}

func (f *Fob) shown(now time.Time) shownFob {
	model := "SHA-1"
	if f.Hash == HMACSHA256 {
		model = "SHA-256"
	}
	return shownFob{
		Serial: f.Serial, Code: f.codeAt(now), Left: f.left(now), Interval: int(f.Interval / time.Second),
		Label: f.Label, About: f.About, Model: model,
	}
}
