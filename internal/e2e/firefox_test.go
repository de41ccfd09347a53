package e2e

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
)

// Firefox is the second engine: one window of Debian's Firefox, told what to do over WebDriver BiDi
// (https://www.w3.org/TR/webdriver-bidi/), which it speaks by itself.
type Firefox struct {
	world  *World
	conn   *websocket.Conn
	window string // the browsing context
	asked  int    // commands sent
}

// firefoxLimit bounds a journey, the start included.
const firefoxLimit = 2 * time.Minute

// NewFirefox starts a Firefox with a home and a profile of its own. It ends with the test.
func (w *World) NewFirefox(ctx context.Context, t *testing.T) *Firefox {
	t.Helper()
	address := startFirefox(ctx, t)
	conn, _, err := websocket.Dial(ctx, address+"/session", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	conn.SetReadLimit(-1)
	f := &Firefox{world: w, conn: conn}
	f.must(ctx, t, "session.new", arguments{"capabilities": arguments{}}, nil)
	var tree struct{ Contexts []struct{ Context string } }
	f.must(ctx, t, "browsingContext.getTree", arguments{}, &tree)
	f.window = tree.Contexts[0].Context
	return f
}

// startFirefox starts the program and reads the address that it listens on.
func startFirefox(ctx context.Context, t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("firefox-esr")
	if err != nil {
		t.Fatalf("firefox-esr is needed (on Debian: apt-get install firefox-esr): %v", err)
	}
	home, err := os.MkdirTemp("", "firefox")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(ctx)
	command := exec.CommandContext(ctx, path, "--headless", "--no-remote", "--profile", home, "--remote-debugging-port", "0")
	command.Env = append(os.Environ(), "HOME="+home, "MOZ_CRASHREPORTER_DISABLE=1")
	command.Cancel = func() error { return command.Process.Signal(os.Interrupt) }
	command.WaitDelay = 10 * time.Second
	said, err := command.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	address, ended := make(chan string, 1), make(chan struct{})
	go func() {
		defer close(ended)
		for lines := bufio.NewScanner(said); lines.Scan(); {
			if found, ok := strings.CutPrefix(lines.Text(), "WebDriver BiDi listening on "); ok {
				address <- found
			}
		}
	}()
	t.Cleanup(func() {
		stop()
		<-ended
		_ = command.Wait() // stopped by us
		_ = os.RemoveAll(home)
	})
	select {
	case found := <-address:
		return found
	case <-ended:
		t.Fatal("Firefox ended before it listened")
	case <-ctx.Done():
		t.Fatal("Firefox does not listen")
	}
	return ""
}

// arguments are a command's parameters.
type arguments map[string]any

// call sends a command and waits for its answer; what Firefox tells unasked is passed over.
func (f *Firefox) call(ctx context.Context, method string, params arguments, result any) error {
	f.asked++
	if err := wsjson.Write(ctx, f.conn, map[string]any{"id": f.asked, "method": method, "params": params}); err != nil {
		return fmt.Errorf("send %s: %w", method, err)
	}
	for {
		var answer struct {
			ID             int
			Error, Message string
			Result         json.RawMessage
		}
		if err := wsjson.Read(ctx, f.conn, &answer); err != nil {
			return fmt.Errorf("read the answer to %s: %w", method, err)
		}
		switch {
		case answer.ID != f.asked:
		case answer.Error != "":
			return fmt.Errorf("%s: %s: %s", method, answer.Error, answer.Message)
		case result != nil:
			return json.Unmarshal(answer.Result, result)
		default:
			return nil
		}
	}
}

func (f *Firefox) must(ctx context.Context, t *testing.T, method string, params arguments, result any) {
	t.Helper()
	if err := f.call(ctx, method, params, result); err != nil {
		t.Fatal(err)
	}
}

// open goes to a path of the portal.
func (f *Firefox) open(ctx context.Context, t *testing.T, path string) {
	t.Helper()
	f.must(ctx, t, "browsingContext.navigate", arguments{"context": f.window, "url": f.world.URL + path, "wait": "complete"}, nil)
}

// evaluate is the value of an expression on the page, as text.
func (f *Firefox) evaluate(ctx context.Context, expression string) (string, error) {
	var answer struct {
		Type             string
		Result           struct{ Value string }
		ExceptionDetails struct{ Text string }
	}
	err := f.call(ctx, "script.evaluate", arguments{
		"expression": "String(" + expression + ")", "target": arguments{"context": f.window}, "awaitPromise": true,
	}, &answer)
	if err == nil && answer.Type == "exception" {
		err = errors.New(answer.ExceptionDetails.Text)
	}
	return answer.Result.Value, err
}

// see waits until the selector is on the page, whichever page that is by then; between two pages
// there is none to ask.
func (f *Firefox) see(ctx context.Context, t *testing.T, selector string) {
	t.Helper()
	for {
		seen, err := f.evaluate(ctx, fmt.Sprintf("document.querySelector(%q)?.checkVisibility()", selector))
		if err == nil && seen == "true" {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("%s never came: %v", selector, err)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// press clicks the element as a mouse does, in its middle. One that is swapped for another in the
// meantime is looked for again.
func (f *Firefox) press(ctx context.Context, t *testing.T, selector string) {
	t.Helper()
	for {
		f.see(ctx, t, selector)
		err := f.click(ctx, selector)
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("%s can't be pressed: %v", selector, err)
		}
	}
}

func (f *Firefox) click(ctx context.Context, selector string) error {
	if _, err := f.evaluate(ctx, fmt.Sprintf("document.querySelector(%q).scrollIntoView({block: 'center', behavior: 'instant'})", selector)); err != nil {
		return err
	}
	var found struct{ Nodes []struct{ SharedID string } }
	err := f.call(ctx, "browsingContext.locateNodes", arguments{
		"context": f.window, "locator": arguments{"type": "css", "value": selector}, "maxNodeCount": 1,
	}, &found)
	if err != nil || len(found.Nodes) == 0 {
		return fmt.Errorf("find %s: %w", selector, errors.Join(err, errors.New("it may be gone")))
	}
	middle := arguments{"type": "element", "element": arguments{"sharedId": found.Nodes[0].SharedID}}
	return f.act(ctx, "pointer",
		arguments{"type": "pointerMove", "x": 0, "y": 0, "origin": middle},
		arguments{"type": "pointerDown", "button": 0}, arguments{"type": "pointerUp", "button": 0})
}

// write types a text into a field, in place of what it held.
func (f *Firefox) write(ctx context.Context, t *testing.T, selector, text string) {
	t.Helper()
	f.press(ctx, t, selector)
	if _, err := f.evaluate(ctx, fmt.Sprintf("document.querySelector(%q).select()", selector)); err != nil {
		t.Fatal(err)
	}
	var keys []arguments
	for _, key := range text {
		keys = append(keys, arguments{"type": "keyDown", "value": string(key)}, arguments{"type": "keyUp", "value": string(key)})
	}
	if err := f.act(ctx, "key", keys...); err != nil {
		t.Fatal(err)
	}
}

// act takes steps with the mouse or the keyboard.
func (f *Firefox) act(ctx context.Context, device string, steps ...arguments) error {
	return f.call(ctx, "input.performActions", arguments{
		"context": f.window, "actions": []arguments{{"type": device, "id": device, "actions": steps}},
	}, nil)
}
