package approval_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/internal/coretest"
	"ponte/storage"
)

// reads is what a card says below its title, a line for each block.
func reads(c card.Card) []string {
	var out []string
	for _, b := range c.Blocks {
		switch {
		case b.Words != nil:
			out = append(out, b.Words.String())
		case b.Quote != nil:
			out = append(out, fmt.Sprintf("public %v: %s", b.Quote.Public, b.Quote.Text))
		case b.Picture != nil:
			out = append(out, strings.TrimSpace(fmt.Sprintf("picture %s %s", b.Picture.Hash, b.Picture.Alt)))
		case b.List != nil:
			for _, l := range b.List {
				out = append(out, strings.TrimSpace(fmt.Sprintf("%s %s %s", l.Mark, l.Words, l.Text)))
			}
		default:
			var facts []string
			for _, f := range b.Facts {
				facts = append(facts, f.String())
			}
			out = append(out, strings.Join(facts, " · "))
		}
	}
	return out
}

func TestCard(t *testing.T) {
	in(t, func(h *house) {
		h.quorum(2)
		at := time.Now().Add(hours(48))
		r := h.asksWith("d1", bot.Content{
			Text: "New beans, *today* @all", Accounts: []bot.AccountID{"net:aurora", "net:gone", "net:shop"},
			Variants: map[bot.AccountID]string{"net:shop": "New beans in the shop", "net:gone": "New beans, *today* @all"},
			Pictures: []bot.Picture{{Hash: "1", Alt: "a cup"}, {Hash: "2"}}, When: at,
		}, []bot.Finding{
			{Check: "email", Account: "net:shop", Args: map[string]string{"Address": "a@b.example"}},
			{Check: "similar", Account: "net:shop", Args: map[string]string{"Account": "Aurora Shop", "Day": "Monday", "Text": "beans"}},
		})
		m := h.message(r)
		due := at.Format(time.RFC3339)
		want := list(
			"approval.as Account=Aurora Coffee Network=the net · net:gone", "public true: New beans, *today* @all",
			"approval.as Account=Aurora Shop Network=the net · approval.own_text", "public true: New beans in the shop",
			"picture 1 a cup", "picture 2", "approval.picture N=1 Of=2 a cup", "overdue approval.picture_bare N=2 Of=2",
			"overdue check.email Address=a@b.example Aurora Shop", "overdue check.similar Account=Aurora Shop Day=Monday Text=beans",
			"approval.when When="+due+" Zone=UTC · approval.until Until="+due,
		)
		if diff := cmp.Diff(want, reads(m.Card)); diff != "" {
			t.Error(diff)
		}
		if c := m.Card; c.Title.String() != "approval.title.asked What=approval.post_by Name=Ana Number=0" || c.Subject != "request/"+string(r.ID) || !c.Opens || c.Revision != 1 || m.At.Channel != "a-press" {
			t.Errorf("it is %q about %s at revision %d in %s", c.Title, c.Subject, c.Revision, m.At.Channel)
		}
		for i, verb := range []string{"approve", "return", "reject", "edit", "cancel"} {
			needs := []bot.Role{bot.Approver}
			if i > 2 {
				needs = []bot.Role{bot.Manager, bot.Strategist}
			}
			if a := m.Card.Actions[i]; a.Verb != verb || !cmp.Equal(needs, a.Needs) {
				t.Errorf("button %d is %s for %v", i, a.Verb, a.Needs)
			}
		}
		h.decides("pia", r, true)
		if c := h.message(r).Card; c.Foot.String() != "approval.has N=1 Of=2 Names=Pia" || c.Revision != 2 || len(c.Actions) != 5 {
			t.Errorf("it says %s at revision %d", c.Foot, c.Revision)
		}
		h.decides("rex", r, true)
		if c := h.message(r).Card; face(c) != "approved approval.title.approved approval.by" || c.Foot.String() != "approval.by Names=Pia, Rex" {
			t.Errorf("it shows %s, and says %s", face(c), c.Foot)
		}
		if diff := cmp.Diff(want, reads(h.message(r).Card)); diff != "" {
			t.Errorf("what it asks about changed: %s", diff)
		}
		h.asks("d1", "something else")
		if diff := cmp.Diff(want, reads(h.message(r).Card)); diff != "" {
			t.Errorf("what it asked about changed: %s", diff)
		}
	})
}

// Every text is shown, however many accounts there are; who shares one is counted.
func TestCardOfManyAccounts(t *testing.T) {
	in(t, func(h *house) {
		c := bot.Content{Text: "for all", Variants: map[bot.AccountID]string{}}
		for i := range 20 {
			id := bot.AccountID(fmt.Sprintf("net:%02d", i))
			c.Accounts = append(c.Accounts, id)
			if i >= 11 {
				c.Variants[id] = fmt.Sprint("own ", i)
			}
		}
		var found []bot.Finding
		for range 12 {
			found = append(found, bot.Finding{Check: "link"})
		}
		got := strings.Join(reads(h.message(h.asksWith("d1", c, found)).Card), "\n")
		if !strings.HasPrefix(got, "net:00 · net:01 · net:02 · net:03 · net:04 · net:05 · net:06 · net:07 · approval.more_accounts N=3\n") {
			t.Errorf("it says %s", got)
		}
		if strings.Count(got, "public true: own ") != 9 || strings.Count(got, "check.link") != 10 || !strings.Contains(got, "approval.more_warnings N=2") || !strings.Contains(got, "approval.soon · ") {
			t.Errorf("it says %s", got)
		}
	})
}

