package oath_test

import (
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"unicode"

	"fobdesk/internal/oath"
)

func TestINP01SerialNumberHasOnePatternAndOneCleanUp(t *testing.T) {
	for _, test := range []struct {
		name, typed, want string
		flaw              oath.Flaw
	}{
		{name: "letters and digits stay as typed", typed: "galt12345678", want: "galt12345678"},
		{name: "hyphens, dots and underscores stay", typed: "A-1_2.b", want: "A-1_2.b"},
		{name: "spaces of every kind are dropped", typed: " GALT\u00a01234\t5678\r\n", want: "GALT12345678"},
		{name: "zero-width marks are dropped", typed: "GA\u200bLT\ufeff1", want: "GALT1"},
		{name: "full-width characters are mapped", typed: "ＧＡＬＴ１２", want: "GALT12"},
		{name: "S/N is cut", typed: "S/N GALT1", want: "GALT1"},
		{name: "S/N: is cut", typed: "s/n: GALT1", want: "GALT1"},
		{name: "SN: is cut", typed: "sn:GALT1", want: "GALT1"},
		{name: "SN without a colon is a part of the serial", typed: "SN12345", want: "SN12345"},
		{name: "an AIM identifier is cut", typed: "]C1GALT1", want: "GALT1"},
		{name: "an AIM identifier and S/N are cut", typed: "]d2S/N GALT1", want: "GALT1"},
		{name: "64 characters are a serial", typed: strings.Repeat("A", 64), want: strings.Repeat("A", 64)},
		{name: "65 are too long", typed: strings.Repeat("A", 65), flaw: oath.FlawTooLong},
		{name: "5,000 are too long", typed: strings.Repeat("A", 5000), flaw: oath.FlawTooLong},
		{name: "nothing is empty", typed: "", flaw: oath.FlawEmpty},
		{name: "only a prefix is empty", typed: " S/N: ", flaw: oath.FlawEmpty},
		{name: "markup is refused", typed: "<b>1</b>", flaw: oath.FlawCharacters},
		{name: "a slash is refused", typed: "../1", flaw: oath.FlawCharacters},
		{name: "letters of other scripts are refused", typed: "ГALT1", flaw: oath.FlawCharacters},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := oath.ParseSerialNumber(test.typed)
			if got.String() != test.want || !is(err, test.flaw) {
				t.Errorf("ParseSerialNumber(%q) = %q, %v; want %q, %q", test.typed, got, err, test.want, test.flaw)
			}
		})
	}
}

func TestINP01VerificationCodeHasOnePatternAndOneCleanUp(t *testing.T) {
	for _, test := range []struct {
		name, typed, want string
		flaw              oath.Flaw
	}{
		{name: "six digits", typed: "588651", want: "588651"},
		{name: "leading zeros survive", typed: "000042", want: "000042"},
		{name: "a space in the middle is dropped", typed: "012 345", want: "012345"},
		{name: "a hyphen in the middle is dropped", typed: "012-345", want: "012345"},
		{name: "no-break and zero-width spaces are dropped", typed: "012\u00a0\u200b345", want: "012345"},
		{name: "full-width digits are mapped", typed: "０１２３４５", want: "012345"},
		{name: "a full-width hyphen is dropped", typed: "012－345", want: "012345"},
		{name: "nothing is empty", typed: "", flaw: oath.FlawEmpty},
		{name: "only hyphens are empty", typed: " - ", flaw: oath.FlawEmpty},
		{name: "five digits are too short", typed: "12345", flaw: oath.FlawTooShort},
		{name: "seven digits are too long", typed: "1234567", flaw: oath.FlawTooLong},
		{name: "a letter is no digit", typed: "12345a", flaw: oath.FlawNotDigits},
		{name: "a sign is no digit", typed: "+12345", flaw: oath.FlawNotDigits},
		{name: "what is not UTF-8 is no digit", typed: "\xff12345", flaw: oath.FlawNotDigits},
		{name: "NUL is no digit", typed: "12345\x00", flaw: oath.FlawNotDigits},
		{name: "a serial number is recognised", typed: "GALT12345678", flaw: oath.FlawSerial},
		{name: "a serial of digits is recognised", typed: "2308734100001", flaw: oath.FlawSerial},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := oath.ParseVerificationCode(test.typed)
			if got.Reveal() != test.want || !is(err, test.flaw) {
				t.Errorf("ParseVerificationCode(%q) = %q, %v; want %q, %q", test.typed, got.Reveal(), err, test.want, test.flaw)
			}
		})
	}
}

