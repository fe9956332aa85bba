package rest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"ponte/platforms/chat/discord/discordtest/guild"
	"ponte/platforms/chat/discord/discordtest/shape"
)

// A Fault is what goes wrong with the next requests of a route. Without any of
// its parts set it does nothing.
type Fault struct {
	times  int
	wait   time.Duration // before anything happens
	act    bool          // the request does what it asks for
	twice  bool          // and does it again
	cut    bool          // the connection is dropped without an answer
	status int           // with a page in HTML
	soon   *guild.TooSoon
	cloud  bool
	refuse *shape.Refusal
}

// Limited answers 429 for the bucket, and to come again after this long.
func Limited(retry time.Duration) Fault {
	return Fault{soon: &guild.TooSoon{Wait: retry, Text: user}}
}

// LimitedShared answers 429 for a pace that others share, and to come again
// after this long.
func LimitedShared(retry time.Duration) Fault {
	return Fault{soon: &guild.TooSoon{Wait: retry, Shared: true, Text: shared}}
}

// LimitedGlobal answers 429 for all requests, and to come again after this long.
func LimitedGlobal(retry time.Duration) Fault {
	return Fault{soon: &guild.TooSoon{Wait: retry, Text: global}}
}

// Cloudflare answers 429 with a page in HTML and no word on how long.
func Cloudflare() Fault { return Fault{cloud: true} }

// Broken answers a 5xx with a page in HTML, before anything happened.
func Broken(status int) Fault { return Fault{status: status} }

// BrokenAfter answers a 5xx although the request did what it asked for.
func BrokenAfter(status int) Fault { return Fault{status: status, act: true} }

// Refused answers with a code of Discord's, before anything happened.
func Refused(status, code int, message string) Fault {
	return Fault{refuse: shape.No(status, code, message)}
}

// Dropped drops the connection before anything happened.
func Dropped() Fault { return Fault{cut: true} }

// Lost drops the connection although the request did what it asked for.
func Lost() Fault { return Fault{cut: true, act: true} }

// Slow does and answers all as it should, this much later.
func Slow(wait time.Duration) Fault { return Fault{wait: wait, act: true} }

// Doubled does what is asked for twice and answers once.
func Doubled() Fault { return Fault{act: true, twice: true} }

// Times is the same fault for this many requests.
func (f Fault) Times(n int) Fault {
	f.times = n
	return f
}

// After is the same fault, this much later.
func (f Fault) After(wait time.Duration) Fault {
	f.wait = wait
	return f
}

// aimed is a fault and where it strikes.
type aimed struct {
	Fault
	at string
}

// Fail lets the next requests of a route go wrong, each fault in its turn. The
// route is as in Requests, or a method and a path as they come in, or the
// beginning of one with a star behind it; "*" is all.
func (a *API) Fail(route string, faults ...Fault) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, f := range faults {
		f.times = max(1, f.times)
		a.faults = append(a.faults, &aimed{f, route})
	}
}

// Heal lets nothing go wrong any more.
func (a *API) Heal() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.faults = nil
}

// fault takes the next one for a request.
func (a *API) fault(r *Request) *Fault {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i, f := range a.faults {
		path := r.Method + " " + r.Path
		start, open := strings.CutSuffix(f.at, "*")
		if f.at != r.Route && f.at != path && (!open || !strings.HasPrefix(path, start) && !strings.HasPrefix(r.Route, start)) {
			continue
		}
		if f.times--; f.times == 0 {
			a.faults = append(a.faults[:i:i], a.faults[i+1:]...)
		}
		return &f.Fault
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
		c.end(0, 0)
		panic(http.ErrAbortHandler)
	case f.soon != nil:
		c.limited(w, f.soon)
	case f.cloud:
		c.cloudflare(w)
	case f.status > 0:
		c.page(w, f.status, "<html><body>"+http.StatusText(f.status)+"</body></html>")
	case f.refuse != nil:
		c.finish(w, nil, f.refuse)
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
