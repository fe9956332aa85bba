//go:build browser

package browsertest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// patience bounds every wait, for machines that are slow or busy.
const patience = 30 * time.Second

// program is the built binary, made once for all tests.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "ponte")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "ponte")
	out, err := exec.Command("go", "build", "-o", file, "ponte/cmd/ponte").CombinedOutput()
	if err != nil {
		return "", errors.New(string(out))
	}
	return file, nil
})

// ponte is a program that runs as a process of its own, the demo or another.
type ponte struct {
	t       *testing.T
	cmd     *exec.Cmd
	more    chan string // what it says on standard output after its two lines
	log     *bytes.Buffer
	Console string // its address
	Square  string
}

// start runs the demo on free ports and waits for its two lines.
func start(t *testing.T, data string, flags ...string) *ponte {
	t.Helper()
	return startAt(t, data, append(flags, "--listen", "127.0.0.1:0")...)
}

// again starts the demo where it was, on the same data and ports.
func (p *ponte) again(data string) *ponte {
	p.t.Helper()
	return startAt(p.t, data, "--listen", strings.TrimPrefix(p.Console, "http://"), "--square", strings.TrimPrefix(p.Square, "http://"))
}

func startAt(t *testing.T, data string, flags ...string) *ponte {
	t.Helper()
	return launch(t, "square ", append([]string{"demo", "--data", data}, flags...)...)
}

// launch runs the program and waits for its two lines, the second of which begins
// with a word.
func launch(t *testing.T, second string, args ...string) *ponte {
	t.Helper()
	file, err := program()
	if err != nil {
		t.Fatal(err)
	}
	p := &ponte{t: t, more: make(chan string, 1), log: &bytes.Buffer{}}
	p.cmd = exec.Command(file, args...)
	p.cmd.Stderr = p.log
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.end(os.Interrupt) })
	slow := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer slow.Stop()
	lines := bufio.NewReader(out)
	p.Console, p.Square = p.line(lines, "console "), p.line(lines, second)
	go func() {
		rest, _ := io.ReadAll(lines)
		p.more <- string(rest)
	}()
	return p
}

// line reads one line of what it says, without the word it begins with.
func (p *ponte) line(from *bufio.Reader, word string) string {
	p.t.Helper()
	line, err := from.ReadString('\n')
	address, ok := strings.CutPrefix(strings.TrimSpace(line), word)
	if err != nil || !ok {
		p.end(os.Kill)
		p.t.Fatalf("standard output says %q (%v), want %q and an address\n%s", line, err, word, p.log)
	}
	return address
}

// end stops the process with a signal and waits until it is gone.
func (p *ponte) end(signal os.Signal) {
	if p.cmd.ProcessState != nil {
		return
	}
	_ = p.cmd.Process.Signal(signal)
	slow := time.AfterFunc(patience, func() { _ = p.cmd.Process.Kill() })
	defer slow.Stop()
	select {
	case rest := <-p.more:
		if rest != "" {
			p.t.Errorf("standard output says more than two lines: %q", rest)
		}
	case <-time.After(patience):
	}
	err := p.cmd.Wait()
	if signal == os.Interrupt && err != nil {
		p.t.Errorf("it ended with %v\n%s", err, p.log)
	}
	if status, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); signal == os.Kill && ok && !status.Signaled() {
		p.t.Errorf("it ended by itself before it was killed\n%s", p.log)
	}
}

// comments lists what the square's API tells everybody about a post.
func (p *ponte) comments(post string) string {
	p.t.Helper()
	return p.read(p.Square + "/api/posts/" + post + "/comments")
}

func (p *ponte) read(address string) string {
	p.t.Helper()
	client := http.Client{Timeout: patience}
	answer, err := client.Get(address)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		p.t.Fatalf("%s: %s %v", address, answer.Status, err)
	}
	return string(body)
}

// comment says something on the square, as a script does.
func (p *ponte) comment(post, author, text string) {
	p.t.Helper()
	p.post(p.Square+"/api/posts/"+post+"/comments", map[string]any{"author": author, "text": text}, http.StatusCreated)
}

// hook brings items in by webhook.
func (p *ponte) hook(items ...map[string]any) {
	p.t.Helper()
	p.post(p.Square+"/webhook/demo", items, http.StatusOK)
}

func (p *ponte) post(address string, body any, want int) {
	p.t.Helper()
	wire, err := json.Marshal(body)
	if err != nil {
		p.t.Fatal(err)
	}
	client := http.Client{Timeout: patience}
	answer, err := client.Post(address, "application/json", bytes.NewReader(wire))
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(answer.Body)
	if answer.StatusCode != want || bytes.Contains(said, []byte(`"errors":[{`)) {
		p.t.Fatalf("%s: %s: %s", address, answer.Status, said)
	}
}

// act does a deed in the console as somebody, as a script does, and returns the
// status and the answer.
func (p *ponte) act(as, deed string, fields url.Values) (int, string) {
	p.t.Helper()
	fields.Set("brand", "aurora")
	r, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.Console+"/act/"+deed, strings.NewReader(fields.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "application/json")
	r.AddCookie(&http.Cookie{Name: "ponte_as", Value: url.QueryEscape("aurora/" + as)})
	client := http.Client{Timeout: patience}
	answer, err := client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer.StatusCode, string(said)
}
