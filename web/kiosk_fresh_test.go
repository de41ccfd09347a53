package web

import (
	"errors"
	"testing"
	"time"

	"fobdesk/internal/entra"
	"fobdesk/internal/outcome"
)

func TestKSK01ASignInIsFreshByEntrasClockAlone(t *testing.T) {
	issued := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name     string
		authTime time.Duration // after iat
		began    time.Duration // ago, by our clock
		fresh    bool
	}{
		{"just now", -2 * time.Second, 20 * time.Second, true},
		{"as long ago as the visit began, and five seconds", -25 * time.Second, 20 * time.Second, true},
		{"a second longer ago", -26 * time.Second, 20 * time.Second, false},
		{"yesterday", -24 * time.Hour, 9 * time.Minute, false},
		{"the visit began just now", -5 * time.Second, 0, true},
		{"our clock went back meanwhile", -2 * time.Second, -time.Minute, false},
		{"in the same second, rounded", 5 * time.Second, 20 * time.Second, true},
		{"in the future", 6 * time.Second, 20 * time.Second, false},
		{"a minute in the future", time.Minute, 20 * time.Second, false},
		{"an hour in the future", time.Hour, 20 * time.Second, false},
		{"just now, and iat is dated back", 5*time.Minute - 2*time.Second, 20 * time.Second, true},
		{"four minutes ago, and iat is dated back", time.Minute, 20 * time.Second, false},
		{"after an iat that is dated back", 5*time.Minute + 6*time.Second, 20 * time.Second, false},
	} {
		err := signedInAfresh(entra.Identity{IssuedAt: issued, AuthTime: issued.Add(test.authTime)}, test.began)
		if test.fresh && err != nil || !test.fresh && !errors.Is(err, outcome.SignInRefused) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	err := signedInAfresh(entra.Identity{IssuedAt: issued}, time.Minute)
	if refusal, _ := errors.AsType[*outcome.Error](err); refusal == nil || refusal.Reason != reasonNoAuthTime {
		t.Errorf("without auth_time: %v", err)
	}
}
