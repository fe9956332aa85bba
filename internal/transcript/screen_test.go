package transcript

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// who returns somebody of the team.
func (s *story) who(name string) (*somebody, error) {
	if users[name] == "" {
		return nil, fmt.Errorf("nobody is called %s", name)
	}
	if s.people[name] == nil {
		s.people[name] = &somebody{name: name}
	}
	return s.people[name], nil
}

// open returns somebody who has a thread open, and what they see in it.
func (s *story) open(name string) (*somebody, []message, error) {
	p, err := s.who(name)
	if err != nil {
		return nil, nil, err
	}
	if p.at.thread == "" {
		return nil, nil, fmt.Errorf("%s has no thread open", name)
	}
	if p.still {
		return p, p.held, nil
	}
	list, err := s.chat.see(name, p.at)
	if err == nil && len(list) == 0 {
		err = errors.New("the thread is empty")
	}
	return p, list, err
}

// find looks through the channels of a person for the newest message with the words.
func (s *story) find(name, words string) (place, error) {
	rooms, err := s.chat.rooms(name)
	if err != nil {
		return place{}, err
	}
	var best place
	for _, room := range rooms {
		list, err := s.chat.see(name, place{room: room})
		if err != nil {
			return place{}, err
		}
		for _, m := range list {
			if strings.Contains(text([]message{m}), words) && m.ref > best.thread {
				best = place{room, m.ref}
			}
		}
	}
	return best, nil
}

func opens(s *story, a []string) error {
	p, err := s.who(a[0])
	if err != nil {
		return err
	}
	at, err := s.find(a[0], a[1])
	if err == nil && at.thread == "" {
		err = fmt.Errorf("%s sees nothing with %q", a[0], a[1])
	}
	p.at, p.still = at, false
	return err
}

func seesNo(s *story, a []string) error {
	if _, err := s.who(a[0]); err != nil {
		return err
	}
	at, err := s.find(a[0], a[1])
	if err == nil && at.thread != "" {
		err = fmt.Errorf("%s sees it in %s", a[0], at.room)
	}
	return err
}

func standsStill(s *story, a []string) error {
	p, list, err := s.open(a[0])
	if err == nil {
		p.held, p.still = list, true
	}
	return err
}

func movesOn(s *story, a []string) error {
	p, err := s.who(a[0])
	if err == nil {
		p.still = false
	}
	return err
}

func viewShows(s *story, a []string) ([]string, error) {
	if a[1] == "form" {
		p, err := s.writing(a[0])
		if err != nil {
			return nil, err
		}
		return p.form.lines, nil
	}
	if a[1] != "card" && a[1] != "thread" {
		if _, err := s.who(a[0]); err != nil {
			return nil, err
		}
		list, err := s.chat.see(a[0], place{room: a[1]})
		return heads(list), err
	}
	_, list, err := s.open(a[0])
	if err != nil {
		return nil, err
	}
	if a[1] == "card" {
		return list[0].show(), nil
	}
	var lines []string
	for _, m := range list[1:] {
		lines = append(lines, m.show()...)
	}
	return lines, nil
}

// heads shows one line of each message: the first, and what follows it.
func heads(list []message) []string {
	var lines []string
	for _, m := range list {
		var parts []string
		for _, l := range m.lines[:min(2, len(m.lines))] {
			parts = append(parts, strings.TrimSpace(l))
		}
		lines = append(lines, strings.Join(parts, " · "))
	}
	return lines
}

// has looks for words in a view: the page as it is drawn, or what it shows.
func (s *story) has(name, view, words string, wanted bool) error {
	words, err := spoken(words)
	if err != nil {
		return err
	}
	var all string
	if view == "page" {
		p, err := s.who(name)
		if err != nil {
			return err
		}
		if all, err = s.chat.page(name, p.at); errors.Is(err, errors.ErrUnsupported) {
			return nil
		} else if err != nil {
			return err
		}
	} else {
		lines, err := viewShows(s, []string{name, view})
		if err != nil {
			return err
		}
		all = strings.Join(lines, "\n")
	}
	if strings.Contains(all, words) != wanted {
		return fmt.Errorf("it shows\n%s", all)
	}
	return nil
}

func wasTold(s *story, a []string) ([]string, error) {
	p, err := s.who(a[0])
	if err != nil {
		return nil, err
	}
	if p.told == nil {
		return nil, fmt.Errorf("%s was told nothing, or not in this way", a[0])
	}
	told := p.told.notice
	p.told = nil
	return told, nil
}

// acts does something as somebody, under a new id.
func (s *story) acts(p *somebody, at place, do deed) error {
	p.deeds++
	p.lastID = fmt.Sprintf("%s-%d-%d", p.name, p.deeds, time.Now().UnixNano())
	p.last = func(id string) (answer, error) { do.id = id; return s.chat.do(p.name, at, do) }
	return s.answered(p, at)
}

// answered takes what the last deed is answered with.
func (s *story) answered(p *somebody, at place) error {
	a, err := p.last(p.lastID)
	if err != nil {
		return err
	}
	if a.form != nil {
		p.form, p.formAt, p.typed = a.form, at, map[string]string{}
		for _, f := range a.form.fields {
			p.typed[f.name] = f.value
		}
	}
	if len(a.notice) > 0 {
		p.told, p.shown, p.alone = &a, a, at
	}
	if a.refused && len(a.notice) == 0 && a.form == nil {
		return errors.New("it was refused without a word")
	}
	pass(time.Second)
	return nil
}

func again(s *story, a []string) error {
	p, err := s.who(a[0])
	if err != nil {
		return err
	}
	if p.last == nil {
		return fmt.Errorf("%s did nothing yet", a[0])
	}
	return s.answered(p, p.at)
}

