package audit_test

import (
	"encoding/hex"
	"errors"
	"iter"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"fobdesk/internal/audit"
)

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// fullRow has another text in each field.
func fullRow() audit.Row {
	return audit.Row{
		Number: 7, Time: noon, Event: "enrol", Outcome: "enrolled", Actor: "a", ActorName: "b", Subject: "c",
		SubjectName: "d", Serial: "e", Station: "f", Address: "g", RequestID: "h", GraphRequestID: "i",
	}
}

// The hash was computed by others' code: Python's hmac over the encoding as Chain documents it.
func TestAUD04TheEncodingOfTheChainNeverChanges(t *testing.T) {
	const want = "5c12ddf73bd9b00f79af8eb11c283ba37eaa10c7253e9dcd9384b35bd36aa663"
	if got := hex.EncodeToString(audit.Chain([]byte("key"), []byte("previous"), fullRow())); got != want {
		t.Errorf("got %s, want %s: no trail of before would verify", got, want)
	}
}

func TestAUD04EveryFieldIsInTheHash(t *testing.T) {
	seen := map[string]string{string(audit.Chain([]byte("key"), nil, fullRow())): "the row itself"}
	note := func(what string, key, previous []byte, row audit.Row) {
		hash := string(audit.Chain(key, previous, row))
		if other, found := seen[hash]; found {
			t.Errorf("%s hashes as %s", what, other)
		}
		seen[hash] = what
	}
	for field := range reflect.TypeFor[audit.Row]().Fields() {
		row := fullRow()
		value := reflect.ValueOf(&row).Elem().FieldByIndex(field.Index)
		switch value.Kind() {
		case reflect.String:
			value.SetString(value.String() + "x")
		case reflect.Int64:
			value.SetInt(8)
		default:
			value.Set(reflect.ValueOf(noon.Add(time.Millisecond)))
		}
		note("another "+field.Name, []byte("key"), nil, row)
	}
	note("another key", []byte("kez"), nil, fullRow())
	note("another row before", []byte("key"), []byte("previous"), fullRow())
	moved := fullRow()
	moved.Actor, moved.ActorName = "", moved.Actor+moved.ActorName
	note("text moved to the next field", []byte("key"), nil, moved)
}

func TestAUD04VerifyFindsTheFirstRowThatIsWrong(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func([]audit.Entry) []audit.Entry
		at     int64 // 0: it verifies
		head   int64
	}{
		{"as it was written", func(e []audit.Entry) []audit.Entry { return e }, 0, 5},
		{"nothing yet", func([]audit.Entry) []audit.Entry { return nil }, 0, 0},
		{"the tail cut off, which only the head shows", func(e []audit.Entry) []audit.Entry { return e[:3] }, 0, 3},
		{"a row missing", func(e []audit.Entry) []audit.Entry { return append(e[:2], e[3:]...) }, 3, 2},
		{"the first missing", func(e []audit.Entry) []audit.Entry { return e[1:] }, 1, 0},
		{"a row twice", func(e []audit.Entry) []audit.Entry { return append(e[:2], e[1:]...) }, 2, 2},
		{"two rows swapped", func(e []audit.Entry) []audit.Entry { e[1], e[2] = e[2], e[1]; return e }, 2, 1},
		{"a row edited", func(e []audit.Entry) []audit.Entry { e[3].Serial = "other"; return e }, 4, 3},
		{"a hash emptied", func(e []audit.Entry) []audit.Entry { e[3].Hash = nil; return e }, 4, 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			head, err := audit.Verify([]byte("key"), entries(test.change(chained(5)), nil))
			broken, _ := errors.AsType[*audit.Break](err)
			switch {
			case test.at == 0 && err != nil, test.at != 0 && (broken == nil || broken.Number != test.at):
				t.Errorf("got %v, want a break at row %d", err, test.at)
			case head.Number != test.head:
				t.Errorf("head %v, want row %d", head, test.head)
			}
		})
	}
}

