package session

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"fobdesk/internal/oath"
	"fobdesk/internal/secret"
)

// Session is somebody signed in at one browser. It is a copy: changing it changes nothing but
// what the next Save, Start or refresh writes.
type Session struct {
	Person    oath.Person
	Subject   string // claim sub, compared at each refresh (OpenID Connect Core, section 12.2)
	SID       string // claim sid, for Entra's front-channel logout; empty where there is none
	LoginHint string // claim login_hint, for Entra's end-session; empty where there is none
	Roles     []string
	IssuedAt  time.Time // claim iat of the newest ID token: how old the roles are
	SignedIn  time.Time // callback time of the newest sign-in or step-up
	Challenge string    // id of the claims challenge that the newest request answered; empty for none
	SteppedUp time.Time // callback time of the newest request with the fresh-MFA claim; zero if none
	Tokens    Tokens    // of GrantSelf, as are Challenge and SteppedUp
	Wider     map[Grant]Granted
	Declined  []Grant // asked for in this session, and refused
	Station   string  // id of the station of a visit; empty for an ordinary session
	Operator  bool    // a visit in which an admin serves others

	Agent   string // browser and system, for the person to know the session by; read by Signed only
	Address string // client's IP address at sign-in, likewise

	place *place // nil until the store has it
}

// place is where a session lives: all that is needed to write it again.
type place struct {
	cookie  func() cookieValue // a function, so that no verb of fmt shows it
	row     Row                // without Sealed
	lineage []byte             // random; kept when the session gets a new id for the same person
}

// Ends is the absolute end: no use moves it.
func (s *Session) Ends() time.Time { return s.place.row.Ends }

// Tokens are what Entra gave for Graph. They cannot be printed: the strings lie behind a function
// and every verb of fmt and every slog handler writes "redacted".
type Tokens struct {
	secret.Hidden
	held func() heldTokens
}

type heldTokens struct {
	access, refresh string
	expiry          time.Time
}

// NewTokens holds an access token, the time it runs out, and a refresh token, which is empty where
// Entra gave none.
func NewTokens(accessToken, refreshToken string, expiry time.Time) Tokens {
	held := heldTokens{access: accessToken, refresh: refreshToken, expiry: expiry}
	return Tokens{held: func() heldTokens { return held }}
}

// AccessToken is the bearer token, for the one header that carries it.
func (t Tokens) AccessToken() string { return t.get().access }

// RefreshToken is what a new access token is got with; empty where there is none.
func (t Tokens) RefreshToken() string { return t.get().refresh }

// Expiry is when the access token runs out.
func (t Tokens) Expiry() time.Time { return t.get().expiry }

func (t Tokens) get() heldTokens {
	if t.held == nil {
		return heldTokens{}
	}
	return t.held()
}

// orRefresh keeps old's refresh token where t has none: Entra need not send a new one
// (RFC 6749, section 6).
func (t Tokens) orRefresh(old Tokens) Tokens {
	if t.RefreshToken() != "" {
		return t
	}
	return NewTokens(t.AccessToken(), old.RefreshToken(), t.Expiry())
}

// PersonKey names a person: tenant id and object id. Names and addresses play no part.
func PersonKey(p oath.Person) string { return p.TenantID + ":" + p.ID }

// payload is a session as it is sealed, but for the tokens: they are long, stand behind it as they
// are, and so cost no decoding at each request.
type payload struct {
	Person    oath.Person
	Subject   string
	SID       string
	LoginHint string
	Roles     []string
	IssuedAt  time.Time
	SignedIn  time.Time
	SteppedUp time.Time
	Challenge string
	Expiry    time.Time // of the access token
	Wider     []widerPayload
	Declined  []Grant
	Operator  bool
	Lineage   []byte
}

// widerPayload is a wider grant as it is sealed, its tokens apart as well.
type widerPayload struct {
	Grant     Grant
	SteppedUp time.Time
	Challenge string
	Expiry    time.Time
}

// sealSession makes the row's payload. The cookie's secret is the salt of its key, and the row's
// key, person and station are bound in, so that a payload opens only with that cookie and in that row.
func (k *Keys) sealSession(s *Session) ([]byte, error) {
	p := payload{
		Person: s.Person, Subject: s.Subject, SID: s.SID, LoginHint: s.LoginHint, Roles: s.Roles,
		IssuedAt: s.IssuedAt, SignedIn: s.SignedIn, SteppedUp: s.SteppedUp, Challenge: s.Challenge,
		Expiry: s.Tokens.Expiry(), Declined: s.Declined, Operator: s.Operator, Lineage: s.place.lineage,
	}
	tokens := [][]byte{[]byte(s.Tokens.AccessToken()), []byte(s.Tokens.RefreshToken())}
	for grant, held := range s.Wider {
		p.Wider = append(p.Wider, widerPayload{grant, held.SteppedUp, held.Challenge, held.Expiry()})
		tokens = append(tokens, []byte(held.AccessToken()), []byte(held.RefreshToken()))
	}
	encoded, err := json.Marshal(p)
	if err != nil {
		return nil, fmt.Errorf("encode session: %w", err)
	}
	plain := frame(slices.Insert(tokens, 0, encoded)...)
	return k.seal("session", s.place.cookie().secret, plain, rowBinding(s.place.row))
}

// openSession is the reverse, and an error for any cookie but the session's own.
func (k *Keys) openSession(row Row, cookie cookieValue) (*Session, error) {
	p, opened := row.Opened.find(cookie)
	if !opened {
		parts, err := k.openParts(row, cookie)
		if err != nil {
			return nil, err
		}
		if err := json.Unmarshal(parts[0], &p); err != nil {
			return nil, fmt.Errorf("decode session: %w", err)
		}
		if len(parts) != 1+2*(1+len(p.Wider)) {
			return nil, errNotSealed
		}
		row.Opened.keep(cookie, p)
	}
	s := &Session{
		Person: p.Person, Subject: p.Subject, SID: p.SID, LoginHint: p.LoginHint, Roles: slices.Clone(p.Roles),
		IssuedAt: p.IssuedAt, SignedIn: p.SignedIn, SteppedUp: p.SteppedUp, Challenge: p.Challenge,
		Tokens: k.tokensOf(row, cookie, 0, p.Expiry), Declined: slices.Clone(p.Declined),
		Station: row.Station, Operator: p.Operator,
	}
	for i, wider := range p.Wider {
		s.put(wider.Grant, Granted{
			Tokens:    k.tokensOf(row, cookie, 1+i, wider.Expiry),
			SteppedUp: wider.SteppedUp, Challenge: wider.Challenge,
		})
	}
	row.Sealed, row.Opened = nil, nil
	s.place = &place{cookie: cookie.hide(), row: row, lineage: p.Lineage}
	return s, nil
}

// openParts returns the payload and, for each grant in turn, the access token and the refresh token.
func (k *Keys) openParts(row Row, cookie cookieValue) ([][]byte, error) {
	plain, err := k.open("session", cookie.secret, row.Sealed, rowBinding(row))
	if err != nil {
		return nil, err
	}
	parts, ok := unframe(plain)
	if !ok || len(parts) == 0 {
		return nil, errNotSealed
	}
	return parts, nil
}

func rowBinding(row Row) []byte {
	if row.Station == "" {
		return frame([]byte(row.Key), []byte(row.Person))
	}
	return frame([]byte(row.Key), []byte(row.Person), []byte(row.Station))
}

// hashed is how ids, sids and states are kept: SHA-256 in base64url. They are long and random, so
// that a plain hash can't be turned round.
func hashed(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
