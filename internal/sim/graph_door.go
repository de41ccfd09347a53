package sim

import (
	"encoding/base64"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// need is what a call asks of its token and of its actor.
type need int

const (
	needMethodsRead need = iota
	needMethodsWrite
	needInventoryRead
	needInventoryWrite
	needPolicyRead
	needMe
	needUsers
)

// The delegated scopes of both families, least first (Graph permissions reference).
var (
	scopesSelfRead = []string{
		"UserAuthMethod-HardwareOATH.Read", "UserAuthMethod-HardwareOATH.ReadWrite",
		"UserAuthMethod-HardwareOATH.Read.All", "UserAuthMethod-HardwareOATH.ReadWrite.All",
		"UserAuthenticationMethod.Read", "UserAuthenticationMethod.ReadWrite",
		"UserAuthenticationMethod.Read.All", "UserAuthenticationMethod.ReadWrite.All",
	}
	scopesSelfWrite = []string{
		"UserAuthMethod-HardwareOATH.ReadWrite", "UserAuthMethod-HardwareOATH.ReadWrite.All",
		"UserAuthenticationMethod.ReadWrite", "UserAuthenticationMethod.ReadWrite.All",
	}
	scopesOthersRead = []string{
		"UserAuthMethod-HardwareOATH.Read.All", "UserAuthMethod-HardwareOATH.ReadWrite.All",
		"UserAuthenticationMethod.Read.All", "UserAuthenticationMethod.ReadWrite.All",
	}
	scopesOthersWrite = []string{
		"UserAuthMethod-HardwareOATH.ReadWrite.All", "UserAuthenticationMethod.ReadWrite.All",
	}
	scopesInventoryWrite = []string{"Policy.ReadWrite.AuthenticationMethod"}
	scopesPolicyRead     = []string{
		"Policy.Read.AuthenticationMethod", "Policy.Read.All", "Policy.ReadWrite.AuthenticationMethod",
	}
	scopesMe    = []string{"User.Read", "User.ReadWrite", "User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All"}
	scopesUsers = []string{"User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All", "Directory.Read.All"}
)

// granularFamily begins the names of the newer scopes.
const granularFamily = "UserAuthMethod-HardwareOATH."

// manageable are the roles whose holders an Authentication Administrator may act on (Entra,
// "Privileged roles and permissions", who can perform sensitive actions).
var manageable = []string{
	RoleAuthenticationAdministrator,
	RoleDirectoryReaders,
	"95e79109-95c0-4d8e-aee3-d01accf2d47b", // Guest Inviter
	"790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b", // Message Center Reader
	"966707d0-3269-4727-9be2-8c3a10f19b9d", // Password Administrator
	"4a5d8f65-41da-4de4-8968-e035b65339cf", // Reports Reader
	"75934031-6c7e-415a-99d7-48dbd49e875e", // Usage Summary Reports Reader
	"27460883-1df1-4691-b032-3b79643e5e63", // User Experience Success Manager
}

// admit checks the access token: known, not over, not revoked, not challenged.
func (c *Cloud) admit(q *graphCall) graphAnswer {
	scheme, bearer, _ := strings.Cut(q.Header.Get("Authorization"), " ")
	token := c.entra.access[bearer]
	if !strings.EqualFold(scheme, "Bearer") || token == nil {
		return c.unauthenticated("Access token is empty or invalid.")
	}
	q.token, q.actor = token, c.person(token.personID)
	if !q.now.Before(token.expires) {
		return c.unauthenticated("Lifetime validation failed, the token is expired.")
	}
	if claims, pending := c.entra.challenged(token); pending {
		return c.challenge(claims)
	}
	if token.revoked {
		return c.unauthenticated("The token was revoked.")
	}
	return graphAnswer{}
}

func (c *Cloud) unauthenticated(message string) graphAnswer {
	a := refusal(http.StatusUnauthorized, "InvalidAuthenticationToken", message)
	a.header = http.Header{"Www-Authenticate": {`Bearer realm="", authorization_uri="` + c.authorizationURI() + `"`}}
	return a
}

// challenge asks for claims (Entra, "Claims challenges, claims requests and client capabilities").
func (c *Cloud) challenge(claims string) graphAnswer {
	a := refusal(http.StatusUnauthorized, "InvalidAuthenticationToken", "Continuous access evaluation resulted in challenge with result: InteractionRequired.")
	a.header = http.Header{"Www-Authenticate": {fmt.Sprintf(
		`Bearer realm="", authorization_uri="%s", error="insufficient_claims", claims="%s"`,
		c.authorizationURI(), base64.StdEncoding.EncodeToString([]byte(claims)))}}
	return a
}

func (c *Cloud) authorizationURI() string { return c.options.EntraURL + "/common/oauth2/authorize" }

// throttled counts a call on authentication methods and refuses it when there were too many.
// A refused call counts as well (Graph, "Throttling guidance").
func (c *Cloud) throttled(now time.Time) graphAnswer {
	limit := c.switches.ThrottleAfter
	if limit <= 0 {
		return graphAnswer{}
	}
	c.throttle = slices.DeleteFunc(c.throttle, func(at time.Time) bool { return now.Sub(at) >= throttleWindow })
	c.throttle = append(c.throttle, now)
	if len(c.throttle) <= limit {
		return graphAnswer{}
	}
	a := refusal(http.StatusTooManyRequests, "TooManyRequests", "Too many requests.")
	a.innerCode = "429"
	if !c.switches.OmitRetryAfter {
		free := c.throttle[len(c.throttle)-limit].Add(throttleWindow)
		a.header = http.Header{"Retry-After": {strconv.Itoa(int(math.Ceil(free.Sub(now).Seconds())))}}
	}
	return a
}

// permitted checks scope, role and fresh MFA, in this order.
func (c *Cloud) permitted(q *graphCall, needs need) graphAnswer {
	switch needs {
	case needMethodsRead, needMethodsWrite:
		return c.permittedMethods(q, needs == needMethodsWrite)
	case needInventoryRead:
		return c.permittedPolicy(q, scopesPolicyRead, RoleAuthenticationPolicyAdministrator, RoleGlobalReader)
	case needInventoryWrite:
		return c.permittedPolicy(q, scopesInventoryWrite, RoleAuthenticationPolicyAdministrator)
	case needPolicyRead:
		return c.permittedPolicy(q, scopesPolicyRead, RoleAuthenticationPolicyAdministrator, RoleGlobalReader)
	case needMe:
		if q.self() && q.token.holds(scopesMe) {
			return graphAnswer{}
		}
		return c.permitted(q, needUsers)
	case needUsers:
		if q.token.holds(scopesUsers) {
			return graphAnswer{}
		}
	}
	return refusal(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}

// permittedPolicy is the rule of the inventory and of policies: a scope, and a role for the whole
// tenant.
func (c *Cloud) permittedPolicy(q *graphCall, scopes []string, roles ...string) graphAnswer {
	if !q.token.holds(scopes) || len(q.actor.Scope) > 0 || !c.has(q.token, append(roles, RoleGlobalAdministrator)...) {
		return accessDenied()
	}
	return graphAnswer{}
}

func accessDenied() graphAnswer {
	return refusal(http.StatusForbidden, "accessDenied", "Request Authorization failed")
}

// permittedMethods is the rule of a person's methods.
func (c *Cloud) permittedMethods(q *graphCall, write bool) graphAnswer {
	scopes := scopesOthersRead
	switch {
	case q.self() && write:
		scopes = scopesSelfWrite
	case q.self():
		scopes = scopesSelfRead
	case write:
		scopes = scopesOthersWrite
	}
	if !q.token.holds(c.honoured(scopes)) {
		return accessDenied()
	}
	if !q.self() && !c.mayActOn(q, write) {
		return accessDenied()
	}
	return c.freshEnough(q, write)
}

// honoured leaves out the scopes that the tenant's Graph does not know.
func (c *Cloud) honoured(scopes []string) []string {
	if !c.switches.OnlyBroadScopes {
		return scopes
	}
	return slices.DeleteFunc(slices.Clone(scopes), func(s string) bool { return strings.HasPrefix(s, granularFamily) })
}

// freshEnough asks for fresh MFA where Graph does (Graph, "Authentication methods API overview").
func (c *Cloud) freshEnough(q *graphCall, write bool) graphAnswer {
	s := c.switches
	asked := write && q.self() || !write && q.self() && s.FreshMFAForReads || !q.self() && s.FreshMFAForAdmins
	if s.NoFreshMFA || !asked {
		return graphAnswer{}
	}
	if !q.token.fresh.IsZero() && q.now.Sub(q.token.fresh) <= orDefault(s.FreshMFALife, freshMFALife) {
		return graphAnswer{}
	}
	a := s.StaleMFA.or(http.StatusForbidden, "accessDenied", "Request Authorization failed")
	if s.StaleMFAHeader != "" {
		a.header = http.Header{"Www-Authenticate": {s.StaleMFAHeader}}
	}
	return a
}