// A reply is asked about with whom it answers; what answers somebody whom not all
// read stays among those who do.
func TestCardOfReply(t *testing.T) {
	for _, where := range []struct {
		private       bool
		channel, room string
	}{{false, "inbox", "a-press"}, {true, "messages", "a-messages"}, {false, "messages", "a-messages"}} {
		in(t, func(h *house) {
			h.content["r1"] = bot.Content{Text: "sorry"}
			c := bot.Conversation{ID: "c1", Brand: aurora, Account: "net:shop", Root: "1", Private: where.private, Author: bot.Author{Name: "Maria"}, Channel: where.channel, Status: bot.Open}
			h.Configure(func(b *bot.Brand) { b.Approvals.Quorum = map[bot.Matter]int{bot.ReplyMatter: 1} })
			var r bot.Request
			content := h.content["r1"]
			h.do(func(tx *storage.Tx) (err error) {
				if err := records.Conversations.Insert(tx, c); err != nil {
					return err
				}
				r, err = h.desk.Ask(tx, bot.Request{Brand: aurora, Matter: bot.ReplyMatter, Subject: "r1", Hash: content.Hash(), By: "bo", Text: "sorry", Trace: "c1"})
				return err
			})
			m := h.message(r)
			want := list("approval.to Name=Maria · approval.as Account=Aurora Shop Network=the net", "public true: sorry", "approval.until Until="+r.Until.Format(time.RFC3339))
			if diff := cmp.Diff(want, reads(m.Card)); diff != "" {
				t.Error(diff)
			}
			if m.At.Channel != where.room || m.Card.Title.String() != "approval.title.asked What=approval.reply_by Name=Bo" {
				t.Errorf("it is %s in %s", m.Card.Title, m.At.Channel)
			}
			h.do(func(tx *storage.Tx) error {
				_, err := records.Conversations.Change(tx, storage.K(aurora, c.ID), func(c *bot.Conversation) error { c.Author.Name = "Eva"; return nil })
				return err
			})
			if err := h.decides("ana", r, true); err != nil || !h.stands(r) {
				t.Errorf("it stands: %v, %v", h.stands(r), err)
			}
			if diff := cmp.Diff(want, reads(h.message(r).Card)); diff != "" {
				t.Errorf("what it asks about changed: %s", diff)
			}
		})
	}
}

// Without a channel nothing can be asked; with a channel that is gone it is asked
// in the default one.
func TestRooms(t *testing.T) {
	in(t, func(h *house) {
		h.Configure(func(b *bot.Brand) { b.Approvals.Channel = "" })
		if at := h.message(h.asks("d1", "hello")).At; at.Channel != "a-inbox" {
			t.Errorf("it is asked in %s", at.Channel)
		}
		h.Configure(func(b *bot.Brand) { b.Channels = nil })
		err := h.Try(func(tx *storage.Tx) error {
			c := h.content["d1"]
			_, err := h.desk.Ask(tx, bot.Request{Brand: aurora, Matter: bot.PostMatter, Subject: "d2", Hash: c.Hash(), Content: &c})
			return err
		})
		if key(err) != "error.request_nowhere" {
			t.Errorf("without a channel: %v", err)
		}
	})
}

// The message can be decided about before it is there: what is said stands in its
// thread afterwards, once.
func TestSaidBeforeItIsThere(t *testing.T) {
	in(t, func(h *house) {
		h.Chat.Fails(func(string, act.Act) *coretest.Fault {
			return &coretest.Fault{Err: &bot.Error{Kind: bot.Unavailable, Key: "error.unavailable", RetryAfter: time.Minute}}
		})
		c := bot.Content{Text: "hello"}
		h.content["d1"] = c
		var r bot.Request
		if err := h.Try(func(tx *storage.Tx) (err error) {
			r, err = h.desk.Ask(tx, bot.Request{Brand: aurora, Matter: bot.PostMatter, Subject: "d1", Hash: c.Hash(), By: "ana", Content: &c})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := h.decides("pia", r, true); err != nil || !h.stands(r) {
			t.Errorf("it stands: %v, %v", h.stands(r), err)
		}
		h.Chat.Fails(nil)
		h.Pass(2 * time.Minute)
		h.Idle()
		if diff := cmp.Diff(list("approval.approves Name=Pia N=1 Of=1 u-ana"), h.thread(r)); diff != "" || h.message(r).Card.Mark != card.MarkApproved {
			t.Errorf("it shows %s: %s", h.message(r).Card.Mark, diff)
		}
	})
}

// Where few characters are left on an account, those who decide read how many.
func TestCardTellsWhatIsLeft(t *testing.T) {
	in(t, func(h *house) {
		h.desk.Room(func(a bot.AccountID, text string) (left, most int) {
			if a == "net:shop" {
				return 0, 0
			}
			return 20 - len(text), 20
		})
		for text, want := range map[string]string{"short": "", "fourteen signs": "", "fifteen signs..": "5", "twenty signs in all.": "0"} {
			r := h.asksWith(bot.ID("d "+text), bot.Content{Text: text, Accounts: []bot.AccountID{"net:aurora", "net:shop"}}, nil)
			as := h.message(r).Card.Blocks[0].Facts
			got := ""
			if as[0].Key == "approval.left" {
				got = strconv.Itoa(*as[0].Args[1].Count)
			}
			if got != want || as[1].Key != "approval.as" {
				t.Errorf("%q: left %q, want %q; on the other %s", text, got, want, as[1])
			}
		}
	})
}