func TestINP07DisplayNameHoldsNothingThatDeceives(t *testing.T) {
	for _, test := range []struct {
		name, typed, want string
		flaw              oath.Flaw
	}{
		{name: "none is none", typed: "  ", want: ""},
		{name: "a name is trimmed", typed: " Blue fob ", want: "Blue fob"},
		{name: "any script and emoji", typed: "山田のキー 🔑", want: "山田のキー 🔑"},
		{name: "markup is a name like any other", typed: "<b>Ann</b>", want: "<b>Ann</b>"},
		{name: "64 characters", typed: strings.Repeat("é", 64), want: strings.Repeat("é", 64)},
		{name: "65 are too long", typed: strings.Repeat("é", 65), flaw: oath.FlawTooLong},
		{name: "a line break", typed: "a\nb", flaw: oath.FlawCharacters},
		{name: "NUL", typed: "a\x00b", flaw: oath.FlawCharacters},
		{name: "a direction override", typed: "a\u202eb", flaw: oath.FlawCharacters},
		{name: "a direction isolate", typed: "a\u2066b", flaw: oath.FlawCharacters},
		{name: "what is not UTF-8", typed: "a\xffb", flaw: oath.FlawCharacters},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := oath.ParseDisplayName(test.typed)
			if got.String() != test.want || !is(err, test.flaw) {
				t.Errorf("ParseDisplayName(%q) = %q, %v; want %q, %q", test.typed, got, err, test.want, test.flaw)
			}
		})
	}
}

func is(err error, flaw oath.Flaw) bool {
	if flaw == "" {
		return err == nil
	}
	return errors.Is(err, flaw)
}

func TestLOG02VerificationCodeCannotBePrinted(t *testing.T) {
	code, err := oath.ParseVerificationCode("588651")
	if err != nil {
		t.Fatal(err)
	}
	inside := struct {
		Code oath.VerificationCode
		code oath.VerificationCode
	}{code, code}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "code", code, "in", inside, "at", &code)
	printed := log.String()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%T"} {
		printed += fmt.Sprintf(verb, code) + fmt.Sprintf(verb, &code) + fmt.Sprintf(verb, inside)
	}
	if strings.Contains(printed, "588651") {
		t.Errorf("a code was printed: %s", printed)
	}
}

func TestTheOtherLetterCaseIsSuggestedOnlyWhereThereIsOne(t *testing.T) {
	for typed, want := range map[string]string{"galt1": "GALT1", "GaLt1": "GALT1", "GALT1": "galt1", "12345": ""} {
		serial, err := oath.ParseSerialNumber(typed)
		if err != nil {
			t.Fatal(err)
		}
		got, ok := serial.OtherCase()
		if ok != (want != "") || (ok && got != want) {
			t.Errorf("OtherCase of %s = %q, %v; want %q", typed, got, ok, want)
		}
	}
}

func FuzzParseSerialNumber(f *testing.F) {
	for _, seed := range []string{"GALT12345678", "S/N: 1", "]C1x", "１２", "a\u202eb", "\xff", "S/NS/N1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		serial, err := oath.ParseSerialNumber(typed)
		if err != nil {
			return
		}
		got := serial.String()
		if len(got) < 1 || len(got) > 64 || strings.Trim(got, serialCharacters) != "" {
			t.Errorf("ParseSerialNumber(%q) = %q, which is no serial number", typed, got)
		}
	})
}

const serialCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."

func FuzzParseVerificationCode(f *testing.F) {
	for _, seed := range []string{"588651", "012 345", "０１２３４５", "-", "\xff", "GALT12345678"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		code, err := oath.ParseVerificationCode(typed)
		if err == nil && (len(code.Reveal()) != 6 || strings.Trim(code.Reveal(), "0123456789") != "") {
			t.Errorf("ParseVerificationCode(%q) is not six digits", typed)
		}
	})
}

func FuzzParseDisplayName(f *testing.F) {
	for _, seed := range []string{"Blue fob", "a\x00", "\u202e", "é"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		name, err := oath.ParseDisplayName(typed)
		if err == nil && (strings.ContainsFunc(name.String(), unicode.IsControl) || len([]rune(name.String())) > 64) {
			t.Errorf("ParseDisplayName(%q) = %q", typed, name)
		}
	})
}
