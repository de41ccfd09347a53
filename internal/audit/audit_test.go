package audit_test

import (
	"bytes"
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
	key, whole := []byte("key"), chained(5)
	at := func(n int) audit.Head { return audit.Head{Number: int64(n), Hash: whole[n-1].Hash} }
	for _, test := range []struct {
		name         string
		start, noted audit.Head
		change       func([]audit.Entry) []audit.Entry
		at           int64 // 0: it verifies
		head         int64
	}{
		{name: "as it was written", head: 5},
		{name: "nothing yet", change: cut(0, 0), head: 0},
		{name: "the tail cut off, which only a noted head shows", change: cut(0, 3), head: 3},
		{name: "the tail cut off after the noted head", noted: at(3), change: cut(0, 3), head: 3},
		{name: "the tail cut off before the noted head", noted: at(5), change: cut(0, 3), at: 4, head: 3},
		{name: "all cut off", noted: at(5), change: cut(0, 0), at: 1},
		{name: "made anew, which only a noted head shows", noted: audit.Head{Number: 3, Hash: at(2).Hash}, at: 3, head: 3},
		{name: "grown since the head was noted", noted: at(3), head: 5},
		{name: "the beginning dropped", start: at(2), change: cut(2, 5), head: 5},
		{name: "all but the last dropped", start: at(4), noted: at(5), change: cut(4, 5), head: 5},
		{name: "dropped up to the noted head", start: at(2), noted: at(2), change: cut(2, 5), head: 5},
		{name: "dropped up to another than the noted head", start: at(2), noted: audit.Head{Number: 2, Hash: at(1).Hash},
			change: cut(2, 5), at: 2, head: 2},
		{name: "more gone than was dropped", start: at(2), change: cut(3, 5), at: 3, head: 2},
		{name: "a dropped row is there again", start: at(2), change: cut(1, 5), at: 2, head: 2},
		{name: "another's beginning", start: audit.Head{Number: 2, Hash: at(1).Hash}, change: cut(2, 5), at: 3, head: 2},
		{name: "a row missing", change: func(e []audit.Entry) []audit.Entry { return append(e[:2], e[3:]...) }, at: 3, head: 2},
		{name: "the first missing", change: cut(1, 5), at: 1},
		{name: "a row twice", change: func(e []audit.Entry) []audit.Entry { return append(e[:2], e[1:]...) }, at: 2, head: 2},
		{name: "two rows swapped", change: func(e []audit.Entry) []audit.Entry { e[1], e[2] = e[2], e[1]; return e }, at: 2, head: 1},
		{name: "a row edited", change: func(e []audit.Entry) []audit.Entry { e[3].Serial = "other"; return e }, at: 4, head: 3},
		{name: "a hash emptied", change: func(e []audit.Entry) []audit.Entry { e[3].Hash = nil; return e }, at: 4, head: 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			trail := chained(5)
			if test.change != nil {
				trail = test.change(trail)
			}
			head, err := audit.Verify(key, test.start, test.noted, entries(trail, nil))
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

func TestAUD04ARowThatIsMissingIsToldFromOneThatWasChanged(t *testing.T) {
	for why, change := range map[string]func([]audit.Entry) []audit.Entry{
		"it is missing; the next is 4": func(e []audit.Entry) []audit.Entry { return append(e[:2], e[3:]...) },
		"it is out of order":           func(e []audit.Entry) []audit.Entry { return append(e[:2], e[1:]...) },
		"not as it was written":        func(e []audit.Entry) []audit.Entry { e[3].Serial = "other"; return e },
	} {
		_, err := audit.Verify([]byte("key"), audit.Head{}, audit.Head{}, entries(change(chained(5)), nil))
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("got %v, want %s", err, why)
		}
	}
}

func cut(from, to int) func([]audit.Entry) []audit.Entry {
	return func(e []audit.Entry) []audit.Entry { return e[from:to] }
}

func TestAUD04AHeadNotedBeforeWhatWasDroppedProvesNothing(t *testing.T) {
	whole := chained(5)
	start, noted := audit.Head{Number: 3, Hash: whole[2].Hash}, audit.Head{Number: 2, Hash: whole[1].Hash}
	_, err := audit.Verify([]byte("key"), start, noted, entries(whole[3:], nil))
	if _, broken := errors.AsType[*audit.Break](err); err == nil || broken {
		t.Errorf("got %v, want an error that is no break", err)
	}
}

func TestAUD04AHeadIsReadAsItIsWritten(t *testing.T) {
	whole := chained(1)
	for _, head := range []audit.Head{{}, {Number: 1, Hash: whole[0].Hash}} {
		got, err := audit.ParseHead(" " + head.String() + "\n")
		if err != nil || got.String() != head.String() {
			t.Errorf("got %v (%v), want %v", got, err, head)
		}
	}
	sum := strings.Repeat("ab", 32)
	for _, wrong := range []string{"", ":", "5", "5:", "5:" + sum[2:], "5:" + sum + "ab", "5:" + sum + "g", "-1:" + sum, "5:" + sum[1:] + "g", "99999999999999999999:" + sum, "0:ab"} {
		if head, err := audit.ParseHead(wrong); err == nil {
			t.Errorf("%q is %v, want an error", wrong, head)
		}
	}
}

func TestAUD08AMarkIsGoodUnderItsKeyAndAsItWasMade(t *testing.T) {
	key, whole := []byte("key"), chained(2)
	mark := audit.NewMark(key, audit.Head{Number: 2, Hash: whole[1].Hash}, noon.Add(time.Microsecond))
	if err := mark.Check(key); err != nil {
		t.Error(err)
	}
	for what, change := range map[string]func(*audit.Mark){
		"another number": func(m *audit.Mark) { m.Number++ },
		"another hash":   func(m *audit.Mark) { m.Hash = whole[0].Hash },
		"another date":   func(m *audit.Mark) { m.At = m.At.Add(time.Millisecond) },
		"no seal":        func(m *audit.Mark) { m.Seal = nil },
		"a row's hash":   func(m *audit.Mark) { m.Seal = m.Hash },
	} {
		changed := mark
		change(&changed)
		if broken, ok := errors.AsType[*audit.Break](changed.Check(key)); !ok || broken.Number != changed.Number {
			t.Errorf("%s: %v, want a break", what, changed.Check(key))
		}
	}
	if mark.Check([]byte("another")) == nil {
		t.Error("it is good under another key")
	}
}

func TestAUD04AnErrorOfReadingIsNoBreak(t *testing.T) {
	failure := errors.New("failure")
	_, err := audit.Verify([]byte("key"), audit.Head{}, audit.Head{}, entries(chained(2), failure))
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

// FuzzParseHead reads a head as a log or a person wrote it: there is one way of writing each.
func FuzzParseHead(f *testing.F) {
	for _, seed := range []string{"", "0:", "1:" + strings.Repeat("9f", 32), " 1:" + strings.Repeat("9F", 32) + "\n", "-1:", "01:", "1:9f86"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		head, err := audit.ParseHead(text)
		if err != nil {
			return
		}
		if again, err := audit.ParseHead(head.String()); err != nil || again.Number != head.Number || !bytes.Equal(again.Hash, head.Hash) || head.Number < 0 {
			t.Errorf("%q is %s, and that %s, %v", text, head, again, err)
		}
	})
}
