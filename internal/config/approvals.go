package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"ponte/bot"
	"ponte/internal/form"
)

// Approvals say how a brand decides what goes out.
type approvals struct {
	form.Spot
	channel            form.Word
	posts, replies     int
	postsAt, repliesAt form.Spot
	self               bool
	yes, no            []form.Word
	lapse, remind      time.Duration
	remindAt           form.Spot
}

func (*approvals) Called() string { return "the approvals" }

func (a *approvals) Keys() []form.Key {
	return []form.Key{
		form.Free("channel", "Where decisions are asked for, a channel that every approver may see. Usually the default channel.", form.Slug(&a.channel, "approvals")),
		form.Usual("posts", "1", "How many approvers must agree before a post goes out; 0: nobody is asked.", form.Marked(&a.postsAt, form.Count(&a.posts, 0, 50))),
		form.Usual("replies", "0", "How many must agree before a reply goes out; 0: nobody is asked.", form.Marked(&a.repliesAt, form.Count(&a.replies, 0, 50))),
		form.Usual("self", "false", "Whether approvers may decide about what they wrote themselves.", form.Truth(&a.self)),
		form.Free("approve", "Reactions that approve. Usually ✅.", emojis(&a.yes)),
		form.Free("reject", "Reactions that reject. Usually ❌.", emojis(&a.no)),
		form.Usual("lapse", "72h", "How long a decision is waited for, where what it is about names no time of its own.", form.Stretch(&a.lapse, 10*time.Minute, 1000*time.Hour, "72h")),
		form.Usual("remind", "1h", "How long before it lapses the approvers are reminded.", form.Marked(&a.remindAt, form.Stretch(&a.remind, time.Minute, 168*time.Hour, "1h"))),
	}
}

// emojis reads reactions.
func emojis(into *[]form.Word) form.Reading {
	var at form.Spot
	return form.Marked(&at, form.Words(into, "emoji", emoji))
}

// emoji reads one reaction, as team chat shows it.
func emoji(into *form.Word) form.Reading {
	return form.Written(into, `one emoji, such as "✅"`, func(s string) string {
		sign := strings.ContainsFunc(s, func(r rune) bool { return r > unicode.MaxASCII })
		other := strings.ContainsFunc(s, func(r rune) bool { return unicode.IsLetter(r) || unicode.IsSpace(r) || unicode.IsControl(r) })
		if !sign || other || utf8.RuneCountInString(s) > 10 {
			return form.Quote(s)
		}
		return ""
	})
}

// decides tells whether the brand says anything of its approvals.
func (b *brand) decides() bool { return b.approvals.Spot != b.Spot }

func (c *checker) approvals(b *brand) {
	a := &b.approvals
	c.Refers(a.channel, "channel", b.rooms())
	both := map[string]bool{}
	for _, w := range slices.Concat(a.yes, a.no) {
		if both[w.Text] {
			c.Fault(w.Spot, "the reaction "+form.Quote(w.Text)+" a second time", "each of them once, in approve or in reject")
		}
		both[w.Text] = true
	}
	if !b.decides() {
		return
	}
	if a.remind > 0 && a.lapse > 0 && a.remind >= a.lapse {
		c.Fault(a.remindAt, "a reminder before there is anything to remind of", "`remind` shorter than `lapse`")
	}
	c.approvers(b)
}

// approvers is a fault where those who decide cannot see what is asked, or are too few.
func (c *checker) approvers(b *brand) {
	a, there := &b.approvals, 0
	if len(b.groups) > 0 {
		return // who is in them shows when Ponte runs
	}
	room := b.decidesIn()
	for _, p := range b.people {
		if len(p.roles) == 0 {
			return // nobody knows what they are
		}
		if !p.is().Has(bot.Approver) {
			continue
		}
		there++
		if room != nil && len(room.may()) > 0 && !p.is().Has(room.may()...) {
			at := a.Spot
			if a.channel.OK {
				at = a.channel.Spot
			}
			c.Fault(at, fmt.Sprintf("the channel %s, which the approver %s may not see", form.Quote(room.id.Text), form.Quote(p.id.Text)), "a channel that every approver may see")
			room = nil
		}
	}
	for _, q := range []struct {
		form.Spot
		needs int
	}{{a.postsAt, a.posts}, {a.repliesAt, a.replies}} {
		switch {
		case q.needs > there:
			c.Fault(q.Spot, fmt.Sprintf("a quorum of %d in a brand with %s", q.needs, many(there)), "no more than the approvers among its people")
		case b.alone(q.needs):
			c.Fault(q.Spot, fmt.Sprintf("a quorum of %d that nobody's text can reach, since authors do not decide about what they wrote", q.needs),
				"an approver more, somebody else who writes, or `self: true`")
		}
	}
	for _, ch := range b.channels {
		if can := b.decideIn(ch); a.replies > can && a.replies <= there {
			c.Fault(ch.Spot, fmt.Sprintf("the channel %s, which %s may see, while replies from it need %d", form.Quote(ch.id.Text), many(can), a.replies),
				"as many approvers among those who may see it")
		}
	}
}

// alone reports whether whoever writes is missing among those who decide, so that
// no text of anybody has its quorum.
func (b *brand) alone(quorum int) bool {
	writers := 0
	for _, author := range b.people {
		if !author.is().Has(bot.Manager, bot.Strategist) {
			continue
		}
		writers++
		others := 0
		for _, p := range b.people {
			if p.is().Has(bot.Approver) && (b.approvals.self || p != author) {
				others++
			}
		}
		if others >= quorum {
			return false
		}
	}
	return writers > 0
}

// decideIn counts the approvers who may see a channel.
func (b *brand) decideIn(ch *channel) (n int) {
	for _, p := range b.people {
		if p.is().Has(bot.Approver) && (len(ch.may()) == 0 || p.is().Has(ch.may()...)) {
			n++
		}
	}
	return n
}

func many(approvers int) string {
	switch approvers {
	case 0:
		return "no approver"
	case 1:
		return "one approver"
	}
	return fmt.Sprintf("%d approvers", approvers)
}

// decidesIn is the channel where decisions are asked for; nil when there is none.
func (b *brand) decidesIn() *channel {
	for _, ch := range b.channels {
		if b.approvals.channel.OK && ch.id.Text == b.approvals.channel.Text || b.approvals.channel.Line == 0 && ch.first {
			return ch
		}
	}
	return nil
}

// rooms lists the short names of the brand's channels.
func (b *brand) rooms() []string {
	var out []string
	for _, ch := range b.channels {
		if ch.id.OK {
			out = append(out, ch.id.Text)
		}
	}
	return out
}

func (a *approvals) build() bot.Approvals {
	return bot.Approvals{
		Channel: a.channel.Text, Quorum: map[bot.Matter]int{bot.PostMatter: a.posts, bot.ReplyMatter: a.replies},
		Self: a.self, Yes: texts(a.yes), No: texts(a.no), Lapse: a.lapse, Remind: a.remind,
	}
}
