package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"
	"golang.org/x/text/language"

	"fobdesk/internal/message"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/web/view"
)

// The pages of a station between two visits, and what is around all of its pages.

const (
	// welcomeRefresh is how often the welcome is loaded anew where the browser runs no scripts.
	welcomeRefresh = 30 * time.Second
	// doneFor is how long the page of what was done stands before the welcome shows again.
	doneFor = 15 * time.Second
	// readOn is how long a page of trouble stands before the welcome shows again.
	readOn = 60 * time.Second
	// leastWarning is how long somebody has to answer the question whether they are still there,
	// where the visit's limit leaves that much.
	leastWarning = 20 * time.Second
)

// getKiosk is the station's welcome. Whatever visit was on is over with it.
func (s *Server) getKiosk(c echo.Context) error {
	if answered, err := s.tidy(c); answered || err != nil {
		return err
	}
	return s.render(c, http.StatusOK, s.kioskWelcome(c, s.trouble(c.Request().Context())))
}

func (s *Server) kioskWelcome(c echo.Context, trouble string) templ.Component {
	props := view.KioskWelcomeProps{Kiosk: s.kiosk(c, "kiosk.title", nil), Trouble: trouble, Left: s.owesEntra(c)}
	props.Refresh = seconds(welcomeRefresh)
	if s.chosen(c, languageCookie) != "" {
		props.Chosen = seconds(s.Visits.Idle)
	}
	return view.KioskWelcomePage(props)
}

// getKioskPair asks for the code that makes the browser a station. A link may bring it along.
func (s *Server) getKioskPair(c echo.Context) error {
	in := view.Input{Value: (&fields{form: c.QueryParams()}).typed("code")}
	return s.render(c, http.StatusOK, view.KioskPairPage(view.KioskPairProps{Kiosk: s.kiosk(c, "kiosk.pair_title", nil), Code: in}))
}

// pairingForm is the form as it comes back: the code is to be typed afresh.
func (s *Server) pairingForm(c echo.Context) refusable {
	return refusable{returnTo: pairPath, page: func(r told) templ.Component {
		for i := range r.Errors { // a wrong code elsewhere is a fob's
			r.Errors[i].Field = fieldPairingCode
		}
		return view.KioskPairPage(view.KioskPairProps{
			Kiosk: s.kiosk(c, "kiosk.pair_title", &r.Summary), Summary: &r.Summary, Code: view.Input{Error: r.fields[fieldCode]},
		})
	}}
}

// kiosk is what a page of a station shows around its own part.
func (s *Server) kiosk(c echo.Context, title string, summary *view.Summary) view.Kiosk {
	k := view.Kiosk{
		Chrome: s.chrome(c, title, summary, stationName(c)), Station: stationName(c), Languages: languages(c.Request().Context()),
	}
	k.Return = kioskPath
	if sess := current(c); sess != nil && stationOf(c) != nil {
		k.Visit = s.visit(c, sess)
		k.Refresh = k.Visit.Idle + 2 // the server has ended the visit by then
	}
	return k
}

// visit is what a page has to know of the visit that is on, to end in time.
func (s *Server) visit(c echo.Context, sess *session.Session) *view.Visit {
	idle := s.Visits.Idle
	return &view.Visit{
		Operator: sess.Operator, Tag: s.store(c).Tag(sess),
		Idle: seconds(idle), Ask: seconds(max(idle/3, min(leastWarning, idle*2/3))), Left: seconds(sess.Ends().Sub(s.Now())),
	}
}

func seconds(d time.Duration) int { return max(1, int(d/time.Second)) }

// languages are those that a station's pages can be read in.
func languages(ctx context.Context) []view.Language {
	var all []view.Language
	for _, tongue := range message.Languages() {
		tag := language.Make(tongue.Tag)
		all = append(all, view.Language{
			Tag: tongue.Tag, Name: tongue.Name, Direction: message.Direction(message.WithLanguage(ctx, tag)),
			Chosen: tongue.Tag == message.Language(ctx),
		})
	}
	return all
}

// atKiosk reports whether the answer is one of a station's pages: the address is a station's, or the
// browser is one, which has not been asked yet where the address is none of ours.
func (s *Server) atKiosk(c echo.Context) bool {
	may := s.route(c).access
	if may == nobody {
		st, err := s.knownStation(c)
		return err == nil && st != nil
	}
	return stationOf(c) != nil || may.forStations()
}

// kioskTrouble is the page of a station for an error that is no form's.
func (s *Server) kioskTrouble(c echo.Context, err error, summary view.Summary) templ.Component {
	refusal, _ := errors.AsType[*outcome.Error](err)
	switch {
	case revokedStation(c) != nil:
		return view.KioskRevokedPage(view.KioskPlainProps{Kiosk: s.kiosk(c, "kiosk.revoked_title", nil)})
	case refusal != nil && refusal.Outcome == outcome.NotFound && refusal.Reason == reasonStation:
		return view.KioskUnknownPage(view.KioskPlainProps{Kiosk: s.kiosk(c, "kiosk.unknown_title", nil)})
	case c.Path() == kioskPath && errors.Is(err, outcome.Unavailable):
		return s.kioskWelcome(c, "portal")
	}
	props := view.KioskProblemProps{Kiosk: s.kiosk(c, summary.Heading, nil), Summary: summary}
	switch {
	case props.Visit == nil:
		props.Back, props.Refresh = seconds(readOn), seconds(readOn)
	case props.Visit.Operator:
		props.Summary.Next = &view.Link{Href: operatorPath, Text: message.Text(c.Request().Context(), "kiosk.on")}
	default:
		props.Summary.Next = &view.Link{Href: visitPath, Text: message.Text(c.Request().Context(), "kiosk.on")}
	}
	return view.KioskProblemPage(props)
}
