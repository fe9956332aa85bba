package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/internal/guard"
)

// A notice is what the account's address gets.
type notice struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      data      `json:"data"`
}

type data struct {
	ID        string        `json:"id"` // the act's key, the same in every attempt
	Account   bot.AccountID `json:"account"`
	Ref       string        `json:"ref,omitempty"` // the reply that is changed or removed
	InReplyTo string        `json:"in_reply_to,omitempty"`
	Post      string        `json:"post,omitempty"`
	Text      string        `json:"text,omitempty"`
	Author    string        `json:"author,omitempty"` // who is answered
	Private   bool          `json:"private,omitempty"`
	Pictures  []picture     `json:"pictures,omitempty"`
}

// A picture is fetched at its URL while the attempt lasts.
type picture struct {
	URL  string `json:"url"`
	Type string `json:"type"`
	Alt  string `json:"alt,omitempty"`
}

// Carry makes one attempt at telling the account's address of an act. A time-out
// or a reset leaves open what happened; the key is the webhook-id, under which
// the receiver does nothing twice.
func (w *Webhook) Carry(ctx context.Context, key string, a act.Act, at act.Place) (act.Receipt, error) {
	to, ok := w.account(bot.AccountID(at.Space))
	if !ok || to.Out == "" || CheckSecret(to.OutSecret) != nil || !isWeb(to.Out) {
		return act.Receipt{}, bot.Errorf(bot.Denied, "webhook.no_address")
	}
	if key == "" || len(key) > maxID {
		return act.Receipt{}, bot.Errorf(bot.Invalid, "webhook.not_understood").Because(errors.New("the key has no bytes, or more than 255"))
	}
	n := notice{Timestamp: w.opt.Now().UTC(), Data: data{ID: key, Account: to.ID}}
	if err := n.tell(a, to.MaxText); err != nil {
		return act.Receipt{}, err
	}
	if w.isOff(to) {
		return act.Receipt{}, bot.Errorf(bot.Denied, "webhook.switched_off")
	}
	return w.send(ctx, key, n, to)
}

// tell writes the act into the notice, or refuses it.
func (n *notice) tell(a act.Act, most int) error {
	switch a := a.(type) {
	case act.Reply:
		n.Type = "reply.created"
		n.Data.InReplyTo, n.Data.Post, n.Data.Text, n.Data.Author, n.Data.Private = a.To, a.Post, a.Text, a.Author, a.Private
	case act.Publish:
		n.Type, n.Data.Text = "post.created", a.Text
		for _, p := range a.Pictures {
			n.Data.Pictures = append(n.Data.Pictures, picture{p.URL, p.Type, p.Alt})
		}
	case act.Change:
		n.Type, n.Data.Ref, n.Data.Text, n.Data.Private = "reply.changed", a.Ref, a.Text, a.Private
	case act.Remove:
		n.Type, n.Data.Ref, n.Data.Private = "reply.removed", a.Ref, a.Private
		return nil
	default:
		return bot.Errorf(bot.Invalid, "webhook.not_understood")
	}
	if strings.TrimSpace(n.Data.Text) == "" && len(n.Data.Pictures) == 0 {
		return bot.Errorf(bot.Invalid, "webhook.empty")
	}
	if most > 0 && utf8.RuneCountInString(n.Data.Text) > most {
		return bot.Errorf(bot.Invalid, "webhook.too_long", "max", strconv.Itoa(most))
	}
	return nil
}

func (w *Webhook) send(ctx context.Context, key string, n notice, to Account) (act.Receipt, error) {
	body, err := json.Marshal(n)
	if err != nil {
		return act.Receipt{}, bot.Errorf(bot.Invalid, "webhook.not_understood").Because(err)
	}
	var connected atomic.Bool
	trace := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { connected.Store(true) }}
	r, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, trace), http.MethodPost, to.Out, bytes.NewReader(body))
	if err == nil {
		err = sign(r.Header, to.OutSecret, key, n.Timestamp, body)
	}
	if err != nil {
		return act.Receipt{}, bot.Errorf(bot.Denied, "webhook.no_address") // the cause would quote the address
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Ponte")
	client := w.guarded
	if to.AllowPrivate {
		client = w.open
	}
	answer, err := client.Do(r)
	if err != nil {
		return act.Receipt{}, failed(err, connected.Load())
	}
	defer answer.Body.Close()
	return w.judge(ctx, answer, key, to)
}

// failed says what an attempt without an answer means. The error's own text is
// left out where it quotes the address, which may carry a secret.
func failed(err error, connected bool) error {
	if e, ok := errors.AsType[*url.Error](err); ok {
		err = e.Err
	}
	switch {
	case errors.Is(err, guard.ErrPrivate):
		return bot.Errorf(bot.Denied, "webhook.private_address").Because(guard.ErrPrivate)
	case connected:
		return bot.Errorf(bot.Ambiguous, "webhook.no_answer").Because(err)
	}
	return bot.Errorf(bot.Unavailable, "webhook.unreachable").Because(err)
}

// judge turns an answer into a receipt or into what its refusal means.
func (w *Webhook) judge(ctx context.Context, answer *http.Response, key string, to Account) (act.Receipt, error) {
	code := answer.StatusCode
	status := strconv.Itoa(code)
	switch {
	case code >= 200 && code < 300:
		return receipt(answer.Body, key), nil
	case code == http.StatusGone:
		if err := w.turnOff(ctx, to); err != nil {
			w.opt.Log.Error("address answered 410, which could not be kept", "account", to.ID, "err", err)
		}
		return act.Receipt{}, bot.Errorf(bot.Denied, "webhook.switched_off")
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable && answer.Header.Get("Retry-After") != "":
		e := bot.Errorf(bot.RateLimited, "webhook.busy")
		e.RetryAfter, e.Parks = retryAfter(answer.Header.Get("Retry-After"), w.opt.Now()), bot.ParksBudget
		return act.Receipt{}, e
	case code >= 500, code == http.StatusRequestTimeout, code == http.StatusTooEarly:
		return act.Receipt{}, bot.Errorf(bot.Ambiguous, "webhook.broken", "status", status)
	case code == http.StatusNotFound:
		return act.Receipt{}, bot.Errorf(bot.NotFound, "webhook.not_found")
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return act.Receipt{}, bot.Errorf(bot.Denied, "webhook.refused", "status", status)
	}
	return act.Receipt{}, bot.Errorf(bot.Invalid, "webhook.refused", "status", status)
}

// receipt reads what the receiver calls the reply. It was taken in whatever the
// answer's body says, so an unreadable one leaves the key as its name.
func receipt(body io.Reader, key string) act.Receipt {
	var told struct {
		ID  json.RawMessage `json:"id"`
		URL json.RawMessage `json:"url"`
	}
	got := act.Receipt{Ref: key}
	b, err := io.ReadAll(io.LimitReader(body, maxAnswer+1))
	if err != nil || len(b) > maxAnswer || json.Unmarshal(b, &told) != nil {
		return got
	}
	var id, address string
	if label("id", told.ID, &id) == nil && id != "" && len(id) <= maxID {
		got.Ref = id
	}
	if label("url", told.URL, &address) == nil && isWeb(address) {
		got.URL = address
	}
	return got
}

// retryAfter reads seconds or a date; what makes no sense is 0, and nothing waits
// longer than a day.
func retryAfter(header string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil {
		return time.Duration(min(max(seconds, 0), int(maxRetryIn/time.Second))) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return min(max(at.Sub(now), 0), maxRetryIn)
	}
	return 0
}
