//go:build browser

package browsertest

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var browser context.Context

// TestMain starts one browser for all tests; each tab has cookies of its own.
func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	chromium := os.Getenv("PONTE_CHROMIUM")
	for _, name := range []string{"chromium", "google-chrome", "chromium-browser"} {
		if found, err := exec.LookPath(name); chromium == "" && err == nil {
			chromium = found
		}
	}
	if chromium == "" {
		fmt.Fprintln(os.Stderr, "no Chromium here; install one, or say in PONTE_CHROMIUM where it is")
		return 1
	}
	profile, err := os.MkdirTemp("", "ponte-browser")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(profile)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(chromium), chromedp.UserDataDir(profile))
	for _, flag := range []string{"no-sandbox", "disable-gpu", "disable-component-update", "disable-quic", "hide-scrollbars"} {
		options = append(options, chromedp.Flag(flag, true))
	}
	options = append(options, chromedp.Flag("lang", "en"))
	all, stop := chromedp.NewExecAllocator(context.Background(), options...)
	defer stop()
	var quit context.CancelFunc
	browser, quit = chromedp.NewContext(all)
	defer quit()
	if err := chromedp.Do(browser); err != nil {
		fmt.Fprintln(os.Stderr, "the browser does not start:", err)
		return 1
	}
	code := m.Run()
	if file, err := program(); err == nil {
		_ = os.RemoveAll(filepath.Dir(file))
	}
	return code
}

// tab is a page of the browser with somebody in front of it.
type tab struct {
	t    *testing.T
	name string
	ctx  context.Context

	mu      sync.Mutex
	faults  []string // what the page complained about
	dialogs []string // what its dialogs said
	agrees  bool     // to dialogs
}

// open shows an address in a new tab that shares nothing with the others. What
// the page complains about fails the test.
func open(t *testing.T, name, address string) *tab {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	b := &tab{t: t, name: name, ctx: ctx}
	t.Cleanup(func() {
		if t.Failed() {
			b.explain()
		}
		closeTab()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, fault := range b.faults {
			t.Errorf("%s: %s", name, fault)
		}
	})
	if err := chromedp.Listen(ctx, b.hear); err != nil {
		t.Fatal(err)
	}
	b.do(
		send(log.Enable, cdp.Empty{}),
		send(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}),
	)
	b.look(1440, 900, "light")
	b.visit(address)
	return b
}

// visit goes to an address in the same tab.
func (b *tab) visit(address string) {
	b.t.Helper()
	b.do(chromedp.Navigate(address))
}

// send makes an action of a command of the protocol.
func send[P, R any](c cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, c, params)
		return err
	})
}

func (b *tab) hear(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.faults = append(b.faults, "exception: "+e.ExceptionDetails.Text+" "+cmp.Or(e.ExceptionDetails.Exception, &runtime.RemoteObject{}).Description)
	case *runtime.EventConsoleAPICalled:
		if e.Type == "error" || e.Type == "warning" || e.Type == "assert" {
			b.faults = append(b.faults, fmt.Sprintf("console.%s: %s", e.Type, e.Args[0].Value))
		}
	case *log.EventEntryAdded:
		// A refused deed is answered with its status, which the browser notes
		// too; so is the end of a stream when the process ends.
		if e.Entry.Level == "error" && e.Entry.Source != "network" {
			b.faults = append(b.faults, fmt.Sprintf("%s: %s", e.Entry.Source, e.Entry.Text))
		}
	case *page.EventJavascriptDialogOpening:
		b.dialogs = append(b.dialogs, e.Message)
		agrees := b.agrees
		go func() {
			_ = chromedp.Do(b.ctx, send(page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: agrees}))
		}()
	}
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%s: %v", b.name, err)
	}
}

// eval runs a script in the page and returns what it comes to.
func eval[T any](b *tab, script string) T {
	b.t.Helper()
	got, err := attempt[T](b, script)
	if err != nil {
		b.t.Fatalf("%s: %s: %v", b.name, script, err)
	}
	return got
}

func attempt[T any](b *tab, script string) (T, error) {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](script, func(p *runtime.EvaluateParams) { yes := true; p.AwaitPromise = &yes }))
}

// until waits until a script comes to true. The page may be on its way
// elsewhere meanwhile.
func (b *tab) until(what, script string) {
	b.t.Helper()
	b.await(patience, what, script)
}

// await is until, with a patience of its own.
func (b *tab) await(patience time.Duration, what, script string) {
	b.t.Helper()
	ask := time.NewTicker(50 * time.Millisecond)
	defer ask.Stop()
	late := time.After(patience)
	for {
		ok, err := attempt[bool](b, "Boolean("+script+")")
		if ok {
			return
		}
		select {
		case <-ask.C:
		case <-late:
			b.t.Fatalf("%s: waited in vain: %s (%v)", b.name, what, err)
		}
	}
}

