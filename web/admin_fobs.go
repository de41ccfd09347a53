package web

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"fobdesk/internal/audit"
	"fobdesk/internal/entra"
	"fobdesk/internal/message"
	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/web/view"
)

const (
	fobsPath     = "/admin/fobs"
	paramSerial  = "serial"
	rowsAboutFob = 20
)

// getFobs says where a fob is: what the tenant's inventory says, and our own records. The
// inventory's permission is asked for once in a session; where it, or the role to use it, is
// missing, the page says what it would need, and our records answer what they can.
func (s *Server) getFobs(c echo.Context) error {
	f := fields{form: c.QueryParams()}
	props := view.FobsProps{Serial: view.Input{Value: f.typed(paramSerial)}}
	if !c.QueryParams().Has(paramSerial) {
		return s.render(c, http.StatusOK, s.fobsPage(c, props))
	}
	serial := read(&f, paramSerial, oath.ParseSerialNumber)
	if len(f.wrong) > 0 {
		flaw := outcome.Field{Name: fieldSerial, Flaw: f.wrong[0].Flaw} // it is told as a form's field is
		return s.refuseFob(c, &outcome.Error{Outcome: outcome.InvalidInput, Fields: []outcome.Field{flaw}}, props)
	}
	props.Serial.Value, props.Looked = serial.String(), true
	if sess := current(c); !sess.Has(session.GrantInventory, s.Now()) {
		if !slices.Contains(sess.Declined, session.GrantInventory) {
			return s.askGrant(c, session.GrantInventory, s.backFrom(c), nil)
		}
		s.addTrail(c, &props, serial)
		s.addMissing(c, &props)
		return s.render(c, http.StatusOK, s.fobsPage(c, props))
	}
	device, err := s.Inventory(s.tokens(c, session.GrantInventory)).Find(c.Request().Context(), serial)
	s.addTrail(c, &props, serial)
	if err == nil {
		props.Found = s.found(c, device)
		return s.render(c, http.StatusOK, s.fobsPage(c, props))
	}
	return s.refuseFob(c, err, props)
}

// refuseFob shows the page of a fob that can't be looked up, with what our records say.
func (s *Server) refuseFob(c echo.Context, err error, props view.FobsProps) error {
	refusal := s.forOthers(c, err)
	switch refusal.Outcome {
	case outcome.SignedOut:
		return refusal
	case outcome.StepUp:
		return s.stepUp(c, s.backFrom(c), session.Draft{Path: fobsPath}, refusal)
	case outcome.NotAllowed:
		s.logRefused(c, refusal)
		s.addMissing(c, &props)
		return s.render(c, s.status(c, refusal), s.fobsPage(c, props))
	}
	told := s.tell(c, refusal)
	props.Summary, props.Serial.Error = &told.Summary, told.fields[fieldSerial]
	return s.render(c, s.status(c, refusal), s.fobsPage(c, props))
}

func (s *Server) fobsPage(c echo.Context, props view.FobsProps) templ.Component {
	props.Chrome = s.chrome(c, "fobs.title", props.Summary, props.Serial.Value)
	return view.FobsPage(props)
}

// addMissing says what it takes to look into the inventory.
func (s *Server) addMissing(c echo.Context, props *view.FobsProps) {
	ctx := c.Request().Context()
	for _, scope := range s.Scopes[session.GrantInventory] {
		if !slices.Contains(s.Scopes[session.GrantAdmin], scope) {
			props.Missing = append(props.Missing, entra.ShortScope(scope))
		}
	}
	props.Missing = append(props.Missing,
		roleNames["0526716b-113d-4c15-b2c8-68e3c22b9f80"], roleNames["f2ef992c-3afb-46b9-b7cf-a126ee74c451"])
	props.Ask = &view.Link{
		Href: asking(s.backFrom(c), session.GrantInventory), Text: message.Text(ctx, "consent.again"), Leaves: true,
	}
}

// found puts a device of the inventory into words.
func (s *Server) found(c echo.Context, device oath.Device) *view.FoundFob {
	found := &view.FoundFob{
		Fob:   s.fob(c, oath.Method{ID: device.ID, Device: device}),
		Model: device.Manufacturer + " " + device.Model,
	}
	if device.Holder.ID != "" {
		found.Holder = &device.Holder
		if lost := s.lostOf(c, device.Holder.ID)[device.ID]; device.Status != oath.StatusActivated {
			found.Lost = s.moment(c, lost)
		}
	}
	ctx := c.Request().Context()
	switch {
	case found.Lost.Words != "":
		found.Status, found.State = "lost", message.Text(ctx, "fob.state.lost")
	case found.Holder == nil && device.Status == oath.StatusAvailable:
		found.Status, found.State = "other", message.Text(ctx, "fobs.in_stock")
	}
	found.Activate = nil
	return found
}

// addTrail adds what our own records say of the fob, the newest first.
func (s *Server) addTrail(c echo.Context, props *view.FobsProps, serial oath.SerialNumber) {
	ctx := c.Request().Context()
	rows, err := s.Trail.ListAudit(ctx, audit.Filter{Serial: serial.String()}, 0, 2*rowsAboutFob)
	if err != nil {
		s.Log.ErrorContext(ctx, "the fob's records were not read", "error", err, "request_id", requestIDOf(ctx))
		props.Trouble = message.Text(ctx, "fobs.trail_unread")
		return
	}
	for _, row := range rows {
		if row.Outcome == "" || len(props.Rows) == rowsAboutFob || !slices.Contains(resultEvents, row.Event) {
			continue
		}
		props.Rows = append(props.Rows, view.TrailRow{
			Time: s.moment(c, row.Time), What: message.Text(ctx, "history.end."+row.Outcome),
			Person: row.SubjectName, Subject: row.Subject, Actor: row.ActorName,
		})
	}
}
