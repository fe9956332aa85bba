package inbox

import (
	"strings"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/bot/outbox"
	"ponte/bot/records"
	"ponte/storage"
)

var managers = []bot.Role{bot.Manager}

// drawConversation draws a conversation's card from its state now.
func (in *Inbox) drawConversation(tx *storage.Tx, slot act.Slot) (outbox.Drawing, error) {
	c, err := records.Conversations.Get(tx, storage.K(slot.Brand, slot.Subject.ID))
	if err != nil {
		return outbox.Drawing{}, err
	}
	if c.MergedInto != "" {
		return in.drawMerged(tx, &c, slot)
	}
	first, err := records.Item(tx, c.Brand, c.First)
	if err != nil {
		return outbox.Drawing{}, err
	}
	out := card.Card{
		Mark: mark(&c), Title: title(&first), Author: in.author(&first), Subject: slot.Subject.String(), Revision: c.Revision, Opens: true, Gone: first.Deleted(),
		Tags: tags(&c),
	}
	out.Blocks = append(out.Blocks, said(&first)...)
	there := !first.Deleted() // somebody can be answered
	if c.Last != c.First {
		last, err := records.Item(tx, c.Brand, c.Last)
		if err != nil {
			return outbox.Drawing{}, err
		}
		there = there || !last.Deleted()
		out.Blocks = append(out.Blocks, card.Say(card.W("relay.latest", card.Count("N", c.Items))), latest(&last))
	}
	facts, err := in.facts(tx, &c)
	if err != nil {
		return outbox.Drawing{}, err
	}
	if len(facts) > 0 {
		out.Blocks = append(out.Blocks, card.Block{Facts: facts})
	}
	out.Actions = in.actions(&c, first.URL, there)
	for _, w := range c.Writing {
		if w.Until.After(tx.Now()) {
			out.Foot = card.W("relay.writing", card.Text("Name", in.person(c.Brand, w.Person)))
		}
	}
	return outbox.Drawing{Card: out}, nil
}

// drawMerged says where a conversation goes on; one that was never shown need not say it.
func (in *Inbox) drawMerged(tx *storage.Tx, c *bot.Conversation, slot act.Slot) (outbox.Drawing, error) {
	if slot.Ref == "" {
		return outbox.Drawing{Nothing: true}, nil
	}
	into, err := records.ConversationOf(tx, c.Brand, c.MergedInto)
	if err != nil {
		return outbox.Drawing{}, err
	}
	line := card.Line{Mark: card.MarkOpen, Words: card.W("relay.merged"), Text: card.Outside(into.Author.Name)}
	channel, message, ok, err := in.Thread(tx, &into)
	if err != nil {
		return outbox.Drawing{}, err
	}
	if ok {
		line.Thread = &card.Ref{Channel: channel, Message: message}
	}
	return outbox.Drawing{Card: card.Card{
		Mark: card.MarkResolved, Title: card.W("relay.merged_title"), Blocks: []card.Block{{List: []card.Line{line}}}, Revision: c.Revision, Opens: true,
	}}, nil
}

// drawItem draws a further item of a conversation, for its thread.
func (in *Inbox) drawItem(tx *storage.Tx, slot act.Slot) (outbox.Drawing, error) {
	it, err := records.Item(tx, slot.Brand, slot.Subject.ID)
	if err != nil {
		return outbox.Drawing{}, err
	}
	mark := card.MarkPublic
	if it.Kind == bot.Direct {
		mark = "" // nobody but the team and its author reads it
	}
	blocks := said(&it)
	if facts := append(in.urgent(it.Brand, it.Verdict), in.found(it.Brand, it.Verdict)...); len(facts) > 0 && !it.Deleted() {
		blocks = append(blocks, card.Block{Facts: facts})
	}
	return outbox.Drawing{Card: card.Card{
		Mark: mark, Title: card.W("relay.kind." + string(it.Kind)), Author: in.author(&it), Blocks: blocks, Gone: it.Deleted(),
		Subject: act.OnConversation + "/" + string(it.Conversation), Revision: len(it.Events),
	}}, nil
}

// deleted says that an item is gone at the source, and when.
func deleted(it *bot.Item) card.Words {
	return card.W("relay.deleted", card.At("At", it.Events[len(it.Events)-1].At))
}

// latest shows what was said last in a conversation, where its card does not begin with it.
func latest(it *bot.Item) card.Block {
	if it.Deleted() {
		return card.Block{List: []card.Line{{Words: deleted(it), Text: card.Outside(it.Author.Name)}}}
	}
	return card.Block{Quote: &card.Quote{Text: card.Outside(bot.Short(it.Reads(), 280)), By: card.Outside(it.Author.Name)}}
}

