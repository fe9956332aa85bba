// Package commands is the one table of what people can ask Ponte to do. Text,
// buttons and forms run the same commands: a button is a command whose subject
// is the card, a form is a command that asked for what was missing. The room
// knows behaviours and no platform.
package commands

import (
	"context"
	"log/slog"
	"slices"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/inbox"
	"ponte/bot/outbox"
	"ponte/bot/relay"
	"ponte/bot/reply"
	"ponte/storage"
)

//go:generate go test ponte/internal/commandlist -run TestPageIsCurrent -update

// Spec is one command.
type Spec struct {
	Name     string
	Options  []act.Option
	Roles    []bot.Role // who may; checked on every run
	About    []string   // the kinds of subject it takes; empty: none
	Maybe    bool       // it does without a subject as well
	Examples []string   // what follows "/ponte "
	Inner    bool       // runs from cards and forms only, and is not listed
	Reads    bool       // changes nothing
	Asks     bool       // asks by itself for what is missing
	Run      func(*storage.Tx, *Request) (act.Answer, error)
}

// Request is one run of a command, with everything about it looked up and checked.
type Request struct {
	Scene        act.Scene
	Brand        *bot.Brand
	Person       bot.Person
	Conversation *bot.Conversation // of the subject, or of the thread
	Storm        *bot.Storm
	Reply        *bot.Reply
	Values       map[string]string
	Token        string // the same token twice is the same deed
	Seen         int    // the revision the person saw; negative: not known
	Submitted    bool   // it comes from a form
}

// Book holds the table and what its commands work with.
type Book struct {
	store  storage.Store
	brands func() *bot.Brands
	seen   *inbox.Inbox
	relay  *relay.Relay
	desk   *reply.Desk
	out    *outbox.Outbox
	health func() []Health
	log    *slog.Logger
	table  []Spec
}

// Health is how an adapter is, or a trouble with a sentence of its own.
type Health struct {
	Name  string
	Fault string // empty: well
	Key   string // the sentence; the rest is empty then
}

// New makes the table.
func New(store storage.Store, brands func() *bot.Brands, in *inbox.Inbox, r *relay.Relay, d *reply.Desk, out *outbox.Outbox, health func() []Health, log *slog.Logger) *Book {
	b := &Book{store: store, brands: brands, seen: in, relay: r, desk: d, out: out, health: health, log: log}
	b.table = []Spec{
		b.help(), b.replyTo(), b.saved(), b.take(), b.assign(), b.unassign(), b.resolve(), b.reopen(), b.snooze(), b.label(),
		b.priority(), b.spam(), b.find(), b.who(), b.inbox(), b.status(), b.undo(), b.now(), b.edit(), b.remove(), b.pull(),
		b.isOut(), b.sendAgain(), b.leave(),
	}
	return b
}

// List tells adapters what there is, without how it is done.
func (b *Book) List() []act.Command {
	var out []act.Command
	for _, s := range b.table {
		if s.Inner {
			continue
		}
		out = append(out, act.Command{
			Name: s.Name, Summary: card.W("command." + s.Name), Options: s.Options, Roles: s.Roles, Examples: s.Examples, InThread: len(s.About) > 0 && !s.Maybe,
		})
	}
	return out
}

func (b *Book) spec(name string) (Spec, bool) {
	i := slices.IndexFunc(b.table, func(s Spec) bool { return s.Name == name })
	if i < 0 {
		return Spec{}, false
	}
	return b.table[i], true
}

// Hear takes a command, click, submission, note or question from team chat.
func (b *Book) Hear(ctx context.Context, e act.Event) (act.Answer, error) {
	ctx = storage.Urgent(ctx)
	switch e := e.(type) {
	case act.Commanded:
		return b.commanded(ctx, e)
	case act.Clicked:
		return b.run(ctx, e.Scene, e.Verb, call{subject: e.Subject, seen: e.Revision, token: deed(e.Scene)})
	case act.Submitted:
		return b.run(ctx, e.Scene, e.Verb, call{subject: e.Subject, seen: e.Revision, token: e.Token, values: e.Values, submitted: true})
	case act.Noted:
		return b.noted(ctx, e)
	case act.Suggest:
		return b.suggest(ctx, e)
	default:
		return act.Answer{}, nil
	}
}

func option(name string, kind act.OptionKind) act.Option {
	return act.Option{Name: name, Summary: card.W("option." + name), Kind: kind}
}

func required(o act.Option) act.Option { o.Required = true; return o }

func rest(o act.Option) act.Option { o.Rest = true; return o }

func oneOf(o act.Option, choices ...string) act.Option { o.Choices = choices; return o }

// say answers with one sentence that only the person sees.
func say(key string, args ...card.Arg) act.Answer {
	c := card.Notice(card.W(key, args...))
	return act.Answer{Notice: &c}
}