func TestAUD04AnErrorOfReadingIsNoBreak(t *testing.T) {
	failure := errors.New("failure")
	_, err := audit.Verify([]byte("key"), entries(chained(2), failure))
	if _, broken := errors.AsType[*audit.Break](err); broken || !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
}

// chained is a trail of n rows under the key "key".
func chained(n int) []audit.Entry {
	var trail []audit.Entry
	var previous []byte
	for number := range int64(n) {
		row := fullRow()
		row.Number = number + 1
		previous = audit.Chain([]byte("key"), previous, row)
		trail = append(trail, audit.Entry{Row: row, Hash: previous})
	}
	return trail
}

// entries yields the trail, and then the failure if there is one.
func entries(trail []audit.Entry, failure error) iter.Seq2[audit.Entry, error] {
	return func(yield func(audit.Entry, error) bool) {
		for _, entry := range trail {
			if !yield(entry, nil) {
				return
			}
		}
		if failure != nil {
			yield(audit.Entry{}, failure)
		}
	}
}

func TestAUD07TextsAreInertAndBounded(t *testing.T) {
	for _, test := range []struct{ name, given, want string }{
		{"words of any script stay", "Zoë Ångström 李小龍 🦉", "Zoë Ångström 李小龍 🦉"},
		{"markup and formulas are data like any other", "<b>=1+1</b>", "<b>=1+1</b>"},
		{"line breaks, NUL and escape go", "a\r\nb\x00c\x1b[31m\u0085\u2028", "a\ufffd\ufffdb\ufffdc\ufffd[31m\ufffd\ufffd"},
		{"overrides of the writing direction go", "a\u202eb\u2066c\u200f", "a\ufffdb\ufffdc\ufffd"},
		{"what is not UTF-8 goes", "a\xffb\xc3", "a\ufffdb\ufffd"},
		{"256 characters stay", strings.Repeat("ß", 256), strings.Repeat("ß", 256)},
		{"the 257th goes", strings.Repeat("ß", 256) + "x", strings.Repeat("ß", 256)},
	} {
		t.Run(test.name, func(t *testing.T) {
			row := audit.Row{ActorName: test.given, GraphRequestID: test.given}.Bounded()
			if row.ActorName != test.want || row.GraphRequestID != test.want {
				t.Errorf("got %q and %q, want %q", row.ActorName, row.GraphRequestID, test.want)
			}
		})
	}
}

func TestAUD07EveryTextOfARowIsBounded(t *testing.T) {
	var row audit.Row
	for _, value := range reflect.ValueOf(&row).Elem().Fields() {
		if value.Kind() == reflect.String {
			value.SetString(strings.Repeat("x", 1000))
		}
	}
	for field, value := range reflect.ValueOf(row.Bounded()).Fields() {
		if value.Kind() == reflect.String && value.Len() != audit.MaxLength {
			t.Errorf("%s has %d characters", field.Name, value.Len())
		}
	}
}

func TestTimesAreKeptInUTCToTheMillisecond(t *testing.T) {
	zone := time.FixedZone("", 3600)
	got := audit.Row{Time: noon.Add(1999 * time.Microsecond).In(zone)}.Bounded().Time
	if want := noon.Add(time.Millisecond); got != want {
		t.Errorf("got %v, want %v", got, want)
	}
}

func FuzzAUD07Bounded(f *testing.F) {
	f.Add("Adele Vance")
	f.Add("\xff\u202e\r\n")
	f.Fuzz(func(t *testing.T, given string) {
		row := audit.Row{Serial: given}.Bounded()
		if !utf8.ValidString(row.Serial) || utf8.RuneCountInString(row.Serial) > audit.MaxLength {
			t.Errorf("%q is not text of at most %d characters", row.Serial, audit.MaxLength)
		}
		if strings.ContainsFunc(row.Serial, unicode.IsControl) {
			t.Errorf("%q has control characters", row.Serial)
		}
		if row.Bounded() != row {
			t.Errorf("bounding %q twice makes it another", row.Serial)
		}
	})
}
