package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/entra"
	"fobdesk/internal/message"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
	"fobdesk/web/view"
)

// reasonConsent is why a page can't be shown although the person may: a permission was not given.
const reasonConsent = "consent"

// askAgain in the query of an admin's page names a grant to ask for, although it was refused before.
const askAgain = "ask"

// permit asks for the route's grant where the session lacks it: through Entra, and back to the
// same page, or to the page of the form that was posted, which is as it was.
func (s *Server) permit(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		grant := s.route(c).grant
		if again := session.Grant(c.QueryParam(askAgain)); grant.Wider() && again.Wider() {
			grant = again
		}
		switch {
		case !grant.Wider(), current(c).Has(grant, s.Now()):
			return next(c)
		case c.Request().Method == http.MethodPost:
			return s.askGrant(c, grant, s.backFrom(c), s.draftOf(c))
		}
		return s.askGrant(c, grant, s.backFrom(c), nil)
	}
}

// askGrant sends the person to Entra for a wider grant, and from there to returnTo, with the draft
// of the form that needs it, if any. The inventory's is asked for once in a session: most admins
// have no role that may read it.
func (s *Server) askGrant(c echo.Context, grant session.Grant, returnTo string, draft *session.Draft) error {
	sess := current(c)
	if draft != nil {
		draft.PersonKey, draft.Notice = session.PersonKey(sess.Person), noticeGrant
		if err := s.store(c).KeepDraft(c.Response(), *draft); err != nil {
			return err
		}
	}
	again := c.QueryParam(askAgain) == string(grant)
	if grant == session.GrantInventory && slices.Contains(sess.Declined, grant) && !again {
		return s.withoutConsent(c, grant, returnTo, outcome.New(outcome.NotAllowed))
	}
	begin := session.SignIn{ReturnTo: asking(returnTo, ""), Grant: grant}
	return s.toEntra(c, begin, entra.Authorization{LoginHint: sess.LoginHint})
}

// declined answers a wider grant that was refused at Entra. The session stays as it was, but for
// knowing that it was asked.
func (s *Server) declined(c echo.Context, signIn session.SignIn, behind *outcome.Error) error {
	if sess := current(c); sess != nil {
		err := s.store(c).Decline(c.Request().Context(), sess, signIn.Grant)
		if err != nil && !errors.Is(err, outcome.SignedOut) {
			return err
		}
	}
	return s.withoutConsent(c, signIn.Grant, localPath(signIn.ReturnTo), behind)
}

// withoutConsent is the page that names the permissions which were not given, and how whoever may
// can give them.
func (s *Server) withoutConsent(c echo.Context, grant session.Grant, returnTo string, behind *outcome.Error) error {
	ctx := c.Request().Context()
	refusal := &outcome.Error{Outcome: outcome.NotAllowed, Reason: reasonConsent, Reference: behind.Reference, Err: behind}
	s.logRefused(c, refusal)
	summary := s.tell(c, refusal).Summary
	summary.Next = &view.Link{Href: asking(returnTo, grant), Text: message.Text(ctx, "consent.again"), Leaves: true}
	if s.atKiosk(c) { // nothing there leads to another's approval
		return s.render(c, statusOf(refusal), s.kioskTrouble(c, refusal, summary))
	}
	props := view.ConsentProps{
		Chrome: s.chrome(c, summary.Heading, nil), Summary: summary,
		Approve: view.Link{
			Href: s.Entra.AdminConsentURL(s.Scopes[grant]), Text: message.Text(ctx, "consent.approve"), Leaves: true,
		},
	}
	for _, scope := range s.Scopes[grant] {
		props.Permissions = append(props.Permissions, entra.ShortScope(scope))
	}
	return s.render(c, statusOf(refusal), view.ConsentPage(props))
}

// asking is a local path that asks for the grant again, or for none where grant is empty.
func asking(path string, grant session.Grant) string {
	path, query, _ := strings.Cut(path, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return path
	}
	values.Del(askAgain)
	if grant != "" {
		values.Set(askAgain, string(grant))
	}
	if len(values) == 0 {
		return path
	}
	return path + "?" + values.Encode()
}
