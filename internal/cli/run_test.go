package cli

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ponte/internal/config"
	"ponte/internal/control"
)

// anyPorts is the example on ports that are free, at full speed.
func anyPorts() string {
	return strings.NewReplacer("127.0.0.1:8480", "127.0.0.1:0", "127.0.0.1:8481", "127.0.0.1:0",
		"messages_per_second: 1 ", "messages_per_second: none ", "edits_per_second: 2", "edits_per_second: none").Replace(config.Example)
}

const another = `
  - id: birra
    name: Birra Nord
    accounts: [{id: webhook:birra, signature: none}]
    channels: [{id: inbox, default: true}, {id: messages, direct: true}]
    people: [{id: eva, name: Eva, roles: [manager]}]
`

// said is a writer that several may use.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// lived is a Ponte of a configuration that runs in this process.
type lived struct {
	*server
	t    *testing.T
	file string
	log  *said
}

func live(t *testing.T, text string) *lived {
	t.Helper()
	l := &lived{t: t, file: filepath.Join(t.TempDir(), "ponte.yaml"), log: &said{}}
	l.writes(text)
	cfg, err := config.Load(l.file)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	if l.server, err = begin(&env{ctx: ctx, out: io.Discard, err: l.log, log: slog.New(slog.DiscardHandler)}, cfg); err != nil {
		stop()
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- l.app.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	l.until("the control socket", func() bool {
		_, err := control.Dial(ctx, cfg.Data)
		return err == nil
	})
	return l
}

func (l *lived) writes(text string) {
	l.t.Helper()
	if err := os.WriteFile(l.file, []byte(text), 0o600); err != nil {
		l.t.Fatal(err)
	}
}

func (l *lived) until(what string, is func() bool) {
	l.t.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			l.t.Fatalf("%s never came; the log: %s", what, l.log)
		}
	}
}

