package desk_test

import (
	"context"
	"slices"
	"sync"

	"fobdesk/internal/oath"
)

// scripted is Graph as one person, told what to answer. It records what it was asked.
type scripted struct {
	mu      sync.Mutex
	asked   []string
	write   func(s *scripted) (string, error) // answers every write, and may change held
	listErr error
	held    []oath.Method
	lag     int               // how many lists still show what was before the write
	before  []oath.Method     // what those show
	asking  func(name string) // called before each answer
}

func (s *scripted) did(call string) {
	if s.asking != nil {
		s.asking(call)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, call)
}

func (s *scripted) calls() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.asked)
}

func (s *scripted) List(context.Context) ([]oath.Method, error) {
	s.did("list")
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lag > 0 {
		s.lag--
		return slices.Clone(s.before), s.listErr
	}
	return slices.Clone(s.held), s.listErr
}

func (s *scripted) answer(call string) (string, error) {
	s.did(call)
	return s.write(s)
}

func (s *scripted) AssignAndActivate(_ context.Context, serial oath.SerialNumber, code oath.VerificationCode, name oath.DisplayName) (string, error) {
	return s.answer("assignAndActivate " + serial.String() + " " + code.Reveal() + " " + name.String())
}

func (s *scripted) Activate(_ context.Context, methodID string, code oath.VerificationCode, _ oath.DisplayName) (string, error) {
	return s.answer("activate " + methodID + " " + code.Reveal())
}

func (s *scripted) Remove(_ context.Context, methodID string) (string, error) {
	return s.answer("remove " + methodID)
}

func (s *scripted) AssignAndActivateDevice(_ context.Context, deviceID string, code oath.VerificationCode, _ oath.DisplayName) (string, error) {
	return s.answer("assignAndActivateDevice " + deviceID + " " + code.Reveal())
}

func (s *scripted) Assign(_ context.Context, deviceID string) (string, error) {
	return s.answer("assign " + deviceID)
}

func (s *scripted) Deactivate(_ context.Context, methodID string) (string, error) {
	return s.answer("deactivate " + methodID)
}
