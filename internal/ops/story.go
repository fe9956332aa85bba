package ops

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// Story is all that is known of one thing, and never what people said in it.
type Story struct {
	ID      string   `json:"id"`
	Trace   bot.ID   `json:"trace,omitempty"` // the conversation it belongs to
	Where   []string `json:"where,omitempty"` // how its conversation stands
	Lines   []Line   `json:"lines"`           // the audit log, oldest first
	Effects []Stand  `json:"effects,omitempty"`
}

// Empty tells that nothing is known.
func (s Story) Empty() bool { return len(s.Lines)+len(s.Effects)+len(s.Where) == 0 }

// Line is a line of the audit log.
type Line struct {
	At      time.Time         `json:"at"`
	Who     string            `json:"who"`
	What    string            `json:"what"`
	Subject string            `json:"subject"`
	Details map[string]string `json:"details,omitempty"`
}

// Stand is where an effect is, and why it has not gone further.
type Stand struct {
	ID      bot.ID    `json:"id"`
	To      string    `json:"to"`
	What    string    `json:"what"`
	State   act.State `json:"state"`
	Why     string    `json:"why,omitempty"`
	Attempt int       `json:"attempt,omitempty"`
	Ref     string    `json:"ref,omitempty"`
}

// tellAtMost bounds the lines and the effects of a story.
const tellAtMost = 2000

// Tell tells the story of what has the id: a conversation, an item (also by its
// platform's id), a reply or an effect. It is empty when there is no such thing.
func Tell(tx *storage.Tx, id string) (Story, error) {
	t := &teller{tx: tx, story: Story{ID: id}, effects: map[bot.ID]bool{}}
	if err := t.find(id); err != nil {
		return Story{}, err
	}
	if err := t.conversation(); err != nil {
		return Story{}, err
	}
	if err := t.stands(); err != nil {
		return Story{}, err
	}
	slices.SortStableFunc(t.story.Lines, func(a, b Line) int { return a.At.Compare(b.At) })
	return t.story, nil
}

type teller struct {
	tx      *storage.Tx
	story   Story
	effects map[bot.ID]bool
}

// find finds out what the id names, and what belongs to it.
func (t *teller) find(id string) error {
	e, ok, err := records.Found(records.Effects.Get(t.tx, storage.K(id)))
	if ok {
		t.effects[e.ID], t.story.Trace = true, e.Trace
		if e.Trace == "" {
			return t.about("effect/" + id)
		}
	}
	if ok || err != nil {
		return err
	}
	for brand, err := range records.ConversationsBy.Groups(t.tx, nil) {
		if err != nil {
			return err
		}
		if found, err := t.findIn(brand, id); found || err != nil {
			return err
		}
	}
	for account, err := range records.ItemByRemote.Groups(t.tx, nil) {
		if err != nil {
			return err
		}
		it, ok, err := records.Found(records.ItemByRemote.First(t.tx, slices.Concat(account, storage.K(id))))
		if ok {
			t.story.Trace = it.Conversation
		}
		if ok || err != nil {
			return err
		}
	}
	return nil
}

// findIn looks among one brand's items, conversations and replies.
func (t *teller) findIn(brand storage.Key, id string) (bool, error) {
	key := slices.Concat(brand, storage.K(id))
	it, ok, err := records.Found(records.Items.Get(t.tx, key))
	if ok {
		t.story.Trace = it.Conversation
	}
	if ok || err != nil {
		return ok, err
	}
	rep, ok, err := records.Found(records.Replies.Get(t.tx, key))
	if ok {
		t.story.Trace = rep.Conversation
	}
	if ok || err != nil {
		return ok, err
	}
	_, ok, err = records.Found(records.Conversations.Get(t.tx, key))
	if ok {
		t.story.Trace = bot.ID(id)
	}
	return ok, err
}

func (t *teller) line(r bot.Record) {
	t.story.Lines = append(t.story.Lines, Line{r.At, r.Who, r.What, r.Subject, r.Details})
	if id, ok := strings.CutPrefix(r.Subject, "effect/"); ok {
		t.effects[bot.ID(id)] = true
	}
}

func (t *teller) about(subject string) error {
	for r, err := range records.AuditOn.Under(t.tx, storage.K(subject), storage.Limit(tellAtMost)) {
		if err != nil {
			return err
		}
		t.line(r)
	}
	return nil
}

