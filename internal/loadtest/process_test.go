package loadtest_test

import (
	"bufio"
	"bytes"
	"flag"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"ponte/internal/cli"
)

const (
	asPonte = "PONTE_LOADTEST_AS_PROGRAM" // makes the test binary the program
	ownEnd  = "PONTE_LOADTEST_OWN_END"    // it does not end with its standard input
	maxFile = "PONTE_LOADTEST_MAX_FILE"   // bytes that the program may write into one file
)

func TestMain(m *testing.M) {
	if os.Getenv(asPonte) == "" {
		flag.Parse()
		_ = flag.Set("test.parallel", "8") // they wait more than they work
		os.Exit(m.Run())
	}
	if n, err := strconv.ParseUint(os.Getenv(maxFile), 10, 64); err == nil {
		if err := holdTo(n); err != nil {
			panic(err)
		}
	}
	if os.Getenv(ownEnd) == "" {
		go func() { // without its parent it ends
			_, _ = io.Copy(io.Discard, os.Stdin)
			os.Exit(3)
		}()
	}
	os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr))
}

// patience is how long the world waits for anything that must happen.
const patience = 2 * time.Minute

// endsWithin is how long Ponte may take to end when it is asked to.
const endsWithin = 15 * time.Second

// process is a Ponte that runs, or did.
type process struct {
	console, public string

	cmd   *exec.Cmd
	log   *tail
	began time.Time
	over  chan struct{} // closed when it has ended
}

func program(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), asPonte+"=1", "LOADTEST_SECRET="+theSecret)
	return cmd
}

// ponte runs a verb in a process of its own.
func ponte(t *testing.T, args ...string) (said string, err error) {
	t.Helper()
	cmd := program(t, args...)
	cmd.Env = append(cmd.Env, ownEnd+"=1")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// begin starts a Ponte by a configuration and returns when it has said where it
// serves. It never outlives the test.
func begin(t *testing.T, file string, env ...string) *process {
	t.Helper()
	p := &process{cmd: program(t, "run", "--config", file), log: &tail{}, began: time.Now(), over: make(chan struct{})}
	p.cmd.Env = append(p.cmd.Env, env...)
	p.cmd.Stderr = p.log
	if _, err := p.cmd.StdinPipe(); err != nil { // closed by our own end, whatever that is
		t.Fatal(err)
	}
	out, inlet, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	p.cmd.Stdout = inlet
	err = p.cmd.Start()
	inlet.Close()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.over)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("process %d said:\n%s", p.cmd.Process.Pid, p.log)
		}
	})
	for lines := bufio.NewScanner(out); p.public == "" && lines.Scan(); {
		switch name, address, _ := strings.Cut(lines.Text(), " "); name {
		case "console":
			p.console = address
		case "public":
			p.public = address
		}
	}
	if p.public == "" {
		t.Fatalf("it does not start: %s", p.log)
	}
	return p
}

// kill ends it with SIGKILL and waits until it is gone.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	<-p.over
}

// signal sends it a signal.
func (p *process) signal(t *testing.T, s syscall.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// stop asks it to end and waits until it has, in good order.
func (p *process) stop(t *testing.T) {
	t.Helper()
	p.signal(t, syscall.SIGTERM)
	select {
	case <-p.over:
	case <-time.After(endsWithin):
		t.Fatalf("it does not end within %s", endsWithin)
	}
	if !p.cmd.ProcessState.Success() {
		t.Fatalf("it ended with %s", p.cmd.ProcessState)
	}
}

// memory is a line of what the system knows of its memory, such as "RssAnon", in bytes.
func (p *process) memory(name string) int64 {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(p.cmd.Process.Pid) + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kilo, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kilo << 10
		}
	}
	return 0
}

// tail keeps the last that a process said.
type tail struct {
	mu    sync.Mutex
	lines bytes.Buffer
}

func (l *tail) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.lines.Len() > 64<<10 {
		l.lines.Next(32 << 10)
	}
	return l.lines.Write(b)
}

func (l *tail) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines.String()
}
