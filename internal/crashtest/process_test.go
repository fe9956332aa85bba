package crashtest

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience is how long the world waits for anything that must happen.
const patience = 30 * time.Second

// ponte is a child that runs, or did.
type ponte struct {
	addresses
	cmd  *exec.Cmd
	log  *tail
	over chan struct{} // closed when it has ended
}

// begin starts a child. It never outlives the test.
func begin(t *testing.T, o order) (*ponte, io.Reader) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	p := &ponte{cmd: exec.Command(self), log: &tail{}, over: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), asChild+"="+string(text))
	p.cmd.Stderr = p.log
	if _, err = p.cmd.StdinPipe(); err != nil { // closed by our own end, whatever that is
		t.Fatal(err)
	}
	out, inlet, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
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
		out.Close()
		if t.Failed() {
			t.Logf("child %d said:\n%s", p.cmd.Process.Pid, p.log)
		}
	})
	return p, out
}

// start starts a child and returns when it serves.
func start(t *testing.T, o order) *ponte {
	t.Helper()
	p, out := begin(t, o)
	if err := json.NewDecoder(out).Decode(&p.addresses); err != nil {
		t.Fatalf("the child does not start: %v", err)
	}
	return p
}

// kill ends the child with SIGKILL and waits until it is gone.
func (p *ponte) kill() {
	_ = p.cmd.Process.Kill()
	<-p.over
}

// ended reports whether the child is gone.
func (p *ponte) ended() bool {
	select {
	case <-p.over:
		return true
	default:
		return false
	}
}

// killed waits until the child was ended by SIGKILL, whoever sent it.
func (p *ponte) killed(t *testing.T) {
	t.Helper()
	select {
	case <-p.over:
	case <-time.After(patience):
		t.Fatal("the child lives on")
	}
	if status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGKILL {
		t.Fatalf("the child ended with %s", p.cmd.ProcessState)
	}
}

// stop asks the child to end and waits until it has closed its store.
func (p *ponte) stop(t *testing.T) {
	t.Helper()
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.over:
	case <-time.After(patience):
		t.Fatal("the child does not end when it is asked to")
	}
	if !p.cmd.ProcessState.Success() {
		t.Fatalf("the child ended with %s", p.cmd.ProcessState)
	}
}

// settled waits until nothing is on its way out, and no post has its time to come.
func (p *ponte) settled(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	var s standing
	for {
		err := get(ctx, p.Stats, &s)
		if err == nil && s.Waiting == 0 && s.Started == 0 && s.Posts == 0 {
			return
		}
		if !wait(ctx, 10*time.Millisecond) {
			t.Fatalf("it does not settle: %+v, %v", s, err)
		}
	}
}

// tail keeps the last that a child said.
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

// errors lists what the child logged as an error.
func (l *tail) errors() (list []string) {
	for line := range strings.Lines(l.String()) {
		if strings.Contains(line, "level=ERROR") {
			list = append(list, strings.TrimSpace(line))
		}
	}
	return list
}
