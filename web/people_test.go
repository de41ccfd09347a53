package web_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"fobdesk/internal/e2e"
	"fobdesk/internal/sim"
)

// Who visits, and with what in their hand.
const (
	ada    = sim.AdaID
	ben    = sim.BenID
	dmitri = sim.DmitriID
	eve    = sim.EveID
	grace  = sim.GraceID  // Authentication Administrator
	henrik = sim.HenrikID // Authentication Policy Administrator
	mia    = sim.MiaID    // Global Administrator
	jonas  = sim.JonasID  // without a role

	goodFob         = sim.SerialGood30
	secondFob       = sim.SerialGood60
	unknownFob      = sim.SerialUnknown
	heldFob         = sim.SerialChloe
	heldFobsHolder  = "Chlo"
	bensActiveFob   = sim.SerialBenActive
	bensAssignedFob = sim.SerialBenAssigned
)

// trail is the portal's audit trail, a line a row: event, outcome and actor.
func trail(t *testing.T, w *e2e.World) []string {
	t.Helper()
	return column(t, w, "SELECT event || ' ' || outcome || ' ' || actor FROM audit ORDER BY number")
}

// column is what a query of one column finds in the portal's database.
func column(t *testing.T, w *e2e.World, query string) []string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(w.Folder(), "fobdesk.db")+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return lines
}
