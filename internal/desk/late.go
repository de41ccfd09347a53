package desk

import (
	"context"
	"sync"
	"time"
)

// latePause is the pause between two tries to write an outcome that is late.
const latePause = time.Second

// late are the outcomes that the store did not take while their person waited. They are few, for while
// the store is down no act begins. A process that is killed loses them: their intents are then found
// open, and settled by what Graph shows.
type late struct {
	writing sync.WaitGroup
	gone    chan struct{} // closed once nobody waits for the store any more
	leave   sync.Once
}

// closeLate goes on writing the outcome until the store takes it, or the desk is left.
func (d *Desk) closeLate(ctx context.Context, act Act, end End) {
	d.late.writing.Go(func() {
		for {
			select {
			case <-d.late.gone:
				return
			case <-time.After(latePause):
			}
			if d.closedLate(ctx, act, end) {
				d.Log.InfoContext(ctx, "the outcome was written late", "act", act.ID, "outcome", end.Outcome)
				return
			}
		}
	})
}

func (d *Desk) closedLate(ctx context.Context, act Act, end End) bool {
	ctx, cancel := context.WithTimeout(ctx, closeLimit)
	defer cancel()
	return d.Ledger.Close(ctx, act, end) == nil // that it fails is in the log already
}

// Leave ends the tries to write what is late, before the ledger's store is closed. No act may begin
// after it.
func (d *Desk) Leave() {
	d.late.leave.Do(func() { close(d.late.gone) })
	d.late.writing.Wait()
}
