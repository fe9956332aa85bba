package commands

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/commands/line"
	"ponte/commands/once"
	"ponte/storage"
)

// call is how a command was asked for.
type call struct {
	subject   string
	seen      int
	token     string
	text      string
	values    map[string]string
	submitted bool
	pictures  []string
	named     []act.Named
}

func (b *Book) commanded(ctx context.Context, e act.Commanded) (act.Answer, error) {
	if len(e.Text) > line.Max {
		return b.Refused(ctx, bot.Errorf(bot.Invalid, "error.too_long_command"))
	}
	name, text := line.Split(e.Text)
	if name == "" {
		name = "help"
	}
	if s, ok := b.spec(name); !ok || s.Inner {
		near := line.Nearest(name, b.List())
		if near == "" {
			return b.Refused(ctx, bot.Errorf(bot.NotFound, "error.command", "Name", bot.Short(name, 30)))
		}
		return b.Refused(ctx, bot.Errorf(bot.NotFound, "error.command_near", "Name", bot.Short(name, 30), "Near", near))
	}
	return b.run(ctx, e.Scene, name, call{seen: -1, token: deed(e.Scene), text: text, pictures: e.Pictures, named: e.Named})
}

// deed names what somebody did, for ever; nothing where the platform has no name for it.
func deed(scene act.Scene) string {
	if scene.ID == "" {
		return ""
	}
	return scene.Who.String() + "/" + scene.ID
}

// run looks everything up, checks the right, and runs the command in one transaction.
func (b *Book) run(ctx context.Context, scene act.Scene, name string, c call) (act.Answer, error) {
	s, ok := b.spec(name)
	if !ok {
		return b.Refused(ctx, bot.Errorf(bot.NotFound, "error.button"))
	}
	do := storage.Do[act.Answer]
	if s.Reads {
		do = storage.Look[act.Answer]
	}
	asked, err := once.Sum(s.Name, c.subject, c.text, c.values, c.pictures)
	if err != nil {
		return b.Refused(ctx, err)
	}
	what := once.Deed{Who: scene.Who.String(), ID: scene.ID, Asked: asked}
	if c.submitted {
		what.Form = c.token
	}
	ans, err := do(ctx, b.store, func(tx *storage.Tx) (act.Answer, error) {
		if s.Reads {
			return b.answer(tx, scene, s, c)
		}
		if fresh, err := what.Fresh(tx); err != nil || !fresh {
			return act.Answer{}, err
		}
		ans, err := b.answer(tx, scene, s, c)
		if err == nil && (ans.Refused || ans.Form != nil) {
			err = what.Forget(tx)
		}
		return ans, err
	})
	if err != nil {
		ans, err = b.Refused(ctx, err)
		return called(ans, s), err
	}
	return ans, nil
}

// called names a command in its refusal as its button does.
func called(ans act.Answer, s Spec) act.Answer {
	if ans.Notice == nil || s.Label == "" {
		return ans
	}
	for _, block := range ans.Notice.Blocks {
		for i, a := range block.Words.Args {
			if a.Name == "Command" && a.Text == s.Name {
				block.Words.Args[i] = card.In("Command", card.W(s.Label))
			}
		}
	}
	return ans
}

// answer runs a command, or asks for what it misses.
func (b *Book) answer(tx *storage.Tx, scene act.Scene, s Spec, c call) (act.Answer, error) {
	req, err := b.request(tx, scene, s, c)
	if err != nil {
		return act.Answer{}, err
	}
	if o := missing(s, req); o != nil && !s.Asks {
		f := b.ask(tx, s, req, *o)
		return act.Answer{Form: &f}, nil
	}
	return s.Run(tx, req)
}

// request finds who asks, in which brand, and what about.
func (b *Book) request(tx *storage.Tx, scene act.Scene, s Spec, c call) (*Request, error) {
	brand, person, err := b.Asker(scene)
	if err != nil {
		return nil, err
	}
	if !person.Has(s.Roles...) {
		return nil, bot.Errorf(bot.Denied, "error.role", "Command", s.Name)
	}
	req := &Request{Scene: scene, Brand: brand, Person: person, Values: c.values, Token: c.token, Seen: c.seen, Submitted: c.submitted, Pictures: c.pictures, Named: c.named}
	for _, v := range req.Values {
		if len(v) > bot.MaxItemText {
			return nil, bot.Errorf(bot.Invalid, "error.too_long_command")
		}
	}
	if req.Values == nil {
		if req.Values, err = line.Read(s.Name, s.Options, c.text, c.named, brand); err != nil {
			return nil, err
		}
	}
	if err := b.subject(tx, req, s, c.subject); err != nil {
		return nil, err
	}
	return req, nil
}

// Asker says in which brand somebody acts and who they are there. A stranger is nobody.
func (b *Book) Asker(scene act.Scene) (*bot.Brand, bot.Person, error) {
	brand, ch, ok := b.brands().Room(scene.At.Platform, scene.At.Space, scene.At.Channel)
	if !ok {
		return nil, bot.Person{}, bot.Errorf(bot.Denied, "error.room")
	}
	p, ok := brand.PersonFor(scene.Who)
	if !ok || len(p.Roles) == 0 {
		return nil, bot.Person{}, bot.Errorf(bot.Denied, "error.stranger")
	}
	if !ch.Sees(p) {
		return nil, bot.Person{}, bot.Errorf(bot.Denied, "error.room")
	}
	return brand, p, nil
}

