package main

import (
	"os"
	"testing"

	"fobdesk/internal/e2e"
)

func TestHealthSaysWhetherThePortalLives(t *testing.T) {
	t.Parallel()
	p := e2e.NewProgram(t, program(t))
	if got := p.Run(t, nil, "health"); got.Code != exitDone || got.Stdout != "ok\n" {
		t.Errorf("while it lives: %+v", got)
	}
	everywhere := map[string]string{"FOBDESK_LISTEN": "0.0.0.0" + p.URL[len("http://localhost"):]}
	if got := p.Run(t, everywhere, "health"); got.Code != exitDone {
		t.Errorf("on all interfaces: %+v", got)
	}
	p.Signal(os.Kill)
	p.Wait(t)
	if got := p.Run(t, nil, "health"); got.Code != exitFailed || got.Stderr == "" {
		t.Errorf("once it is dead: %+v", got)
	}
}