// says types a text into a thread or a channel.
func (s *story) says(name string, at place, words string) error {
	p, err := s.who(name)
	if err != nil {
		return err
	}
	if words, err = spoken(words); err != nil {
		return err
	}
	if at == (place{}) {
		if at = p.at; at.thread == "" {
			return fmt.Errorf("%s has no thread open", name)
		}
	}
	if !strings.HasPrefix(words, "/") && !strings.HasPrefix(words, "@ponte ") {
		s.said = append(s.said, words)
	}
	d := deed{text: words, pictures: p.hand}
	p.hand = nil
	return s.acts(p, at, d)
}

// clicks presses the newest button with a label that another may see.
func (s *story) clicks(name, other, room, label string, times int) error {
	p, err := s.who(name)
	if err != nil {
		return err
	}
	o, list, err := s.open(other)
	if err != nil {
		return err
	}
	at := o.at
	if room != "" {
		at = place{room: room}
	}
	for _, m := range slices.Backward(list) {
		b, ok := m.button(label)
		if !ok || b.link {
			continue
		}
		if room != "" {
			b.sends.Del("ref") // the message is not in that room
		}
		for range times {
			if err := s.acts(p, at, deed{press: &b}); err != nil {
				return err
			}
		}
		return nil
	}
	return fmt.Errorf("there is no %q in\n%s", label, text(list))
}

// presses presses a button of what only this person was shown last.
func presses(s *story, a []string) error {
	p, err := s.who(a[0])
	if err != nil {
		return err
	}
	b, ok := message{buttons: p.shown.buttons}.button(a[1])
	if !ok || b.link {
		return fmt.Errorf("there is no %q in\n%s", a[1], strings.Join(p.shown.notice, "\n"))
	}
	return s.acts(p, p.alone, deed{press: &b})
}

// within looks through the thread that somebody has open for the newest message with the words.
func (s *story) within(p *somebody, words string) (at place, err error) {
	if p.at.thread == "" {
		return at, nil
	}
	list, err := s.chat.see(p.name, p.at)
	for _, m := range list {
		if strings.Contains(text([]message{m}), words) && m.ref > at.thread {
			at = place{p.at.room, m.ref}
		}
	}
	return at, err
}

// reacts puts an emoji on the first message of the thread that another has open,
// or on the newest message with the words, in a channel or else in their own open
// thread, or takes it off.
func (s *story) reacts(name, other, emoji, words string, off bool) error {
	p, err := s.who(name)
	if err != nil {
		return err
	}
	on := place{}
	if words == "" {
		o, _, err := s.open(other)
		if err != nil {
			return err
		}
		on = o.at
	} else if on, err = s.find(name, words); err != nil {
		return err
	}
	if on.thread == "" {
		if on, err = s.within(p, words); err != nil {
			return err
		}
	}
	if on.thread == "" {
		return fmt.Errorf("%s sees nothing with %q", name, words)
	}
	return s.acts(p, place{room: on.room}, deed{emoji: emoji, on: on.thread, off: off})
}

// writing returns somebody who has a form open.
func (s *story) writing(name string) (*somebody, error) {
	p, err := s.who(name)
	if err == nil && p.form == nil {
		err = fmt.Errorf("%s has no form open", name)
	}
	return p, err
}

func fills(s *story, a []string) error {
	p, err := s.writing(a[0])
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(p.form.fields, func(f field) bool { return f.name == a[1] }) {
		return fmt.Errorf("the form has no %s:\n%s", a[1], strings.Join(p.form.lines, "\n"))
	}
	p.typed[a[1]], err = spoken(a[2])
	return err
}

func chooses(s *story, a []string) error {
	p, err := s.writing(a[0])
	if err != nil {
		return err
	}
	for _, f := range p.form.fields {
		for _, ch := range f.choices {
			if f.name == a[1] && strings.Contains(ch.label, a[2]) {
				if c, ok := s.chat.(chooser); ok {
					return p.choose(c, f.name, ch.value)
				}
				p.typed[f.name] = ch.value
				if f.fills != "" {
					if was := p.typed[f.fills]; was != "" && strings.TrimSpace(was[len(was)-1:]) != "" {
						p.typed[f.fills] += " "
					}
					p.typed[f.fills] += ch.text
				}
				return nil
			}
		}
	}
	return fmt.Errorf("there is no such choice in\n%s", strings.Join(p.form.lines, "\n"))
}

// chooser is a chat that hears of a choice before the form is sent.
type chooser interface {
	choose(who string, typed map[string]string, field, value string) (*form, error)
}

func (p *somebody) choose(c chooser, field, value string) error {
	was := p.form
	now, err := c.choose(p.name, p.typed, field, value)
	if err != nil {
		return err
	}
	p.form, p.typed[field] = now, value
	for i, f := range now.fields {
		if i >= len(was.fields) || was.fields[i].value != f.value {
			p.typed[f.name] = f.value
		}
	}
	return nil
}

// submits sends the form off; it stays open, as a page that hangs would keep it.
func (s *story) submits(name string, times int) error {
	p, err := s.writing(name)
	if err != nil {
		return err
	}
	f, at, typed := p.form, p.formAt, p.typed
	for range times {
		if err := s.acts(p, at, deed{form: f, values: typed}); err != nil {
			return err
		}
	}
	return nil
}

func closes(s *story, a []string) error {
	p, err := s.writing(a[0])
	if err != nil {
		return err
	}
	f := p.form
	p.form = nil
	if f.closed == nil {
		return nil
	}
	return s.acts(p, p.formAt, deed{form: f, leave: true})
}