// subject looks up what the command is about: the card that was clicked, or the
// conversation of the thread. Nothing of another brand, or in a room that the
// person may not see, is ever found.
func (b *Book) subject(tx *storage.Tx, req *Request, s Spec, subject string) error {
	if len(s.About) == 0 {
		return nil
	}
	if subject == "" && req.Scene.Thread != "" {
		slot, err := records.SlotByRef.First(tx, storage.K(req.Scene.At.String(), req.Scene.Thread))
		if err == nil {
			subject = slot.Subject.String()
		} else if !errors.Is(err, storage.ErrNotFound) {
			return err
		}
	}
	kind, id, _ := strings.Cut(subject, "/")
	id, req.Rest, _ = strings.Cut(id, "?")
	switch {
	case kind == "" && s.Maybe:
		return nil
	case kind == "":
		return bot.Errorf(bot.Invalid, "error.no_thread", "Command", s.Name)
	}
	err := b.about(tx, req, s, kind, bot.ID(id))
	if _, ok := bot.Asked(err); ok && s.Maybe {
		req.Conversation, req.Storm, req.Reply, req.Draft, req.Post, req.Asked, req.Series = nil, nil, nil, nil, nil, nil, nil
		return nil
	}
	return err
}

// about fetches a subject and checks that the command takes it and the person sees it.
func (b *Book) about(tx *storage.Tx, req *Request, s Spec, kind string, id bot.ID) error {
	if err := b.fetch(tx, req, kind, id); err != nil {
		if errors.Is(err, storage.ErrNotFound) {
			return bot.Errorf(bot.NotFound, "error.gone").Because(err)
		}
		return err
	}
	if !slices.Contains(s.About, kind) && (req.Conversation == nil || !slices.Contains(s.About, act.OnConversation)) {
		return bot.Errorf(bot.Invalid, "error.not_here", "Command", s.Name)
	}
	if (req.Draft != nil || req.Asked != nil || req.Series != nil) && !req.Brand.DecidesIn().Sees(req.Person) {
		return bot.Errorf(bot.NotFound, "error.gone")
	}
	if c := req.Conversation; c != nil && !b.seen.Sees(req.Brand, req.Person, c) {
		return bot.Errorf(bot.NotFound, "error.gone")
	}
	return nil
}

func (b *Book) fetch(tx *storage.Tx, req *Request, kind string, id bot.ID) error {
	brand := req.Brand.ID
	switch kind {
	case act.OnConversation:
		c, err := records.ConversationOf(tx, brand, id)
		req.Conversation = &c
		return err
	case act.OnItem:
		it, err := records.Item(tx, brand, id)
		if err != nil {
			return err
		}
		return b.fetch(tx, req, act.OnConversation, it.Conversation)
	case act.OnStorm:
		s, err := records.Storms.Get(tx, storage.K(brand, id))
		if err == nil {
			if !req.Brand.ChannelFor(&bot.Conversation{Account: s.Account, Channel: s.Channel}).Sees(req.Person) {
				return bot.Errorf(bot.NotFound, "error.gone")
			}
		}
		req.Storm = &s
		return err
	case act.OnDraft, act.OnPost, act.OnRequest:
		return b.fetchDraft(tx, req, kind, id)
	case act.OnSeries:
		series, slot, _ := strings.Cut(string(id), "/")
		s, err := records.Series.Get(tx, storage.K(brand, series))
		req.Series, req.Slot = &s, slot
		return err
	case act.OnReply:
		r, err := records.Replies.Get(tx, storage.K(brand, id))
		if err != nil {
			return err
		}
		req.Reply = &r
		return b.fetch(tx, req, act.OnConversation, r.Conversation)
	default:
		return bot.Errorf(bot.NotFound, "error.gone")
	}
}

// missing returns the first required option without a value.
func missing(s Spec, req *Request) *act.Option {
	for i, o := range s.Options {
		if o.Required && strings.TrimSpace(req.Values[o.Name]) == "" {
			return &s.Options[i]
		}
	}
	return nil
}

// Refused turns an error into a word that only the person sees. What is ours to
// mend gets a number that stands in the log with the cause.
func (b *Book) Refused(ctx context.Context, err error) (act.Answer, error) {
	if ctx.Err() != nil {
		return act.Answer{}, ctx.Err()
	}
	e, ok := bot.Asked(err)
	if !ok {
		if errors.Is(err, storage.ErrFull) {
			e = bot.Errorf(bot.Unavailable, "error.full")
		} else {
			ref := string(bot.NewID(time.Now()))
			b.log.Error("a command failed", "ref", ref, "err", err)
			e = bot.Errorf(bot.Internal, "error.internal", "Ref", ref)
		}
	}
	c := card.Notice(card.Fault(e))
	return act.Answer{Notice: &c, Refused: true}, nil
}
