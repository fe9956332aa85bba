//go:build linux

package loadtest_test

import (
	"bufio"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkMemory is the memory of a process that is its own (RssAnon: without
// the file, which the system keeps in memory as long as there is room): at rest,
// the most of it while 8 senders have 10,000 items come in as fast as they can,
// and 5 seconds after the last.
func BenchmarkMemory(b *testing.B) {
	needsRoom(b, 1<<30)
	b.Setenv("LOADTEST_SECRET", theSecret)
	for range b.N {
		p := starts(b, configures(b, b.TempDir()))
		time.Sleep(5 * time.Second)
		b.ReportMetric(mega(p.memory("RssAnon")), "rest-MiB")
		began := time.Now()
		b.ReportMetric(mega(p.flooded(b, 8, 10_000)), "most-MiB")
		b.ReportMetric(10_000/time.Since(began).Seconds(), "items/s")
		time.Sleep(5 * time.Second)
		b.ReportMetric(mega(p.memory("RssAnon")), "after-MiB")
		p.kill()
	}
	b.ReportMetric(0, "ns/op")
}

// flooded has senders bring items, one at a time each, and returns the most
// memory that was seen meanwhile.
func (p *process) flooded(b *testing.B, senders, items int) (most int64) {
	var next atomic.Int64
	var hands sync.WaitGroup
	over := make(chan struct{})
	for range senders {
		hands.Go(func() {
			for n := next.Add(1); n <= int64(items); n = next.Add(1) {
				id := fmt.Sprintf("item-%d", n)
				if err := p.takes(b.Context(), news{ID: id, Author: "Jonas " + id, Text: "My order has not come, and nobody answers the telephone."}); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	go func() {
		hands.Wait()
		close(over)
	}()
	for {
		most = max(most, p.memory("RssAnon"))
		select {
		case <-over:
			return most
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// starts runs Ponte in a process of its own, by a configuration, and returns
// when it takes items in. It never outlives the benchmark.
func starts(b *testing.B, file string) *process {
	b.Helper()
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	p := &process{cmd: exec.Command(self, "run", "--config", file), log: &tail{}, began: time.Now(), over: make(chan struct{})}
	p.cmd.Env, p.cmd.Stderr = append(os.Environ(), asPonte+"=1"), p.log
	if _, err := p.cmd.StdinPipe(); err != nil {
		b.Fatal(err)
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		b.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for p.public == "" && lines.Scan() {
		switch name, address, _ := strings.Cut(lines.Text(), " "); name {
		case "console":
			p.console = address
		case "public":
			p.public = address
		}
	}
	go func() {
		_ = p.cmd.Wait()
		close(p.over)
	}()
	b.Cleanup(p.kill)
	for end := time.Now().Add(patience); p.public != "" && time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if status, _, _, err := p.post(b.Context(), theFeed, "", []byte("[]")); err == nil && status == http.StatusOK {
			return p
		}
	}
	b.Fatalf("it does not start: %s", p.log)
	return nil
}
