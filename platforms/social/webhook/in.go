package webhook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/storage"
)

const (
	maxBody  = 8 << 20 // bytes
	maxItems = 1000
	chunk    = 100 // items handed over at once

	small = 64 << 10 // bytes of a body that is read beside any others
	large = 8        // requests at once with more

	readTime = 30 * time.Second   // for the body to arrive
	recall   = 4 * 24 * time.Hour // the specification's last attempt comes after 76 h
)

// A tally is the answer to a request that was understood.
type tally struct {
	Accepted  int     `json:"accepted"`
	Duplicate int     `json:"duplicate"`
	Errors    []fault `json:"errors"`
}

// A fault says what is wrong with one item of a batch.
type fault struct {
	Index   int    `json:"index"`
	Field   string `json:"field,omitempty"`
	Message string `json:"message"`
}

// A refusal answers a request that was not taken in.
type refusal struct {
	status int
	after  time.Duration

	Message string `json:"error"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
}

// Handler serves POST /webhook/{account}.
func (w *Webhook) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /webhook/{account}", func(rw http.ResponseWriter, r *http.Request) {
		got, no := w.take(rw, r)
		if no != nil {
			if no.after > 0 {
				rw.Header().Set("Retry-After", strconv.Itoa(int((no.after+time.Second-1)/time.Second)))
			}
			answer(rw, no.status, no)
			return
		}
		answer(rw, http.StatusOK, got)
	})
	return mux
}

func answer(rw http.ResponseWriter, status int, v any) {
	rw.Header().Set("Content-Type", "application/json")
	rw.Header().Set("X-Content-Type-Options", "nosniff")
	rw.Header().Set("Cache-Control", "no-store")
	rw.WriteHeader(status)
	_ = json.NewEncoder(rw).Encode(v)
}

// take is one request from its headers to its answer.
func (w *Webhook) take(rw http.ResponseWriter, r *http.Request) (*tally, *refusal) {
	a, ok := w.account(bot.AccountID(name + ":" + r.PathValue("account")))
	if !ok {
		return nil, &refusal{status: http.StatusNotFound, Message: "not found"}
	}
	if no := w.admit(r, a); no != nil {
		return nil, no
	}
	leave, ok := w.enter(r)
	if !ok {
		return nil, &refusal{status: http.StatusServiceUnavailable, after: 2 * time.Second, Message: "many large bodies come in just now; send it again"}
	}
	defer leave()
	body, no := w.read(rw, r, a)
	if no != nil {
		return nil, no
	}
	id, sum := r.Header.Get("webhook-id"), sha256.Sum256(body)
	if n, ok := w.known(r.Context(), a.ID, id, sum[:]); ok {
		return &tally{Duplicate: n, Errors: []fault{}}, nil
	}
	items, faults, no := parse(body, lined(r), w.opt.Now())
	if no != nil {
		return nil, no
	}
	h := w.hears()
	if h == nil {
		return nil, &refusal{status: http.StatusServiceUnavailable, after: 10 * time.Second, Message: "nobody takes items in just now; send it again"}
	}
	got := tally{Errors: append([]fault{}, faults...)}
	if err := hand(r.Context(), h, a.ID, items, &got); err != nil {
		w.opt.Log.Error("items not taken in", "account", a.ID, "request", id, "err", err)
		return nil, refused(err)
	}
	if len(faults) == 0 && len(items) > 0 {
		w.remember(r.Context(), taken{Account: a.ID, ID: id, Items: len(items), Sum: sum[:]})
	}
	return &got, nil
}

// admit checks what the headers tell; unless they can be right nothing is read.
func (w *Webhook) admit(r *http.Request, a Account) *refusal {
	if a.Unsigned {
		if !w.opt.Loopback || !fromHere(r) {
			return &refusal{status: http.StatusForbidden, Message: "requests without a signature are taken from this machine only, through no proxy, and from no web page"}
		}
	} else if fresh(r.Header, w.opt.Now()) != nil {
		return unauthorized()
	}
	if c := r.Header.Get("Content-Encoding"); c != "" && c != "identity" {
		return &refusal{status: http.StatusUnsupportedMediaType, Message: "a compressed body is not taken"}
	}
	return nil
}

// enter takes a place for a body that may be large, unless all are taken. A
// small one needs none.
func (w *Webhook) enter(r *http.Request) (leave func(), ok bool) {
	if r.ContentLength >= 0 && r.ContentLength <= small {
		return func() {}, true
	}
	select {
	case w.places <- struct{}{}:
		return func() { <-w.places }, true
	default:
		return nil, false
	}
}

// read returns the raw body, of which nothing is parsed before it is verified.
func (w *Webhook) read(rw http.ResponseWriter, r *http.Request, a Account) ([]byte, *refusal) {
	_ = http.NewResponseController(rw).SetReadDeadline(time.Now().Add(readTime))
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, maxBody))
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return nil, &refusal{status: http.StatusRequestEntityTooLarge, Message: "a body has at most 8 MiB"}
	}
	if err != nil {
		return nil, &refusal{status: http.StatusBadRequest, Message: "the body did not arrive whole"}
	}
	if !a.Unsigned && signed(body, r.Header, a.Secrets, w.opt.Now()) != nil {
		return nil, unauthorized()
	}
	return body, nil
}

func unauthorized() *refusal {
	return &refusal{status: http.StatusUnauthorized, Message: "unauthorized"}
}

// fromHere tells whether the request names this machine as its destination, was
// passed on by no proxy, and was not made by a web page: browsers send Origin or
// Sec-Fetch-Site with a POST, and a page of another name that leads here (DNS
// rebinding) has that name as its Host.
func fromHere(r *http.Request) bool {
	for h := range r.Header {
		if h == "Forwarded" || h == "Via" || h == "X-Real-Ip" || strings.HasPrefix(h, "X-Forwarded-") {
			return false
		}
	}
	site := r.Header.Get("Sec-Fetch-Site")
	return loopbackHost(r.Host) && r.Header.Get("Origin") == "" && (site == "" || site == "none")
}

func loopbackHost(host string) bool {
	if at, err := netip.ParseAddrPort(host); err == nil {
		return at.Addr().Unmap().IsLoopback()
	}
	if at, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return at.Unmap().IsLoopback()
	}
	host, _, _ = strings.Cut(host, ":")
	return strings.EqualFold(host, "localhost")
}

// lined tells whether the sender says that each line is an object of its own.
func lined(r *http.Request) bool {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch kind {
	case "application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines":
		return true
	}
	return false
}

// hand gives the items over in chunks and counts what became of them. An error
// means that those of its chunk, and all behind it, may not be durable.
func hand(ctx context.Context, h act.Handler, account bot.AccountID, items []act.Incoming, got *tally) error {
	for len(items) > 0 {
		part := items[:min(chunk, len(items))]
		items = items[len(part):]
		a, err := h(ctx, act.Arrived{Account: account, Items: part})
		if err != nil {
			return err
		}
		for i := range part {
			if i < len(a.Results) && a.Results[i] == act.Duplicate {
				got.Duplicate++
			} else {
				got.Accepted++
			}
		}
	}
	return nil
}

func refused(err error) *refusal {
	no := &refusal{status: http.StatusServiceUnavailable, after: 10 * time.Second, Message: "not taken in; send it again"}
	if e, ok := errors.AsType[*bot.Error](err); ok {
		if e.Kind == bot.RateLimited {
			no.status = http.StatusTooManyRequests
		}
		if e.RetryAfter > 0 {
			no.after = e.RetryAfter
		}
	}
	return no
}

// known tells how many items a request had that was taken in whole under this id
// with the same body.
func (w *Webhook) known(ctx context.Context, account bot.AccountID, id string, sum []byte) (int, bool) {
	if id == "" || len(id) > maxID {
		return 0, false
	}
	t, err := storage.Look(ctx, w.store, func(tx *storage.Tx) (taken, error) {
		return requests.Get(tx, storage.K(account, id))
	})
	return t.Items, err == nil && bytes.Equal(t.Sum, sum)
}

// remember keeps a request that was taken in, and lets go of a few that are too
// old to come again. Its failing costs a second look at the same items, nothing else.
func (w *Webhook) remember(ctx context.Context, done taken) {
	if done.ID == "" || len(done.ID) > maxID {
		return
	}
	done.At = w.opt.Now()
	err := w.store.Update(ctx, func(tx *storage.Tx) error {
		for t, err := range byAge.Under(tx, nil, storage.Until(storage.K(done.At.Add(-recall))), storage.Limit(4)) {
			if err != nil {
				return err
			}
			if err := requests.Delete(tx, storage.K(t.Account, t.ID)); err != nil {
				return err
			}
		}
		return requests.Put(tx, done)
	})
	if err != nil {
		w.opt.Log.Warn("request not remembered", "account", done.Account, "request", done.ID, "err", err)
	}
}
