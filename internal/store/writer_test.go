package store

import (
	"context"
	"errors"
	"sync"
	"testing"

	"fobdesk/internal/audit"
)

// hold makes the writer wait in the middle of a batch, so that what is sent until release is in
// the queue behind it.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	entered, leave := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		err := s.writer.do(context.Background(), func(*tx) error {
			close(entered)
			<-leave
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	<-entered
	return func() {
		close(leave)
		wg.Wait()
	}
}

func TestAFailedStepIsUndoneAlone(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		failure := errors.New("failure")
		append := func(id string, then error) *job {
			j, err := s.writer.submit(t.Context(), func(tx *tx) error {
				if _, err := tx.append(audit.Row{Time: noon, Event: audit.EventSignIn, RequestID: id}); err != nil {
					return err
				}
				return then
			})
			if err != nil {
				t.Fatal(err)
			}
			return j
		}
		release := hold(t, s)
		jobs := []*job{append("first", nil), append("fails", failure), append("last", nil)}
		release()
		for i, want := range []error{nil, failure, nil} {
			if err := <-jobs[i].answer; !errors.Is(err, want) {
				t.Errorf("step %d: %v, want %v", i, err, want)
			}
		}
		wantTrail(t, s, "sign_in  first", "sign_in  last")
	})
}

func TestAStepWhoseRequestIsGoneIsNotRun(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		ctx, cancel := context.WithCancel(t.Context())
		release := hold(t, s)
		j, err := s.writer.submit(ctx, func(*tx) error {
			t.Error("it was run")
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		release()
		if err := <-j.answer; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context canceled", err)
		}
	})
}

func TestSRV06PingAnswersInItsTimeWhileTheWriterHangs(t *testing.T) {
	eachDatabase(t, func(t *testing.T, s *Store) {
		if err := s.Ping(t.Context()); err != nil {
			t.Errorf("ping: %v", err)
		}
		release := hold(t, s)
		defer release()
		j, err := s.writer.submit(t.Context(), func(*tx) error { return nil })
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		answer := make(chan error)
		go func() { answer <- s.writer.ping(ctx) }()
		cancel()
		if err := <-answer; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context canceled", err)
		}
		select {
		case err := <-j.answer:
			t.Errorf("the writer did not hang: %v", err)
		default:
		}
	})
}

func TestRST01CloseFinishesWhatWasTaken(t *testing.T) { eachKind(t, testCloseFinishes) }

func testCloseFinishes(t *testing.T, db testDatabase) {
	t.Helper()
	s := mustOpen(t, db.url, testKeys)
	release := hold(t, s)
	var jobs []*job
	for range 10 {
		j, err := s.writer.submit(t.Context(), func(tx *tx) error {
			_, err := tx.append(audit.Row{Time: noon, Event: audit.EventSignIn})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		jobs = append(jobs, j)
	}
	late, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Close(late); !errors.Is(err, context.Canceled) {
		t.Errorf("close while the writer hangs: %v, want its ctx's error", err)
	}
	release()
	for _, j := range jobs {
		if err := <-j.answer; err != nil {
			t.Error(err)
		}
	}
	mustClose(t, s)
	if err := s.AppendAudit(t.Context(), audit.Row{}); !errors.Is(err, errClosed) {
		t.Errorf("append after close: %v", err)
	}
	mustClose(t, s) // once more is harmless
}
