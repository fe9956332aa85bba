package crashtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/outbox"
)

// soon is how long an act waits before its next attempt.
var soon = []time.Duration{20 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond}

// near is a built-in platform with a fuse between it and the outbox.
type near struct {
	name string
	in   interface {
		act.Adapter
		act.Settler
		act.Listener
	}
	reacts act.Reacter // nil: nobody can react there
	fuse   *fuse
}

func (n *near) Name() string { return n.name }

func (n *near) Traits(at act.Place) act.Traits {
	t := n.in.Traits(at)
	t.Schedule = soon
	return t
}

func (n *near) Listen(ctx context.Context, h act.Handler) error { return n.in.Listen(ctx, h) }

func (n *near) Settle(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, act.Finding, error) {
	return n.in.Settle(ctx, key, a, at)
}

func (n *near) Reactions(ctx context.Context, at act.Place, ref string) ([]act.Reaction, error) {
	if n.reacts == nil {
		return nil, nil
	}
	return n.reacts.Reactions(ctx, at, ref)
}

func (n *near) Carry(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, error) {
	got, err := n.in.Carry(ctx, key, a, at)
	if err != nil || n.name != n.fuse.Place {
		return got, err
	}
	switch n.fuse.Step {
	case outbox.StepAccepted:
		n.fuse.blow()
	case outbox.StepRefusedAfter:
		err = bot.Errorf(bot.Ambiguous, "error.unknown_outcome")
	}
	n.fuse.answered(n.name)
	return got, err
}

// A delivery is an act as it goes to a far place.
type delivery struct {
	Key string       `json:"key"`
	Act act.Envelope `json:"act"`
	At  act.Place    `json:"at"`
}

// far is a platform that the world keeps. It remembers no key for us.
type far struct {
	name   string
	fuse   *fuse
	client *http.Client
}

func newFar(name string, f *fuse) *far {
	return &far{name: name, fuse: f, client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
}

func (f *far) Name() string { return f.name }

func (f *far) Traits(act.Place) act.Traits {
	return act.Traits{Network: f.name, Count: act.Runes, CanReply: true, CanPost: true, CanChange: true, CanRemove: true, Schedule: soon}
}

func (f *far) Carry(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, error) {
	body, err := json.Marshal(delivery{key, act.Seal(a), at})
	if err != nil {
		return act.Receipt{}, err
	}
	resp, err := f.ask(ctx, http.MethodPost, "", body)
	if dial, ok := errors.AsType[*net.OpError](err); ok && dial.Op == "dial" {
		return act.Receipt{}, bot.Errorf(bot.Unavailable, "error.unavailable").Because(err)
	}
	if err != nil {
		return act.Receipt{}, err
	}
	defer resp.Body.Close()
	defer f.fuse.answered(f.name)
	switch resp.StatusCode {
	case http.StatusOK:
		return receipt(resp)
	case http.StatusTooManyRequests:
		e := bot.Errorf(bot.RateLimited, "error.unavailable")
		e.RetryAfter = 30 * time.Millisecond
		return act.Receipt{}, e
	case http.StatusServiceUnavailable:
		return act.Receipt{}, bot.Errorf(bot.Unavailable, "error.unavailable")
	default:
		return act.Receipt{}, fmt.Errorf("%s answers %s", f.name, resp.Status)
	}
}

func (f *far) ask(ctx context.Context, method, query string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, f.fuse.Sink+"/"+f.name+query, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	return f.client.Do(req)
}

func receipt(resp *http.Response) (r act.Receipt, err error) {
	err = json.NewDecoder(resp.Body).Decode(&r)
	return r, err
}

// asked is a far place that can be asked what became of an act.
type asked struct{ *far }

func (f asked) Settle(ctx context.Context, key string, _ act.Act, _ act.Place) (act.Receipt, act.Finding, error) {
	resp, err := f.ask(ctx, http.MethodGet, "?key="+url.QueryEscape(key), nil)
	if err != nil {
		return act.Receipt{}, act.Unsure, err
	}
	defer resp.Body.Close()
	switch resp.StatusCode {
	case http.StatusOK:
		r, err := receipt(resp)
		return r, act.Found, err
	case http.StatusNotFound:
		return act.Receipt{}, act.Absent, nil
	default:
		return act.Receipt{}, act.Unsure, fmt.Errorf("%s answers %s", f.name, resp.Status)
	}
}
