// Package commands is the one table of what people can ask Ponte to do. Text,
// buttons and forms run the same commands: a button is a command whose subject
// is the card, a form is a command that asked for what was missing. The room
// knows behaviours and no platform.
package commands

import (
	"context"
	"log/slog"
	"slices"
	"strconv"
	"strings"

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
	For      []bot.Role // whom it is offered to, where others would only read why they may not; empty: Roles
	About    []string   // the kinds of subject it takes; empty: none
	Maybe    bool       // it does without a subject as well
	Examples []string   // what follows "/ponte "
	Inner    bool       // runs from cards and forms only, and is not listed
	Label    string     // the key of what its button says; of an inner one
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
	Draft        *bot.Draft
	Post         *bot.Post    // of the draft, where one account's is meant
	Asked        *bot.Request // the decision that is asked for
	Series       *bot.Series
	Slot         string // of the series, where one of its times is meant
	Values       map[string]string
	Token        string      // the same token twice is the same deed
	Seen         int         // the revision the person saw; negative: not known
	Submitted    bool        // it comes from a form
	Pictures     []string    // that came with it, by hash
	Named        []act.Named // whom it mentions
	Rest         string      // what stands behind a "?" in the subject of a button
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
	reacts React
}

// React hears of a reaction on a message of Ponte's, or of its removal. It says
// whether the reaction means anything there, and what the person should read.
type React func(tx *storage.Tx, b *bot.Brand, p bot.Person, slot act.Slot, emoji string, removed bool) (bool, *card.Card, error)

// Add puts further commands into the table, for which the room that makes them
// knows the behaviour, and says who hears of reactions.
func (b *Book) Add(reacts React, more ...Spec) {
	b.reacts = reacts
	for _, s := range more {
		if i := slices.IndexFunc(b.table, func(had Spec) bool { return had.Name == s.Name }); i >= 0 {
			b.table[i] = both(b.table[i], s)
			continue
		}
		b.table = append(b.table, s)
	}
}

// both is one command for two kinds of subject, such as an edit of a reply or of a
// draft: the second runs when its subject was found, or when it finds one itself.
func both(one, two Spec) Spec {
	s := one
	s.About, s.Maybe, s.Asks = slices.Concat(one.About, two.About), true, true
	s.Roles = slices.Concat(one.Roles, two.Roles)
	s.Options, s.Examples = two.Options, append(slices.Clone(one.Examples), two.Examples...)
	s.Run = func(tx *storage.Tx, req *Request) (act.Answer, error) {
		of := one
		if req.Draft != nil || req.Conversation == nil || !req.Submitted && req.Seen < 0 && numbered(req) {
			of = two
		}
		if !req.Person.Has(of.Roles...) {
			return act.Answer{}, bot.Errorf(bot.Denied, "error.role", "Command", s.Name)
		}
		return of.Run(tx, req)
	}
	return s
}

// Health is how an adapter is, or a trouble with a sentence of its own.
type Health struct {
	Brand bot.BrandID // whose people it is for; empty: everybody's
	Name  string
	Fault string     // empty: well
	Key   string     // the sentence; name and fault are empty then
	Args  []card.Arg // of the sentence
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

// numbered tells whether what was typed begins with a number, which names a draft,
// also where people talk about a reply: such a line must never become one.
func numbered(req *Request) bool {
	first, _, _ := strings.Cut(strings.TrimSpace(req.Values["text"]), " ")
	_, err := strconv.Atoi(strings.TrimPrefix(first, "#"))
	return err == nil
}

// List tells adapters what there is, without how it is done.
func (b *Book) List() []act.Command {
	var out []act.Command
	for _, s := range b.table {
		if s.Inner {
			continue
		}
		out = append(out, act.Command{
			Name: s.Name, Summary: card.W("command." + s.Name), Options: s.Options, Roles: s.offered(), Examples: s.Examples, InThread: len(s.About) > 0 && !s.Maybe,
		})
	}
	return out
}

// offered is whom a command is listed for.
func (s *Spec) offered() []bot.Role {
	if len(s.For) > 0 {
		return s.For
	}
	return s.Roles
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
		return b.run(ctx, e.Scene, e.Verb, call{subject: e.Subject, seen: e.Revision, token: deed(e.Scene), text: e.Value})
	case act.Submitted:
		return b.run(ctx, e.Scene, e.Verb, call{subject: e.Subject, seen: e.Revision, token: e.Token, values: e.Values, submitted: true})
	case act.Noted:
		return b.noted(ctx, e)
	case act.Reacted:
		return b.reacted(ctx, e)
	case act.Suggest:
		return b.suggest(ctx, e)
	default:
		return act.Answer{}, nil
	}
}

// Option makes an option that can be left out.
func Option(name string, kind act.OptionKind) act.Option {
	return act.Option{Name: name, Summary: card.W("option." + name), Kind: kind}
}

// Required makes one that cannot.
func Required(o act.Option) act.Option { o.Required = true; return o }

// Rest makes one that takes all that is left of the line.
func Rest(o act.Option) act.Option { o.Rest = true; return o }

// OneOf makes one that takes one of the choices.
func OneOf(o act.Option, choices ...string) act.Option { o.Choices = choices; return o }

// Say answers with one sentence that only the person sees.
func Say(key string, args ...card.Arg) act.Answer {
	c := card.Notice(card.W(key, args...))
	return act.Answer{Notice: &c}
}
