package cli

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"ponte/internal/ops"
)

// asPonte is the environment variable that makes the test binary the program.
const asPonte = "PONTE_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asPonte) != "" {
		os.Exit(Main(os.Args[1:], os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

// ponte runs a verb in a process of its own.
func ponte(t *testing.T, args ...string) (out, errs string, status int) {
	t.Helper()
	cmd := program(t, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if _, exited := err.(*exec.ExitError); err != nil && !exited { //nolint:errorlint // as it comes
		t.Fatal(err)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

// must is ponte that does what it is asked.
func must(t *testing.T, args ...string) string {
	t.Helper()
	out, errs, status := ponte(t, args...)
	if status != 0 {
		t.Fatalf("ponte %v: status %d: %s", args, status, errs)
	}
	return out
}

// refused is ponte that does not, and says why.
func refused(t *testing.T, want string, args ...string) {
	t.Helper()
	_, errs, status := ponte(t, args...)
	if status == 0 || !strings.Contains(errs, want) {
		t.Errorf("ponte %v: status %d, and not %q: %s", args, status, want, errs)
	}
}

func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), asPonte+"=1")
	return cmd
}

// served is a Ponte that runs.
type served struct {
	t               *testing.T
	cmd             *exec.Cmd
	console, square string
}

func serve(t *testing.T, data string) *served {
	t.Helper()
	s := &served{t: t, cmd: program(t, "demo", "--empty", "--data", data, "--listen", "127.0.0.1:0")}
	var stderr bytes.Buffer
	s.cmd.Stderr = &stderr
	pipe, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.cmd.Process.Kill(); _ = s.cmd.Wait() })
	for lines := bufio.NewScanner(pipe); (s.console == "" || s.square == "") && lines.Scan(); {
		name, address, _ := strings.Cut(lines.Text(), " ")
		switch name {
		case "console":
			s.console = address
		case "square":
			s.square = address
		}
	}
	if s.square == "" {
		_ = s.cmd.Wait()
		t.Fatalf("it does not start: %s", stderr.String())
	}
	return s
}

// stop asks it to end, and waits until it has.
func (s *served) stop() {
	s.t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		s.t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		s.t.Errorf("it ended with %v", err)
	}
}

// comes brings an item, and returns when it is acknowledged.
func (s *served) comes(id string) error {
	body := fmt.Sprintf(`{"id":%q,"kind":"comment","text":"item %s","author":{"id":"a-%s","name":"Ada"}}`, id, id, id)
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, s.square+"/webhook/demo", strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusServiceUnavailable { // it is still starting
		time.Sleep(10 * time.Millisecond)
		return s.comes(id)
	}
	said, err := io.ReadAll(resp.Body)
	if resp.StatusCode/100 != 2 || !bytes.Contains(said, []byte(`"accepted":1`)) {
		return fmt.Errorf("%s: %s", resp.Status, said)
	}
	return err
}

