package reply_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/approval"
	"ponte/bot/records"
	"ponte/internal/coretest"
	"ponte/storage"
)

// reviewed is a world whose replies need the word of so many approvers; bo's waits.
func reviewed(t *testing.T, quorum int, f func(*house)) {
	in(t, func(h *house) {
		h.Configure(func(b *bot.Brand) {
			b.Approvals.Quorum = map[bot.Matter]int{bot.ReplyMatter: quorum}
			for i := range b.People {
				if b.People[i].ID == "sven" {
					b.People[i].Roles = append(b.People[i].Roles, bot.Approver)
				}
			}
		})
		if err := h.sends("1", "We are sorry.", "t1"); err != nil {
			t.Fatal(err)
		}
		f(h)
	})
}

// says has somebody say a word on the newest request.
func (h *house) says(who bot.PersonID, yes bool) error {
	return h.try(func(tx *storage.Tx) error {
		b, _ := h.Brands().Brand(aurora)
		p, _ := b.Person(who)
		r, err := records.Replies.Get(tx, storage.K(aurora, h.newest(tx)))
		if err != nil {
			return err
		}
		_, err = h.approvals.Decide(tx, b, p, r.Request, approval.Word{Yes: yes, How: approval.ByButton, Seen: -1})
		return err
	})
}

func (h *house) newest(tx *storage.Tx) bot.ID {
	for r := range records.Replies.Under(tx, storage.K(aurora), storage.Reverse()) {
		return r.ID
	}
	return ""
}

func TestReplyWaitsForApproval(t *testing.T) {
	reviewed(t, 1, func(h *house) {
		h.Pass(time.Hour)
		if r := h.reply(); r.State != bot.InReview || len(h.public()) != 0 || h.shows(r) != "public reply.in_review [undo]" {
			t.Errorf("it is %s, shows %s, and the public reads %q", r.State, h.shows(r), h.public())
		}
		for _, who := range []bot.PersonID{"bo", "ana", "olga"} {
			if err := h.says(who, true); key(err) == "" {
				t.Errorf("%s may decide", who)
			}
		}
		if err := h.says("pia", true); err != nil {
			t.Fatal(err)
		}
		if r := h.reply(); r.State != bot.Published {
			t.Errorf("once it is approved it is %s", r.State)
		}
		if diff := cmp.Diff([]string{"We are sorry."}, h.public()); diff != "" {
			t.Error(diff)
		}
		if err := h.says("pia", false); key(err) == "" {
			t.Error("what is out can still be decided about")
		}
	})
}

func TestReplyNeedsItsQuorum(t *testing.T) {
	reviewed(t, 2, func(h *house) {
		h.says("pia", true)
		if h.Pass(time.Minute); len(h.public()) != 0 {
			t.Errorf("with one of two the public reads %q", h.public())
		}
		h.says("sven", true)
		if got := h.public(); len(got) != 1 {
			t.Errorf("with both the public reads %q", got)
		}
	})
}

func TestReplyIsTurnedDown(t *testing.T) {
	reviewed(t, 1, func(h *house) {
		h.says("pia", false)
		if r := h.reply(); r.State != bot.Rejected || h.shows(r) != "note reply.rejected [reply]" {
			t.Errorf("rejected, it is %s and shows %s", r.State, h.shows(r))
		}
		if err := h.says("pia", true); key(err) == "" {
			t.Error("what was rejected is approved after all")
		}
		if h.Pass(time.Hour); len(h.public()) != 0 {
			t.Errorf("the public reads %q", h.public())
		}
	})
}

func TestReplyInReviewIsTakenBack(t *testing.T) {
	reviewed(t, 1, func(h *house) {
		r := h.reply()
		if err := h.try(func(tx *storage.Tx) error { return h.desk.Now(tx, "bo", r) }); key(err) != "error.waits_for_approval" {
			t.Errorf("hurried: %v", err)
		}
		h.do(func(tx *storage.Tx) error { return h.desk.Undo(tx, "bo", r) })
		if err := h.says("pia", true); key(err) == "" {
			t.Error("what was taken back is approved")
		}
		if r = h.reply(); r.State != bot.Cancelled || len(h.public()) != 0 {
			t.Errorf("it is %s, and the public reads %q", r.State, h.public())
		}
	})
}

func TestReplyNobodyDecidesAbout(t *testing.T) {
	reviewed(t, 1, func(h *house) {
		h.Down(71 * time.Hour)
		h.Pass(2 * time.Hour)
		if r := h.reply(); r.State != bot.Expired || h.shows(r) != "note reply.lapsed [reply]" {
			t.Errorf("it is %s and shows %s", r.State, h.shows(r))
		}
		if err := h.says("pia", true); key(err) == "" || len(h.public()) != 0 {
			t.Errorf("approved too late: %v, %q", err, h.public())
		}
	})
}

// A word taken back before the reply is out holds it, also where the network keeps
// it waiting.
func TestApprovalOfAReplyIsWithdrawn(t *testing.T) {
	reviewed(t, 1, func(h *house) {
		h.Net.Fails(func(string, act.Act) *coretest.Fault {
			return &coretest.Fault{Err: bot.Errorf(bot.Unavailable, "error.unavailable")}
		})
		h.says("pia", true)
		h.Net.Fails(nil)
		h.do(func(tx *storage.Tx) error {
			b, _ := h.Brands().Brand(aurora)
			p, _ := b.Person("pia")
			r, err := records.Replies.Get(tx, storage.K(aurora, h.newest(tx)))
			if err != nil {
				return err
			}
			_, err = h.approvals.Withdraw(tx, b, p, r.Request)
			return err
		})
		if h.Pass(time.Hour); h.reply().State != bot.InReview || len(h.public()) != 0 {
			t.Errorf("it is %s, and the public reads %q", h.reply().State, h.public())
		}
	})
}

// An edit of what is out would be out without anybody's word.
func TestReplyThatWasApprovedIsNotRewritten(t *testing.T) {
	reviewed(t, 1, func(h *house) {
		h.says("pia", true)
		r := h.reply()
		if err := h.try(func(tx *storage.Tx) error { return h.desk.Rewrite(tx, "bo", r, "something else") }); key(err) != "error.edit_unapproved" {
			t.Errorf("rewritten: %v", err)
		}
		if diff := cmp.Diff([]string{"We are sorry."}, h.public()); diff != "" {
			t.Error(diff)
		}
	})
}
