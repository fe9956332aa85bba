package coretest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
)

// Message is one thing that stands on a platform.
type Message struct {
	Ref     string
	Key     string
	At      act.Place
	Thread  string
	Mention []string
	Card    card.Card // of team chat, as it reads now
	Edits   int       // how often it was edited
	Reply   act.Reply // of a network
	Text    string    // of a network, as it reads now
	Removed bool
	Since   time.Time
}

// Fault is what a platform does with an attempt instead of taking it.
type Fault struct {
	Err   error
	Taken bool // it happens all the same
}

// Platform is a team chat or a network in memory, as strict as one: it knows its
// messages and threads only by the names it gave them.
type Platform struct {
	Can   act.Traits
	Asked bool                        // it can be asked what became of an attempt
	Takes func(ref string, a act.Act) // called when something new stands there, before it is answered
	name  string
	mu    sync.Mutex
	fails func(key string, a act.Act) *Fault
	all   []*Message
	keys  map[string]string
	wrong []string
	tries map[string]int
}

// NewPlatform makes one that can do everything, honours no key and can be asked.
func NewPlatform(name string) *Platform {
	return &Platform{
		name: name, keys: map[string]string{}, tries: map[string]int{}, Asked: true,
		Can: act.Traits{Network: "the net", Count: act.Runes, MaxText: 500, CanReply: true, CanPost: true, CanChange: true, CanRemove: true},
	}
}

// Adapter is the platform as the outbox uses it.
func (p *Platform) Adapter() act.Adapter {
	if p.Asked {
		return asked{p}
	}
	return p
}

// Name returns the platform's name.
func (p *Platform) Name() string { return p.name }

// Traits returns what it can do.
func (p *Platform) Traits(act.Place) act.Traits { return p.Can }

// Fails sets what it does with each attempt from here on; nil, or what returns
// nil, takes it.
func (p *Platform) Fails(f func(key string, a act.Act) *Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fails = f
}

// Carry takes an act.
func (p *Platform) Carry(_ context.Context, key string, a act.Act, at act.Place) (act.Receipt, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tries[key]++
	if p.fails != nil {
		if f := p.fails(key, a); f != nil {
			if f.Taken {
				if _, err := p.take(key, a, at); err != nil {
					return act.Receipt{}, err
				}
			}
			return act.Receipt{}, f.Err
		}
	}
	return p.take(key, a, at)
}

func (p *Platform) take(key string, a act.Act, at act.Place) (act.Receipt, error) {
	if ref, ok := p.keys[key]; ok && p.Can.Honours > 0 {
		return act.Receipt{Ref: ref}, nil
	}
	switch a := a.(type) {
	case act.Send:
		if a.Thread != "" && p.find(a.Thread) == nil {
			p.wrong = append(p.wrong, "no thread "+a.Thread)
		}
		return p.add(&Message{Key: key, At: at, Thread: a.Thread, Mention: a.Mention, Card: a.Card}, a)
	case act.Reply:
		return p.add(&Message{Key: key, At: at, Reply: a, Text: a.Text}, a)
	case act.Publish:
		return p.add(&Message{Key: key, At: at, Text: a.Text}, a)
	case act.Edit:
		return p.alter(a.Ref, func(m *Message) { m.Card = a.Card; m.Edits++ })
	case act.Change:
		return p.alter(a.Ref, func(m *Message) { m.Text = a.Text; m.Edits++ })
	case act.Remove:
		return p.alter(a.Ref, func(m *Message) { m.Removed = true })
	}
	return act.Receipt{}, bot.Errorf(bot.Invalid, "error.not_found")
}

func (p *Platform) add(m *Message, a act.Act) (act.Receipt, error) {
	m.Ref, m.Since = fmt.Sprintf("%s-%d", p.name, len(p.all)+1), time.Now()
	p.all = append(p.all, m)
	p.keys[m.Key] = m.Ref
	if p.Takes != nil {
		p.mu.Unlock()
		p.Takes(m.Ref, a)
		p.mu.Lock()
	}
	return act.Receipt{Ref: m.Ref, URL: "https://" + p.name + ".example/" + m.Ref}, nil
}

func (p *Platform) alter(ref string, f func(*Message)) (act.Receipt, error) {
	m := p.find(ref)
	if m == nil || m.Removed {
		p.wrong = append(p.wrong, "no message "+ref)
		return act.Receipt{}, bot.Errorf(bot.NotFound, "error.not_found")
	}
	f(m)
	return act.Receipt{Ref: ref}, nil
}

func (p *Platform) find(ref string) *Message {
	i := slices.IndexFunc(p.all, func(m *Message) bool { return m.Ref == ref })
	if i < 0 {
		return nil
	}
	return p.all[i]
}

// All returns what was ever said there, as it reads now.
func (p *Platform) All() []Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []Message
	for _, m := range p.all {
		out = append(out, *m)
	}
	return out
}

// Find returns the message with the name.
func (p *Platform) Find(ref string) (Message, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if m := p.find(ref); m != nil {
		return *m, true
	}
	return Message{}, false
}

// Tries is how often an act was attempted under a key.
func (p *Platform) Tries(key string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tries[key]
}

// Wrong returns what a vendor would not have taken.
func (p *Platform) Wrong() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.wrong)
}

type asked struct{ *Platform }

// Settle knows what happened.
func (p asked) Settle(_ context.Context, key string, _ act.Act, _ act.Place) (act.Receipt, act.Finding, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if ref, ok := p.keys[key]; ok {
		return act.Receipt{Ref: ref, URL: "https://" + p.name + ".example/" + ref}, act.Found, nil
	}
	return act.Receipt{}, act.Absent, nil
}
