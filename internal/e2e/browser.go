package e2e

import (
	"context"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// journeyLimit bounds one visit of a browser; a journey that hangs fails and does not hang the suite.
const journeyLimit = 90 * time.Second

// chromium starts the browser that all journeys share, each in a profile of its own.
var chromium = sync.OnceValues(func() (context.Context, error) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		return nil, fmt.Errorf("chromium is needed (on Debian: apt-get install chromium): %w", err)
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("use-fake-device-for-media-stream", true), // a camera with a test picture
		chromedp.WSURLReadTimeout(time.Minute),
	)
	allocator, _ := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, _ := chromedp.NewContext(allocator, chromedp.WithErrorf(report))
	return ctx, chromedp.Run(ctx)
})

// report logs what goes wrong inside chromedp, but for an event that it knows nothing of yet: that
// a dialog was opened or closed.
func report(format string, args ...any) {
	if !strings.HasPrefix(format, "unhandled node event") {
		log.Printf(format, args...)
	}
}

// CloseBrowser ends the shared browser, if one was started. TestMain calls it.
func CloseBrowser() {
	if ctx, err := chromium(); err == nil {
		_ = chromedp.Cancel(ctx)
	}
}

// Browser is a person's browser: Chromium with a fresh profile.
type Browser struct {
	World   *World
	ctx     context.Context
	open    context.Context // without the limit, to say where a journey stopped
	profile cdp.BrowserContextID
}

// NewBrowser opens a browser that closes with the test.
func (w *World) NewBrowser(t *testing.T, javascript bool) *Browser {
	t.Helper()
	shared, err := chromium()
	if err != nil {
		t.Fatal(err)
	}
	window, profile, err := newWindow(shared)
	if err != nil {
		t.Fatal(err)
	}
	b := &Browser{World: w, profile: profile}
	b.attach(shared, t, window)
	b.Do(t, chromedp.EmulateViewport(1280, 900), emulation.SetScriptExecutionDisabled(!javascript))
	return b
}

// newWindow opens a window with a profile of its own. A first tab in a new profile needs a window
// of its own, which chromedp does not ask for by itself.
func newWindow(shared context.Context) (target.ID, cdp.BrowserContextID, error) {
	ctx := cdp.WithExecutor(shared, chromedp.FromContext(shared).Browser)
	profile, err := target.CreateBrowserContext().WithDisposeOnDetach(true).Do(ctx)
	if err != nil {
		return "", "", fmt.Errorf("make a profile: %w", err)
	}
	id, err := openTab(shared, profile)
	return id, profile, err
}

// openTab opens another window in a profile.
func openTab(shared context.Context, profile cdp.BrowserContextID) (target.ID, error) {
	ctx := cdp.WithExecutor(shared, chromedp.FromContext(shared).Browser)
	id, err := target.CreateTarget("about:blank").WithBrowserContextID(profile).WithNewWindow(true).Do(ctx)
	if err != nil {
		return "", fmt.Errorf("open a window: %w", err)
	}
	return id, nil
}

// attach makes the window the one that the browser's steps are taken in.
func (b *Browser) attach(shared context.Context, t *testing.T, window target.ID) {
	ctx, cancel := chromedp.NewContext(shared, chromedp.WithTargetID(window))
	limited, stop := context.WithTimeout(ctx, journeyLimit)
	t.Cleanup(func() { stop(); cancel() })
	if err := chromedp.Run(ctx); err != nil { // the window outlives the limit, so that it can be told what it shows
		t.Fatal(err)
	}
	b.ctx, b.open = limited, ctx
}

// Do takes steps; one that fails shows the page it failed on.
func (b *Browser) Do(t *testing.T, steps ...chromedp.Action) {
	t.Helper()
	for i, step := range steps {
		if err := chromedp.Run(b.ctx, step); err != nil {
			t.Fatalf("step %d: %v, at %s", i+1, err, b.where())
		}
	}
}

