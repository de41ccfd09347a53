package entra

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"fobdesk/internal/oath"
)

// Identity is who signed in, by a verified ID token. Person's TenantID and ID say who; nothing
// else here decides who somebody is.
type Identity struct {
	Person    oath.Person
	Subject   string    // sub: the same person, for this client only
	SessionID string    // sid, by which the issuer's front-channel logout names the session; may be empty
	LoginHint string    // the login_hint claim, for signing out; may be empty
	AuthTime  time.Time // when the person authenticated; zero where the issuer does not say
	IssuedAt  time.Time
	Roles     []string // wids (role template ids) and roles (app roles)
}

// The longest values that are kept, in bytes, and the latest date that is believed (year 5138).
const (
	maxName     = 256
	maxHint     = 1024
	maxSubject  = 255 // OpenID Connect Core, section 2
	maxID       = 64
	maxUnixTime = 1e11
)

// claims are the claims that are looked at. A value of another type is an error.
type claims struct {
	Issuer            string          `json:"iss"`
	Subject           string          `json:"sub"`
	Audience          audiences       `json:"aud"`
	AuthorizedParty   *string         `json:"azp"`
	Expiry            *numericDate    `json:"exp"`
	IssuedAt          *numericDate    `json:"iat"`
	NotBefore         *numericDate    `json:"nbf"`
	AuthTime          *numericDate    `json:"auth_time"`
	Nonce             string          `json:"nonce"`
	AccessTokenHash   *string         `json:"at_hash"`
	Version           *string         `json:"ver"`
	TenantID          string          `json:"tid"`
	ObjectID          string          `json:"oid"`
	Name              string          `json:"name"`
	PreferredUsername string          `json:"preferred_username"`
	SessionID         string          `json:"sid"`
	LoginHint         string          `json:"login_hint"`
	RoleTemplates     []string        `json:"wids"`
	AppRoles          []string        `json:"roles"`
	Events            json.RawMessage `json:"events"`
}

// readClaims reads the claims by their exact names. encoding/json alone would take "OID" for oid,
// and a tenant may put claims of any name, with values that people choose, into its tokens.
func readClaims(token *oidc.IDToken) (c claims, err error) {
	var named map[string]json.RawMessage
	if err := token.Claims(&named); err != nil {
		return c, err
	}
	maps.DeleteFunc(named, func(name string, _ json.RawMessage) bool {
		return strings.Trim(name, "abcdefghijklmnopqrstuvwxyz_") != ""
	})
	text, err := json.Marshal(named)
	if err != nil {
		return c, err
	}
	err = json.Unmarshal(text, &c)
	return c, err
}

// person is who the claims name.
func (c claims) person() oath.Person {
	return oath.Person{
		TenantID:          c.TenantID,
		ID:                c.ObjectID,
		Name:              cut(c.Name, maxName),
		UserPrincipalName: cut(c.PreferredUsername, maxName),
	}
}

// identity is what is kept of the claims. What a refreshed token leaves out stays as it was.
func (c claims) identity(was *Identity) Identity {
	identity := Identity{
		Person:   c.person(),
		Subject:  c.Subject,
		IssuedAt: c.IssuedAt.time(),
		Roles:    slices.Concat(c.RoleTemplates, c.AppRoles),
	}
	if was != nil {
		identity.SessionID, identity.LoginHint, identity.AuthTime = was.SessionID, was.LoginHint, was.AuthTime
	}
	if c.SessionID != "" && len(c.SessionID) <= maxHint {
		identity.SessionID = c.SessionID
	}
	if c.LoginHint != "" && len(c.LoginHint) <= maxHint {
		identity.LoginHint = c.LoginHint
	}
	if c.AuthTime != nil {
		identity.AuthTime = c.AuthTime.time()
	}
	return identity
}

// cut shortens a text for display to at most limit bytes, at a character's end.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "")
}

// audiences is aud: one string or a list of them.
type audiences []string

// UnmarshalJSON implements json.Unmarshaler.
func (a *audiences) UnmarshalJSON(text []byte) error {
	var one string
	if json.Unmarshal(text, &one) == nil {
		*a = audiences{one}
		return nil
	}
	return json.Unmarshal(text, (*[]string)(a))
}

// numericDate is seconds since 1970 (RFC 7519, section 2); a fraction is dropped.
type numericDate int64

// UnmarshalJSON implements json.Unmarshaler; text and dates out of all bounds are errors.
func (d *numericDate) UnmarshalJSON(text []byte) error {
	var seconds float64
	if err := json.Unmarshal(text, &seconds); err != nil {
		return err
	}
	if seconds < 0 || seconds > maxUnixTime {
		return errors.New("a date out of all bounds")
	}
	*d = numericDate(math.Floor(seconds))
	return nil
}

// time is the date as a time.
func (d numericDate) time() time.Time { return time.Unix(int64(d), 0) }
