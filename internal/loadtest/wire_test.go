package loadtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/internal/ops"
)

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 32}, Timeout: patience}

var whoSpeaks = &http.Cookie{Name: "ponte_as", Value: url.QueryEscape("aurora/ana")}

// news is an item, or an edit or a deletion of one, as webhooks tell it.
type news struct {
	ID      string `json:"id"`
	Author  string `json:"author"`
	Text    string `json:"text,omitempty"`
	Edited  bool   `json:"edited,omitempty"`
	Deleted bool   `json:"deleted,omitempty"`
}

// does makes a request and reads the answer.
func does(req *http.Request) (status int, after string, body []byte, err error) {
	resp, err := client.Do(req)
	if err != nil {
		return 0, "", nil, err
	}
	defer resp.Body.Close()
	body, err = io.ReadAll(resp.Body)
	return resp.StatusCode, resp.Header.Get("Retry-After"), body, err
}

// post sends a body to an account.
func (p *process) post(ctx context.Context, account, id string, body []byte) (status int, after string, said []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.public+"/webhook/"+account, bytes.NewReader(body))
	if err != nil {
		return 0, "", nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	if id != "" {
		req.Header.Set("webhook-id", id)
	}
	return does(req)
}

// get reads JSON from the console, whatever the status is.
func (p *process) get(ctx context.Context, path string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.console+path, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	req.AddCookie(whoSpeaks)
	_, _, body, err := does(req)
	if err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}

func (p *process) status(ctx context.Context, into *ops.Status) error {
	*into = ops.Status{}
	return p.get(ctx, "/readyz", into)
}

// message is one as the console tells it.
type message struct {
	Ref  string     `json:"ref"`
	Card *card.Card `json:"card"`
}

// says is what the card says in Ponte's own words.
func (m *message) says() string {
	var b strings.Builder
	if m.Card != nil {
		for _, block := range m.Card.Blocks {
			if block.Words != nil {
				b.WriteString(block.Words.Text)
			}
		}
	}
	return b.String()
}

func (m *message) isConversation() bool {
	return m.Card != nil && strings.HasPrefix(m.Card.Subject, act.OnConversation+"/")
}

// messages reads the newest messages of a room of the brand, oldest first, that
// are older than before.
func (p *process) messages(ctx context.Context, room, before string) ([]message, error) {
	var got struct{ Messages []message }
	err := p.get(ctx, "/pane/aurora/"+room+"?before="+before, &got)
	return got.Messages, err
}

// say types a text into a thread, as the deed with that id, and tells whether it was done.
func (p *process) say(ctx context.Context, deed, room, thread, text string) (done bool, err error) {
	values := url.Values{"brand": {"aurora"}, "deed": {deed}, "room": {room}, "thread": {thread}, "text": {text}}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.console+"/act/say", strings.NewReader(values.Encode()))
	if err != nil {
		return false, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Accept", "application/json")
	req.AddCookie(whoSpeaks)
	status, _, body, err := does(req)
	if err != nil || status >= http.StatusInternalServerError {
		return false, fmt.Errorf("%d: %s, %w", status, body, err)
	}
	var got struct {
		Refused bool            `json:"refused"`
		Form    json.RawMessage `json:"form"`
	}
	if err := json.Unmarshal(body, &got); err != nil {
		return false, err
	}
	return status == http.StatusOK && !got.Refused && (len(got.Form) == 0 || string(got.Form) == "null"), nil
}

// tell sends items to an account, the same request until it is acknowledged or
// ctx ends, and tells whether it was.
func (w *world) tell(ctx context.Context, account string, list ...news) bool {
	id := w.unique("request")
	body, err := json.Marshal(list)
	if err != nil {
		panic(err)
	}
	w.sent.Add(int64(len(list)))
	for !w.offer(ctx, account, id, body, list) {
		if !wait(ctx, 20*time.Millisecond) {
			return false
		}
	}
	return true
}

// offer makes one attempt at a request, and notes what was acknowledged.
func (w *world) offer(ctx context.Context, account, id string, body []byte, list []news) bool {
	status, after, said, err := w.now().post(context.WithoutCancel(ctx), account, id, body)
	switch {
	case err != nil:
		w.lost.Add(1)
		return false
	case status == http.StatusServiceUnavailable:
		w.refused.Add(1)
		if after == "" {
			w.remarks("503 without Retry-After: "+string(said), id)
		}
		return false
	case status != http.StatusOK:
		w.remarks(fmt.Sprintf("%d: %s", status, said), id)
		return false
	}
	var got struct {
		Accepted, Duplicate int
		Errors              []any
	}
	if err := json.Unmarshal(said, &got); err != nil || got.Accepted+got.Duplicate != len(list) || len(got.Errors) > 0 {
		w.remarks(string(said), id)
	}
	w.keeps(account, list)
	return true
}

// keeps notes what was acknowledged.
func (w *world) keeps(account string, list []news) {
	w.acknowledged.Add(int64(len(list)))
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, n := range list {
		k := itemKey{account, n.ID}
		it := w.items[k]
		if n.Deleted {
			it.deleted = true
		} else {
			it.text = n.Text
		}
		w.items[k] = it
	}
}

// replies has the team answer a conversation of the shop's, the same deed until
// it is answered.
func (w *world) reply(ctx context.Context, thread string) {
	deed, text := w.unique("deed"), w.unique("an answer")
	for {
		done, err := w.now().say(context.WithoutCancel(ctx), deed, theShop, thread, "/ponte reply "+text)
		if err == nil {
			if done {
				w.mu.Lock()
				w.replies[text] = true
				w.mu.Unlock()
			}
			return
		}
		if !wait(ctx, 20*time.Millisecond) {
			w.remarks("no answer: "+err.Error(), deed)
			return
		}
	}
}