// said shows what an item says, with what became of it at the source. What was
// deleted there is not shown to anybody any more.
func said(it *bot.Item) []card.Block {
	if it.Deleted() {
		return []card.Block{card.Say(deleted(it))}
	}
	blocks := []card.Block{{Quote: &card.Quote{Text: card.Outside(it.Reads())}}}
	if n := len(it.Events); n > 0 {
		before := it.Text
		if n > 1 {
			before = it.Events[n-2].Text
		}
		blocks = append(blocks, card.Say(card.W("relay.edited", card.At("At", it.Events[n-1].At))),
			card.Block{Quote: &card.Quote{Text: card.Outside(bot.Short(before, 280)), Struck: true}})
	}
	for _, m := range it.Media {
		blocks = append(blocks, card.Block{Picture: &card.Picture{URL: m.URL, Type: m.Type, Alt: card.Outside(m.Alt)}})
	}
	return blocks
}

func (in *Inbox) author(it *bot.Item) *card.Author {
	network := string(it.Account)
	if _, a, ok := in.brands().Owning(it.Account); ok {
		network = a.Network
	}
	return &card.Author{
		Name: card.Outside(it.Author.Name), Handle: card.Outside(it.Author.Handle), URL: it.Author.URL, Network: network, At: it.CreatedAt,
	}
}

func mark(c *bot.Conversation) card.Mark {
	if c.Overdue {
		return card.MarkOverdue
	}
	return map[bot.Status]card.Mark{
		bot.Open: card.MarkOpen, bot.Pending: card.MarkPending, bot.Snoozed: card.MarkSnoozed, bot.Resolved: card.MarkResolved,
	}[c.Status]
}

func title(first *bot.Item) card.Words {
	kind := card.W("relay.kind." + string(first.Kind))
	if first.Rating > 0 {
		kind = card.W("relay.rated", card.Count("N", first.Rating))
	}
	return kind
}

// facts is the muted line of a card: what it is, who has it, how long it waits, how often the author came.
func (in *Inbox) facts(tx *storage.Tx, c *bot.Conversation) ([]card.Words, error) {
	facts := append(in.pressing(c), in.found(c.Brand, c.Verdict)...)
	switch {
	case c.Assignee != "":
		facts = append(facts, card.W("relay.taken", card.Text("Name", in.person(c.Brand, c.Assignee))))
	case c.Status != bot.Resolved:
		facts = append(facts, card.W("relay.unowned"))
	}
	if c.Priority != bot.Normal && c.Raised == "" {
		facts = append(facts, card.W("relay.priority."+string(c.Priority)))
	}
	switch {
	case c.Status == bot.Snoozed:
		facts = append(facts, card.W("relay.snoozed_until", card.At("Until", c.SnoozedUntil)))
	case c.Overdue:
		facts = append(facts, card.W("relay.overdue", card.At("Due", c.DueAt)))
	case !c.DueAt.IsZero():
		facts = append(facts, card.W("relay.due", card.At("Due", c.DueAt)))
	}
	times, open, err := in.contacts(tx, c)
	if err != nil {
		return nil, err
	}
	if times > 1 {
		facts = append(facts, card.W("relay.contact", card.Count("N", times)))
	}
	if open > 0 {
		facts = append(facts, card.W("relay.others_open", card.Count("N", open)))
	}
	if len(c.Labels) > 0 {
		facts = append(facts, card.W("relay.labels", card.Text("Labels", strings.Join(c.Labels, ", "))))
	}
	return facts, nil
}

// contacts counts how often the author came until this conversation, at most 99
// times, and how many others of theirs are still open.
func (in *Inbox) contacts(tx *storage.Tx, c *bot.Conversation) (times, open int, err error) {
	if c.Author.ID == "" {
		return 0, 0, nil // all whom nobody can name are not one
	}
	for o, err := range records.ConversationsBy.Under(tx, storage.K(c.Brand, c.Account, c.Author.ID), storage.Reverse(), storage.Limit(99)) {
		if err != nil {
			return 0, 0, err
		}
		if o.Private && !c.Private {
			continue // not all who see this card may know of it
		}
		if !o.OpenedAt.After(c.OpenedAt) {
			times++
		}
		if o.ID != c.ID && o.Status == bot.Open {
			open++
		}
	}
	return times, open, nil
}

