package sim

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/google/uuid"
)

// object is a JSON object.
type object = map[string]any

// graphCall is one request to Graph that passed the door: its token is good.
type graphCall struct {
	*http.Request

	now     time.Time
	token   *accessToken
	actor   *Person
	subject *Person // of /me and /users/{u}
	id      string  // of the method or device
	body    object
}

// self reports whether the actor acts on themselves.
func (q *graphCall) self() bool { return q.subject != nil && q.subject.ID == q.actor.ID }

// graphAnswer is what Graph says. A refusal has an errorCode and no body.
type graphAnswer struct {
	status    int
	header    http.Header
	body      object
	errorCode string
	innerCode string
	message   string
}

// refusal is an answer with an error body (Graph, "Error responses").
func refusal(status int, code, message string) graphAnswer {
	return graphAnswer{status: status, errorCode: code, message: message}
}

func (a graphAnswer) refused() bool { return a.status >= http.StatusBadRequest }

// done is the answer of what was done and has nothing to tell.
var done = graphAnswer{status: http.StatusNoContent}

func found(body object) graphAnswer { return graphAnswer{status: http.StatusOK, body: body} }

// Graph serves Microsoft Graph: /beta and what lies under it. Path segments are matched without
// regard to case.
func (c *Cloud) Graph() http.Handler {
	return c.front(SideGraph, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body object
		var bodyErr error
		if raw, _ := io.ReadAll(r.Body); len(raw) > 0 { // it lies in memory
			bodyErr = json.Unmarshal(raw, &body)
		}
		c.mu.Lock()
		answer := c.answer(r, body, bodyErr)
		c.mu.Unlock()
		c.writeGraph(w, r, answer)
	}))
}

// answer does what the call asks for. The caller holds the lock, so that each call is done whole.
func (c *Cloud) answer(r *http.Request, body object, bodyErr error) graphAnswer {
	q := &graphCall{Request: r, now: c.now(), body: body}
	if refused := c.admit(q); refused.refused() {
		return refused
	}
	noteCaller(r.Context(), q.actor.ID)
	route, segments, refused := c.route(r)
	if refused.refused() {
		return refused
	}
	if strings.HasPrefix(route.path, "users/{u}/authentication/") {
		if refused := c.throttled(q.now); refused.refused() {
			return refused
		}
	}
	if refused := c.fill(q, route, segments); refused.refused() {
		return refused
	}
	if refused := c.permitted(q, route.needs); refused.refused() {
		return refused
	}
	if bodyErr != nil {
		return badRequest("Unable to read JSON request payload.")
	}
	return route.do(c, q)
}

func badRequest(message string) graphAnswer {
	return refusal(http.StatusBadRequest, "badRequest", message)
}

// fill reads what the path names. That somebody does not exist is only told to those who may ask
// of others.
func (c *Cloud) fill(q *graphCall, route graphRoute, segments []string) graphAnswer {
	for i, name := range strings.Split(route.path, "/") {
		switch name {
		case "{u}":
			q.subject = c.findPerson(segments[i], q.actor)
		case "{id}":
			q.id = segments[i]
		}
	}
	if q.subject == nil && strings.HasPrefix(route.path, "users/{u}") {
		if refused := c.permitted(q, route.needs); refused.refused() {
			return refused
		}
		return refusal(http.StatusNotFound, "Request_ResourceNotFound",
			"Resource does not exist or one of its queried reference-property objects are not present.")
	}
	return graphAnswer{}
}

// findPerson answers who has this object id or user principal name, or nil. "me" is the actor.
func (c *Cloud) findPerson(name string, actor *Person) *Person {
	if name == me {
		return actor
	}
	for _, person := range c.people {
		if strings.EqualFold(person.ID, name) || strings.EqualFold(person.UPN, name) {
			return person
		}
	}
	return nil
}

// graphRoute is one call of the API.
type graphRoute struct {
	method string
	path   string // below /beta, in lower case; /me is users/{u}
	needs  need
	do     func(*Cloud, *graphCall) graphAnswer
}

