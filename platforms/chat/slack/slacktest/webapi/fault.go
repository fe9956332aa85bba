package webapi

import (
	"net/http"
	"net/http/httptest"
	"time"
)

// A Fault is what goes wrong with the next calls of a method. Without any of
// its parts set it does nothing.
type Fault struct {
	times  int
	wait   time.Duration // before anything happens
	act    bool          // the call does what it asks for
	twice  bool          // and does it again
	cut    bool          // the connection is dropped without an answer
	status int
	retry  time.Duration
	code   string
}

// Limited answers 429 and to come again after this long.
func Limited(retry time.Duration) Fault { return Fault{status: 429, retry: retry} }

// LimitedOK answers 200 with the error ratelimited and no word on how long.
func LimitedOK() Fault { return Fault{code: "ratelimited"} }

// Broken answers a 5xx with a page in HTML, before anything happened.
func Broken(status int) Fault { return Fault{status: status} }

// BrokenAfter answers a 5xx although the call did what it asked for.
func BrokenAfter(status int) Fault { return Fault{status: status, act: true} }

// Refused answers ok false with a code, before anything happened.
func Refused(code string) Fault { return Fault{code: code} }

// RefusedAfter answers ok false with a code, such as internal_error, although
// the call did what it asked for.
func RefusedAfter(code string) Fault { return Fault{code: code, act: true} }

// Dropped drops the connection before anything happened.
func Dropped() Fault { return Fault{cut: true} }

// Lost drops the connection although the call did what it asked for.
func Lost() Fault { return Fault{cut: true, act: true} }

// Slow does and answers all as it should, this much later.
func Slow(wait time.Duration) Fault { return Fault{wait: wait, act: true} }

// Doubled does what is asked for twice and answers once.
func Doubled() Fault { return Fault{act: true, twice: true} }

// Times is the same fault for this many calls.
func (f Fault) Times(n int) Fault {
	f.times = n
	return f
}

// After is the same fault, this much later.
func (f Fault) After(wait time.Duration) Fault {
	f.wait = wait
	return f
}

// Fail lets the next calls of a method, or of a path such as /upload/v1/, go
// wrong, each fault in its turn.
func (a *API) Fail(name string, faults ...Fault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, f := range faults {
		f.times = max(1, f.times)
		a.faults[name] = append(a.faults[name], &f)
	}
}

// fault takes the next one for a method.
func (a *API) fault(name string) *Fault {
	a.mu.Lock()
	defer a.mu.Unlock()
	for prefix, waiting := range a.faults {
		if name != prefix && (prefix[0] != '/' || len(name) < len(prefix) || name[:len(prefix)] != prefix) || len(waiting) == 0 {
			continue
		}
		next := waiting[0]
		if next.times--; next.times == 0 {
			a.faults[prefix] = waiting[1:]
		}
		return next
	}
	return nil
}

// strike lets it happen.
func (f *Fault) strike(c *call, w http.ResponseWriter) {
	if f.wait > 0 && !c.rest(f.wait) && !f.act {
		return
	}
	answer := httptest.NewRecorder()
	if f.act {
		c.serve(answer)
	}
	if f.twice {
		c.serve(httptest.NewRecorder())
	}
	switch {
	case f.cut:
		c.api.ended(c.request, 0, "")
		panic(http.ErrAbortHandler)
	case f.retry > 0:
		c.limited(w, f.retry)
	case f.status > 0:
		c.plain(w, f.status, "<html><body>"+http.StatusText(f.status)+"</body></html>")
	case f.code != "":
		c.finish(w, http.StatusOK, nil, refuse(f.code))
	default:
		for key, values := range answer.Header() {
			w.Header()[key] = values
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}
}

// rest waits, and tells whether the caller is still there.
func (c *call) rest(wait time.Duration) bool {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-c.http.Context().Done():
		return false
	}
}
