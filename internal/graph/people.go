package graph

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"fobdesk/internal/oath"
	"fobdesk/internal/outcome"
)

// People are the people of the tenant, as the person whose token it is sees them.
type People struct{ caller }

// People answers the people of the tenant.
func (c *Client) People(tokens TokenSource) *People {
	return &People{caller{client: c, tokens: tokens}}
}

// PeoplePage is one page of people who were found. It may be empty and yet have a next one.
type PeoplePage struct {
	People []oath.Person // without TenantID
	// Next leads to the next page, empty on the last: Graph's nextLink, whole and opaque. It holds
	// what was searched for, and goes to nobody but the one who searched.
	Next string
}

const (
	personProperties = "id,displayName,userPrincipalName,mail"
	pageOfPeople     = "25"
)

// Search finds people by a part of their name, or the beginning of their user principal name or
// mail address: GET /users?$search=…, 25 to a page. q is text and nothing else, whatever operators
// it holds. With next, a PeoplePage.Next, it answers that page and q is not looked at; a link that
// leads anywhere else than below the configured Graph is never followed.
//
// Errors are *outcome.Error: InvalidInput (a q that is empty, longer than 256 characters, or that
// Graph can't search for, in the field "q"; a false link in the field "next"), NotAllowed, StepUp,
// SignedOut, Throttled or UpstreamUnavailable.
func (p *People) Search(ctx context.Context, q, next string) (PeoplePage, error) {
	request, err := p.search(q, next)
	if err != nil {
		return PeoplePage{}, err
	}
	var page struct {
		Value    []personItem `json:"value"`
		NextLink string       `json:"@odata.nextLink"`
	}
	if err := p.read(ctx, request, &page); err != nil {
		if refusal, ok := errors.AsType[*outcome.Error](err); ok && refusal.Outcome == outcome.InvalidInput {
			refusal.Fields = []outcome.Field{{Name: request.op.field(), Flaw: string(oath.FlawCharacters)}}
		}
		return PeoplePage{}, err
	}
	nobody := func(item personItem) bool { return !isObjectID(string(item.ID)) }
	switch {
	case page.Value == nil, slices.ContainsFunc(page.Value, nobody):
		return PeoplePage{}, p.client.unusable(ctx, request.op, "a list of another shape")
	case page.NextLink != "" && !p.client.isBelow(page.NextLink):
		return PeoplePage{}, p.client.unusable(ctx, request.op, "a next page elsewhere")
	}
	found := PeoplePage{Next: page.NextLink}
	for _, item := range page.Value {
		found.People = append(found.People, item.person())
	}
	return found, nil
}

// search is the call for the first page, or for the next one.
func (p *People) search(q, next string) (call, error) {
	if next != "" {
		if !p.client.isBelow(next) {
			return call{}, invalid(opNextPeople.field(), oath.FlawCharacters)
		}
		return call{op: opNextPeople, url: next, typed: []string{q}, eventual: true}, nil
	}
	q, err := cleanSearch(q)
	if err != nil {
		return call{}, err
	}
	return call{
		op: opSearchPeople, typed: []string{q}, eventual: true,
		url: p.client.base + "/users?$search=" + queryEscape(searchExpression(q)) +
			"&$select=" + personProperties + "&$top=" + pageOfPeople + "&$count=true",
	}, nil
}

// Find answers the person with this object id or user principal name: GET /users/{id}, and for a
// name that begins with $ GET /users('{name}'). Errors are *outcome.Error: NotFound with the reason
// "person" (also, unsent, for what is neither), NotAllowed, StepUp, SignedOut, Throttled or
// UpstreamUnavailable.
func (p *People) Find(ctx context.Context, id string) (oath.Person, error) {
	if !isObjectID(id) && !userPrincipalName.MatchString(id) {
		return oath.Person{}, noPerson()
	}
	var item personItem
	err := p.read(ctx, call{
		op: opFindPerson, url: p.client.base + userPath(id) + "?$select=" + personProperties,
		typed: []string{id},
	}, &item)
	switch {
	case err != nil:
		return oath.Person{}, err
	case !isObjectID(string(item.ID)):
		return oath.Person{}, p.client.unusable(ctx, opFindPerson, "a person of another shape")
	case isObjectID(id) && !strings.EqualFold(string(item.ID), id): // or a name would stand beside another's id
		return oath.Person{}, p.client.unusable(ctx, opFindPerson, "another person")
	}
	return item.person(), nil
}

// maxSearch is the longest text that is searched for, in characters (runes).
const maxSearch = 256

// cleanSearch trims q and drops the marks that copying leaves behind unseen, and answers it, or an
// InvalidInput. What is left of the writing direction's characters deceives, and is refused.
func cleanSearch(q string) (string, error) {
	q = strings.TrimSpace(strings.NewReplacer(
		"\u200b", "", "\u200e", "", "\u200f", "", "\u061c", "", "\ufeff", "").Replace(q))
	switch {
	case q == "":
		return "", invalid(opSearchPeople.field(), oath.FlawEmpty)
	case !utf8.ValidString(q), strings.ContainsFunc(q, oath.Deceives), strings.ContainsRune(q, utf8.RuneError):
		return "", invalid(opSearchPeople.field(), oath.FlawCharacters)
	case utf8.RuneCountInString(q) > maxSearch:
		return "", invalid(opSearchPeople.field(), oath.FlawTooLong)
	}
	return q, nil
}

// searchExpression looks for q in three properties (Graph, "Use the $search query parameter"). Each
// clause stands in double quotes of its own, within which a double quote and a backslash are
// escaped by a backslash; nothing else has a meaning there.
func searchExpression(q string) string {
	q = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(q)
	return `"displayName:` + q + `" OR "userPrincipalName:` + q + `" OR "mail:` + q + `"`
}

// queryEscape escapes a value of the query, blanks as %20: OData knows no other. Once is enough on
// beta; v1.0 wants an "&" in $search escaped twice (a fault that its page knows of).
func queryEscape(value string) string {
	return strings.ReplaceAll(url.QueryEscape(value), "+", "%20")
}

func invalid(field string, flaw oath.Flaw) error {
	return &outcome.Error{
		Outcome: outcome.InvalidInput, Fields: []outcome.Field{{Name: field, Flaw: string(flaw)}}, Err: flaw,
	}
}

// personItem is a user, as far as User.ReadBasic.All shows one.
type personItem struct {
	ID                text `json:"id"`
	DisplayName       text `json:"displayName"`
	UserPrincipalName text `json:"userPrincipalName"`
	Mail              text `json:"mail"`
}

func (p personItem) person() oath.Person {
	return oath.Person{
		ID: string(p.ID), Name: string(cmp.Or(p.DisplayName, p.UserPrincipalName)),
		UserPrincipalName: string(p.UserPrincipalName), Mail: string(p.Mail),
	}
}