// Permit answers for the person when a page asks for a permission, by its name in the Permissions
// API, such as "camera".
func (b *Browser) Permit(t *testing.T, name string, answer browser.PermissionSetting) {
	t.Helper()
	b.Do(t, chromedp.ActionFunc(func(ctx context.Context) error {
		return browser.SetPermission(&browser.PermissionDescriptor{Name: name}, answer).
			WithOrigin(b.World.URL).WithBrowserContextID(b.profile).
			Do(cdp.WithExecutor(ctx, chromedp.FromContext(ctx).Browser))
	}))
}

// Before runs a script in each page that is opened from now on, before the page's own.
func (b *Browser) Before(t *testing.T, script string) {
	t.Helper()
	b.Do(t, chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := page.AddScriptToEvaluateOnNewDocument(script).Do(ctx)
		return err
	}))
}

// Open goes to a path of the portal.
func (b *Browser) Open(t *testing.T, path string) {
	t.Helper()
	b.Visit(t, b.World.URL+path)
}

// Visit goes to any address.
func (b *Browser) Visit(t *testing.T, address string) {
	t.Helper()
	b.Do(t, chromedp.Navigate(address))
}

// See waits until the selector is on the page, whichever page that is by then. It asks the page
// itself, for chromedp's own picture of it can be behind after a swap.
func (b *Browser) See(t *testing.T, selector string) {
	t.Helper()
	question := fmt.Sprintf("document.readyState === 'complete' && document.querySelector(%q)?.checkVisibility() === true", selector)
	for {
		var seen bool
		err := chromedp.Run(b.ctx, chromedp.Evaluate(question, &seen))
		switch {
		case err == nil && seen:
			return
		case b.ctx.Err() != nil:
			t.Fatalf("%s never came: %v, at %s", selector, err, b.where())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// where says what page is open and what stands there, for the account of a failure.
func (b *Browser) where() string {
	ctx, cancel := context.WithTimeout(b.open, 5*time.Second)
	defer cancel()
	var page string
	if err := chromedp.Run(ctx, chromedp.Evaluate("location.href + '\\n' + document.body.innerText", &page)); err != nil {
		return err.Error()
	}
	return page
}

// Press clicks what the selector names.
func (b *Browser) Press(t *testing.T, selector string) {
	t.Helper()
	b.Do(t, chromedp.WaitVisible(selector, chromedp.ByQuery), chromedp.Click(selector, chromedp.ByQuery))
}

// Type fills a field, in place of what it held: chromedp.Clear leaves what was typed before.
func (b *Browser) Type(t *testing.T, selector, text string) {
	t.Helper()
	b.Do(t, chromedp.WaitVisible(selector, chromedp.ByQuery), chromedp.Focus(selector, chromedp.ByQuery),
		input.DispatchKeyEvent(input.KeyRawDown).WithCommands([]string{"selectAll", "delete"}),
		chromedp.SendKeys(selector, text, chromedp.ByQuery))
}

// Text is what a person reads in the element.
func (b *Browser) Text(t *testing.T, selector string) string {
	t.Helper()
	var text string
	b.Do(t, chromedp.Text(selector, &text, chromedp.ByQuery))
	return text
}

// Value is what a field holds.
func (b *Browser) Value(t *testing.T, selector string) string {
	t.Helper()
	var value string
	b.Do(t, chromedp.Value(selector, &value, chromedp.ByQuery))
	return value
}

// Path is where the browser is.
func (b *Browser) Path(t *testing.T) string {
	t.Helper()
	var url string
	b.Do(t, chromedp.Location(&url))
	if len(url) >= len(b.World.URL) && url[:len(b.World.URL)] == b.World.URL {
		return url[len(b.World.URL):]
	}
	return url
}

// size is one that a page is looked at in.
type size struct {
	name          string
	width, height int64
}

// sizes are what a page is looked at in, and stationSizes what a station's is.
var (
	sizes        = []size{{"phone", 320, 640}, {"desktop", 1280, 900}}
	stationSizes = []size{{"portrait", 1080, 1920}, {"landscape", 1024, 768}, {"zoomed", 320, 640}}
)

// Look checks the page for accessibility in each size, light and dark, and keeps a picture of
// each for a person to look at.
func (b *Browser) Look(t *testing.T, name string) {
	t.Helper()
	b.lookIn(t, name, sizes)
}

func (b *Browser) lookIn(t *testing.T, name string, sizes []size) {
	t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		for _, size := range sizes {
			var picture []byte
			var wide bool
			b.Do(t,
				emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
					{Name: "prefers-color-scheme", Value: scheme},
					{Name: "prefers-reduced-motion", Value: "reduce"}, // so that no picture is taken in the middle of a change
				}),
				chromedp.EmulateViewport(size.width, size.height),
				chromedp.Evaluate("document.documentElement.scrollWidth > innerWidth", &wide),
				chromedp.ActionFunc(func(ctx context.Context) (err error) {
					picture, err = page.CaptureScreenshot().WithCaptureBeyondViewport(true).WithFromSurface(true).Do(ctx)
					return err
				}))
			file := fmt.Sprintf("%s-%s-%s", name, size.name, scheme)
			keep(t, file+".png", picture)
			if wide {
				t.Errorf("%s: the page is wider than the window", file)
			}
			b.axe(t, file)
		}
	}
	b.Do(t, chromedp.EmulateViewport(1280, 900))
}