func (in *Inbox) actions(c *bot.Conversation, link string, there bool) []card.Action {
	verb := func(verb string, style card.Style) card.Action {
		return card.Action{Verb: verb, Label: card.W("action." + verb), Style: style, Needs: managers}
	}
	var out []card.Action
	if in.traits(c.Account).CanReply && there {
		out = append(out, verb("reply", card.Primary))
	}
	if c.Status == bot.Resolved {
		out = append(out, verb("reopen", card.Plain))
	} else {
		if c.Assignee == "" {
			out = append(out, verb("take", card.Plain))
		}
		out = append(out, verb("resolve", card.Plain), verb("snooze", card.Plain))
	}
	if link != "" {
		out = append(out, card.Action{Verb: "open", Label: card.W("action.open"), Link: link})
	}
	out = append(out, verb("assign", card.Plain), verb("label", card.Plain),
		card.Action{Verb: "who", Label: card.W("action.who"), Needs: bot.Anyone},
		card.Action{Verb: "history", Label: card.W("action.history"), Needs: bot.Anyone})
	if c.Assignee != "" && c.Status != bot.Resolved {
		out = append(out, verb("unassign", card.Plain))
	}
	if c.Status != bot.Resolved {
		spam := verb("spam", card.Danger)
		spam.Confirm = card.W("relay.spam_confirm")
		out = append(out, spam)
	}
	if c.Verdict != nil {
		out = append(out, card.Action{Verb: "verdict", Label: card.W("action.verdict"), Needs: judges})
	}
	return append(out, menus(c.Verdict)...)
}

// drawStorm draws the one card of many conversations on one post.
func (in *Inbox) drawStorm(tx *storage.Tx, slot act.Slot) (outbox.Drawing, error) {
	s, err := records.Storms.Get(tx, storage.K(slot.Brand, slot.Subject.ID))
	if err != nil {
		return outbox.Drawing{}, err
	}
	open, err := records.ConversationsIn.Count(tx, storage.K(s.ID), storage.Limit(stormMost))
	if err != nil {
		return outbox.Drawing{}, err
	}
	uncounted, err := records.ConversationsToFold.Count(tx, storage.K(s.Brand, s.ID), storage.Limit(stormMost))
	if err != nil {
		return outbox.Drawing{}, err
	}
	network := string(s.Account)
	if _, a, ok := in.brands().Owning(s.Account); ok {
		network = a.Network
	}
	out := card.Card{
		Mark: card.MarkOpen, Title: card.W("storm.title", card.Count("N", s.Counted+uncounted), card.Text("Network", network)),
		Subject: slot.Subject.String(), Revision: s.Revision, Opens: true,
	}
	if open == 0 {
		out.Mark = card.MarkResolved
	}
	out.Blocks = append(out.Blocks, card.Block{Facts: []card.Words{
		stormOpen(open), card.W("storm.since", card.At("At", s.OpenedAt)),
	}})
	lines, err := in.stormLines(tx, &s)
	if err != nil {
		return outbox.Drawing{}, err
	}
	out.Blocks = append(out.Blocks, card.Block{List: lines})
	if b := s.Bulk; b != nil {
		key := "storm." + b.Verb + "_going"
		if b.Ended {
			key = "storm." + b.Verb + "_done"
		}
		out.Foot = card.W(key, card.Count("N", b.Done), card.Text("Name", in.person(s.Brand, b.By)))
		if b.Ended && open > 0 {
			out.Foot = card.W("storm.left", card.In("Done", out.Foot), card.Count("N", open))
		}
	}
	if open > 0 {
		for _, verb := range []string{"pull", "resolve", "spam"} {
			a := card.Action{Verb: verb, Label: card.W("storm.action." + verb), Needs: managers}
			if verb != "pull" {
				a.Confirm = card.W("storm.confirm."+verb, card.Count("N", open))
			}
			if verb == "spam" {
				a.Style = card.Danger
			}
			out.Actions = append(out.Actions, a)
		}
	}
	return outbox.Drawing{Card: out}, nil
}

// stormMost is how many of a storm's conversations are counted.
const stormMost = 100_000

// stormOpen says how many of a storm are open, and that there may be more than were counted.
func stormOpen(n int) card.Words {
	if n < stormMost {
		return card.W("storm.open", card.Count("N", n))
	}
	return card.W("storm.open_more", card.Count("N", n))
}

// stormLines shows the loudest, the newest and a sample.
func (in *Inbox) stormLines(tx *storage.Tx, s *bot.Storm) ([]card.Line, error) {
	var lines []card.Line
	shown := map[bot.ID]bool{"": true}
	add := func(id bot.ID, key string) error {
		if shown[id] {
			return nil
		}
		shown[id] = true
		c, err := records.ConversationOf(tx, s.Brand, id)
		if err != nil || c.Storm != s.ID { // that one has a card of its own by now
			return err
		}
		it, err := records.Item(tx, c.Brand, c.First)
		if err != nil {
			return err
		}
		text := c.Author.Name + ": " + bot.Short(it.Reads(), 140)
		if it.Deleted() {
			text = c.Author.Name
		}
		lines = append(lines, card.Line{Mark: mark(&c), Words: card.W(key), Text: card.Outside(text)})
		return nil
	}
	if err := add(s.Loudest, "storm.loudest"); err != nil {
		return nil, err
	}
	if err := add(s.Newest, "storm.newest"); err != nil {
		return nil, err
	}
	for _, id := range s.Sample {
		if err := add(id, "storm.sample"); err != nil {
			return nil, err
		}
	}
	return lines, nil
}