// conversation tells what happened in the conversation and what was enqueued for it.
func (t *teller) conversation() error {
	trace := t.story.Trace
	if trace == "" {
		return nil
	}
	for r, err := range records.AuditTrace.Under(t.tx, storage.K(trace), storage.Limit(tellAtMost)) {
		if err != nil {
			return err
		}
		t.line(r)
	}
	subjects := []act.Subject{{Kind: act.OnConversation, ID: trace}}
	for it, err := range records.ItemsOf.Under(t.tx, storage.K(trace), storage.Limit(tellAtMost)) {
		if err != nil {
			return err
		}
		subjects = append(subjects, act.Subject{Kind: act.OnItem, ID: it.ID})
		t.where(it.Brand)
	}
	for rep, err := range records.RepliesOf.Under(t.tx, storage.K(trace), storage.Limit(tellAtMost)) {
		if err != nil {
			return err
		}
		subjects = append(subjects, act.Subject{Kind: act.OnReply, ID: rep.ID})
	}
	for _, s := range subjects {
		for e, err := range records.EffectsOn.Under(t.tx, storage.K(s.Kind, s.ID), storage.Limit(tellAtMost)) {
			if err != nil {
				return err
			}
			t.effects[e.ID] = true
		}
	}
	return nil
}

// where says how the conversation stands, once.
func (t *teller) where(brand bot.BrandID) {
	c, err := records.Conversations.Get(t.tx, storage.K(brand, t.story.Trace))
	if err != nil || len(t.story.Where) > 0 {
		return
	}
	t.story.Where = append(t.story.Where, fmt.Sprintf("conversation %s of %s is %s", c.ID, c.Brand, c.Status), fmt.Sprintf("account %s, opened %s, items: %d", c.Account, stamp(c.OpenedAt), c.Items))
	if c.Assignee != "" {
		t.story.Where = append(t.story.Where, "with "+string(c.Assignee))
	}
	if c.MergedInto != "" {
		t.story.Where = append(t.story.Where, "merged into "+string(c.MergedInto))
	}
	if c.Storm != "" {
		t.story.Where = append(t.story.Where, "part of the storm "+string(c.Storm))
	}
}

// stands tells where every effect is.
func (t *teller) stands() error {
	_, paused, err := records.Paused(t.tx)
	if err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(t.effects)) {
		e, ok, err := records.Found(records.Effects.Get(t.tx, storage.K(id)))
		if err != nil {
			return err
		}
		if !ok || len(t.story.Effects) == tellAtMost {
			continue
		}
		s := Stand{ID: e.ID, To: e.At.String(), What: whatOf(e), State: e.State, Attempt: e.Attempt, Ref: e.Receipt.Ref}
		if s.Why, err = t.reason(e, paused); err != nil {
			return err
		}
		t.story.Effects = append(t.story.Effects, s)
	}
	return nil
}

func whatOf(e act.Effect) string {
	if e.Show {
		return "show " + e.Slot
	}
	return e.Act.Kind() + " about " + e.Subject.String()
}

// reason says why an effect is not over.
func (t *teller) reason(e act.Effect, paused bool) (string, error) {
	var out []string
	add := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	if e.Fault != nil {
		add("last error: %s (%s)", e.Fault.Kind, e.Fault.Key)
	}
	switch {
	case e.State == act.Started:
		add("under way, or being asked after, since %s", stamp(e.StartedAt))
	case e.State == act.Unknown:
		add("a person must say whether it happened")
	case e.State != act.Waiting:
		return strings.Join(out, "; "), nil
	}
	if paused {
		add("the outbox is paused")
	}
	if e.State != act.Waiting {
		return strings.Join(out, "; "), nil
	}
	if !e.Head {
		first, ok, err := records.Found(records.EffectsInLane.First(t.tx, storage.K(e.Lane)))
		if err != nil {
			return "", err
		}
		if ok {
			add("behind %s in its lane", first.ID)
		}
	}
	if e.Awaits != "" {
		add("waits until the message %s is there", e.Awaits)
	}
	if e.Due.After(t.tx.Now()) {
		add("due %s", stamp(e.Due))
	} else {
		add("due since %s", stamp(e.Due))
	}
	if e.Maybe {
		add("an earlier attempt may have happened")
	}
	return strings.Join(out, "; "), nil
}

// Print writes the story for a person.
func (s Story) Print(w io.Writer) error {
	var b strings.Builder
	for _, line := range s.Where {
		b.WriteString(line + "\n")
	}
	for _, l := range s.Lines {
		fmt.Fprintf(&b, "%s  %-10s %-18s %s", l.At.UTC().Format("2006-01-02T15:04:05.000Z"), l.Who, l.What, l.Subject)
		for _, k := range slices.Sorted(maps.Keys(l.Details)) {
			if l.Details[k] != "" {
				fmt.Fprintf(&b, "  %s=%s", k, l.Details[k])
			}
		}
		b.WriteString("\n")
	}
	for _, e := range s.Effects {
		fmt.Fprintf(&b, "effect %s: %s to %s: %s, attempts: %d", e.ID, e.What, e.To, e.State, e.Attempt)
		if e.Ref != "" {
			fmt.Fprintf(&b, ", there as %s", e.Ref)
		}
		b.WriteString(cmp.Or(prefixed("; ", e.Why), "") + "\n")
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func prefixed(prefix, s string) string {
	if s == "" {
		return ""
	}
	return prefix + s
}
