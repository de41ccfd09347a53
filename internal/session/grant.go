package session

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"
)

// Grant names a set of Graph's permissions. Each holds those before it; its tokens are kept apart
// from theirs, so that nothing is done with more than it needs.
type Grant string

// The grants, narrow first.
const (
	GrantSelf      Grant = "self"      // what people do for themselves: asked of everyone at sign-in
	GrantAdmin     Grant = "admin"     // what an admin does for others
	GrantInventory Grant = "inventory" // the tenant's list of fobs besides
)

// Wider reports whether the grant is more than what everyone is asked for.
func (g Grant) Wider() bool { return g == GrantAdmin || g == GrantInventory }

func allGrants() []Grant { return []Grant{GrantSelf, GrantAdmin, GrantInventory} }

// Granted is the tokens of one grant, and how they were got.
type Granted struct {
	Tokens
	SteppedUp time.Time // callback time of the newest request with the fresh-MFA claim; zero if none
	Challenge string    // id of the claims challenge that the newest request answered; empty for none
}

// Of returns what the session holds of a grant; a wider one that was not granted is empty.
func (s *Session) Of(grant Grant) Granted {
	if !grant.Wider() {
		return Granted{Tokens: s.Tokens, SteppedUp: s.SteppedUp, Challenge: s.Challenge}
	}
	return s.Wider[grant]
}

// Has reports whether the session has tokens of this grant that are good at now or can be
// refreshed.
func (s *Session) Has(grant Grant, now time.Time) bool {
	held := s.Of(grant)
	return !grant.Wider() || held.RefreshToken() != "" || now.Before(held.Expiry())
}

// Fill puts the tokens that a sign-in got into a session that is to be started. Narrower grants
// than the one they are of get the refresh token alone, with which their first use gets them an
// access token of their own; where Start finds that they have one already, that is kept.
func (s *Session) Fill(grant Grant, got Granted) {
	for _, narrower := range allGrants() {
		if narrower == grant || !grant.Wider() {
			break
		}
		s.put(narrower, Granted{
			Tokens: NewTokens("", got.RefreshToken(), time.Time{}), SteppedUp: got.SteppedUp, Challenge: got.Challenge,
		})
	}
	s.put(grant, got)
}

// put replaces what the session holds of a grant. Sessions that were copied share the map, so it
// is never written.
func (s *Session) put(grant Grant, held Granted) {
	if !grant.Wider() {
		s.Tokens, s.SteppedUp, s.Challenge = held.Tokens, held.SteppedUp, held.Challenge
		return
	}
	wider := maps.Clone(s.Wider)
	if wider == nil {
		wider = map[Grant]Granted{}
	}
	wider[grant] = held
	s.Wider = wider
}

// after is what a session holds of a grant after another sign-in of the same person: what that
// sign-in got, or the old where it got no access token for this grant.
func (g Granted) after(old Granted) Granted {
	if g.AccessToken() == "" && (g.RefreshToken() == "" || old.AccessToken() != "") {
		old.Tokens = old.orRefresh(g.Tokens)
		return old
	}
	g.Tokens = g.orRefresh(old.Tokens)
	return g
}

// refreshed takes over what a refresh got. A refresh token is presented once, so the new one
// replaces it for every grant that had the same.
func (s *Session) refreshed(grant Grant, got Refreshed) {
	presented, renewed := s.Of(grant).RefreshToken(), got.Tokens.RefreshToken()
	for _, one := range allGrants() {
		held := s.Of(one)
		switch {
		case one == grant:
			held.Tokens = got.Tokens.orRefresh(held.Tokens)
		case renewed != "" && held.RefreshToken() == presented:
			held.Tokens = NewTokens(held.AccessToken(), renewed, held.Expiry())
		default:
			continue
		}
		s.put(one, held)
	}
	s.Roles, s.IssuedAt = got.Roles, got.IssuedAt
}

// Decline records that this grant was asked of the session's person and refused, so that nobody
// is asked again and again; a later sign-in that gets it forgets that. sess itself is not changed.
func (st *Store) Decline(ctx context.Context, sess *Session, grant Grant) error {
	held, err := st.hold(ctx, *sess)
	if err != nil {
		return err
	}
	if !slices.Contains(held.Declined, grant) {
		held.Declined = append(slices.Clone(held.Declined), grant)
	}
	err = st.update(ctx, &held)
	if errors.Is(err, errChanged) { // it was ended just now, or the database took longer than the lease
		return unavailable("decline", err)
	}
	return err
}
