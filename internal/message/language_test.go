package message

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/text/language"
)

func TestTheNearestLanguageIsFound(t *testing.T) {
	for wish, want := range map[string]string{
		"de":                                     "de",
		"de-CH, de;q=0.9, en;q=0.8":              "de",
		"en-GB,en;q=0.9":                         "en",
		"zh, de;q=0.2":                           "de",
		"en;q=0.5, de;q=0.9":                     "de",
		"gsw":                                    "de", // Swiss German
		"DE":                                     "de",
		"de, en;q=0":                             "de",
		"zh":                                     "",
		"*":                                      "",
		"":                                       "",
		"de;q=much":                              "",
		"<script>":                               "",
		"de," + strings.Repeat("en,", 200):       "",
		"../../etc/passwd":                       "",
		"xx-lvariant-" + strings.Repeat("a-", 9): "",
	} {
		tag, ok := Nearest(wish)
		if got := tag.String(); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %s, %t, want %q", wish, got, ok, want)
		}
	}
}

func TestEachLanguageIsItsOwnNearestAndTellsItsName(t *testing.T) {
	names := map[string]bool{}
	for _, tongue := range Languages() {
		tag, ok := Nearest(tongue.Tag)
		if !ok || tag.String() != tongue.Tag {
			t.Errorf("%s: nearest is %s, %t", tongue.Tag, tag, ok)
		}
		if tongue.Name == "" || names[tongue.Name] {
			t.Errorf("%s is called %q", tongue.Tag, tongue.Name)
		}
		names[tongue.Name] = true
	}
	if len(names) < 2 {
		t.Error("there is no language but one")
	}
}

func TestAValueThatRunsTheOtherWayIsIsolated(t *testing.T) {
	if got, want := Text(t.Context(), "header.org", "org", "شركة"), "\u2067شركة\u2069 fobs"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	arabic, err := Parse(language.Arabic, []byte(`{"$meta": {"name": "العربية"}, "header.org": "أجهزة {org}"}`))
	if err != nil {
		t.Fatal(err)
	}
	ctx := With(t.Context(), arabic)
	if got, want := Text(ctx, "header.org", "org", "Contoso (1)"), "أجهزة \u2066Contoso (1)\u2069"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	when := time.Date(2026, time.November, 25, 12, 6, 0, 0, time.UTC)
	if got, want := Text(ctx, "header.org", "org", Date(WithLanguage(ctx, language.Arabic), when)), "أجهزة \u2067\u206625\u2069 \u2067نوفمبر\u2069 \u20662026\u2069\u2069"; got != want {
		t.Errorf("%q, want %q: an isolate's direction is that of the letters inside of it", got, want)
	}
	if Direction(ctx) != "rtl" || Language(ctx) != "ar" {
		t.Errorf("%s is written %s", Language(ctx), Direction(ctx))
	}
}

func TestANumberIsWrittenAsTheLanguageDoes(t *testing.T) {
	for tag, want := range map[string]string{"en": "12,345", "de": "12.345"} {
		if got := Number(WithLanguage(t.Context(), language.MustParse(tag)), 12345); got != want {
			t.Errorf("%s: %s, want %s", tag, got, want)
		}
	}
}

func FuzzNearest(f *testing.F) {
	for _, seed := range []string{"de-CH, fr;q=0.9", "*", "", "en;q=0", "x-private", "de--", "\x00", "zh-Hant-HK-u-co-stroke"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, wish string) {
		if tag, ok := Nearest(wish); ok && loaded()[tag.String()] == nil {
			t.Errorf("%q: %s, which has no words", wish, tag)
		}
	})
}
