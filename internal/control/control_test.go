package control

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

// serve answers on a data folder's socket.
func serve(t *testing.T, data string, h http.Handler) {
	t.Helper()
	l, err := Listen(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	srv := &http.Server{Handler: h, ErrorLog: slog.NewLogLogger(quiet.Handler(), slog.LevelError)}
	go srv.Serve(l)
	t.Cleanup(func() { _ = srv.Close() })
}

func dial(t *testing.T, data string) *Client {
	t.Helper()
	c, err := Dial(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSocket(t *testing.T) {
	data := t.TempDir()
	if _, err := Dial(t.Context(), data); !errors.Is(err, ErrNobody) {
		t.Errorf("%v, want %v", err, ErrNobody)
	}
	l, err := Listen(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(Socket(data))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the socket is %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(data, ".s*")); len(left) > 0 {
		t.Errorf("%v was left behind", left)
	}
	// As a process leaves it that dies: the file is there, and nobody behind it.
	if err := l.(*listener).Listener.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Dial(t.Context(), data); !errors.Is(err, ErrNobody) {
		t.Errorf("%v, want %v", err, ErrNobody)
	}
	again, err := Listen(t.Context(), data)
	if err != nil {
		t.Fatalf("what a dead process left is in the way: %v", err)
	}
	dial(t, data)
	if err := again.Close(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(Socket(data)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is still there: %v", err)
	}
	if _, err := Listen(t.Context(), filepath.Join(data, strings.Repeat("x", 200))); err == nil {
		t.Error("a folder that is not there was taken")
	}
}

func TestAnswers(t *testing.T) {
	data := t.TempDir()
	paused := false
	serve(t, data, Handler(Deeds{
		Status: func(context.Context) (any, error) { return map[string]int{"n": 7}, nil },
		Trace:  func(_ context.Context, id string) (any, error) { return nil, errors.New("no “" + id + "”") },
		Pause:  func(context.Context) error { paused = true; return nil },
		Resume: func(context.Context) (bool, error) { was := paused; paused = false; return was, nil },
	}, quiet))
	c := dial(t, data)
	var status struct{ N int }
	if err := c.Status(t.Context(), &status); err != nil || status.N != 7 {
		t.Errorf("%v, %v", status, err)
	}
	if err := c.Trace(t.Context(), "a b&c=d", &status); err == nil || err.Error() != "no “a b&c=d”" {
		t.Errorf("%v", err)
	}
	for _, want := range []bool{true, false} {
		if want {
			if err := c.Pause(t.Context()); err != nil || !paused {
				t.Errorf("it is not paused: %v", err)
			}
		}
		if was, err := c.Resume(t.Context()); was != want || err != nil {
			t.Errorf("resume says %v, %v", was, err)
		}
	}
	if err := c.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), "without a configuration file") {
		t.Errorf("%v", err)
	}
	if err := c.Backup(t.Context(), io.Discard); !errors.Is(err, errCannot) && err.Error() != errCannot.Error() {
		t.Errorf("%v, want %v", err, errCannot)
	}
}

func TestBackup(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(data, "copy")
	serve(t, data, Handler(Deeds{Backup: func(context.Context) (string, error) {
		return file, os.WriteFile(file, bytes.Repeat([]byte("ponte"), 1<<18), 0o600)
	}}, quiet))
	var got bytes.Buffer
	if err := dial(t, data).Backup(t.Context(), &got); err != nil || got.Len() != 5<<18 {
		t.Errorf("%d bytes, %v", got.Len(), err)
	}
	if _, err := os.Stat(file); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the copy is still there: %v", err)
	}
}

// TestBackupCut: a copy that does not arrive whole is an error, whether the
// connection breaks or the bytes are other ones.
func TestBackupCut(t *testing.T) {
	for name, send := range map[string]http.HandlerFunc{
		"broken": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Trailer", sumTrailer)
			_, _ = w.Write(bytes.Repeat([]byte("ponte"), 1<<18))
			panic(http.ErrAbortHandler)
		},
		"without a sum": func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "ponte") },
		"altered": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Trailer", sumTrailer)
			_, _ = io.WriteString(w, "ponte")
			w.Header().Set(sumTrailer, strings.Repeat("0", 64))
		},
	} {
		t.Run(name, func(t *testing.T) {
			data := t.TempDir()
			serve(t, data, send)
			if err := dial(t, data).Backup(t.Context(), io.Discard); err == nil || !strings.Contains(err.Error(), "did not arrive whole") {
				t.Errorf("%v", err)
			}
		})
	}
}
