package transcript

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"ponte/bot/card"
)

// console is the team chat that is built in, by its wire.
type console struct{ p *ponte }

var channel = regexp.MustCompile(`data-channel="([^"]+)"`)

func (c console) rooms(who string) ([]string, error) {
	body, _, err := c.get(who, "/c/"+brandOf(who), "text/html")
	if err != nil {
		return nil, err
	}
	var rooms []string
	for _, m := range channel.FindAllStringSubmatch(body, -1) {
		rooms = append(rooms, m[1])
	}
	return rooms, nil
}

func brandOf(who string) string {
	brand, _, _ := strings.Cut(users[who], "/")
	return brand
}

func nameOf(brand, user string) string {
	for name, u := range users {
		if u == brand+"/"+user {
			return name
		}
	}
	return user
}

func pane(who string, at place) string {
	path := "/pane/" + brandOf(who) + "/" + url.PathEscape(at.room)
	if at.thread != "" {
		path += "/" + url.PathEscape(at.thread)
	}
	return path
}

func (c console) page(who string, at place) (string, error) {
	body, _, err := c.get(who, pane(who, at), "text/html")
	return body, err
}

func (c console) see(who string, at place) ([]message, error) {
	if _, err := c.page(who, at); err != nil {
		return nil, err
	}
	body, _, err := c.get(who, pane(who, at), "application/json")
	if err != nil {
		return nil, err
	}
	var got struct {
		Messages []struct {
			Ref, By, Text string
			Card          *card.Card
			Mention       []string
			Reactions     map[string]int
		}
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		return nil, err
	}
	var list []message
	for _, m := range got.Messages {
		out := message{ref: m.Ref}
		if m.Card != nil {
			out = drawn(*m.Card)
			out.ref = m.Ref
		} else {
			out.lines = []string{nameOf(brandOf(who), m.By) + ": " + plain(m.Text)}
		}
		for _, user := range m.Mention {
			out.lines = append(out.lines, "  pings "+nameOf(brandOf(who), user))
		}
		for _, emoji := range slices.Sorted(maps.Keys(m.Reactions)) {
			out.lines = append(out.lines, fmt.Sprintf("  %s %d", emoji, m.Reactions[emoji]))
		}
		for i := range out.buttons {
			out.buttons[i].sends.Set("ref", m.Ref)
		}
		list = append(list, out)
	}
	return list, nil
}

// drawn reads a card as its lines and buttons.
func drawn(k card.Card) message {
	head := []string{k.Title.String()}
	if a := k.Author; a != nil {
		head = append([]string{string(a.Name), a.Network}, head...)
	}
	head = slices.DeleteFunc(head, func(s string) bool { return s == "" })
	m := message{}
	if first := strings.TrimSpace(card.Glyphs[k.Mark] + " " + plain(strings.Join(head, " · "))); len(head) > 0 {
		m.lines = append(m.lines, first)
	}
	for _, b := range k.Blocks {
		m.lines = append(m.lines, block(b)...)
	}
	if f := k.Foot.String(); f != "" {
		m.lines = append(m.lines, "  "+plain(f))
	}
	for i, a := range k.Actions {
		if len(a.Choices) > 0 {
			m.buttons = append(m.buttons, menu(a, k)...)
			continue
		}
		m.buttons = append(m.buttons, button{
			label: a.Label.String(), more: i >= 5, link: a.Link != "",
			sends: url.Values{"verb": {a.Verb}, "subject": {cmp.Or(a.Subject, k.Subject)}, "revision": {fmt.Sprint(k.Revision)}},
		})
	}
	return m
}

// menu is a menu of a card, and its choices.
func menu(a card.Action, k card.Card) []button {
	out := []button{{label: a.Label.String() + " ▾", more: true, link: true, sends: url.Values{}}}
	for _, c := range a.Choices {
		out = append(out, button{label: a.Label.String() + ": " + c.Label.String(), more: true, of: true, sends: url.Values{
			"verb": {a.Verb}, "subject": {cmp.Or(a.Subject, k.Subject)}, "revision": {fmt.Sprint(k.Revision)}, "value": {c.Value},
		}})
	}
	return out
}

func block(b card.Block) []string {
	switch {
	case b.Words != nil:
		return []string{"  " + plain(b.Words.String())}
	case b.Quote != nil:
		return []string{"  " + quote(*b.Quote)}
	case b.Picture != nil:
		return []string{"  ▣ " + plain(string(b.Picture.Alt))}
	case len(b.List) > 0:
		var lines []string
		for _, l := range b.List {
			line := strings.Join(strings.Fields(card.Glyphs[l.Mark]+" "+plain(l.Words.String())+" "+plain(string(l.Text))), " ")
			if l.Thread != nil {
				line += " →"
			}
			lines = append(lines, "  "+line)
		}
		return lines
	}
	var facts []string
	for _, f := range b.Facts {
		facts = append(facts, plain(f.String()))
	}
	return []string{"  " + strings.Join(facts, " · ")}
}

