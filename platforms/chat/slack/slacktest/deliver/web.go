package deliver

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"ponte/platforms/chat/slack/slacktest/ground"
)

// Web is the app behind an address. Requests are signed with its secret.
type Web struct {
	Events, Commands, Interactions string // addresses
	Client                         *http.Client
	Secret                         string

	now  func() time.Time
	note func(func())
	mu   sync.Mutex
	lies []lie
}

// lie is how a request is signed wrongly.
type lie struct {
	secret string
	age    time.Duration
}

// Forge signs the next request with another secret.
func (w *Web) Forge(secret string) { w.tell(lie{secret: secret}) }

// Stale signs the next request as one from this long ago.
func (w *Web) Stale(age time.Duration) { w.tell(lie{age: age}) }

func (w *Web) tell(l lie) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lies = append(w.lies, l)
}

// Sign is the signature over a body sent at this second.
func Sign(secret string, at int64, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(mac, "v0:%d:%s", at, body)
	return "v0=" + hex.EncodeToString(mac.Sum(nil))
}

// Request makes a signed request to one of the app's addresses.
func (w *Web) Request(ctx context.Context, to, kind string, body []byte) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	l := lie{}
	if len(w.lies) > 0 {
		l, w.lies = w.lies[0], w.lies[1:]
	}
	w.mu.Unlock()
	secret := w.Secret
	if l.secret != "" {
		secret = l.secret
	}
	at := w.clock().Add(-l.age).Unix()
	r.Header.Set("Content-Type", kind)
	r.Header.Set("User-Agent", "Slackbot 1.0 (+https://api.slack.com/robots)")
	r.Header.Set("X-Slack-Request-Timestamp", strconv.FormatInt(at, 10))
	r.Header.Set("X-Slack-Signature", Sign(secret, at, body))
	return r, nil
}

func (w *Web) clock() time.Time {
	if w.now == nil {
		return time.Now()
	}
	return w.now()
}

// Verify is the question that Slack asks of a new address; the app has to
// answer with the challenge.
func (w *Web) Verify(ctx context.Context, challenge string) (bool, error) {
	body, _ := json.Marshal(map[string]any{"type": "url_verification", "token": "verification", "challenge": challenge})
	r, err := w.Request(ctx, w.Events, "application/json", body)
	if err != nil {
		return false, err
	}
	resp, err := w.Client.Do(r)
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	var answer struct{ Challenge string }
	if json.Unmarshal(raw, &answer) != nil {
		answer.Challenge = string(bytes.TrimSpace(raw))
	}
	return resp.StatusCode == http.StatusOK && answer.Challenge == challenge, err
}

// carry posts a delivery. Events go one after another, so that they arrive in
// their order; commands and interactions wait for nobody.
func (w *Web) carry(sent *Sent, reason string, settled func(ground.Reply)) {
	if sent.Kind == ground.Event {
		settled(w.post(sent, reason))
		return
	}
	go func() { settled(w.post(sent, reason)) }()
}

// post sends one request and reads what came back.
func (w *Web) post(sent *Sent, reason string) ground.Reply {
	ctx, cancel := context.WithTimeout(context.Background(), Patience)
	defer cancel()
	to, kind, body := w.envelope(sent)
	r, err := w.Request(ctx, to, kind, body)
	if err != nil {
		return ground.Reply{Why: "unknown_error"}
	}
	if sent.Attempt > 0 {
		r.Header.Set("X-Slack-Retry-Num", strconv.Itoa(sent.Attempt))
		r.Header.Set("X-Slack-Retry-Reason", reason)
	}
	client := *w.Client
	client.CheckRedirect = func(_ *http.Request, via []*http.Request) error {
		if len(via) > 2 {
			return errRedirects
		}
		return nil
	}
	resp, err := client.Do(r)
	switch {
	case errors.Is(err, errRedirects):
		return ground.Reply{Why: "too_many_redirects"}
	case err != nil && ctx.Err() != nil:
		return ground.Reply{Why: "http_timeout"}
	case err != nil:
		return ground.Reply{Why: "connection_failed"}
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	w.note(func() { sent.Status = resp.StatusCode })
	switch {
	case err != nil:
		return ground.Reply{Why: "http_timeout"}
	case resp.StatusCode/100 == 2:
		return ground.Reply{OK: true, Body: raw}
	case resp.Header.Get("X-Slack-No-Retry") == "1":
		return ground.Reply{Why: final}
	}
	return ground.Reply{Why: "http_error"}
}

var errRedirects = errors.New("too many redirects")

// envelope is a delivery as a request carries it.
func (w *Web) envelope(sent *Sent) (to, kind string, body []byte) {
	const form = "application/x-www-form-urlencoded"
	raw, err := json.Marshal(sent.Payload)
	if err != nil {
		panic(err)
	}
	switch sent.Kind {
	case ground.Command:
		values := url.Values{}
		for key, value := range sent.Payload {
			values.Set(key, fmt.Sprint(value))
		}
		return w.Commands, form, []byte(values.Encode())
	case ground.Interaction:
		return w.Interactions, form, []byte(url.Values{"payload": {string(raw)}}.Encode())
	}
	return w.Events, "application/json", raw
}
