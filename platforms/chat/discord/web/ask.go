package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"sync/atomic"
)

// ask sends one request. What fails before there is a connection did not happen. No
// error has the address in it: that of an interaction is a key.
func (c *Client) ask(ctx context.Context, method, path, kind string, body []byte) (*http.Response, error) {
	var reached atomic.Bool
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { reached.Store(true) }})
	var content io.Reader = http.NoBody
	if body != nil {
		content = bytes.NewReader(body)
	}
	r, err := http.NewRequestWithContext(traced, method, c.opt.URL+path, content)
	if err != nil {
		return nil, unsent("the address cannot be read", nil)
	}
	r.Header.Set("User-Agent", agent)
	r.Header.Set("Accept", "application/json")
	if !route(method, path).hooked {
		r.Header.Set("Authorization", "Bot "+c.opt.Token())
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	resp, err := c.opt.Client.Do(r) //nolint:bodyclose // whoever asked closes it
	if err == nil {
		return resp, nil
	}
	if u, ok := errors.AsType[*url.Error](err); ok {
		err = u.Err
	}
	if !reached.Load() {
		return nil, unsent("Discord cannot be reached", err)
	}
	return nil, unclear("no answer came", err)
}
