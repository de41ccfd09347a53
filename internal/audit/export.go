package audit

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Format is how an export is written.
type Format string

// The formats. Both have the same columns in the same order; times are RFC 3339, UTC, to the
// millisecond.
const (
	CSV       Format = "csv"   // RFC 4180, with a header
	JSONLines Format = "jsonl" // an object a line
)

// ParseFormat reads the name of a format.
func ParseFormat(s string) (Format, error) {
	switch f := Format(s); f {
	case CSV, JSONLines:
		return f, nil
	}
	return "", errors.New("want csv or jsonl")
}

// ContentType is the media type of what Export writes.
func (f Format) ContentType() string {
	if f == CSV {
		return "text/csv; charset=utf-8; header=present" // RFC 4180, section 3
	}
	return "application/jsonl; charset=utf-8"
}

// exported is a row as it is exported. The names and their order are what others rely on.
type exported struct {
	Number         int64  `json:"number"`
	Time           string `json:"time"`
	Event          string `json:"event"`
	Actor          string `json:"actor"`
	ActorName      string `json:"actorName"`
	Subject        string `json:"subject"`
	SubjectName    string `json:"subjectName"`
	Serial         string `json:"serial"`
	Outcome        string `json:"outcome"`
	Station        string `json:"station"`
	Address        string `json:"address"`
	RequestID      string `json:"requestId"`
	GraphRequestID string `json:"graphRequestId"`
}

func (r Row) exported() exported {
	return exported{
		Number: r.Number, Time: r.Time.UTC().Format("2006-01-02T15:04:05.000Z07:00"), Event: r.Event,
		Actor: r.Actor, ActorName: r.ActorName, Subject: r.Subject, SubjectName: r.SubjectName,
		Serial: r.Serial, Outcome: r.Outcome, Station: r.Station, Address: r.Address,
		RequestID: r.RequestID, GraphRequestID: r.GraphRequestID,
	}
}

// Export writes the rows as they come. After an error, of reading or of writing, what was written
// is not the whole, and its reader must be told so.
func Export(w io.Writer, f Format, rows iter.Seq2[Row, error]) error {
	buffered := bufio.NewWriterSize(w, 32<<10)
	write, err := rowWriter(buffered, f)
	if err != nil {
		return fmt.Errorf("write the audit trail: %w", err)
	}
	for row, err := range rows {
		if err != nil {
			return fmt.Errorf("read the audit trail: %w", err)
		}
		if err := write(row.exported()); err != nil {
			return fmt.Errorf("write the audit trail: %w", err)
		}
	}
	if err := buffered.Flush(); err != nil {
		return fmt.Errorf("write the audit trail: %w", err)
	}
	return nil
}

// rowWriter writes what stands before the rows and returns what writes a row. Both encoders write
// into w's own buffer.
func rowWriter(w *bufio.Writer, f Format) (func(exported) error, error) {
	if f == JSONLines {
		encoder := json.NewEncoder(w)
		return func(e exported) error { return encoder.Encode(e) }, nil
	}
	writer := csv.NewWriter(w)
	writer.UseCRLF = true
	header := []string{
		"number", "time", "event", "actor", "actorName", "subject", "subjectName", "serial", "outcome",
		"station", "address", "requestId", "graphRequestId",
	}
	return func(e exported) error {
		return writer.Write([]string{
			strconv.FormatInt(e.Number, 10), e.Time, cell(e.Event), cell(e.Actor), cell(e.ActorName),
			cell(e.Subject), cell(e.SubjectName), cell(e.Serial), cell(e.Outcome),
			cell(e.Station), cell(e.Address), cell(e.RequestID), cell(e.GraphRequestID),
		})
	}, writer.Write(header)
}

// cell puts an apostrophe before what a spreadsheet would take for a formula (OWASP, CSV
// Injection), their full-width forms included, which some take for the same, and also after spaces,
// which some leave out as they read.
func cell(s string) string {
	begins := strings.TrimLeftFunc(s, func(r rune) bool { return unicode.Is(unicode.Zs, r) })
	if first, _ := utf8.DecodeRuneInString(begins); strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + s
	}
	return s
}
