package store

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"
)

// A batch takes steps in for as long as the last commit took, within these bounds: a slow disk is
// shared by many, and on a fast one nobody waits long for the steps of others.
const (
	batchMin = 500 * time.Microsecond
	batchMax = 20 * time.Millisecond
)

// togetherMost is how many steps are sent together to a database that is a way away.
const togetherMost = 64

// queueLength is how many steps may wait before those who bring them do.
const queueLength = 256

// writer does the writes of all requests in one goroutine. The steps that queue up while a
// transaction is being committed share the next one, and so one wait for the disk. A step that
// fails is undone alone; where the transaction fails, all its steps do.
//
// Where an answer costs a way there and back, a transaction takes two of them, however many steps
// it has: to begin, and for all that the steps write and the commit. That is the hope; see tx.hope. A
// step may therefore be run again, and has to come to its results anew.
type writer struct {
	db       *database
	chainKey []byte
	forget   func(sessions []string) // drops sessions that changed from the cache

	sending sync.RWMutex // held for reading while a job is put into the queue
	closed  bool
	queue   chan *job
	gone    chan struct{} // closed when run has ended

	// run's own:
	tx     *tx           // nil until the first batch and after a failure
	budget time.Duration // for the steps of a batch
}

// job is a step in the queue.
type job struct {
	ctx    context.Context
	step   func(*tx) error
	err    error      // the step's own, once it ran
	answer chan error // has room for the one answer
}

func newWriter(db *database, chainKey []byte, forget func([]string)) *writer {
	return &writer{
		db: db, chainKey: chainKey, forget: forget,
		queue: make(chan *job, queueLength), gone: make(chan struct{}), budget: batchMin,
	}
}

// do runs the step in a transaction and returns once it is durable. A step whose ctx ends before
// its turn is not run; after that its answer is waited for whatever becomes of ctx, so that nobody
// has to guess. It waits for the disk, and at most 5 s for a lock of another process.
func (w *writer) do(ctx context.Context, step func(*tx) error) error {
	j, err := w.submit(ctx, step)
	if err != nil {
		return err
	}
	return <-j.answer
}

// ping returns nil if a transaction can be begun before ctx ends.
func (w *writer) ping(ctx context.Context) error {
	j, err := w.submit(ctx, func(*tx) error { return nil })
	if err != nil {
		return err
	}
	select {
	case err := <-j.answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *writer) submit(ctx context.Context, step func(*tx) error) (*job, error) {
	w.sending.RLock()
	defer w.sending.RUnlock()
	if w.closed {
		return nil, errClosed
	}
	j := &job{ctx: ctx, step: step, answer: make(chan error, 1)}
	select {
	case w.queue <- j:
		return j, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// close takes no more steps and waits for those that were taken.
func (w *writer) close(ctx context.Context) error {
	go func() {
		w.sending.Lock()
		defer w.sending.Unlock()
		if !w.closed {
			w.closed = true
			close(w.queue)
		}
	}()
	select {
	case <-w.gone:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// run answers the queue until close; its ctx never ends.
func (w *writer) run(ctx context.Context) {
	committed := make(chan struct{}, 1)
	beside, stop := context.WithCancel(ctx)
	var folding sync.WaitGroup
	folding.Go(func() { w.db.foldBeside(beside, committed) })
	defer func() { stop(); folding.Wait(); close(w.gone) }()
	for first := range w.queue {
		batch, err := w.transact(ctx, first)
		for _, j := range batch {
			j.answer <- cmp.Or(j.err, err)
		}
		if err == nil {
			select {
			case committed <- struct{}{}:
			default: // it is known already
			}
		}
	}
	w.discard()
}

// transact runs the job, and what else waits in the queue, in one transaction. It returns the jobs
// to be answered and the error that undid them all.
func (w *writer) transact(ctx context.Context, first *job) ([]*job, error) {
	batch := []*job{first}
	if err := w.begin(ctx); err != nil {
		// Whoever waits behind would wait for the same in vain, one after another.
		for j := w.next(); j != nil; j = w.next() {
			batch = append(batch, j)
		}
		return batch, err
	}
	if w.db.pipelined {
		for j := w.next(); j != nil; j = w.next() {
			if batch = append(batch, j); len(batch) == togetherMost {
				break
			}
		}
		return batch, w.commit(w.tx.together(batch))
	}
	start := time.Now()
	err := w.tx.run(first)
	for err == nil && time.Since(start) < w.budget {
		j := w.next()
		if j == nil {
			break
		}
		batch = append(batch, j)
		err = w.tx.run(j)
	}
	return batch, w.commit(err)
}

// next returns the job that waits at the head of the queue, or nil.
func (w *writer) next() *job {
	select {
	case j := <-w.queue: // nil once it is closed and empty
		return j
	default:
		return nil
	}
}

// begin begins a transaction, on a new connection where the last one failed, or turns out to be none
// any more: the database may have been restarted since.
func (w *writer) begin(ctx context.Context) error {
	if w.tx != nil {
		err := w.tx.begin(ctx, w.db.dialect)
		if err == nil {
			return nil
		}
		w.discard()
		if !w.db.shared || !isStale(err) {
			return fmt.Errorf("begin a transaction: %w", err)
		}
	}
	conn, err := w.db.writer.Conn(ctx)
	if err != nil {
		return fmt.Errorf("connect: %w", err)
	}
	w.tx = newTx(conn, w.db.dialect, w.chainKey)
	if err := w.tx.begin(ctx, w.db.dialect); err != nil {
		w.discard()
		return fmt.Errorf("begin a transaction: %w", err)
	}
	return nil
}

// commit commits what ran so far, unless the transaction has failed. Sessions are dropped from the
// cache before anybody is answered, and after a failure too, for then it is not known what is kept.
func (w *writer) commit(failed error) error {
	start, touched := time.Now(), w.tx.touched
	err := failed
	if err == nil {
		err = w.tx.commit()
		w.budget = min(max(time.Since(start), batchMin), batchMax)
	}
	w.forget(touched)
	if err != nil {
		w.discard()
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// discard gives the connection up with whatever it had begun, so that a database that comes back
// is met with nothing left over.
func (w *writer) discard() {
	if w.tx != nil {
		w.tx.discard()
		w.tx = nil
	}
}
