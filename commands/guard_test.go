package commands_test

import (
	"testing"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/internal/coretest"
	"ponte/storage"
)

// What comes again and asks for something else is refused, not answered as done.
func TestSentBefore(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "cold coffee"))
		c := h.of("1")
		f := h.clicks("ana", "reply", c).Form
		first := h.fills("ana", f, map[string]string{"text": "Sorry Mario"})
		again := h.fills("ana", f, map[string]string{"text": "Sorry Mario"})
		other := h.fills("ana", f, map[string]string{"text": "Sorry Maria"})
		if notice(first) != "" || notice(again) != "" {
			t.Errorf("the first is answered with %q, the same again with %q", notice(first), notice(again))
		}
		if !other.Refused || notice(other) != "error.sent_before" {
			t.Errorf("the corrected one is answered with %q", notice(other))
		}
		typed := act.Commanded{Scene: h.scene("bo", "a-inbox", coretest.Slot(h.World, records.CardSlot(c.ID)).Ref), Text: "reply One"}
		h.hears(typed)
		if typed.Text = "reply Two"; notice(h.hears(typed)) != "error.sent_before" {
			t.Error("the same deed with another text is answered as done")
		}
		var texts []string
		for _, r := range h.replies("aurora") {
			texts = append(texts, r.Text)
		}
		if len(texts) != 2 || texts[0] != "Sorry Mario" || texts[1] != "One" {
			t.Errorf("sent off: %q", texts)
		}
	})
}

// Who answers in a thread by command answers whom they saw last, or is asked again.
func TestReplyTypedPastSomebody(t *testing.T) {
	for _, c := range []struct {
		name  string
		wait  time.Duration
		seen  string // the item whose message they had before them
		asked bool
	}{
		{"it is known that they missed it", time.Hour, "2", true},
		{"it is known that they saw it", 0, "3", false},
		{"nobody knows, and it came just now", 14 * time.Second, "", true},
		{"nobody knows, and it has stood there", 15 * time.Second, "", false},
	} {
		in(t, func(h *house) {
			h.comes(said("1", "maria", "cold coffee"))
			h.comes(said("2", "ugo", "mine too", to("1")))
			h.comes(said("3", "eva", "and mine", to("1")))
			h.Pass(c.wait)
			conv := h.of("1")
			scene := h.scene("ana", "a-inbox", coretest.Slot(h.World, records.CardSlot(conv.ID)).Ref)
			if c.seen != "" {
				scene.Seen = coretest.Slot(h.World, records.ItemSlot(conv.ID, h.item(c.seen))).Ref
			}
			ans := h.hears(act.Commanded{Scene: scene, Text: "reply Sorry Ugo"})
			h.Idle()
			if asked := ans.Form != nil && ans.Refused; asked != c.asked || (len(h.replies("aurora")) == 0) != c.asked {
				t.Fatalf("%s: asked %v, %d replies", c.name, asked, len(h.replies("aurora")))
			}
			if c.asked {
				last := ans.Form.Fields[len(ans.Form.Fields)-1]
				if last.Value != "Sorry Ugo" || quotes(card.Card{Blocks: ans.Form.Blocks}) == "" {
					t.Errorf("%s: the form has %q", c.name, last.Value)
				}
				return
			}
			r := h.replies("aurora")[0]
			m, _ := h.Chat.Find(coretest.Slot(h.World, records.ReplySlot(conv.ID, r.ID)).Ref)
			if got := m.Card.Blocks[1].Facts[0].String(); got != "reply.to Name=eva" {
				t.Errorf("%s: the reply's card says %q", c.name, got)
			}
			if due := m.Card.Foot.Args[0]; !due.Exact {
				t.Errorf("%s: it goes out %v, to the minute", c.name, due.At)
			}
		})
	}
}

// A deletion that is typed asks first.
func TestDeleteTyped(t *testing.T) {
	in(t, func(h *house) {
		h.comes(said("1", "maria", "cold coffee"))
		c := h.of("1")
		h.says("ana", "reply Sorry", c)
		h.Pass(time.Hour)
		ans := h.says("ana", "delete", c)
		if len(h.public()) != 1 || ans.Form == nil || quotes(card.Card{Blocks: ans.Form.Blocks}) != "Sorry" {
			t.Fatalf("it was not asked: %+v, public %q", ans, h.public())
		}
		h.fills("ana", ans.Form, map[string]string{})
		if got := h.public(); len(got) != 0 || h.replies("aurora")[0].RemovedAt.IsZero() {
			t.Errorf("public: %q", got)
		}
	})
}

func (h *house) item(remote string) bot.ID {
	h.Helper()
	return coretest.Get(h.World, itemID(remote))
}

func itemID(remote string) func(*storage.Tx) (bot.ID, error) {
	return func(tx *storage.Tx) (bot.ID, error) {
		it, err := records.ItemByRemote.First(tx, storage.K(bot.AccountID("net:aurora"), remote))
		return it.ID, err
	}
}

// What team chat refuses to show is told where people look.
func TestStatusSaysWhatFailed(t *testing.T) {
	in(t, func(h *house) {
		failed := func() string {
			return h.says("ana", "status", bot.Conversation{}).Notice.Blocks[1].Facts[2].String()
		}
		h.Chat.Fails(func(string, act.Act) *coretest.Fault {
			return &coretest.Fault{Err: bot.Errorf(bot.Denied, "error.cannot_reply")}
		})
		h.comes(said("1", "maria", "cold coffee"))
		if got := failed(); got != "status.failed_n N=1" {
			t.Errorf("while the card cannot be shown: %s", got)
		}
		h.Chat.Fails(nil)
		h.Pass(3 * time.Hour)
		if got := failed(); got != "status.failed_n N=0" || coretest.Slot(h.World, records.CardSlot(h.of("1").ID)).Ref == "" {
			t.Errorf("when it can: %s", got)
		}
	})
}
