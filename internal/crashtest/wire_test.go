package crashtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/card"
)

var client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}, Timeout: 20 * time.Second}

// refusal is an answer that says no; the same again is refused again.
type refusal struct {
	status int
	body   string
}

func (r *refusal) Error() string { return fmt.Sprintf("refused: %d %s", r.status, r.body) }

// exchange sends a request and reads the JSON it is answered with. The error is
// a *refusal when asking again is no use.
func exchange(req *http.Request, into any) error {
	req.Header.Set("Accept", "application/json")
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	switch {
	case err != nil:
		return err
	case resp.StatusCode >= 500:
		return fmt.Errorf("%s: %s", resp.Status, body)
	case resp.StatusCode >= 300:
		return &refusal{resp.StatusCode, string(body)}
	}
	return json.Unmarshal(body, into)
}

// get reads JSON.
func get(ctx context.Context, address string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	req.AddCookie(as(theUser))
	return exchange(req, into)
}

// send writes JSON and reads some.
func send(ctx context.Context, method, address, id string, what, into any) error {
	body, err := json.Marshal(what)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if id != "" {
		req.Header.Set("webhook-id", id)
	}
	return exchange(req, into)
}

// as is what says who speaks.
func as(user string) *http.Cookie {
	return &http.Cookie{Name: "ponte_as", Value: url.QueryEscape(string(theBrandID) + "/" + user)}
}

// news is an item, or an edit or a deletion of one, as webhooks tell it.
type news struct {
	ID        string `json:"id"`
	Author    string `json:"author"`
	Text      string `json:"text,omitempty"`
	Post      string `json:"post,omitempty"`
	InReplyTo string `json:"in_reply_to,omitempty"`
	Edited    bool   `json:"edited,omitempty"`
	Deleted   bool   `json:"deleted,omitempty"`
}

// comment is one as the square tells it.
type comment struct {
	ID        string `json:"id"`
	InReplyTo string `json:"in_reply_to"`
	Text      string `json:"text"`
	Brand     bool   `json:"brand"`
	Deleted   bool   `json:"deleted"`
	Token     string `json:"token"`
}

// comments reads what stands on the square behind a comment, up to 500.
func (p *ponte) comments(ctx context.Context, after string) ([]comment, error) {
	var got struct{ Comments []comment }
	err := get(ctx, p.Public+"/api/posts/"+thePost+"/comments?after="+url.QueryEscape(after), &got)
	return got.Comments, err
}

// entry is a post as the square tells it.
type entry struct {
	ID   string    `json:"id"`
	Text string    `json:"text"`
	At   time.Time `json:"created_at"`
}

// manyEntries is how many posts the square tells, the newest.
const manyEntries = 500

// entries reads the brand's posts on the square.
func (p *ponte) entries(ctx context.Context) ([]entry, error) {
	var got struct{ Posts []entry }
	err := get(ctx, p.Public+"/api/posts", &got)
	return got.Posts, err
}

// message is one as the console tells it.
type message struct {
	Ref    string     `json:"ref"`
	Thread string     `json:"thread"`
	Card   *card.Card `json:"card"`
}

// about is the id of what a card shows, if it is of that kind.
func (m *message) about(kind string) string {
	if m.Card == nil {
		return ""
	}
	of, id, _ := strings.Cut(m.Card.Subject, "/")
	if of != kind {
		return ""
	}
	return id
}

// quotes is what the card says that somebody said, or wants to say.
func (m *message) quotes() string {
	if m.Card != nil {
		for _, b := range m.Card.Blocks {
			if b.Quote != nil {
				return string(b.Quote.Text)
			}
		}
	}
	return ""
}

const paneSize = 50

// messages reads the newest messages of a room, or of a thread with its first
// message before them, that are older than before.
func (p *ponte) messages(ctx context.Context, room, thread, before string) ([]message, error) {
	address := p.Console + "/pane/" + string(theBrandID) + "/" + room
	if thread != "" {
		address += "/" + thread
	}
	var got struct{ Messages []message }
	err := get(ctx, address+"?before="+before, &got)
	return got.Messages, err
}

// answer is what the console answers a deed with.
type answer struct {
	Refused bool                      `json:"refused"`
	Form    *struct{ Form card.Form } `json:"form"`
	Notice  *struct{ Card card.Card } `json:"notice"`
}

// deed has somebody do something in a room of the console, as the deed with that id.
func (p *ponte) deed(ctx context.Context, who, kind, id string, values url.Values) (a answer, err error) {
	values.Set("brand", string(theBrandID))
	values.Set("deed", id)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.Console+"/act/"+kind, strings.NewReader(values.Encode()))
	if err != nil {
		return a, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.AddCookie(as(who))
	err = exchange(req, &a)
	if no, ok := errors.AsType[*refusal](err); ok {
		return answer{Refused: true}, json.Unmarshal([]byte(no.body), &a)
	}
	return a, err
}

// hook is the path that an account's items come by.
func hook(account bot.AccountID) string { return "/" + strings.Replace(string(account), ":", "/", 1) }