// helpers is what scripts may use besides the page's own.
const helpers = `
const all = s => [...document.querySelectorAll(s)];
const shown = e => !!e && e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0;
const says = (e, words) => e.textContent.includes(words);
`

func script(body string) string { return "(() => {" + helpers + "return " + body + "})()" }

func quoted(s string) string {
	out, _ := json.Marshal(s)
	return string(out)
}

// within is a script for the visible elements that a selector finds and that say some words.
func within(selector, words string) string {
	return fmt.Sprintf("all(%s).filter(e => shown(e) && says(e, %s))", quoted(selector), quoted(words))
}

// see waits until an element that says some words is visible.
func (b *tab) see(selector, words string) {
	b.t.Helper()
	b.until(selector+" that says "+words, script(within(selector, words)+".length > 0"))
}

// miss waits until no such element is visible.
func (b *tab) miss(selector, words string) {
	b.t.Helper()
	b.until("no "+selector+" that says "+words, script(within(selector, words)+".length === 0"))
}

// has tells whether the page holds such an element now.
func (b *tab) has(selector, words string) bool {
	b.t.Helper()
	return eval[bool](b, script(within(selector, words)+".length > 0"))
}

// press clicks, with the mouse, the first visible element that says some words,
// once it holds still and nothing covers it.
func (b *tab) press(selector, words string) {
	b.t.Helper()
	b.see(selector, words)
	still := script(fmt.Sprintf(`new Promise(done => {
		const e = %s[0];
		if (!e) return done(null);
		e.scrollIntoView({block: 'nearest', inline: 'nearest', behavior: 'instant'});
		const at = () => { const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2] };
		const before = at();
		setTimeout(() => {
			const now = at(), top = document.elementFromPoint(...now);
			done(e.isConnected && now.join() === before.join() && top && (e.contains(top) || top.contains(e)) ? now : null);
		}, 60);
	})`, within(selector, words)))
	var at []float64
	deadline := time.Now().Add(patience)
	for at == nil {
		at, _ = attempt[[]float64](b, still)
		if time.Now().After(deadline) {
			b.t.Fatalf("%s: %s that says %s does not hold still or is covered", b.name, selector, words)
		}
	}
	b.do(chromedp.MouseClickXY(at[0], at[1]))
}

// into focuses a field with the mouse and types a text.
func (b *tab) into(selector, text string) {
	b.t.Helper()
	b.press(selector, "")
	b.until("the focus on "+selector, script(fmt.Sprintf("document.activeElement?.matches(%s)", quoted(selector))))
	b.write(text)
}

// write types a text where the focus is.
func (b *tab) write(text string) {
	b.t.Helper()
	b.do(send(input.InsertText, input.InsertTextParams{Text: text}))
}

// keys presses keys one after another. What a key types comes with its going
// down, so that a page may keep it from being typed.
func (b *tab) keys(keys string) {
	b.t.Helper()
	for _, r := range keys {
		key, known := kb.Keys[r]
		if !known {
			b.write(string(r))
			continue
		}
		down := input.DispatchKeyEventParams{
			Type: input.DispatchKeyEventTypeKeyDown, Key: key.Key, Code: key.Code, NativeVirtualKeyCode: key.Native, WindowsVirtualKeyCode: key.Windows,
		}
		up := down
		up.Type = input.DispatchKeyEventTypeKeyUp
		if key.Print {
			down.Text = key.Text
		}
		b.do(send(input.DispatchKeyEvent, down), send(input.DispatchKeyEvent, up))
	}
}

// look sets the size of the window, in pixels, and the scheme: light or dark.
func (b *tab) look(width, height int64, scheme string) {
	b.t.Helper()
	b.do(
		send(emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
			Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 500,
		}),
		send(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}}),
	)
}

// agree answers the page's own questions with yes from now on.
func (b *tab) agree() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.agrees = true
}

// asked lists what dialogs said until now.
func (b *tab) asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string(nil), b.dialogs...)
}

// explain leaves a picture and the words of the page where a test failed.
func (b *tab) explain() {
	words, _ := attempt[string](b, "location.href + ', the focus on ' + document.activeElement.outerHTML.slice(0, 200) + '\\n' + document.body.innerText.slice(0, 4000)")
	b.t.Logf("%s shows:\n%s", b.name, words)
	if dir := os.Getenv("PONTE_FAILED"); dir != "" {
		_ = os.WriteFile(filepath.Join(dir, strings.ReplaceAll(b.t.Name(), "/", "-")+"-"+b.name+".png"), b.picture(), 0o644)
	}
}

// picture is what the window shows, as a PNG.
func (b *tab) picture() []byte {
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	_ = chromedp.Do(ctx, send(page.BringToFront, cdp.Empty{}))
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		b.t.Errorf("%s: %v", b.name, err)
	}
	return png
}
