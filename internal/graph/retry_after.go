package graph

import (
	"net/http"
	"strings"
	"time"
)

// How long a person is told to wait.
const (
	shortestWait = time.Second
	longestWait  = 10 * time.Minute
	defaultWait  = 30 * time.Second // where Graph did not say, or nonsense
)

// retryAfter reads the Retry-After header (RFC 9110, section 10.2.3), seconds or a date, bounded to
// 1 s … 10 min; 30 s where it is missing or neither.
func retryAfter(header http.Header, now time.Time) time.Duration {
	value := strings.TrimSpace(header.Get("Retry-After"))
	wait, ok := delaySeconds(value)
	if !ok {
		date, err := http.ParseTime(value)
		if err != nil {
			return defaultWait
		}
		wait = date.Sub(now)
	}
	return min(max(wait, shortestWait), longestWait)
}

// delaySeconds reads a run of digits; one that is too long to count is a very long wait.
func delaySeconds(value string) (time.Duration, bool) {
	longest := int(longestWait / time.Second)
	n := 0
	for _, r := range value {
		if r < '0' || r > '9' {
			return 0, false
		}
		n = min(10*n+int(r-'0'), longest)
	}
	return time.Duration(n) * time.Second, value != ""
}
