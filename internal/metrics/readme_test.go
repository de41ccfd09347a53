package metrics

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
)

func TestTheAlertsOfTheREADMEAskForFiguresThatThereAre(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := string(text)
	m := New()
	m.WatchDatabase(nil) // which is not read, as is the next
	m.WatchGraph(nil)
	descs := make(chan *prometheus.Desc)
	go func() { m.registry.Describe(descs); close(descs) }()
	known := map[string]bool{}
	for desc := range descs {
		if name := regexp.MustCompile(`fqName: "(\w+)"`).FindStringSubmatch(desc.String()); name != nil {
			known[name[1]] = true
		}
	}
	var asked []string // by the rules, and by what is to be done at each; roles of the database have such names, too
	for _, line := range regexp.MustCompile("(?m)^.*(?:expr: |^\\| `Fobdesk).*$").FindAllString(readme, -1) {
		asked = append(asked, regexp.MustCompile(`\b(?:fobdesk|process)_[a-z_]+`).FindAllString(line, -1)...)
	}
	if len(asked) < 10 {
		t.Fatalf("the README has only %v", asked)
	}
	for _, name := range asked {
		if !known[strings.TrimSuffix(name, "_bucket")] {
			t.Errorf("the README asks for %s, which nobody counts", name)
		}
	}
	for _, alert := range regexp.MustCompile(`alert: (\w+)`).FindAllStringSubmatch(readme, -1) {
		if !strings.Contains(readme, "| `"+alert[1]+"` |") {
			t.Errorf("the README does not say what to do about %s", alert[1])
		}
	}
}
