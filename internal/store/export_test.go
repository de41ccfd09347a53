package store

import (
	"bufio"
	"io"
	"path/filepath"
	"runtime"
	"testing"

	"fobdesk/internal/audit"
)

// TestAnExportTakesConstantMemory streams 200,000 rows, some 100 MB, through a pipe.
func TestAnExportTakesConstantMemory(t *testing.T) {
	const rows, atOnce = 200_000, 20_000
	s := mustOpen(t, "sqlite:"+filepath.Join(t.TempDir(), "fobdesk.db"), testKeys)
	defer mustClose(t, s)
	_, err := s.db.writer.ExecContext(t.Context(), `INSERT INTO audit (number, time, event, outcome, actor, actor_name, subject,
			subject_name, serial, station, address, request_id, graph_request_id, hash)
		WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $1)
		SELECT i, 1764000000000, 'sign_in', 'signed_in', 'a', printf('%.200c', 'n'), 's', 'n', '', '', '192.0.2.1',
			printf('%.100c', 'r'), '', x'00' FROM n`, rows)
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []audit.Format{audit.CSV, audit.JSONLines} {
		reader, writer := io.Pipe()
		before := live()
		go func() {
			_ = writer.CloseWithError(audit.Export(writer, format, s.ExportAudit(t.Context(), audit.Filter{})))
		}()
		lines, most := 0, uint64(0)
		for scanner := bufio.NewScanner(reader); ; lines++ {
			if !scanner.Scan() {
				if err := scanner.Err(); err != nil {
					t.Fatal(err)
				}
				break
			}
			if lines%atOnce == atOnce/2 {
				most = max(most, live())
			}
		}
		const enough = 16 << 20
		if lines < rows || most > before+enough {
			t.Errorf("%s: %d lines; %d bytes were in use at most, %d before", format, lines, most, before)
		}
	}
}

// live is how many bytes are in use.
func live() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
