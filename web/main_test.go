package web_test

import (
	"net/http"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(tests{m}) }

// tests are this package's, whose visitors leave connections open for each other.
type tests struct{ *testing.M }

// Run runs them, and closes the connections.
func (t tests) Run() int {
	code := t.M.Run()
	new(http.Client).CloseIdleConnections()
	return code
}
