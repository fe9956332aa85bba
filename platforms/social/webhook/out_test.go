package webhook

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
)

var reply = act.Reply{To: "item-1", Post: "p1", Text: "thank you", Author: "u1", Private: true}

var post = act.Publish{Text: "open on Sunday", Pictures: []act.Picture{
	{URL: "https://ponte.example/m/1", Type: "image/png", Alt: "a cup"}, {URL: "https://ponte.example/m/2", Type: "image/jpeg"},
}}

func status(code int, headers ...string) func(http.ResponseWriter, *http.Request) {
	return func(rw http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			rw.Header().Set(headers[i], headers[i+1])
		}
		rw.WriteHeader(code)
	}
}

func drop(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func TestWhatGoesOut(t *testing.T) {
	r := newRig(t, false)
	var got []map[string]any
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		if err := signed(body, q.Header, []string{secretC}, r.now); err != nil || q.Header.Get("webhook-id") == "" {
			t.Errorf("%v: %v", err, q.Header)
		}
		var m map[string]any
		if err := json.Unmarshal(body, &m); err != nil {
			t.Error(err)
		}
		delete(m, "timestamp")
		got = append(got, m)
	}))
	defer other.Close()
	r.set(func(a *Account) { a.Out = other.URL })
	for i, a := range []act.Act{reply, act.Change{Ref: "r1", Text: "thanks"}, act.Remove{Ref: "r1", Private: true}, post} {
		key := "key-" + string(rune('0'+i))
		if receipt, err := r.hook.Carry(t.Context(), key, a, place); err != nil || receipt.Ref != key {
			t.Errorf("%+v, %v", receipt, err)
		}
	}
	want := []map[string]any{
		{"type": "reply.created", "data": map[string]any{"id": "key-0", "account": "webhook:shop", "in_reply_to": "item-1", "post": "p1", "text": "thank you", "author": "u1", "private": true}},
		{"type": "reply.changed", "data": map[string]any{"id": "key-1", "account": "webhook:shop", "ref": "r1", "text": "thanks"}},
		{"type": "reply.removed", "data": map[string]any{"id": "key-2", "account": "webhook:shop", "ref": "r1", "private": true}},
		{"type": "post.created", "data": map[string]any{"id": "key-3", "account": "webhook:shop", "text": "open on Sunday", "pictures": []any{
			map[string]any{"url": "https://ponte.example/m/1", "type": "image/png", "alt": "a cup"},
			map[string]any{"url": "https://ponte.example/m/2", "type": "image/jpeg"},
		}}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestAnswers(t *testing.T) {
	date := time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)
	for name, c := range map[string]struct {
		m     mishap
		want  bot.Kind
		after time.Duration
	}{
		"not known":          {mishap{true, status(404)}, bot.NotFound, 0},
		"not wanted":         {mishap{true, status(422)}, bot.Invalid, 0},
		"not allowed":        {mishap{true, status(403)}, bot.Denied, 0},
		"moved":              {mishap{true, status(302, "Location", "http://127.0.0.1:1/")}, bot.Invalid, 0},
		"too many":           {mishap{true, status(429)}, bot.RateLimited, 0},
		"too many for now":   {mishap{true, status(429, "Retry-After", "7")}, bot.RateLimited, 7 * time.Second},
		"too many for ever":  {mishap{true, status(429, "Retry-After", "99999999999")}, bot.RateLimited, maxRetryIn},
		"too many until":     {mishap{true, status(429, "Retry-After", date)}, bot.RateLimited, time.Hour},
		"down for now":       {mishap{true, status(503, "Retry-After", "30")}, bot.RateLimited, 30 * time.Second},
		"down":               {mishap{true, status(503)}, bot.Ambiguous, 0},
		"broken before":      {mishap{true, status(500)}, bot.Ambiguous, 0},
		"broken after":       {mishap{false, status(500)}, bot.Ambiguous, 0},
		"dropped before":     {mishap{true, drop}, bot.Ambiguous, 0},
		"dropped after":      {mishap{false, drop}, bot.Ambiguous, 0},
		"timed out upstream": {mishap{false, status(504)}, bot.Ambiguous, 0},
	} {
		r := newRig(t, false)
		r.sink.know("item-1", true)
		r.sink.fail(c.m)
		_, err := r.hook.Carry(t.Context(), "key-1", reply, place)
		e, _ := errors.AsType[*bot.Error](err)
		if e == nil || e.Kind != c.want || (e.RetryAfter-c.after).Abs() > 2*time.Second {
			t.Errorf("%s: %v, want %s after %v", name, err, c.want, c.after)
			continue
		}
		if strings.Contains(e.Error(), "hush") || strings.Contains(e.Error(), secretC[6:]) {
			t.Errorf("%s: the error tells a secret: %v", name, e)
		}
		receipt, err := r.hook.Carry(t.Context(), "key-1", reply, place)
		want := act.Receipt{Ref: "r-key-1", URL: "https://shop.example/r/r-key-1"}
		if err != nil || receipt != want || len(r.sink.published()) != 1 {
			t.Errorf("%s, then again under the same key: %+v, %v, published %v", name, receipt, err, r.sink.published())
		}
	}
}

func TestReceipts(t *testing.T) {
	for body, want := range map[string]act.Receipt{
		``:                                     {Ref: "key"},
		`ok`:                                   {Ref: "key"},
		`{"id":"r1"}`:                          {Ref: "r1"},
		`{"id":17,"url":1}`:                    {Ref: "17"},
		`{"id":{},"url":"https://a.example/"}`: {Ref: "key", URL: "https://a.example/"},
		`{"id":"r1","url":"javascript:alert(1)"}`:      {Ref: "r1"},
		`{"id":"` + strings.Repeat("x", 256) + `"}`:    {Ref: "key"},
		`{"id":"r1"}` + strings.Repeat(" ", maxAnswer): {Ref: "key"},
	} {
		if got := receipt(strings.NewReader(body), "key"); got != want {
			t.Errorf("%.60s: %+v, want %+v", body, got, want)
		}
	}
}

func TestGone(t *testing.T) {
	r := newRig(t, false)
	r.sink.know("item-1", true)
	r.sink.fail(mishap{true, status(410)})
	for range 2 {
		if _, err := r.hook.Carry(t.Context(), "key-1", reply, place); bot.KindOf(err) != bot.Denied {
			t.Errorf("%v", err)
		}
	}
	if r.sink.times() != 1 || r.hook.Traits(place).CanReply || r.hook.Traits(place).CanPost {
		t.Errorf("asked %d times, can reply: %v", r.sink.times(), r.hook.Traits(place).CanReply)
	}
	r.set(func(a *Account) { a.Out += "&new=1" })
	if _, err := r.hook.Carry(t.Context(), "key-1", reply, place); err != nil || !r.hook.Traits(place).CanReply || !r.hook.Traits(place).CanPost {
		t.Errorf("at a new address: %v", err)
	}
}

// A picture is a post without a word; nothing at all is none.
func TestPicturesWithoutWords(t *testing.T) {
	r := newRig(t, false)
	if _, err := r.hook.Carry(t.Context(), "key-1", act.Publish{Pictures: post.Pictures}, place); err != nil || r.sink.times() != 1 {
		t.Errorf("%v, sent %d times", err, r.sink.times())
	}
	if _, err := r.hook.Carry(t.Context(), "key-2", act.Publish{Text: " "}, place); bot.KindOf(err) != bot.Invalid || r.sink.times() != 1 {
		t.Errorf("nothing: %v, sent %d times", err, r.sink.times())
	}
}

func TestNothingSent(t *testing.T) {
	closed := httptest.NewServer(nil)
	closed.Close()
	secure := httptest.NewUnstartedServer(nil)
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	defer secure.Close()
	for name, c := range map[string]struct {
		change func(*Account)
		want   bot.Kind
	}{
		"nobody there":       {func(a *Account) { a.Out = closed.URL }, bot.Unavailable},
		"no such name":       {func(a *Account) { a.Out = "http://nowhere.invalid/hush" }, bot.Unavailable},
		"a stranger's proof": {func(a *Account) { a.Out = secure.URL }, bot.Unavailable},
		"a private address":  {func(a *Account) { a.AllowPrivate = false }, bot.Denied},
		"a private name":     {func(a *Account) { a.AllowPrivate, a.Out = false, strings.Replace(a.Out, "127.0.0.1", "localhost", 1) }, bot.Denied},
		"no address":         {func(a *Account) { a.Out = "" }, bot.Denied},
		"no web address":     {func(a *Account) { a.Out = "file:///etc/hush" }, bot.Denied},
		"no secret":          {func(a *Account) { a.OutSecret = "" }, bot.Denied},
		"no such account":    {func(a *Account) { a.ID = "webhook:other" }, bot.Denied},
		"too long":           {func(a *Account) { a.MaxText = 8 }, bot.Invalid},
	} {
		r := newRig(t, false)
		r.set(c.change)
		_, err := r.hook.Carry(t.Context(), "key-1", reply, place)
		if bot.KindOf(err) != c.want || r.sink.times() > 0 || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v, want %s and nothing sent", name, err, c.want)
		}
	}
}

func TestNoAnswerInTime(t *testing.T) {
	r := newRig(t, false)
	r.sink.know("item-1", true)
	ctx, stop := context.WithCancel(t.Context())
	r.sink.fail(mishap{false, func(_ http.ResponseWriter, q *http.Request) {
		stop()
		<-q.Context().Done()
	}})
	if _, err := r.hook.Carry(ctx, "key-1", reply, place); bot.KindOf(err) != bot.Ambiguous {
		t.Errorf("%v, want %s", err, bot.Ambiguous)
	}
}

func TestPrivateAddresses(t *testing.T) {
	for _, address := range []string{"127.0.0.1", "169.254.169.254", "::1", "fe80::1%eth0", "::ffff:127.0.0.1", "2002:7f00:1::"} {
		_, err := newClient(true).Get("http://" + net.JoinHostPort(strings.Replace(address, "%", "%25", 1), "1") + "/")
		if err == nil || !strings.Contains(failed(err, false).Error(), "private") {
			t.Errorf("%s was dialled: %v", address, err)
		}
	}
}