// keep writes an artefact into the git-ignored folder of the repository.
func keep(t *testing.T, name string, content []byte) {
	t.Helper()
	folder := filepath.Join("..", "..", ".artifacts")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// await waits for the promise that an evaluation gives.
func await(p *runtime.EvaluateParams) *runtime.EvaluateParams { return p.WithAwaitPromise(true) }

// axeSource is the checker, from npm by the lock file.
var axeSource = sync.OnceValues(func() ([]byte, error) {
	return os.ReadFile(filepath.Join("..", "..", "static", "node_modules", "axe-core", "axe.min.js"))
})

// axe fails the test for each accessibility rule that the page breaks.
func (b *Browser) axe(t *testing.T, name string) {
	t.Helper()
	source, err := axeSource()
	if err != nil {
		t.Fatal(err)
	}
	const run = `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v =>
		v.id + ": " + v.help + ": " + v.nodes.map(n => n.html).join(" | ")))`
	var broken []string
	bring := "if (!window.axe) {" + string(source) + "\n}; 0" // a page is looked at many times
	b.Do(t, chromedp.Evaluate(bring, nil), chromedp.Evaluate(run, &broken, chromedp.EvalAsValue, await))
	for _, rule := range broken {
		t.Errorf("%s: %s", name, rule)
	}
}

// Title is the document's title.
func (b *Browser) Title(t *testing.T) string {
	t.Helper()
	var title string
	b.Do(t, chromedp.Title(&title))
	return title
}

// Reload loads the page again.
func (b *Browser) Reload(t *testing.T) {
	t.Helper()
	b.Do(t, chromedp.Reload())
}

// Back presses the browser's Back button. The answer to a form is not kept, so the browser shows a
// page of its own there.
func (b *Browser) Back(t *testing.T) {
	t.Helper()
	if err := chromedp.Run(b.ctx, chromedp.NavigateBack()); err != nil && !strings.Contains(err.Error(), "ERR_CACHE_MISS") {
		t.Fatalf("Back: %v", err)
	}
}

// Focused is the id of the element that has the focus.
func (b *Browser) Focused(t *testing.T) string {
	t.Helper()
	return b.Evaluate(t, "document.activeElement.id")
}

// Evaluate is the value of an expression on the page, as text.
func (b *Browser) Evaluate(t *testing.T, expression string) string {
	t.Helper()
	var value string
	b.Do(t, chromedp.Evaluate("String("+expression+")", &value))
	return value
}
