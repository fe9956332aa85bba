// Package web is Discord's REST interface as Ponte uses it: one attempt at each
// request, paced as Discord says, and what each refusal proves. It knows no cards
// and no events, and it never waits and never repeats: whoever asks too early is
// told for how long to wait, and Discord is not asked.
package web

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"strings"
	"time"
)

// Options is what the client needs to know.
type Options struct {
	Token   func() string // of the bot, as it is now
	URL     string        // "https://discord.com/api/v10" when empty
	Client  *http.Client  // nil: one that follows no redirects
	Unpaced bool          // Discord is asked as often as there is something to ask
	Now     func() time.Time
	Log     *slog.Logger
}

// Discord's own address, and the limits of one request.
const (
	home       = "https://discord.com/api/v10"
	agent      = "DiscordBot (https://discord.com/developers, 1)" // an agent of another shape may be blocked
	patience   = 15 * time.Second
	withFiles  = time.Minute
	maxRequest = 25 << 20 // bytes, of Discord
	maxAnswer  = 16 << 20 // bytes: a list of a hundred full messages is far below
)

// MaxFile is how many bytes one file may have.
const MaxFile = 10 << 20

// Client asks Discord. It is made by New.
type Client struct {
	opt   Options
	pace  *pace
	guard *guard
}

// New makes a client. It asks for nothing yet.
func New(opt Options) *Client {
	opt.URL = strings.TrimSuffix(cmp.Or(opt.URL, home), "/")
	opt.Log = cmp.Or(opt.Log, slog.Default())
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Client == nil {
		opt.Client = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	}
	return &Client{opt: opt, pace: newPace(!opt.Unpaced), guard: &guard{}}
}

// Bearer is a name for the token as it is now, which tells nothing of it.
func (c *Client) Bearer() string {
	sum := sha256.Sum256([]byte(c.opt.Token()))
	return hex.EncodeToString(sum[:8])
}

// Do makes one request and reads its answer into out, unless that is nil. Without in
// there is no body. The path is as "/channels/1/messages?limit=100". The error is a *Fault.
func (c *Client) Do(ctx context.Context, method, path string, in, out any) error {
	var body []byte
	kind := ""
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return unsent("the request cannot be written", err)
		}
		body, kind = b, "application/json"
	}
	return c.attempt(ctx, patience, method, path, kind, body, out)
}

// Answer writes to the address of an interaction, which is outside of the global limit.
func (c *Client) Answer(ctx context.Context, path string, in, out any) error {
	return c.Do(ctx, http.MethodPost, path, in, out)
}

// File is a file that goes with a message.
type File struct {
	Name, Type string
	Data       []byte
}

// Send makes one request that brings files with it.
func (c *Client) Send(ctx context.Context, method, path string, in any, files []File, out any) error {
	if len(files) == 0 {
		return c.Do(ctx, method, path, in, out)
	}
	payload, err := json.Marshal(in)
	if err != nil {
		return unsent("the request cannot be written", err)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := part(form, `form-data; name="payload_json"`, "application/json", payload); err != nil {
		return unsent("the request cannot be written", err)
	}
	for i, f := range files {
		name := fmt.Sprintf("form-data; name=\"files[%d]\"; filename=%q", i, f.Name)
		if err := part(form, name, cmp.Or(f.Type, "application/octet-stream"), f.Data); err != nil {
			return unsent("the request cannot be written", err)
		}
	}
	if err := form.Close(); err != nil {
		return unsent("the request cannot be written", err)
	}
	return c.attempt(ctx, withFiles, method, path, form.FormDataContentType(), body.Bytes(), out)
}

func part(form *multipart.Writer, disposition, kind string, data []byte) error {
	w, err := form.CreatePart(textproto.MIMEHeader{"Content-Disposition": {disposition}, "Content-Type": {kind}})
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

// attempt asks the pace and the guard, then Discord.
func (c *Client) attempt(ctx context.Context, most time.Duration, method, path, kind string, body []byte, out any) error {
	if len(body) > maxRequest {
		return &Fault{Status: http.StatusRequestEntityTooLarge, Code: CodeTooLarge, Message: "the request is larger than Discord takes"}
	}
	r := route(method, path)
	now := c.opt.Now()
	if wait := c.guard.wait(now); wait > 0 {
		return limited(wait, "guard", "Discord has refused very many requests lately: none is made for a while, so that it does not shut this address out")
	}
	if wait, scope := c.pace.take(r, now); wait > 0 {
		return limited(wait, scope, "as Discord asks, it is not asked yet")
	}
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	resp, err := c.ask(ctx, method, path, kind, body)
	if err != nil {
		c.pace.lost(r)
		return err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	now = c.opt.Now()
	var fault *Fault
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		fault = read(resp, text)
	}
	c.pace.told(r, resp.Header, fault, now)
	c.guard.told(fault, now, r.hooked)
	switch {
	case fault != nil:
		return fault
	case err != nil || len(text) > maxAnswer:
		return unclear("the answer broke off", err)
	case out == nil || resp.StatusCode == http.StatusNoContent:
		return nil
	}
	if err := json.Unmarshal(text, out); err != nil {
		return unclear("the answer cannot be read", err)
	}
	return nil
}
