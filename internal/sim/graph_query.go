package sim

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// equality is one clause of $filter: a property eq a value.
type equality struct{ property, value string }

// filterClause is `property eq 'text'`, with a quote in the text doubled, or `property eq 30`.
var filterClause = regexp.MustCompile(`^\s*([A-Za-z/]+)\s+eq\s+(?:'((?:[^']|'')*)'|(\d+))\s*(?:and\s+(.+))?$`)

var errFilter = errors.New("not a filter of eq and and")

// parseFilter reads $filter: clauses of eq, joined by and. Nothing else is known.
func parseFilter(filter string) ([]equality, error) {
	var clauses []equality
	for filter != "" {
		parts := filterClause.FindStringSubmatch(filter)
		if parts == nil {
			return nil, errFilter
		}
		value := strings.ReplaceAll(parts[2], "''", "'") + parts[3]
		clauses = append(clauses, equality{property: parts[1], value: value})
		filter = parts[4]
	}
	return clauses, nil
}

// page answers one page of a collection, without what is nil in it, and where the next one is (Graph, "Paging").
func (c *Cloud) page(q *graphCall, of string, value []object) graphAnswer {
	query := q.URL.Query()
	size := orDefault(c.switches.PageSize, pageSize)
	if top := query.Get("$top"); top != "" {
		wanted, err := strconv.Atoi(top)
		if err != nil || wanted < 1 || wanted > 999 {
			return badRequest("Invalid $top.")
		}
		size = min(size, wanted)
	}
	start, err := skipOf(query.Get("$skiptoken"))
	if err != nil || start > len(value) {
		return badRequest("Invalid $skiptoken.")
	}
	body := object{"@odata.context": c.context(of)}
	if start == 0 && query.Get("$count") == "true" {
		body["@odata.count"] = len(value)
	}
	end := min(start+size, len(value))
	body["value"] = slices.DeleteFunc(append([]object{}, value[start:end]...), func(o object) bool { return o == nil })
	if end < len(value) {
		query.Set("$skiptoken", base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "skip %d", end)))
		body["@odata.nextLink"] = c.options.GraphURL + q.URL.EscapedPath() + "?" + encodeQuery(query)
	}
	return graphAnswer{status: http.StatusOK, body: body}
}

// encodeQuery is Encode with blanks as %20, as Graph writes them.
func encodeQuery(query url.Values) string { return strings.ReplaceAll(query.Encode(), "+", "%20") }

// skipOf reads the token of a nextLink, which means nothing to anybody else.
func skipOf(token string) (int, error) {
	if token == "" {
		return 0, nil
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return 0, err
	}
	number, ok := strings.CutPrefix(string(text), "skip ")
	if !ok {
		return 0, errors.New("not a token of ours")
	}
	return strconv.Atoi(number)
}