// me stands for the actor in place of an id. No id or user principal name holds a blank.
const me = " me "

// route finds the call that a request makes.
func (c *Cloud) route(r *http.Request) (graphRoute, []string, graphAnswer) {
	segments, err := splitPath(r.URL)
	if err != nil || len(segments) < 2 || !strings.EqualFold(segments[0], "beta") {
		return graphRoute{}, nil, badRequest("Invalid version, or resource not found for the segment.")
	}
	segments = segments[1:]
	if strings.EqualFold(segments[0], "me") {
		segments = append([]string{"users", me}, segments[1:]...)
	}
	pathKnown := false
	for _, route := range c.routes {
		if !matches(route.path, segments) {
			continue
		}
		if route.method == r.Method {
			return route, segments, graphAnswer{}
		}
		pathKnown = true
	}
	if pathKnown {
		return graphRoute{}, nil, refusal(http.StatusMethodNotAllowed, "Request_BadRequest",
			"Specified HTTP method is not allowed for the request target.")
	}
	return graphRoute{}, nil, badRequest("Resource not found for the segment '" + segments[len(segments)-1] + "'.")
}

// keyed is a segment with a key, collection('key'), in which a quote is doubled (OData 4.01 URL
// Conventions, section 4.3.1).
var keyed = regexp.MustCompile(`^([A-Za-z]+)\('((?:[^']|'')+)'\)$`)

// splitPath answers the segments of the path, each unescaped by itself. A key is a segment of its
// own. A name that begins with $ is a word of OData's own, so that a person's can only be a key
// (Graph, "Get a user").
func splitPath(u *url.URL) ([]string, error) {
	var segments []string
	for segment := range strings.SplitSeq(strings.Trim(u.EscapedPath(), "/"), "/") {
		plain, err := url.PathUnescape(segment)
		if err != nil {
			return nil, err
		}
		if parts := keyed.FindStringSubmatch(plain); parts != nil {
			segments = append(segments, parts[1], strings.ReplaceAll(parts[2], "''", "'"))
			continue
		}
		if plain == "" || plain == me {
			return nil, errors.New("an empty segment")
		}
		if last := len(segments) - 1; strings.HasPrefix(plain, "$") && last >= 0 && strings.EqualFold(segments[last], "users") {
			return nil, errors.New("a word of OData's own")
		}
		segments = append(segments, plain)
	}
	return segments, nil
}

func matches(path string, segments []string) bool {
	pattern := strings.Split(path, "/")
	if len(pattern) != len(segments) {
		return false
	}
	for i, name := range pattern {
		if !strings.HasPrefix(name, "{") && !strings.EqualFold(name, segments[i]) {
			return false
		}
	}
	return true
}

// writeGraph sends an answer with the headers that come with every one.
func (c *Cloud) writeGraph(w http.ResponseWriter, r *http.Request, a graphAnswer) {
	requestID, clientID := uuid.NewString(), r.Header.Get("client-request-id")
	if clientID == "" {
		clientID = requestID
	}
	now := c.now().UTC()
	header := w.Header()
	maps.Copy(header, a.header)
	header.Set("request-id", requestID)
	header.Set("client-request-id", clientID)
	header.Set("x-ms-ags-diagnostic", `{"ServerInfo":{"DataCenter":"Simulated","Slice":"E","Ring":"0","ScaleUnit":"000","RoleInstance":"SIM"}}`)
	header.Set("Date", now.Format(http.TimeFormat))
	if a.errorCode != "" {
		a.body = errorBody(a, now, requestID, clientID)
	}
	if a.body == nil {
		w.WriteHeader(a.status)
		return
	}
	header.Set("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body) // who went away does not read it
}

func errorBody(a graphAnswer, now time.Time, requestID, clientID string) object {
	inner := object{
		"date":              now.Format("2006-01-02T15:04:05"),
		"request-id":        requestID,
		"client-request-id": clientID,
	}
	if a.innerCode != "" {
		inner["code"] = a.innerCode
	}
	return object{"error": object{"code": a.errorCode, "message": a.message, "innerError": inner}}
}
