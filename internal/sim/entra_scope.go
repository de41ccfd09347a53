package sim

import (
	"slices"
	"strings"
)

// graphResource is how scopes of Graph are named in full.
const graphResource = "https://graph.microsoft.com/"

// askedScopes is the scope parameter.
type askedScopes struct {
	openID  bool
	profile bool
	offline bool
	graph   []string // short names
}

// knownScopes are the scopes of Graph that an application registration here has.
func knownScopes() []string {
	return slices.Concat(scopesSelfRead, scopesMe, scopesInventoryWrite, scopesPolicyRead)
}

// parseScopes reads the scope parameter: one resource, short or full names.
func parseScopes(parameter string) (askedScopes, *oauthError) {
	var asked askedScopes
	for _, scope := range strings.Fields(parameter) {
		switch scope {
		case "openid":
			asked.openID = true
			continue
		case "profile", "email":
			asked.profile = true
			continue
		case "offline_access":
			asked.offline = true
			continue
		}
		name, _ := strings.CutPrefix(scope, graphResource)
		if strings.Contains(name, "://") {
			return asked, aadsts(28000, "invalid_request", "Provided value for the input parameter scope is not valid because it contains a resource that is not Microsoft Graph.")
		}
		i := slices.IndexFunc(knownScopes(), func(known string) bool { return strings.EqualFold(known, name) })
		if name == ".default" {
			asked.graph = append(asked.graph, name)
			continue
		}
		if i < 0 {
			return asked, aadsts(650053, "invalid_scope", "The application asked for scope '%s' that doesn't exist on the resource.", name)
		}
		asked.graph = append(asked.graph, knownScopes()[i])
	}
	if slices.Contains(asked.graph, ".default") && len(asked.graph) > 1 {
		return asked, aadsts(70011, "invalid_scope", "'.default' cannot be combined with scopes of a resource.")
	}
	return asked, nil
}

// granted answers the scopes that a token gets: those asked for, or by .default and by a switch
// all that have consent.
func (c *Cloud) granted(asked []string) []string {
	if !c.switches.GrantEverything && !slices.Contains(asked, ".default") {
		return asked
	}
	all := slices.DeleteFunc(knownScopes(), func(known string) bool {
		return slices.ContainsFunc(c.switches.Unconsented, func(s string) bool { return strings.EqualFold(s, known) })
	})
	slices.Sort(all)
	return slices.Compact(all)
}
