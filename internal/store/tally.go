package store

import (
	"fmt"
)

// blockRows is how many rows of the trail a row of audit_block stands for.
const blockRows = 1024

const upsertBlock = `INSERT INTO audit_block (block, oldest, newest) VALUES ($1, $2, $3)
	ON CONFLICT (block) DO UPDATE SET
		oldest = CASE WHEN excluded.oldest < audit_block.oldest THEN excluded.oldest ELSE audit_block.oldest END,
		newest = CASE WHEN excluded.newest > audit_block.newest THEN excluded.newest ELSE audit_block.newest END`

const upsertDay = `INSERT INTO audit_day (day, event, outcome, written) VALUES ($1, $2, $3, $4)
	ON CONFLICT (day, event, outcome) DO UPDATE SET written = audit_day.written + excluded.written`

// tally keeps up what is read instead of many rows of the trail: where a time is found, and how many
// rows a day has. It is done once for all rows that a transaction appended.
func (t *tx) tally() error {
	type span struct{ oldest, newest int64 }
	type count struct {
		day            int64
		event, outcome string
	}
	blocks, days := map[int64]span{}, map[count]int{}
	for _, row := range t.appended {
		at, block := row.Time.UnixMilli(), row.Number/blockRows
		s, known := blocks[block]
		if !known {
			s = span{at, at}
		}
		blocks[block] = span{min(s.oldest, at), max(s.newest, at)}
		days[count{at / dayMillis, row.Event, row.Outcome}]++
	}
	for block, s := range blocks {
		if err := t.soon(upsertBlock, block, s.oldest, s.newest); err != nil {
			return fmt.Errorf("note the times of audit rows: %w", err)
		}
	}
	for c, n := range days {
		if err := t.soon(upsertDay, c.day, c.event, c.outcome, n); err != nil {
			return fmt.Errorf("count audit rows: %w", err)
		}
	}
	return nil
}
