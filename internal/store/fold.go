package store

import (
	"context"
	"time"
)

// foldPause is between two foldings of the journal: what is written meanwhile is folded together.
const foldPause = 200 * time.Millisecond

// foldBeside folds the journal into the database's file beside the writer, whenever something was
// committed, until ctx ends. The commit that filled the journal would else do it, as is SQLite's
// way, and with all who stand behind it wait for the disk twice more. One that fails, or that can't
// keep up, is left to that way; see journalPages.
func (d *database) foldBeside(ctx context.Context, committed <-chan struct{}) {
	if d.fold == "" {
		return
	}
	for {
		select {
		case <-committed:
			var busy, pages, folded int
			_ = d.readers.QueryRowContext(ctx, d.fold).Scan(&busy, &pages, &folded)
		case <-ctx.Done():
			return
		}
		select {
		case <-time.After(foldPause):
		case <-ctx.Done():
			return
		}
	}
}
