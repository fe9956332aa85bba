package aparttest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"

	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/storage"
)

const consoleURL, publicURL = "http://127.0.0.1", "http://127.0.0.1"

// me is how somebody is known in the console.
func (p *person) me() string {
	id := strings.ToLower(string(marks[p.brand]))
	return id + "/" + p.users[space{"console", id}]
}

// asks makes a request to the console as somebody, and searches the answer.
func (w *world) asks(p *person, a audience, method, path string, form url.Values) string {
	r, err := http.NewRequestWithContext(w.ctx, method, consoleURL+path, strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if form != nil || strings.HasPrefix(path, "/pane/") && w.r.IntN(2) == 0 {
		r.Header.Set("Accept", "application/json")
	}
	r.AddCookie(&http.Cookie{Name: "ponte_as", Value: url.QueryEscape(p.me())})
	return w.fetched(w.console, r, a)
}

var feedAddress = regexp.MustCompile(`http://ponte\.example(/calendar/[^"\s\\]+)`)

func (w *world) fetched(c *http.Client, r *http.Request, a audience) string {
	res, err := c.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	w.sees(a, r.Method+" "+r.URL.Path, string(body))
	if a.brand >= 0 {
		w.finds(a.brand, string(body))
	}
	return string(body)
}

// finds keeps the addresses of feeds in what somebody is shown.
func (w *world) finds(brand int, text string) {
	for _, found := range feedAddress.FindAllStringSubmatch(text, -1) {
		w.feeds[found[1]] = brand
	}
}

// atConsole does one thing in the console.
func (w *world) atConsole(p *person, in room) {
	if in.brand != p.brand { // it lies behind their door
		w.acting.brand = -1
	}
	own := audience{who: p.me(), brand: p.brand}
	var got struct {
		Messages []struct {
			Ref, Thread string
			Card        *card.Card
		}
	}
	path := "/pane/" + in.Space + "/" + in.Remote
	_ = json.Unmarshal([]byte(w.asks(p, own, http.MethodGet, path, url.Values{})), &got)
	send := url.Values{"brand": {in.Space}, "room": {in.Remote}, "deed": {fmt.Sprint("deed", w.deeds)}}
	if w.r.IntN(8) == 0 {
		send.Set("brand", p.own())
	}
	if len(got.Messages) > 0 && w.r.IntN(4) > 0 {
		m := got.Messages[w.r.IntN(len(got.Messages))]
		send.Set("thread", m.Ref)
		if w.r.IntN(4) == 0 {
			send.Set("ref", m.Ref)
			send.Set("emoji", w.emoji())
			w.does("%s reacts in the console", p.me())
			w.asks(p, own, http.MethodPost, "/act/react", send)
			return
		}
		if m.Card != nil && len(m.Card.Actions) > 0 && w.r.IntN(3) > 0 {
			w.clicks(p, own, send, m.Ref, *m.Card)
			return
		}
	}
	switch w.r.IntN(5) {
	case 0:
		send.Set("text", marks[p.brand].of("note"))
	case 1:
		_, subject := w.anything()
		send.Set("verb", verbs[w.r.IntN(len(verbs))])
		send.Set("subject", subject.String())
		w.does("%s forges a click in the console: %v", p.me(), send)
		w.answers(p, own, send, w.asks(p, own, http.MethodPost, "/act/click", send))
		return
	default:
		send.Set("text", "/ponte "+w.line(p))
	}
	w.does("%s says in the console: %v", p.me(), send)
	w.answers(p, own, send, w.asks(p, own, http.MethodPost, "/act/say", send))
}

func (p *person) own() string { return strings.ToLower(string(marks[p.brand])) }

// clicks presses a button of a card, and fills in the form that it opens.
func (w *world) clicks(p *person, own audience, send url.Values, ref string, k card.Card) {
	a := k.Actions[w.r.IntN(len(k.Actions))]
	send.Set("ref", ref)
	send.Set("verb", a.Verb)
	send.Set("subject", k.Subject)
	if a.Subject != "" {
		send.Set("subject", a.Subject)
	}
	if len(a.Choices) > 0 {
		send.Set("value", a.Choices[w.r.IntN(len(a.Choices))].Value)
	}
	send.Set("revision", fmt.Sprint(k.Revision))
	w.does("%s clicks %s in the console", p.me(), a.Verb)
	w.answers(p, own, send, w.asks(p, own, http.MethodPost, "/act/click", send))
}

// answers fills in a form that is the answer.
func (w *world) answers(p *person, own audience, send url.Values, body string) {
	var got struct{ Form *struct{ Form card.Form } }
	if json.Unmarshal([]byte(body), &got) != nil || got.Form == nil || w.r.IntN(5) == 0 {
		return
	}
	f := got.Form.Form
	send.Set("verb", f.Verb)
	send.Set("subject", f.Subject)
	send.Set("token", f.Token)
	send.Set("revision", fmt.Sprint(f.Revision))
	send.Set("deed", fmt.Sprint("form", w.deeds))
	for _, d := range f.Fields {
		value := d.Value
		switch {
		case len(d.Choices) > 0 && w.r.IntN(2) == 0:
			value = d.Choices[w.r.IntN(len(d.Choices))].Value
		case d.Kind == card.TextField && (value == "" || w.r.IntN(2) == 0):
			value = says(w.r, marks[p.brand])
		case d.Kind == card.LineField && value == "":
			value = w.text(p)
		}
		send.Set("value."+d.Name, value)
	}
	w.does("%s submits %s in the console: %v", p.me(), f.Verb, send)
	w.asks(p, own, http.MethodPost, "/act/submit", send)
}

// looksAround has everybody look at every page and feed, those of other brands too.
func (w *world) looksAround() {
	for n, p := range w.people {
		if n%5 != 1+w.deeds%2*3 { // a manager of each whose name is the same in all, or an observer
			continue
		}
		own := audience{who: p.me(), brand: p.brand}
		for i := range w.brands {
			id := strings.ToLower(string(marks[i]))
			for _, path := range []string{"/c/" + id, "/commands/" + id, "/calendar/" + id} {
				w.asks(p, own, http.MethodGet, path, nil)
			}
			for _, c := range w.brands[i].Channels {
				if c.Platform == "console" {
					w.asks(p, own, http.MethodGet, "/pane/"+id+"/"+c.Remote, nil)
					w.asks(p, own, http.MethodGet, "/c/"+id+"/"+c.Remote, nil)
				}
			}
		}
	}
	for path, brand := range w.feeds {
		r, err := http.NewRequestWithContext(w.ctx, http.MethodGet, publicURL+path, http.NoBody)
		if err != nil {
			w.t.Fatal(err)
		}
		w.fetched(w.public, r, audience{who: path, brand: brand})
	}
	slots, err := storage.Look(w.ctx, w.app.Store(), func(tx *storage.Tx) (n int, err error) {
		for _, err := range records.Slots.Under(tx, nil) {
			if err != nil {
				return 0, err
			}
			n++
		}
		return n, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	w.does("everybody looked around, at %d messages", slots)
}

// stream is a page that somebody keeps open.
type stream struct {
	audience
	mu   sync.Mutex
	text strings.Builder
	done chan struct{}
}

func (s *stream) take() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.text.Reset()
	return s.text.String()
}

func (s *stream) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

// listens keeps a page of each brand open.
func (w *world) listens() {
	for i := range w.brands {
		p := w.people[i*5]
		r, err := http.NewRequestWithContext(w.ctx, http.MethodGet, consoleURL+"/live/"+p.own(), http.NoBody)
		if err != nil {
			w.t.Fatal(err)
		}
		r.AddCookie(&http.Cookie{Name: "ponte_as", Value: url.QueryEscape(p.me())})
		res, err := w.console.Do(r)
		if err != nil {
			w.t.Fatal(err)
		}
		s := &stream{audience: audience{who: p.me(), brand: i}, done: make(chan struct{})}
		w.streams = append(w.streams, s)
		go func() {
			defer close(s.done)
			defer res.Body.Close()
			_, _ = io.Copy(s, res.Body) // until Ponte ends
		}()
	}
}