func quote(q card.Quote) string {
	out := "“" + plain(string(q.Text)) + "”"
	if q.Struck {
		out = "~" + out + "~"
	}
	if q.By != "" {
		out = plain(string(q.By)) + ": " + out
	}
	if q.Public {
		out = "↗ " + out
	}
	return out
}

// asked reads a form.
func asked(f card.Form) *form {
	sends := url.Values{"verb": {f.Verb}, "subject": {f.Subject}, "revision": {fmt.Sprint(f.Revision)}, "token": {f.Token}}
	out := &form{sends: sends, lines: []string{plain(f.Title.String())}}
	if f.Closed != "" {
		out.closed = maps.Clone(sends)
		out.closed.Set("verb", f.Closed)
	}
	for _, b := range f.Blocks {
		out.lines = append(out.lines, block(b)...)
	}
	for _, d := range f.Fields {
		line := "  " + d.Label.String() + ": " + plain(d.Value)
		if d.Max > 0 && d.Kind != card.ChoiceField {
			line += fmt.Sprintf(" (%d %s)", d.Max, d.Count)
		}
		in := field{name: d.Name, value: d.Value, fills: d.Fills}
		var labels []string
		for _, ch := range d.Choices {
			in.choices = append(in.choices, choice{ch.Value, ch.Label.String(), ch.Text})
			labels = append(labels, plain(ch.Label.String()))
		}
		line = strings.TrimRight(line+strings.Join(labels, ", "), " ")
		if fault := d.Fault.String(); fault != "" {
			line += " ✕ " + plain(fault)
		}
		out.lines, out.fields = append(out.lines, line), append(out.fields, in)
	}
	public := ""
	if f.Public {
		public = " ↗"
	}
	out.lines = append(out.lines, "  ["+f.Submit.String()+"]"+public)
	return out
}

func (c console) do(who string, at place, d deed) (answer, error) {
	path, send := "/act/say", url.Values{"text": {d.text}, "pictures": {strings.Join(d.pictures, " ")}}
	switch {
	case d.press != nil:
		path, send = "/act/click", maps.Clone(d.press.sends)
	case d.emoji != "":
		path, send = "/act/react", url.Values{"emoji": {d.emoji}, "ref": {d.on}, "removed": {fmt.Sprint(d.off)}}
	case d.form != nil && d.leave:
		path, send = "/act/click", maps.Clone(d.form.closed)
	case d.form != nil:
		path, send = "/act/submit", maps.Clone(d.form.sends)
		for name, value := range d.values {
			send.Set("value."+name, value)
		}
	}
	send.Set("brand", brandOf(who))
	send.Set("room", at.room)
	send.Set("thread", at.thread)
	send.Set("deed", d.id)
	r, err := http.NewRequest(http.MethodPost, consoleURL+path, strings.NewReader(send.Encode()))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	body, status, err := c.ask(who, r, "application/json")
	if err != nil && status == 0 {
		return answer{}, err
	}
	a, err := answered(body)
	if err != nil {
		return a, fmt.Errorf("%d %s: %w", status, body, err)
	}
	return a, nil
}

// answered reads what somebody is answered.
func answered(body string) (answer, error) {
	var got struct {
		Notice *struct {
			Card card.Card
			HTML string
		}
		Form *struct {
			Form card.Form
			HTML string
		}
		Refused bool
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		return answer{}, err
	}
	a := answer{refused: got.Refused}
	if got.Notice != nil {
		m := drawn(got.Notice.Card)
		a.buttons = m.buttons
		for _, l := range m.show() {
			a.notice = append(a.notice, strings.TrimPrefix(l, "  "))
		}
	}
	if got.Form != nil {
		a.form = asked(got.Form.Form)
	}
	return a, nil
}

func (c console) get(who, path, accept string) (string, int, error) {
	r, err := http.NewRequest(http.MethodGet, consoleURL+path, http.NoBody)
	if err != nil {
		return "", 0, err
	}
	return c.ask(who, r, accept)
}

// ask makes a request as somebody. An answer that is no 200 is an error as well.
func (c console) ask(who string, r *http.Request, accept string) (body string, status int, err error) {
	r.Header.Set("Accept", accept)
	r.AddCookie(&http.Cookie{Name: "ponte_as", Value: url.QueryEscape(users[who])})
	return fetch(c.p.console, r)
}

// fetch makes a request and reads its answer. A word without a message in the
// catalogues must not be in it.
func fetch(client *http.Client, r *http.Request) (body string, status int, err error) {
	if client == nil {
		return "", 0, fmt.Errorf("nothing runs")
	}
	res, err := client.Do(r)
	if err != nil {
		return "", 0, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return "", 0, err
	}
	body = string(b)
	if i := strings.Index(body, "⟦"); i >= 0 {
		return "", 0, fmt.Errorf("%s has a key without a message: %s", r.URL.Path, body[i:min(i+60, len(body))])
	}
	if res.StatusCode >= 300 {
		return body, res.StatusCode, fmt.Errorf("%s %s: %s", r.Method, r.URL.Path, res.Status)
	}
	return body, res.StatusCode, nil
}
