package e2e

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

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
