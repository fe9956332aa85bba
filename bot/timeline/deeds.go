package timeline

import (
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/card"
	"ponte/bot/records"
	"ponte/storage"
)

// told are the lines of the audit log that a history tells. The others are about how
// it was done, or say what another line tells.
var told = map[string]bool{
	"item.came": true, "item.edited": true, "item.deleted": true,
	"conversation.assigned": true, "conversation.resolved": true, "conversation.spam": true, "conversation.reopened": true,
	"conversation.snoozed": true, "conversation.woke": true, "conversation.overdue": true, "conversation.labelled": true,
	"conversation.priority": true, "conversation.merged": true, "storm.pull": true,
	"reply.sent_off": true, "reply.undone": true, "reply.published": true, "reply.failed": true, "reply.unknown": true,
	"reply.edit_done": true, "reply.edit_failed": true, "reply.delete_done": true, "reply.delete_failed": true,
	"request.asked": true, "request.decided": true, "request.withdrawn": true, "request.returned": true, "request.lapsed": true,
}

// tells reports whether a history tells a line of the audit log. What waits for a
// decision was asked for, which another line tells.
func tells(r *bot.Record) bool {
	return told[r.What] && (r.What != "reply.sent_off" || r.Details["state"] != string(bot.InReview))
}

// item is a line of what came from the public, and of what became of it there.
func (h *history) item(r *bot.Record) (card.Line, error) {
	it, ok, err := records.Found(records.Item(h.tx, h.b.ID, bot.ID(r.Details["item"])))
	if err != nil {
		return card.Line{}, err
	}
	l := card.Line{Mark: card.MarkOpen, Words: card.W("timeline.came")}
	switch r.What {
	case "item.edited":
		l.Words = card.W("timeline.edited")
	case "item.deleted":
		l.Words = card.W("timeline.deleted")
	}
	switch {
	case !ok:
	case it.Deleted() || r.What == "item.deleted": // what is gone at the source is not shown any more
		l.Text = card.Outside(it.Author.Name)
	default:
		l.Text = said(it.Author.Name, reads(&it, r))
	}
	return l, nil
}

// reads is how an item read at the time of a line.
func reads(it *bot.Item, r *bot.Record) string {
	text := it.Text
	for _, e := range it.Events {
		if !e.At.After(r.At) && !e.Deleted {
			text = e.Text
		}
	}
	return text
}

// reply is a line of what became of a reply of ours.
func (h *history) reply(r *bot.Record) (card.Line, error) {
	name := card.Text("Name", h.name(r.Who))
	l := card.Line{Mark: card.MarkNote}
	switch r.What {
	case "reply.sent_off":
		l.Mark, l.Words = card.MarkPublic, card.W("timeline.sent_off", name)
	case "reply.undone":
		l.Words = card.W("timeline.undone", name)
	case "reply.published":
		l.Mark, l.Words = card.MarkOut, card.W("timeline.out")
	case "reply.failed":
		l.Mark, l.Words = card.MarkFailed, card.W("timeline.failed")
	case "reply.unknown":
		l.Mark, l.Words = card.MarkUnknown, card.W("timeline.unknown")
	case "reply.edit_done":
		l.Mark, l.Words = card.MarkOut, card.W("timeline.changed")
	case "reply.delete_done":
		l.Words = card.W("timeline.removed")
	case "reply.edit_failed", "reply.delete_failed":
		l.Mark, l.Words = card.MarkFailed, card.W("timeline.change_failed")
	case "request.asked":
		l.Mark, l.Words = card.MarkPublic, card.W("timeline.asked", name)
	case "request.decided":
		l.Mark, l.Words = card.MarkApproved, card.W("timeline.approved", name)
		if r.Details["yes"] != "true" {
			l.Mark, l.Words = card.MarkFailed, card.W("timeline.rejected", name)
		}
	case "request.withdrawn":
		l.Words = card.W("timeline.withdrawn", name)
	case "request.returned":
		l.Words = card.W("timeline.returned", name)
	case "request.lapsed":
		l.Mark, l.Words = card.MarkFailed, card.W("timeline.lapsed")
	}
	id := strings.TrimPrefix(r.Subject, "reply/")
	switch r.What {
	case "request.asked":
		_, id, _ = strings.Cut(r.Details["about"], "/")
	case "reply.sent_off", "reply.published":
	default:
		return l, nil
	}
	rep, ok, err := records.Found(records.Replies.Get(h.tx, storage.K(h.b.ID, id)))
	if ok {
		l.Text = card.Outside(bot.Short(rep.Text, excerpt))
	}
	return l, err
}

// care is a line of what the team, or the clock, did with the conversation.
func (h *history) care(r *bot.Record) card.Line {
	name := card.Text("Name", h.name(r.Who))
	switch r.What {
	case "conversation.assigned":
		return h.assigned(r, name)
	case "conversation.resolved":
		return card.Line{Mark: card.MarkResolved, Words: card.W("timeline.resolved", name)}
	case "conversation.spam":
		return card.Line{Mark: card.MarkResolved, Words: card.W("timeline.spam", name)}
	case "conversation.reopened":
		return card.Line{Mark: card.MarkOpen, Words: card.W("timeline.reopened", name)}
	case "conversation.snoozed":
		l := card.Line{Mark: card.MarkSnoozed}
		until, err := time.Parse(time.RFC3339, r.Details["until"])
		if l.Words = card.W("timeline.snoozed", name, card.At("Until", until)); err != nil {
			l.Words = card.W("timeline.snoozed_some", name)
		}
		return l
	case "conversation.woke":
		return card.Line{Mark: card.MarkOpen, Words: card.W("timeline.woke")}
	case "conversation.overdue":
		return card.Line{Mark: card.MarkOverdue, Words: card.W("timeline.overdue")}
	case "conversation.labelled":
		if r.Details["labels"] == "" {
			return card.Line{Mark: card.MarkNote, Words: card.W("timeline.unlabelled", name)}
		}
		return card.Line{Mark: card.MarkNote, Words: card.W("timeline.labelled", name, card.Text("Labels", r.Details["labels"]))}
	case "conversation.priority":
		return card.Line{Mark: card.MarkNote, Words: card.W("timeline.priority", name, card.In("Priority", card.W("relay.priority."+r.Details["priority"])))}
	case "conversation.merged":
		return card.Line{Mark: card.MarkNote, Words: card.W("timeline.merged")}
	default: // storm.pull
		return card.Line{Mark: card.MarkNote, Words: card.W("timeline.pulled", name)}
	}
}

// assigned tells who has a conversation from then on.
func (h *history) assigned(r *bot.Record, name card.Arg) card.Line {
	l := card.Line{Mark: card.MarkNote, Words: card.W("timeline.given", name, card.Text("To", h.name(r.Details["to"])))}
	switch r.Details["to"] {
	case "":
		l.Words = card.W("timeline.left", name)
	case r.Who:
		l.Words = card.W("timeline.taken", name)
	}
	return l
}
