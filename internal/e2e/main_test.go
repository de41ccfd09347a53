package e2e

import (
	"net/http"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(tests{m}) }

// tests are this package's, which share a browser, and whose visitors leave connections open for each
// other.
type tests struct{ *testing.M }

// Run runs them, and closes both.
func (t tests) Run() int {
	code := t.M.Run()
	CloseBrowser()
	new(http.Client).CloseIdleConnections()
	return code
}