// asks makes a request of this machine, as eva where it is the console's.
func (l *lived) asks(method, address, body string) (int, string) {
	l.t.Helper()
	r, err := http.NewRequestWithContext(l.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		l.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.AddCookie(&http.Cookie{Name: "ponte_as", Value: "birra%2Feva"})
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		l.t.Fatal(err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		l.t.Fatal(err)
	}
	return resp.StatusCode, string(raw)
}

func (l *lived) comes(account, id string) int {
	status, _ := l.asks(http.MethodPost, l.app.PublicURL()+"/webhook/"+account,
		`{"id":"`+id+`","kind":"review","text":"words of `+id+`","author":{"name":"Ada"}}`)
	return status
}

func main(args ...string) (out, errs string, status int) {
	var stdout, stderr said
	status = Main(args, &stdout, &stderr)
	return stdout.String(), stderr.String(), status
}

// TestReload adds a brand while Ponte runs, and refuses what is broken.
func TestReload(t *testing.T) {
	l := live(t, anyPorts())
	if got := l.comes("birra", "early"); got != http.StatusNotFound {
		t.Errorf("an account that is not there: %d", got)
	}
	l.writes(anyPorts() + another)
	if out, errs, status := main("reload", "--config", l.file); status != 0 || out != "taken in\n" {
		t.Fatalf("a good file: %d, %s%s", status, out, errs)
	}
	if got := l.comes("birra", "first"); got != http.StatusOK {
		t.Errorf("an account that came: %d", got)
	}
	l.until("the card", func() bool {
		_, page := l.asks(http.MethodGet, l.app.ConsoleURL()+"/pane/birra/inbox", "")
		return strings.Contains(page, "words of first")
	})

	l.writes(strings.Replace(anyPorts(), "undo: 20s", "undo: soon", 1) + "colour: blue\n")
	for _, want := range []string{`found "soon", expected a length of time`, `found the unknown key "colour"`, "goes on with what it had\n"} {
		if _, errs, status := main("reload", "--data", filepath.Join(filepath.Dir(l.file), "data")); status != 2 || !strings.Contains(errs, want) {
			t.Errorf("a broken file: status %d, and not %q: %s", status, want, errs)
		}
	}
	l.writes(strings.Replace(anyPorts(), "127.0.0.1:0", "127.0.0.1:1", 1) + another)
	if _, errs, status := main("reload", "--config", l.file); status != 2 || !strings.Contains(errs, "found another value of console.listen") {
		t.Errorf("another port: %d, %s", status, errs)
	}
	if got := l.comes("birra", "second"); got != http.StatusOK {
		t.Errorf("the brand after broken files: %d", got)
	}
	if !strings.Contains(l.log.String(), `expected="a length of time`) {
		t.Errorf("the log does not tell the fault: %s", l.log)
	}
}

// TestHangup reads the file again when the process is told to.
func TestHangup(t *testing.T) {
	l := live(t, anyPorts()+another)
	hup := make(chan os.Signal, 1)
	go l.follow(t.Context(), hup)
	l.writes("brands: []\n")
	hup <- syscall.SIGHUP
	l.until("the refusal", func() bool { return strings.Contains(l.log.String(), "faults in it: 1") })
	if got := len(l.app.Brands().All()); got != 2 {
		t.Errorf("%d brands after a broken file", got)
	}
	l.writes(anyPorts())
	hup <- syscall.SIGHUP
	l.until("the change", func() bool { return len(l.app.Brands().All()) == 1 })
	if got := l.comes("birra", "late"); got != http.StatusNotFound {
		t.Errorf("an account that is gone: %d", got)
	}
}

// TestExampleServes runs what the example says, and finds its post on the square.
func TestExampleServes(t *testing.T) {
	out, errs, status := main("config", "example")
	if out != config.Example || errs != "" || status != 0 {
		t.Fatalf("the example: status %d, %s", status, errs)
	}
	l := live(t, anyPorts())
	if status, page := l.asks(http.MethodGet, l.app.PublicURL(), ""); status != http.StatusOK || !strings.Contains(page, "fresh croissants") {
		t.Errorf("the square: %d, %s", status, page)
	}
	if got := l.comes("reviews", "one"); got != http.StatusOK {
		t.Errorf("a review: %d", got)
	}
	if _, errs, status := main("run", "--config", l.file); status != 1 || !strings.Contains(errs, "in use by") {
		t.Errorf("a second one on the folder: status %d, %s", status, errs)
	}
}

func TestRefusesToStart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "ponte.yaml")
	for _, verb := range []string{"run", "check", "reload"} {
		if _, errs, status := main(verb, "--config", file); status != 2 || !strings.HasPrefix(errs, file+": found no file that can be read") {
			t.Errorf("%s without a file: status %d, %s", verb, status, errs)
		}
	}
	if err := os.WriteFile(file, []byte("data: state\nbrand: []\nlog: {level: loud}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	want := file + `:2:1: found the unknown key "brand" in the configuration, expected "brands"` + "\n" +
		file + `:3:14: found "loud", expected "debug", "info", "warn" or "error"` + "\n"
	for _, verb := range []string{"run", "check"} {
		if out, errs, status := main(verb, "--config", file); status != 2 || errs != want || out != "" {
			t.Errorf("%s: status %d, %s\nwant\n%s", verb, status, errs, want)
		}
	}
	if _, errs, status := main("reload", "--config", file); status != 1 || !strings.Contains(errs, "no Ponte runs") {
		t.Errorf("reload without a Ponte: status %d, %s", status, errs)
	}
}

func TestCheck(t *testing.T) {
	var lc net.ListenConfig
	busy, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer busy.Close()
	t.Setenv("CHECK_SECRET", "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	folder := t.TempDir()
	file := filepath.Join(folder, "ponte.yaml")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	answers := func(to string) string {
		return strings.Replace(another, "signature: none", `secrets: ["${CHECK_SECRET}"], answers: {to: "`+to+`", secret: "${CHECK_SECRET}", allow_private_addresses: true}`, 1)
	}
	write(anyPorts() + answers("http://"+busy.Addr().String()+"/do-not-print-me"))
	out, errs, status := main("check", "--config", file)
	for _, want := range []string{
		file + " has no fault\n", "brand aurora, Caffè Aurora: 4 channels, 4 people, 3 routes\n", "square:aurora: the square at http://127.0.0.1:0\n",
		"/webhook/reviews, without a signature, from this machine only; they cannot be answered\n", "/webhook/birra, signed; they can be answered\n",
		"data: can be written\n", "there is none yet", "console 127.0.0.1:0: free\n", "answers of webhook:birra: the address can be reached\n",
	} {
		if status != 0 || !strings.Contains(out, want) {
			t.Errorf("status %d, and not %q: %s%s", status, want, out, errs)
		}
	}
	if there, _ := os.ReadDir(folder); len(there) != 1 {
		t.Errorf("it leaves %v", there)
	}
	write(strings.Replace(anyPorts(), "127.0.0.1:0", busy.Addr().String(), 1) + answers("http://nowhere.invalid/do-not-print-me"))
	if err := os.Mkdir(filepath.Join(folder, "data"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "data", "ponte.db"), []byte("this is no store"), 0o600); err != nil {
		t.Fatal(err)
	}
	out, errs, status = main("check", "--config", file)
	for _, want := range []string{
		"found a port that another program has, expected a free one\n", "found an address that cannot be reached (its name leads nowhere)",
		"ponte.db: found a file that cannot be opened", "ponte: 3 of what was tried is wrong\n",
	} {
		if status != 1 || !strings.Contains(out+errs, want) {
			t.Errorf("status %d, and not %q: %s%s", status, want, out, errs)
		}
	}
	if strings.Contains(out+errs, "do-not-print-me") {
		t.Errorf("it tells a secret: %s%s", out, errs)
	}
}

// TestCheckBeside checks a file while a Ponte runs by it.
func TestCheckBeside(t *testing.T) {
	l := live(t, anyPorts())
	if out, errs, status := main("check", "--config", l.file); status != 0 || !strings.Contains(out, "a Ponte runs on it") || strings.Contains(out, "free") {
		t.Errorf("status %d: %s%s", status, out, errs)
	}
}
