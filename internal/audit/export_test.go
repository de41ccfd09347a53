package audit_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"slices"
	"strings"
	"testing"

	"fobdesk/internal/audit"
)

// columns are the names that others rely on.
var columns = strings.Fields("number time event actor actorName subject subjectName serial outcome station address requestId graphRequestId")

func rows(of ...audit.Row) iter.Seq2[audit.Row, error] {
	return func(yield func(audit.Row, error) bool) {
		for _, row := range of {
			if !yield(row, nil) {
				return
			}
		}
	}
}

func export(t *testing.T, f audit.Format, of ...audit.Row) string {
	t.Helper()
	var out bytes.Buffer
	if err := audit.Export(&out, f, rows(of...)); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestAUD05BothFormatsHaveTheSameColumns(t *testing.T) {
	row := fullRow()
	row.SubjectName = `Zoë "Z", O'Brien`
	const wantCSV = "number,time,event,actor,actorName,subject,subjectName,serial,outcome,station,address,requestId,graphRequestId\r\n" +
		`7,2026-11-25T12:00:00.000Z,enrol,a,b,c,"Zoë ""Z"", O'Brien",e,enrolled,f,g,h,i` + "\r\n"
	if got := export(t, audit.CSV, row); got != wantCSV {
		t.Errorf("got  %q\nwant %q", got, wantCSV)
	}
	const wantJSON = `{"number":7,"time":"2026-11-25T12:00:00.000Z","event":"enrol","actor":"a","actorName":"b","subject":"c",` +
		`"subjectName":"Zoë \"Z\", O'Brien","serial":"e","outcome":"enrolled","station":"f","address":"g","requestId":"h","graphRequestId":"i"}` + "\n"
	if got := export(t, audit.JSONLines, row, row); got != wantJSON+wantJSON {
		t.Errorf("got  %q\nwant %q twice", got, wantJSON)
	}
}

func TestAUD05ARowWithoutValuesHasEveryColumn(t *testing.T) {
	var object map[string]any
	if err := json.Unmarshal([]byte(export(t, audit.JSONLines, audit.Row{Number: 1, Time: noon})), &object); err != nil {
		t.Fatal(err)
	}
	if got := slices.Sorted(maps.Keys(object)); !slices.Equal(got, slices.Sorted(slices.Values(columns))) {
		t.Errorf("columns %q", got)
	}
	if got, want := export(t, audit.CSV), strings.Join(columns, ",")+"\r\n"; got != want {
		t.Errorf("of no rows: %q, want the header %q", got, want)
	}
}

func TestINP06CellsThatBeginAFormulaAreNeutralised(t *testing.T) {
	for given, want := range map[string]string{
		"=1+1": "'=1+1", "+49 30": "'+49 30", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\tx": "'\tx", "\nx": "'\nx",
		"\rx": "'x", // the CSV writer drops the carriage return; no row that is kept has one
		"＝1":  "'＝1", "'=1": "'=1", "a=1": "a=1", " =1": "' =1", "\u00a0 @SUM": "'\u00a0 @SUM", " a =1": " a =1", "": "", "GALT-1": "GALT-1",
	} {
		row := audit.Row{
			Event: given, Outcome: given, Actor: given, ActorName: given, Subject: given, SubjectName: given,
			Serial: given, Station: given, Address: given, RequestID: given, GraphRequestID: given,
		}
		for i, got := range readCSV(t, row) {
			if i > 1 && got != want { // number and time are never text
				t.Errorf("%s: %q is %q, want %q", columns[i], given, got, want)
			}
		}
	}
}

// readCSV returns the row's cells as a reader of the export has them.
func readCSV(t *testing.T, row audit.Row) []string {
	t.Helper()
	records, err := csv.NewReader(strings.NewReader(export(t, audit.CSV, row))).ReadAll()
	if err != nil || len(records) != 2 {
		t.Fatalf("%d records (%v), want 2", len(records), err)
	}
	return records[1]
}

func FuzzINP06Cell(f *testing.F) {
	for _, seed := range []string{"=1+1", "\r=1", "\"=1", "Adele Vance", "\xff", "＝1", "a\r\nb,c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, given string) {
		row := audit.Row{ActorName: given}.Bounded()
		cells := readCSV(t, row)
		if len(cells) != len(columns) {
			t.Fatalf("%d cells, want %d", len(cells), len(columns))
		}
		got := cells[slices.Index(columns, "actorName")]
		if got != "" && strings.ContainsAny(got[:1], "=+-@\t\r\n") {
			t.Errorf("%q begins a formula", got)
		}
		if got != row.ActorName && got != "'"+row.ActorName {
			t.Errorf("%q became %q", row.ActorName, got)
		}
	})
}

func TestAnExportThatFailsIsAnError(t *testing.T) {
	failure := errors.New("failure")
	broken := func(yield func(audit.Row, error) bool) {
		if yield(fullRow(), nil) {
			yield(audit.Row{}, failure)
		}
	}
	for _, format := range []audit.Format{audit.CSV, audit.JSONLines} {
		if err := audit.Export(&bytes.Buffer{}, format, broken); !errors.Is(err, failure) {
			t.Errorf("%s: %v, want the error of reading", format, err)
		}
		if err := audit.Export(full{failure}, format, rows(fullRow())); !errors.Is(err, failure) {
			t.Errorf("%s: %v, want the error of writing", format, err)
		}
	}
}

func TestAnExportThatNobodyTakesReadsNoFurther(t *testing.T) {
	failure := errors.New("failure")
	for _, format := range []audit.Format{audit.CSV, audit.JSONLines} {
		read := 0
		endless := func(yield func(audit.Row, error) bool) {
			for yield(fullRow(), nil) && read < 10_000 {
				read++
			}
		}
		if err := audit.Export(full{failure}, format, endless); !errors.Is(err, failure) || read >= 10_000 {
			t.Errorf("%s: %v after %d rows", format, err, read)
		}
	}
}

// full is a disk without room.
type full struct{ err error }

func (f full) Write([]byte) (int, error) { return 0, f.err }

func TestFormats(t *testing.T) {
	for name, want := range map[string]string{"csv": "text/csv; charset=utf-8; header=present", "jsonl": "application/jsonl; charset=utf-8"} {
		f, err := audit.ParseFormat(name)
		if err != nil || f.ContentType() != want {
			t.Errorf("%s is %q (%v), want %q", name, f.ContentType(), err, want)
		}
	}
	for _, wrong := range []string{"", "CSV", "xlsx"} {
		if _, err := audit.ParseFormat(wrong); err == nil {
			t.Errorf("%q is a format", wrong)
		}
	}
}
