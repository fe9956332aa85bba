package pipetest

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

func TestServesHTTPWhileTheClockOfABubbleMoves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := Listen()
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(time.Hour)
			io.Copy(w, r.Body)
		}), ReadHeaderTimeout: time.Minute}
		go server.Serve(l)
		t.Cleanup(func() { server.Close() })
		client := &http.Client{Transport: &http.Transport{DialContext: l.Dial, DisableKeepAlives: true}}
		sent := bytes.Repeat([]byte("x"), 3*room)
		resp, err := client.Post("http://anywhere.test/", "text/plain", bytes.NewReader(sent))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if got, err := io.ReadAll(resp.Body); err != nil || !bytes.Equal(got, sent) {
			t.Errorf("came back with %d bytes of %d, %v", len(got), len(sent), err)
		}
	})
}

func TestWaitsUntilTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := Pair(nil, nil)
		start := time.Now()
		near.SetDeadline(start.Add(5 * time.Second))
		if _, err := near.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read: %v", err)
		}
		if _, err := near.Write(make([]byte, room+1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a write that nobody reads: %v", err)
		}
		if waited := time.Since(start); waited != 5*time.Second {
			t.Errorf("waited %v", waited)
		}
		near.SetDeadline(time.Time{})
		far.Write([]byte("late"))
		if n, err := near.Read(make([]byte, 9)); n != 4 || err != nil {
			t.Errorf("after the deadline was lifted: %d, %v", n, err)
		}
	})
}

func TestCloseIsHeardByTheOtherEnd(t *testing.T) {
	near, far := Pair(nil, nil)
	near.Write([]byte("last words"))
	near.Close()
	if got, err := io.ReadAll(far); string(got) != "last words" || err != nil {
		t.Errorf("read %q, %v", got, err)
	}
	if _, err := far.Write([]byte("x")); err == nil {
		t.Error("wrote to an end that is closed")
	}
	if _, err := near.Read(make([]byte, 1)); err == nil {
		t.Error("read from an end that is closed")
	}
}
