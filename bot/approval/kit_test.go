package approval_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/approval"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/internal/coretest"
	"ponte/storage"
)

const aurora = bot.BrandID("aurora")

// house is a world with a desk in it. Ana writes; Pia, Rex and Ugo approve.
type house struct {
	*coretest.World
	desk    *approval.Desk
	content map[bot.ID]bot.Content // as it is now, by subject
	out     map[bot.ID]bool
	refuses bool
}

// asker asks for decisions about what the house holds. What it is told goes into
// the audit log, so that a transaction that fails takes it back.
type asker struct{ *house }

func (a asker) Hash(_ *storage.Tx, _ bot.BrandID, subject bot.ID) (string, error) {
	c, ok := a.content[subject]
	if !ok {
		return "", nil
	}
	return c.Hash(), nil
}

func (a asker) Out(_ *storage.Tx, _ bot.BrandID, subject bot.ID) (bool, error) {
	return a.out[subject], nil
}

func (a asker) Decided(tx *storage.Tx, r bot.Request) error {
	if a.refuses {
		return bot.Errorf(bot.Conflict, "error.post_move")
	}
	kept, err := records.Requests.Get(tx, storage.K(r.Brand, r.ID))
	if err != nil {
		return err
	}
	if kept.State != r.State {
		return fmt.Errorf("told of %s while %s is kept", r.State, kept.State)
	}
	return records.Log(tx, bot.Record{Brand: r.Brand, What: string(r.State), Subject: "told/" + string(r.Subject)})
}

// in makes a world that is running.
func in(t *testing.T, f func(*house)) {
	t.Helper()
	h := &house{content: map[bot.ID]bot.Content{}, out: map[bot.ID]bool{}}
	coretest.In(t, func(w *coretest.World) []func(context.Context) error {
		h.World = w
		h.desk = approval.New(w.Store, w.Out, w.Brands, w.Log)
		h.desk.For(bot.PostMatter, asker{h})
		h.desk.For(bot.ReplyMatter, asker{h})
		return []func(context.Context) error{h.desk.Run}
	}, func(w *coretest.World) {
		w.Configure(func(b *bot.Brand) {
			b.People = append(b.People, coretest.Person("rex", "Rex", bot.Approver), coretest.Person("ugo", "Ugo", bot.Approver))
			b.People[0].Roles = append(b.People[0].Roles, bot.Approver) // ana, who writes
			b.Approvals.Channel = "press"
		})
		w.Run()
		f(h)
	})
}

func (h *house) quorum(n int) {
	h.Configure(func(b *bot.Brand) { b.Approvals.Quorum = map[bot.Matter]int{bot.PostMatter: n} })
}

func (h *house) brand() *bot.Brand { b, _ := h.Brands().Brand(aurora); return b }

func (h *house) person(id bot.PersonID) bot.Person {
	p, _ := h.brand().Person(id)
	p.ID = id
	return p
}

// asks has ana ask about a text; it is what the subject holds from then on.
func (h *house) asks(subject bot.ID, text string) bot.Request {
	h.Helper()
	return h.asksWith(subject, bot.Content{Text: text, Accounts: []bot.AccountID{"net:aurora"}}, nil)
}