func (s *served) get(path string) (int, string) {
	s.t.Helper()
	resp, err := http.Get(s.console + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func statusOf(t *testing.T, data string) (st ops.Status) {
	t.Helper()
	if err := json.Unmarshal([]byte(must(t, "status", "--json", "--data", data)), &st); err != nil {
		t.Fatal(err)
	}
	return st
}

// until waits for a state of a Ponte.
func (s *served) until(what string, is func(ops.Status) bool) {
	s.t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		var st ops.Status
		if _, body := s.get("/readyz"); json.Unmarshal([]byte(body), &st) == nil && is(st) {
			return
		}
	}
	s.t.Fatalf("it never comes to this: %s", what)
}

// TestBackupAndRestore: a backup of a Ponte that takes items in, put back
// elsewhere, has all that was acknowledged before it, takes in more, and says
// nothing before a person lets it.
func TestBackupAndRestore(t *testing.T) {
	folder := t.TempDir()
	data, other, file := filepath.Join(folder, "a"), filepath.Join(folder, "b"), filepath.Join(folder, "ponte.backup")
	first := serve(t, data)
	var acknowledged atomic.Int64
	stop := make(chan struct{})
	var load sync.WaitGroup
	for w := range 4 {
		load.Go(func() {
			for n := 0; ; n++ {
				select {
				case <-stop:
					return
				default:
				}
				if err := first.comes(fmt.Sprintf("%d-%d", w, n)); err != nil {
					t.Error(err)
					return
				}
				acknowledged.Add(1)
			}
		})
	}
	for acknowledged.Load() < 20 {
		time.Sleep(time.Millisecond)
	}
	before := acknowledged.Load()
	must(t, "backup", file, "--data", data)
	close(stop)
	load.Wait()
	if during := acknowledged.Load() - before; during < 5 {
		t.Errorf("while the backup was made, %d items came in", during)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup is %v, %v", info.Mode(), err)
	}
	refused(t, "there is one already", "backup", file, "--data", data)
	refused(t, "in use by process", "compact", "--data", data)
	refused(t, "in use by process", "demo", "--data", data, "--listen", "127.0.0.1:0")
	first.stop()

	must(t, "restore", file, "--data", other)
	refused(t, "there is one already", "restore", file, "--data", other)
	if items := countItems(t, other); items < before || items > acknowledged.Load() {
		t.Errorf("the copy has %d items; %d were acknowledged before it, %d in all", items, before, acknowledged.Load())
	}
	goesOnWhenAsked(t, serve(t, other), other)
}

// countItems counts by an export, which needs nothing to run.
func countItems(t *testing.T, data string) int64 {
	t.Helper()
	return int64(strings.Count(must(t, "export", "-", "--data", data), `{"in":"items",`))
}

func goesOnWhenAsked(t *testing.T, s *served, data string) {
	t.Helper()
	if err := s.comes("after"); err != nil {
		t.Errorf("in the pause it takes nothing in: %v", err)
	}
	st := statusOf(t, data)
	if st.Outbox.Paused == nil || st.Outbox.Waiting == 0 || st.Running == nil {
		t.Errorf("it does not say that it is paused, or nothing waits: %+v", st.Outbox)
	}
	waiting := st.Outbox.Waiting
	if code, body := s.get("/readyz"); code != http.StatusOK || !strings.Contains(body, `"why":"copied"`) {
		t.Errorf("readyz: %d %s", code, body)
	}
	if _, body := s.get("/metrics"); !strings.Contains(body, "ponte_paused 1") || !strings.Contains(body, fmt.Sprintf(`ponte_effects{state="waiting"} %d`, waiting)) {
		t.Errorf("metrics: %s", body)
	}
	trace := must(t, "trace", "after", "--data", data)
	for _, want := range []string{"item.came", "the outbox is paused", "show card/"} {
		if !strings.Contains(trace, want) {
			t.Errorf("the item's story does not tell of %q:\n%s", want, trace)
		}
	}
	if out := must(t, "resume", "--data", data); out != "it goes on\n" {
		t.Errorf("resume says %q", out)
	}
	s.until("something goes out", func(st ops.Status) bool { return st.Outbox.Waiting < waiting && st.Outbox.Paused == nil })
	refused(t, "nothing here has the id", "trace", "nothing", "--data", data)
	s.stop()
}

// TestMoved: what an export tells is the same before and after it was taken in.
func TestMoved(t *testing.T) {
	folder := t.TempDir()
	data, other := filepath.Join(folder, "a"), filepath.Join(folder, "b")
	one, two := filepath.Join(folder, "one.jsonl"), filepath.Join(folder, "two.jsonl")
	s := serve(t, data)
	for i := range 20 {
		if err := s.comes(fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
	}
	must(t, "export", one, "--data", data)
	s.stop()
	must(t, "import", one, "--data", other)
	refused(t, "there is one already", "import", one, "--data", other)
	must(t, "compact", "--data", other)
	must(t, "export", two, "--data", other)
	a, b := recordsOf(t, one), recordsOf(t, two)
	if len(a) < 40 || strings.Join(a, "") != strings.Join(b, "") {
		t.Errorf("%d records became %d, or other ones", len(a), len(b))
	}
	for _, c := range []struct {
		verb, says string
		paused     bool
	}{
		{"status", "PAUSED", true},
		{"resume", "it goes on\n", false},
		{"resume", "there was no pause\n", false},
		{"pause", "paused", true},
		{"pause", "paused", true},
	} {
		if out := must(t, c.verb, "--data", other); !strings.Contains(out, c.says) {
			t.Errorf("%s says %q", c.verb, out)
		}
		if st := statusOf(t, other); st.Running != nil || (st.Outbox.Paused != nil) != c.paused {
			t.Errorf("after %s: %+v", c.verb, st)
		}
	}
}

// recordsOf are an export's records, without the pause, which has its own time.
func recordsOf(t *testing.T, file string) (out []string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		if strings.HasPrefix(line, `{"in":`) && !strings.HasPrefix(line, `{"in":"pauses"`) {
			out = append(out, line)
		}
	}
	return out
}

// TestRefused: what cannot be used has its sentence, and loses nothing.
func TestRefused(t *testing.T) {
	folder := t.TempDir()
	data := filepath.Join(folder, "a")
	s := serve(t, data)
	if err := s.comes("1"); err != nil {
		t.Fatal(err)
	}
	s.stop()
	backup, export := filepath.Join(folder, "backup"), filepath.Join(folder, "export")
	must(t, "backup", backup, "--data", data)
	must(t, "export", export, "--data", data)
	if st := statusOf(t, data); st.Outbox.Paused != nil {
		t.Errorf("an export pauses what it is made of: %+v", st.Outbox)
	}
	must(t, "export", "--move", filepath.Join(folder, "moved"), "--data", data)
	if st := statusOf(t, data); st.Outbox.Paused == nil {
		t.Error("what moved away goes on sending")
	}
	certain := filepath.Join(folder, "certain")
	must(t, "restore", "--confirm-old-is-off", backup, "--data", certain)
	if st := statusOf(t, certain); st.Outbox.Paused != nil {
		t.Errorf("it is paused although the old one is off: %+v", st.Outbox)
	}
	for _, name := range []string{backup, export} {
		if info, err := os.Stat(name); err != nil || os.Truncate(name, info.Size()*2/3) != nil {
			t.Fatal(err)
		}
	}
	other := filepath.Join(folder, "b")
	refused(t, "the file is damaged: it is cut short", "restore", backup, "--data", other)
	refused(t, "the export is damaged or cut short", "import", export, "--data", other)
	refused(t, "there is no store in this folder", "status", "--data", other)
	if left, err := filepath.Glob(filepath.Join(other, "*")); err != nil || len(left) > 0 {
		t.Errorf("%v was left behind, %v", left, err)
	}
	store := filepath.Join(data, "ponte.db")
	if err := os.Truncate(store, 30_000); err != nil {
		t.Fatal(err)
	}
	refused(t, "put the newest backup in its place with ponte restore", "demo", "--data", data, "--listen", "127.0.0.1:0")
	refused(t, "there is one already", "restore", export, "--data", data)
	if info, err := os.Stat(store); err != nil || info.Size() != 30_000 {
		t.Errorf("the damaged store is no longer as it was: %v", err)
	}
}
