package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// axNode is an element in Chromium's accessibility tree, which screen readers read. cdproto has a
// type for it that refuses what this Chromium says of elements that it leaves out.
type axNode struct {
	NodeID      string   `json:"nodeId"`
	ChildIDs    []string `json:"childIds"`
	Ignored     bool     `json:"ignored"`
	Role        axValue  `json:"role"`
	Name        axValue  `json:"name"`
	Description axValue  `json:"description"`
	Properties  []struct {
		Name  string  `json:"name"`
		Value axValue `json:"value"`
	} `json:"properties"`
}

type axValue struct {
	Value any `json:"value"`
}

func (v axValue) String() string {
	if v.Value == nil {
		return ""
	}
	return strings.Join(strings.Fields(fmt.Sprint(v.Value)), " ")
}

// mute are the roles that say nothing by themselves.
const mute = " none generic StaticText InlineTextBox ListMarker LineBreak SvgRoot paragraph LabelText "

// states are the properties that a screen reader tells with an element, as far as they hold.
var states = []string{"level", "required", "invalid", "busy", "disabled", "checked", "expanded", "modal", "live", "focused"}

// tree is the whole accessibility tree in the order of reading: a line for each element that has
// something to say, such as
//
//	textbox "Code on the fob" (The six digits on its screen.) required invalid
func (b *Browser) tree(t *testing.T) []string {
	t.Helper()
	var got struct {
		Nodes []*axNode `json:"nodes"`
	}
	b.Do(t, chromedp.ActionFunc(func(ctx context.Context) error {
		return cdp.Execute(ctx, accessibility.CommandGetFullAXTree, nil, &got)
	}))
	nodes := map[string]*axNode{}
	for _, node := range got.Nodes {
		nodes[node.NodeID] = node
	}
	return got.Nodes[0].read(nodes, nil)
}

// read adds the lines of the element and of what is in it.
func (n *axNode) read(nodes map[string]*axNode, lines []string) []string {
	if n == nil {
		return lines
	}
	if !n.Ignored && !strings.Contains(mute, " "+n.Role.String()+" ") {
		lines = append(lines, n.line(nodes))
	}
	for _, child := range n.ChildIDs {
		lines = nodes[child].read(nodes, lines)
	}
	return lines
}

// line is what is said of the element; of a live region that is what stands in it.
func (n *axNode) line(nodes map[string]*axNode) string {
	name := n.Name.String()
	said := fmt.Sprintf("%s %q", n.Role, name)
	if n.Role.String() == "status" || n.Role.String() == "alert" {
		said = fmt.Sprintf("%s %q", n.Role, n.words(nodes))
	}
	if about := n.Description.String(); about != "" {
		said += " (" + about + ")"
	}
	for _, state := range states {
		for _, p := range n.Properties {
			switch value := p.Value.String(); {
			case p.Name != state || value == "false" || value == "":
			case value == "true", state == "busy":
				said += " " + state
			default:
				said += " " + state + "=" + value
			}
		}
	}
	return said
}

// words are the text within the element.
func (n *axNode) words(nodes map[string]*axNode) string {
	if n == nil {
		return ""
	}
	if n.Role.String() == "StaticText" {
		return n.Name.String()
	}
	var all []string
	for _, child := range n.ChildIDs {
		if words := nodes[child].words(nodes); words != "" {
			all = append(all, words)
		}
	}
	return strings.Join(all, " ")
}

// role is what Chromium's accessibility tree, which screen readers read, has of an element: its role, its
// name and its description.
func (b *Browser) role(t *testing.T, selector string) (role, name, description string) {
	t.Helper()
	b.Do(t, chromedp.ActionFunc(func(ctx context.Context) error {
		element, thrown, err := runtime.Evaluate(fmt.Sprintf("document.querySelector(%q)", selector)).Do(ctx)
		if err != nil {
			return err
		}
		if thrown != nil {
			return thrown
		}
		nodes, err := accessibility.GetPartialAXTree().WithObjectID(element.ObjectID).WithFetchRelatives(false).Do(ctx)
		if err != nil || len(nodes) == 0 {
			return err
		}
		role, name, description = text(nodes[0].Role), text(nodes[0].Name), text(nodes[0].Description)
		return nil
	}))
	return role, name, description
}

// text is the words of a value in the accessibility tree.
func text(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	return strings.Trim(string(v.Value), `"`)
}

// hears waits until the tree has these lines, in this order.
func (b *Browser) hears(t *testing.T, want ...string) {
	t.Helper()
	var lines []string
	left := want
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		lines, left = b.tree(t), want
		for _, line := range lines {
			if len(left) > 0 && line == left[0] {
				left = left[1:]
			}
		}
		if len(left) == 0 {
			return
		}
	}
	t.Errorf("at %s a screen reader does not come to\n\t%s\nbut to\n\t%s", b.Path(t), left[0], strings.Join(lines, "\n\t"))
}

// listening keeps in said what comes into a page's live regions once the page is there: what one holds from
// the start is not announced.
const listening = `
	window.said = [];
	new MutationObserver((changes) => {
		for (const { target } of document.readyState === "loading" ? [] : changes) {
			const region = (target.closest ? target : target.parentElement)?.closest("[aria-live], [role=status], [role=alert]");
			const words = region?.innerText.trim().replace(/\s+/g, " ");
			if (words && said.at(-1) !== words) said.push(words);
		}
	}).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });`

// listed is how JSON.stringify writes them.
func listed(words []string) string {
	var list strings.Builder
	enc := json.NewEncoder(&list)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	_ = enc.Encode(words) // strings can be written
	return strings.TrimSpace(list.String())
}

// announced waits until these are the last that the page announced, in this order.
func (b *Browser) announced(t *testing.T, want ...string) {
	t.Helper()
	got := ""
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if got = b.Evaluate(t, fmt.Sprintf("JSON.stringify(said.slice(-%d), null, 1)", len(want))); got == listed(want) {
			return
		}
	}
	t.Errorf("at %s is announced\n%s\nwant\n%s", b.Path(t), got, listed(want))
}
