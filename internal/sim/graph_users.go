package sim

import (
	"net/http"
	"slices"
	"strings"
)

// listUsers is GET /users, with $search or without.
func (c *Cloud) listUsers(q *graphCall) graphAnswer {
	query := q.URL.Query()
	keep := func(*Person) bool { return true }
	if query.Has("$filter") {
		return unsupported("Only $search is simulated.")
	}
	if query.Has("$search") {
		if !strings.EqualFold(q.Header.Get("ConsistencyLevel"), "eventual") {
			return unsupported("Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'")
		}
		search, err := parseSearch(query.Get("$search"))
		if err != nil {
			return badRequest("Syntax error in $search: " + err.Error())
		}
		keep = search.finds
	}
	var matched []*Person
	for _, person := range c.people {
		if keep(person) {
			matched = append(matched, person)
		}
	}
	slices.SortStableFunc(matched, func(a, b *Person) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	var value []object
	for _, person := range matched {
		value = append(value, selected(q, person.user()))
	}
	return c.page(q, "users", value)
}

func unsupported(message string) graphAnswer {
	return refusal(http.StatusBadRequest, "Request_UnsupportedQuery", message)
}

// getUser is GET /users/{u} and GET /me.
func (c *Cloud) getUser(q *graphCall) graphAnswer {
	return found(c.entity("users/$entity", selected(q, q.subject.user())))
}

// getPolicy is GET …/authenticationMethodConfigurations/hardwareOath.
func (c *Cloud) getPolicy(*graphCall) graphAnswer {
	state := "enabled"
	if c.switches.PolicyDisabled {
		state = "disabled"
	}
	return found(c.entity("authenticationMethodConfigurations/$entity", object{
		"@odata.type":    "#microsoft.graph.hardwareOathAuthenticationMethodConfiguration",
		"id":             "HardwareOath",
		"state":          state,
		"excludeTargets": []object{},
		"includeTargets": []object{{"targetType": "group", "id": "all_users", "isRegistrationRequired": false}},
	}))
}

// user is what User.ReadBasic.All shows of a person.
func (p *Person) user() object {
	return object{
		"id":                p.ID,
		"displayName":       p.Name,
		"givenName":         orNull(p.GivenName),
		"surname":           orNull(p.Surname),
		"userPrincipalName": p.UPN,
		"mail":              orNull(p.Mail),
	}
}
