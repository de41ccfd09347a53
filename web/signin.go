package web

import (
	"cmp"
	"errors"
	"net/http"

	"github.com/labstack/echo/v4"

	"fobdesk/internal/audit"
	"fobdesk/internal/entra"
	"fobdesk/internal/outcome"
	"fobdesk/internal/session"
)

// getSignIn sends the browser to Entra. Where fresh MFA is wanted at sign-in it is asked for at
// once, so that nobody is sent there twice.
func (s *Server) getSignIn(c echo.Context) error {
	prompt := ""
	if c.QueryParam("switch") == "1" {
		prompt = "select_account"
	}
	return s.toEntra(c, session.SignIn{
		ReturnTo: localPath(c.QueryParam("return_to")),
		FreshMFA: s.StepUpAtSignIn,
	}, entra.Authorization{Prompt: prompt})
}

// toEntra begins a sign-in and leaves for Entra with it.
func (s *Server) toEntra(c echo.Context, begin session.SignIn, ask entra.Authorization) error {
	if st := stationOf(c); st != nil {
		begin.Station, ask.AuthTime = st.ID, true
		if sess := current(c); sess != nil { // who begins a visit has ended the one before
			begin.Operator = sess.Operator
		}
	}
	begin, err := s.store(c).BeginSignIn(c.Response(), c.Request(), begin)
	if err != nil {
		return err
	}
	ask.State, ask.Nonce, ask.CodeVerifier, ask.FreshMFA = begin.State, begin.Nonce, begin.CodeVerifier, begin.FreshMFA
	ask.Scopes = s.Scopes[cmp.Or(begin.Grant, session.GrantSelf)]
	to, err := s.Entra.AuthorizationURL(c.Request().Context(), ask)
	if err != nil {
		s.recordRefusedSignIn(c, err, current(c))
		return err
	}
	return s.leave(c, http.StatusSeeOther, to)
}

// returnKey is where the path that a sign-in was to lead to lies in Echo's context.
const returnKey = "return_to"

// getCallback is where Entra sends the browser back. The state is spent first, whatever the
// answer says, so that no answer counts twice.
func (s *Server) getCallback(c echo.Context) error {
	signIn, identity, tokens, err := s.callback(c)
	if err != nil {
		s.recordRefusedSignIn(c, err, current(c))
		if owing := s.oweUnknown(c); owing != nil {
			return owing
		}
		if refusal, ok := errors.AsType[*outcome.Error](err); ok && signIn.Grant.Wider() && entra.Unconsented(refusal) {
			return s.declined(c, signIn, refusal)
		}
		return err
	}
	now := s.Now()
	sess := session.Session{
		Person: identity.Person, Subject: identity.Subject, SID: identity.SessionID,
		LoginHint: identity.LoginHint, Roles: identity.Roles, IssuedAt: identity.IssuedAt, SignedIn: now,
		Agent: agentOf(c.Request()), Address: c.RealIP(),
	}
	got := session.Granted{
		Tokens:    session.NewTokens(tokens.AccessToken, tokens.RefreshToken, tokens.Expiry),
		Challenge: signIn.Challenge,
	}
	if signIn.FreshMFA {
		got.SteppedUp = now
	}
	sess.Fill(signIn.Grant, got)
	sess.Operator = signIn.Operator
	if stationOf(c) != nil {
		if err := s.admitVisit(c, signIn, identity, &sess); err != nil {
			s.recordRefusedSignIn(c, err, &sess)
			return err
		}
	}
	if err := s.store(c).Start(c.Response(), c.Request(), sess); err != nil {
		return err
	}
	s.record(c, audit.EventSignIn, "signed_in", &sess)
	return c.Redirect(http.StatusSeeOther, localPath(signIn.ReturnTo))
}

// recordRefusedSignIn records a sign-in that Entra refused, or that ended because nothing Entra said
// could be believed. One that ended because Entra said nothing was refused by nobody.
func (s *Server) recordRefusedSignIn(c echo.Context, err error, sess *session.Session) {
	refusal, ok := errors.AsType[*outcome.Error](err)
	if ok && (refusal.Outcome == outcome.SignInRefused || refusal.Reason == entra.ReasonBroken) {
		s.recordRefusal(c, audit.EventSignIn, outcome.SignInRefused, c.Path(), sess)
	}
}

// callback takes the sign-in that the browser began, which is answered beside an error where it is
// known, and redeems Entra's answer to it. A wider grant that was given in part is none.
func (s *Server) callback(c echo.Context) (session.SignIn, entra.Identity, entra.Tokens, error) {
	answer, malformed := entra.ParseCallback(c.QueryParams())
	signIn, err := s.store(c).TakeSignIn(c.Response(), c.Request(), answer.State)
	c.Set(returnKey, localPath(signIn.ReturnTo))
	if err == nil && signIn.Station != stationID(c) {
		err = &outcome.Error{Outcome: outcome.SignInRefused, Reason: "state", Err: errors.New("begun at another station")}
	}
	if err := cmp.Or(malformed, err); err != nil {
		return session.SignIn{}, entra.Identity{}, entra.Tokens{}, err
	}
	if refusal := s.Entra.Refusal(answer); refusal != nil {
		return signIn, entra.Identity{}, entra.Tokens{}, refusal
	}
	identity, tokens, err := s.Entra.Redeem(c.Request().Context(), answer.Code, signIn.CodeVerifier, signIn.Nonce)
	if err == nil && signIn.Grant.Wider() {
		err = entra.WantScopes(s.Scopes[signIn.Grant], tokens)
	}
	return signIn, identity, tokens, err
}

// postSignOut ends the session here first, then at Entra.
func (s *Server) postSignOut(c echo.Context) error {
	sess := current(c)
	if err := s.Sessions.End(c.Response(), c.Request()); err != nil {
		return err
	}
	s.room.forget(s.Sessions.CSRFToken(sess))
	s.record(c, audit.EventSignOut, "signed_out", sess)
	c.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	to := s.Entra.EndSessionURL(sess.LoginHint, s.BaseURL.String()+"/")
	if to == "" {
		to = "/"
	}
	return s.leave(c, http.StatusSeeOther, to)
}

// maxSID bounds Entra's session id, in bytes.
const maxSID = 256

// getFrontChannelLogout is Entra's word that a session ended there. Cookies do not come with it,
// so the session is found by Entra's session id. It answers alike whether there was one or not
// (OpenID Connect Front-Channel Logout 1.0, section 2).
func (s *Server) getFrontChannelLogout(c echo.Context) error {
	query := c.QueryParams()
	sid, issuer := query.Get("sid"), query.Get("iss")
	if sid != "" && len(sid) <= maxSID && (issuer == "" || issuer == s.Issuer) {
		ended, err := s.Sessions.EndSID(c.Request().Context(), sid)
		if err != nil {
			return err
		}
		if ended > 0 {
			s.record(c, audit.EventSignOut, "signed_out_at_entra", nil)
		}
	}
	return c.NoContent(http.StatusOK)
}
