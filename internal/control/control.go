// Package control is the way to a Ponte that runs: a socket in its data folder,
// which only the user it runs as may use. It carries questions and answers and
// knows nothing of what they do.
package control

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Deeds is what a running Ponte does when it is asked. Those that are nil are
// refused.
type Deeds struct {
	Backup func(ctx context.Context) (path string, err error) // makes a whole copy, which is removed when it was sent
	Status func(ctx context.Context) (any, error)
	Trace  func(ctx context.Context, id string) (any, error)
	Pause  func(ctx context.Context) error
	Resume func(ctx context.Context) (was bool, err error)
	Reload func(ctx context.Context) error
}

// Socket is the socket's path in a data folder.
func Socket(data string) string { return filepath.Join(data, "control.sock") }

// longest is the longest path of a socket, in bytes, on every system there is.
const longest = 100

// Listen opens the socket of a data folder in place of one that a dead process
// left. Only who holds the store of the folder may call it.
func Listen(ctx context.Context, data string) (net.Listener, error) {
	// It is made in a folder that nobody else may enter, and moved when its
	// own mode is right.
	private, err := os.MkdirTemp(data, ".s")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(private) //nolint:errcheck // an empty folder is no harm
	born := filepath.Join(private, "s")
	if len(born) > longest || len(Socket(data)) > longest {
		return nil, fmt.Errorf("%s: the path is too long for a socket", Socket(data))
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "unix", born)
	if err != nil {
		return nil, err
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	if err := errors.Join(os.Chmod(born, 0o600), os.Rename(born, Socket(data))); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return &listener{Listener: l, path: Socket(data)}, nil
}

// listener removes its socket.
type listener struct {
	net.Listener
	path string
	once sync.Once
}

func (l *listener) Close() (err error) {
	l.once.Do(func() { err = errors.Join(os.Remove(l.path), l.Listener.Close()) })
	return err
}

// Handler answers on the socket.
func Handler(d Deeds, log *slog.Logger) http.Handler {
	s := &server{Deeds: d, log: log}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /backup", s.backup)
	mux.HandleFunc("GET /status", s.status)
	mux.HandleFunc("GET /trace", s.trace)
	mux.HandleFunc("POST /pause", s.pause)
	mux.HandleFunc("POST /resume", s.resume)
	mux.HandleFunc("POST /reload", s.reload)
	return mux
}

type server struct {
	Deeds
	log  *slog.Logger
	busy sync.Mutex // one backup at a time
}

// fault is how an error is told; the cause is told too, as only the owner asks.
type fault struct {
	Error string `json:"error"`
}

func (s *server) refuse(w http.ResponseWriter, r *http.Request, status int, err error) {
	s.log.Warn("refused on the control socket", "what", r.URL.Path, "err", err)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(fault{err.Error()})
}

// answer sends what a deed came to.
func (s *server) answer(w http.ResponseWriter, r *http.Request, what any, err error) {
	if err != nil {
		s.refuse(w, r, http.StatusConflict, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(what)
}

var errCannot = errors.New("this Ponte cannot do that")

func (s *server) status(w http.ResponseWriter, r *http.Request) {
	if s.Status == nil {
		s.refuse(w, r, http.StatusNotImplemented, errCannot)
		return
	}
	what, err := s.Status(r.Context())
	s.answer(w, r, what, err)
}

func (s *server) trace(w http.ResponseWriter, r *http.Request) {
	if s.Trace == nil {
		s.refuse(w, r, http.StatusNotImplemented, errCannot)
		return
	}
	what, err := s.Trace(r.Context(), r.URL.Query().Get("id"))
	s.answer(w, r, what, err)
}

// done is the answer of a deed that changes something.
type done struct {
	Changed bool `json:"changed"`
}

func (s *server) pause(w http.ResponseWriter, r *http.Request) {
	if s.Pause == nil {
		s.refuse(w, r, http.StatusNotImplemented, errCannot)
		return
	}
	s.answer(w, r, done{true}, s.Pause(r.Context()))
}

func (s *server) resume(w http.ResponseWriter, r *http.Request) {
	if s.Resume == nil {
		s.refuse(w, r, http.StatusNotImplemented, errCannot)
		return
	}
	was, err := s.Resume(r.Context())
	s.answer(w, r, done{was}, err)
}

func (s *server) reload(w http.ResponseWriter, r *http.Request) {
	if s.Reload == nil {
		s.refuse(w, r, http.StatusNotImplemented, errors.New("this Ponte runs without a configuration file: there is nothing to read again"))
		return
	}
	s.answer(w, r, done{true}, s.Reload(r.Context()))
}

// sumTrailer follows a backup, so that one cut short is known as such.
const sumTrailer = "Ponte-Sha256"

func (s *server) backup(w http.ResponseWriter, r *http.Request) {
	if s.Backup == nil {
		s.refuse(w, r, http.StatusNotImplemented, errCannot)
		return
	}
	if !s.busy.TryLock() {
		s.refuse(w, r, http.StatusConflict, errors.New("another backup is under way"))
		return
	}
	defer s.busy.Unlock()
	path, err := s.Backup(r.Context())
	if err != nil {
		s.refuse(w, r, http.StatusConflict, err)
		return
	}
	defer os.Remove(path) //nolint:errcheck // the next backup takes its name
	from, err := os.Open(path)
	if err != nil {
		s.refuse(w, r, http.StatusInternalServerError, err)
		return
	}
	defer from.Close()
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{})
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Trailer", sumTrailer)
	sum := sha256.New()
	if _, err := io.Copy(w, io.TeeReader(from, sum)); err != nil {
		s.log.Warn("a backup was not taken to its end", "err", err)
		panic(http.ErrAbortHandler)
	}
	w.Header().Set(sumTrailer, sumOf(sum))
}

func sumOf(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }
