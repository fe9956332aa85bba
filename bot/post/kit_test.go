package post_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/outbox"
	"ponte/bot/post"
	"ponte/bot/records"
	"ponte/bot/series"
	"ponte/internal/coretest"
	"ponte/storage"
)

const (
	aurora = bot.BrandID("aurora")
	page   = bot.AccountID("net:aurora")
	shop   = bot.AccountID("net:shop")
)

// house is a world with a desk in it, and a court that decides.
type house struct {
	*coretest.World
	desk  *post.Desk
	again *series.Desk
	court *court
	found []bot.Finding // what the checks say of every draft
}

func in(t *testing.T, f func(*house)) {
	t.Helper()
	h := &house{}
	coretest.In(t, func(w *coretest.World) []func(context.Context) error {
		h.World = w
		h.court = &court{out: w.Out}
		h.desk = post.New(w.Store, w.Out, w.Brands, w.Traits, h.court, h, w.Log)
		h.desk.Pictures(h)
		h.again = series.New(w.Store, w.Out, w.Brands, h.desk, h.court, w.Log)
		h.desk.Repeats(h.again)
		h.court.matters = map[bot.Matter]matters{bot.PostMatter: h.desk, bot.SeriesMatter: h.again}
		w.Out.Draws(act.OnRequest, func(*storage.Tx, act.Slot) (outbox.Drawing, error) {
			return outbox.Drawing{Card: card.Notice(card.Literal("decide"))}, nil
		})
		return []func(context.Context) error{h.desk.Run}
	}, func(w *coretest.World) {
		w.Configure(func(b *bot.Brand) { b.People[2].Roles = append(b.People[2].Roles, bot.Approver) }) // sven
		w.Run()
		f(h)
	})
}

// Findings is what the checks say.
func (h *house) Findings(*storage.Tx, *bot.Brand, *bot.Draft) ([]bot.Finding, error) {
	return slices.Clone(h.found), nil
}

// court keeps requests as those do who decide, and no more of them than that.
type court struct {
	out     *outbox.Outbox
	matters map[bot.Matter]matters
}

// matters is who asked.
type matters interface {
	Hash(tx *storage.Tx, brand bot.BrandID, subject bot.ID) (string, error)
	Out(tx *storage.Tx, brand bot.BrandID, subject bot.ID) (bool, error)
	Decided(tx *storage.Tx, r bot.Request) error
}

func (c *court) Ask(tx *storage.Tx, r bot.Request) (bot.Request, error) {
	r.ID, r.At, r.State, r.Revision = bot.NewID(tx.Now()), tx.Now(), bot.Awaiting, 1
	if err := c.Void(tx, r.Brand, r.Subject, bot.Superseded); err != nil {
		return r, err
	}
	if err := records.Requests.Insert(tx, r); err != nil {
		return r, err
	}
	return r, c.out.Touch(tx, outbox.Shown{Slot: act.Slot{
		ID: "ask/" + string(r.ID), Brand: r.Brand, Subject: act.Subject{Kind: act.OnRequest, ID: r.ID}, At: act.Place{Platform: "chat", Space: "team", Channel: "a-inbox"},
	}})
}

func (c *court) Void(tx *storage.Tx, brand bot.BrandID, subject bot.ID, as bot.RequestState) error {
	for r, err := range records.RequestsOn.Under(tx, storage.K(brand, subject)) {
		if err != nil {
			return err
		}
		if r.State != bot.Awaiting && r.State != bot.Agreed {
			continue
		}
		r.State = as
		if err := records.Requests.Put(tx, r); err != nil {
			return err
		}
	}
	return nil
}

func (c *court) Stands(tx *storage.Tx, b *bot.Brand, subject bot.ID, hash string) (bool, error) {
	r, ok, err := records.Found(records.RequestsOn.First(tx, storage.K(b.ID, subject), storage.Reverse()))
	return ok && r.Hash == hash && r.Has(b), err
}

var errDecided = errors.New("no word counts any more")

// says puts a person's word on the newest request about a draft, or takes it back.
func (c *court) says(tx *storage.Tx, b *bot.Brand, draft bot.ID, who bot.PersonID, word string) error {
	r, err := records.RequestsOn.First(tx, storage.K(b.ID, draft), storage.Reverse())
	if err != nil {
		return err
	}
	asked := c.matters[r.Matter]
	hash, err := asked.Hash(tx, b.ID, draft)
	if err != nil {
		return err
	}
	out, err := asked.Out(tx, b.ID, draft)
	if err != nil || out || hash != r.Hash || r.State != bot.Awaiting && r.State != bot.Agreed {
		return errors.Join(err, errDecided)
	}
	was := r.State
	r.Decisions = slices.DeleteFunc(slices.Clone(r.Decisions), func(d bot.Decision) bool { return d.Who == who })
	if word == "yes" || word == "no" {
		r.Decisions = append(r.Decisions, bot.Decision{Who: who, Yes: word == "yes", How: "command", At: tx.Now()})
	}
	yes, no := r.Agreeing(b)
	switch {
	case word == "return":
		r.State = bot.Returned
	case no > 0:
		r.State = bot.Refused
	case yes >= b.Approvals.Needs(bot.PostMatter):
		r.State = bot.Agreed
	default:
		r.State = bot.Awaiting
	}
	if err := records.Requests.Put(tx, r); err != nil || r.State == was {
		return err
	}
	return asked.Decided(tx, r)
}

