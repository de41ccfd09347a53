package web

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

func TestWhateverTheCompanysColourItsWordsCanBeRead(t *testing.T) {
	t.Parallel()
	text := map[bool]color{false: {0x14 / 255., 0x1f / 255., 0x25 / 255.}, true: {0xea / 255., 0xf0 / 255., 0xf2 / 255.}}
	for n := range 16 * 16 * 16 {
		accent := color{float64(n>>8) / 15, float64(n>>4&15) / 15, float64(n&15) / 15}
		light, dark := schemes()
		for i, s := range []scheme{light, dark} {
			a := s.accents(accent)
			for what, pair := range map[string][2]color{
				"the accent on the page":      {a["action"], s.ground},
				"the accent on a card":        {a["action"], s.surface},
				"the accent on its tint":      {a["action"], a["tint"]},
				"words on the accent":         {a["on-action"], a["action"]},
				"words on the strong accent":  {a["on-action"], a["action-strong"]},
				"the strong accent on a card": {a["action-strong"], s.surface},
				"words on the tint":           {text[i == 1], a["tint"]},
			} {
				if got := contrast(pair[0], pair[1]); got < 4.5 {
					t.Fatalf("%s, scheme %d: %s has a contrast of %.2f", accent, i, what, got)
				}
			}
		}
	}
}

func TestContrastIsWCAGs(t *testing.T) {
	t.Parallel()
	for pair, want := range map[[2]string]string{
		{"#000000", "#ffffff"}: "21.00", {"#777777", "#ffffff"}: "4.48", {"#ff0000", "#ffffff"}: "4.00",
	} {
		a, err := parseRGB(pair[0])
		b, err2 := parseRGB(pair[1])
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		if got := fmt.Sprintf("%.2f", contrast(a, b)); got != want {
			t.Errorf("%v: %s, want %s", pair, got, want)
		}
	}
	for _, text := range []string{"", "0b5c67", "#0b5c6", "#0b5c6g", "#+1+1+1"} {
		if c, err := parseRGB(text); err == nil {
			t.Errorf("%q is %s", text, c)
		}
	}
}

func TestTheAccentStandsOnTheGroundsOfTheStyleSheet(t *testing.T) {
	t.Parallel()
	sheet := fileText(t, "../static/css/color.css")
	light, dark := schemes()
	for name, want := range map[string]color{
		"slate-00": light.surface, "slate-05": light.ground, "night-05": dark.surface, "night-00": dark.ground,
	} {
		if !regexp.MustCompile(`--` + name + `:\s*` + want.String() + `;`).MatchString(sheet) {
			t.Errorf("color.css has another %s than %s", name, want)
		}
	}
	for _, name := range []string{"action", "action-strong", "on-action", "tint", "tint-edge"} {
		for _, sheet := range []string{sheet, fileText(t, "../static/css/dark.css")} {
			if strings.Count(sheet, "--color-"+name+":") != 1 {
				t.Errorf("--color-%s is not set once in each of the two schemes", name)
			}
		}
	}
}

func fileText(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
