package e2e

import (
	"context"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// keys are typed with the same time between two of them, after a pause.
type keys struct {
	text string
	gap  time.Duration
	held bool // one key, held down
}

// scan is what a keyboard-wedge scanner types: 20 characters in 50 ms, and its suffix.
func scan(text string) keys { return keys{text: text, gap: 2500 * time.Microsecond} }

// person is what somebody types who types fast.
func person(text string) keys { return keys{text: text, gap: 80 * time.Millisecond} }

// hold is one key, held down until the keyboard has repeated it.
func hold(text string) keys { return keys{text: text, gap: 33 * time.Millisecond, held: true} }

// timedKey is a key event with a time of its own, so that a burst is as fast as it says on any
// machine. The field of the same name in cdproto is cut to whole seconds.
type timedKey struct {
	*input.DispatchKeyEventParams
	Timestamp float64 `json:"timestamp"` // in seconds
}

// Keys presses keys in whatever has the focus.
func (b *Browser) Keys(t *testing.T, typed ...keys) {
	t.Helper()
	at := time.Now()
	press := func(event *input.DispatchKeyEventParams) chromedp.Action {
		key := timedKey{event, float64(at.UnixMicro()) / 1e6}
		return chromedp.ActionFunc(func(ctx context.Context) error {
			return cdp.Execute(ctx, input.CommandDispatchKeyEvent, key, nil)
		})
	}
	for _, k := range typed {
		at = at.Add(time.Second)
		for i, r := range k.text {
			at = at.Add(k.gap)
			events := kb.Encode(r)
			if events[0].Modifiers&input.ModifierShift != 0 {
				events = append(kb.Encode([]rune(kb.Shift)[0]), events...)
			}
			for _, event := range events {
				event.AutoRepeat = k.held && i > 0
				b.Do(t, press(event))
			}
		}
	}
}