func (h *house) brand() *bot.Brand {
	b, _ := h.Brands().Brand(aurora)
	return b
}

func (h *house) try(f func(*storage.Tx) error) error {
	err := h.Try(f)
	h.Idle()
	return err
}

func (h *house) do(f func(*storage.Tx) error) {
	h.Helper()
	if err := h.try(f); err != nil {
		h.Fatal(err)
	}
}

func says(text string, when time.Time, accounts ...bot.AccountID) post.Order {
	if len(accounts) == 0 {
		accounts = []bot.AccountID{page}
	}
	return post.Order{By: "ana", Content: bot.Content{Text: text, Accounts: accounts, When: when}}
}

// writes has ana write a draft.
func (h *house) writes(o post.Order) bot.Draft {
	h.Helper()
	var d bot.Draft
	h.do(func(tx *storage.Tx) (err error) {
		d, _, err = h.desk.Write(tx, h.brand(), o)
		return err
	})
	return d
}

func (h *house) edits(d bot.Draft, o post.Order, seen int) error {
	return h.try(func(tx *storage.Tx) error {
		_, _, err := h.desk.Edit(tx, h.brand(), d, o, seen)
		return err
	})
}

// decides has people say a word on a draft.
func (h *house) decides(d bot.Draft, word string, who ...bot.PersonID) error {
	return h.try(func(tx *storage.Tx) error {
		for _, p := range who {
			if err := h.court.says(tx, h.brand(), d.ID, p, word); err != nil {
				return err
			}
		}
		return nil
	})
}

func (h *house) approves(d bot.Draft) {
	h.Helper()
	if err := h.decides(d, "yes", "pia"); err != nil {
		h.Fatal(err)
	}
}

func (h *house) draft(d bot.Draft) bot.Draft {
	h.Helper()
	return coretest.Get(h.World, func(tx *storage.Tx) (bot.Draft, error) { return records.Drafts.Get(tx, storage.K(aurora, d.ID)) })
}

func (h *house) posts(d bot.Draft) []bot.Post {
	h.Helper()
	return coretest.Get(h.World, func(tx *storage.Tx) (out []bot.Post, _ error) {
		for p, err := range records.PostsOf.Under(tx, storage.K(d.ID)) {
			if err != nil {
				return nil, err
			}
			out = append(out, p)
		}
		return out, nil
	})
}

// stands is the states of a draft's posts, by account.
func (h *house) stands(d bot.Draft) string {
	h.Helper()
	var out []string
	for _, p := range h.posts(d) {
		out = append(out, string(p.State))
	}
	return strings.Join(out, ", ")
}

func (h *house) is(d bot.Draft, want string) {
	h.Helper()
	if got := h.stands(d); got != want {
		h.Fatalf("it is %q, want %q", got, want)
	}
}

func (h *house) request(d bot.Draft) bot.Request {
	h.Helper()
	return coretest.Get(h.World, func(tx *storage.Tx) (bot.Request, error) {
		return records.RequestsOn.First(tx, storage.K(aurora, d.ID), storage.Reverse())
	})
}

// public is what stands on the network, by account.
func (h *house) public() []string {
	out := []string{}
	for _, m := range h.Net.All() {
		out = append(out, m.At.Space+": "+m.Text)
	}
	slices.Sort(out)
	return out
}

// told is what was said in a thread, with whom it pinged.
func (h *house) told(slot string) (out []string) {
	h.Helper()
	thread := coretest.Slot(h.World, slot).Ref
	for _, m := range h.Chat.All() {
		if m.Thread != thread || thread == "" || len(m.Card.Blocks) == 0 || m.Card.Blocks[0].Words == nil || m.Card.Blocks[0].Words.Key != "post.told" {
			continue
		}
		for _, a := range m.Card.Blocks[0].Words.Args {
			if a.Words != nil {
				out = append(out, a.Words.Key+" "+strings.Join(m.Mention, " "))
			}
		}
	}
	return out
}

// shows is the message that shows a draft: its mark, lines and buttons.
func (h *house) shows(slot string) string {
	h.Helper()
	m, ok := h.Chat.Find(coretest.Slot(h.World, slot).Ref)
	if !ok {
		return "nothing"
	}
	return face(m.Card)
}

func face(c card.Card) string {
	out := []string{string(c.Mark)}
	for _, b := range c.Blocks {
		for _, l := range b.List {
			for _, a := range l.Words.Args {
				if a.Words != nil {
					out = append(out, a.Words.Key)
				}
			}
		}
	}
	for _, a := range c.Actions {
		out = append(out, "["+a.Verb+"]")
	}
	return strings.Join(out, " ")
}

func key(err error) string {
	if e, ok := bot.Asked(err); ok {
		return e.Key
	}
	if err != nil {
		return err.Error()
	}
	return ""
}