func (h *house) asksWith(subject bot.ID, c bot.Content, warnings []bot.Finding) (r bot.Request) {
	h.Helper()
	h.content[subject] = c
	h.do(func(tx *storage.Tx) (err error) {
		r, err = h.desk.Ask(tx, bot.Request{
			Brand: aurora, Matter: bot.PostMatter, Subject: subject, Hash: c.Hash(), By: "ana", Content: &c, Warnings: warnings,
		})
		return err
	})
	return r
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

func (h *house) decides(who bot.PersonID, r bot.Request, yes bool) error {
	return h.try(func(tx *storage.Tx) error {
		_, err := h.desk.Decide(tx, h.brand(), h.person(who), r.ID, approval.Word{Yes: yes, How: approval.ByButton, Seen: r.Revision})
		return err
	})
}

func (h *house) withdraws(who bot.PersonID, r bot.Request) error {
	return h.try(func(tx *storage.Tx) error {
		_, err := h.desk.Withdraw(tx, h.brand(), h.person(who), r.ID)
		return err
	})
}

func (h *house) returns(who bot.PersonID, r bot.Request, why string) error {
	return h.try(func(tx *storage.Tx) error {
		_, err := h.desk.Return(tx, h.brand(), h.person(who), r.ID, why)
		return err
	})
}

// reacts returns what only the person is told: "" nothing, "-" when it is no word.
func (h *house) reacts(who bot.PersonID, r bot.Request, emoji string, removed bool) (told string) {
	h.Helper()
	slot := slotOf(h, r)
	h.do(func(tx *storage.Tx) error {
		told = ""
		handled, notice, err := h.desk.React(tx, h.brand(), h.person(who), slot, emoji, removed)
		if !handled {
			told = "-"
		}
		if notice != nil {
			told = notice.Blocks[0].Words.Key
		}
		return err
	})
	return told
}

// sees reconciles a request with "who emoji" that its message shows.
func (h *house) sees(r bot.Request, shown ...string) {
	h.Helper()
	time.Sleep(time.Second)
	h.saw(r, time.Now(), shown...)
}

// saw reconciles a request with what its message showed at a moment.
func (h *house) saw(r bot.Request, looked time.Time, shown ...string) {
	h.Helper()
	var seen []approval.Seen
	for _, s := range shown {
		who, emoji, _ := strings.Cut(s, " ")
		seen = append(seen, approval.Seen{Who: bot.Actor{Platform: "chat", Space: "team", User: "u-" + who}, Emoji: emoji})
	}
	slot := slotOf(h, r)
	h.do(func(tx *storage.Tx) error { return h.desk.Reconcile(tx, h.brand(), slot, looked, seen) })
}

func (h *house) now(r bot.Request) bot.Request {
	h.Helper()
	return coretest.Get(h.World, func(tx *storage.Tx) (bot.Request, error) { return h.desk.Request(tx, aurora, r.ID) })
}

func (h *house) stands(r bot.Request) bool {
	h.Helper()
	return coretest.Get(h.World, func(tx *storage.Tx) (bool, error) { return h.desk.Stands(tx, h.brand(), r.Subject, r.Hash) })
}

// words is what everybody's last word is: "pia yes, rex (no)" where rex took it back.
func (h *house) words(r bot.Request) string {
	h.Helper()
	var out []string
	for _, d := range h.now(r).Decisions {
		w := map[bool]string{true: "yes", false: "no"}[d.Yes]
		if d.Off {
			w = "(" + w + ")"
		}
		out = append(out, string(d.Who)+" "+w)
	}
	return strings.Join(out, ", ")
}

func (h *house) message(r bot.Request) coretest.Message {
	h.Helper()
	m, ok := h.Chat.Find(coretest.Slot(h.World, approval.Slot(r.ID)).Ref)
	if !ok {
		h.Fatal("nobody is asked")
	}
	return m
}

// face is a card's mark, title, foot and buttons.
func face(c card.Card) string {
	out := []string{string(c.Mark), c.Title.Key, c.Foot.Key}
	for _, a := range c.Actions {
		out = append(out, "["+a.Verb+"]")
	}
	return strings.Join(out, " ")
}

// thread is what was said under a request, and whom it pinged.
func (h *house) thread(r bot.Request) []string {
	h.Helper()
	out, ref := []string{}, h.message(r).Ref
	for _, m := range h.Chat.All() {
		if m.Thread == ref {
			out = append(out, strings.TrimSpace(m.Card.Blocks[0].Words.String()+" "+strings.Join(m.Mention, " ")))
		}
	}
	return out
}

// told is what the asker was told, in order.
func (h *house) told(subject bot.ID) []string {
	h.Helper()
	out := []string{}
	for _, line := range coretest.Audit(h.World, "told/"+string(subject)) {
		out = append(out, strings.TrimPrefix(line, "ponte "))
	}
	return out
}

func (h *house) audit(r bot.Request) []string {
	h.Helper()
	return coretest.Audit(h.World, act.OnRequest+"/"+string(r.ID))
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

func list(s ...string) []string { return slices.Clone(append([]string{}, s...)) }

func hours(n int) time.Duration { return time.Duration(n) * time.Hour }

func slotOf(h *house, r bot.Request) act.Slot {
	h.Helper()
	return coretest.Slot(h.World, approval.Slot(r.ID))
}
