package aparttest

import (
	"fmt"
	"strings"
	"testing/synctest"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/storage"
)

// happens lets one thing happen, and looks at what is shown of it.
func (w *world) happens() {
	w.deeds++
	p := w.people[w.r.IntN(len(w.people))]
	in := w.where(p)
	w.acting = w.looks(p, in)
	if w.acting.brand >= 0 { // they speak for whom they work for here
		as := *p
		as.brand, p = in.brand, &as
	}
	switch n := w.r.IntN(20); {
	case n < 3:
		w.acting = audience{brand: -1}
		w.does("something is said in public")
		w.comes()
	case n < 5:
		w.forges(p, in)
	case n < 6 && w.spaces[in.space()] != nil:
		w.spaces[in.space()].gives(p, in)
	case in.Platform == "console":
		w.atConsole(p, in)
	default:
		w.spaces[in.space()].act(p, in)
	}
	synctest.Wait()
	w.shown()
	w.acting = audience{brand: -1}
	waits := []time.Duration{0, time.Second, time.Second, 2 * time.Second, 5 * time.Second, 20 * time.Second}
	if w.r.IntN(25) == 0 {
		waits = []time.Duration{11 * time.Minute}
	}
	w.pass(waits[w.r.IntN(len(waits))])
	w.shown()
	if w.deeds%75 == 0 {
		w.looksAround()
	}
}

// begins has each brand write what it has before anything else happens: drafts of the
// same numbers, saved replies of the same names, a series, and what comes in.
func (w *world) begins() {
	for i := range w.brands {
		p := w.people[i*5+1]
		m := marks[i]
		for n, line := range []string{
			"post " + says(w.r, m), "post " + says(w.r, m) + " --to " + w.account(p) + fmt.Sprintf(" --at %q", w.soon(p)), "post " + says(w.r, m) + " --to " + w.account(p) + ` --at "next slot" --campaign ` + strings.ToLower(string(m)),
			"post " + says(w.r, m) + " --to " + w.account(p) + fmt.Sprintf(" --every %q", "every day "+w.soon(p)), "saved add thanks " + m.of("thanks you, {name}"), "calendar feed",
		} {
			in := w.rooms[i*4]
			scene := act.Scene{
				ID: fmt.Sprint("begins-", n), Who: bot.Actor{Platform: in.Platform, Space: in.Space, User: p.users[in.space()]},
				At: act.Place{Platform: in.Platform, Space: in.Space, Channel: in.Remote},
			}
			w.acting = w.looks(p, in)
			ans, err := w.app.Hear(w.ctx, act.Commanded{Scene: scene, Text: line})
			if err != nil {
				w.t.Fatal(err)
			}
			w.sees(w.acting, "an answer", ans)
			w.finds(i, fmt.Sprint(ans.Notice))
		}
		for range 4 {
			w.comes()
		}
	}
	w.pass(time.Second)
	w.shown()
}

// where is a room for somebody: mostly one of their own, else any in a space that they are in.
func (w *world) where(p *person) room {
	foreign := w.r.IntN(6) == 0
	var all []room
	for _, r := range w.rooms {
		if _, there := p.users[r.space()]; there && (r.brand != p.brand) == foreign {
			all = append(all, r)
		}
	}
	if len(all) == 0 {
		return w.where(p)
	}
	return all[w.r.IntN(len(all))]
}

// line is a command, and text is what may be written into a field.
func (w *world) line(p *person) string {
	id := strings.ToLower(string(marks[p.brand]))
	number := 1 + w.r.IntN(6)
	lines := []string{
		"help", "inbox", "inbox mine", "inbox unowned", "inbox --intent complaint", "status", "take", "resolve", "reopen", "snooze 2h", "spam", "undo", "now",
		"find " + topics[w.r.IntN(len(topics))], "find --status open coffee", "find --label " + id + "-label", "find --author guest coffee", "find --sentiment negative",
		"find --language en", "who guest", "who who-1", "who @" + id + "1", "who", "history", "saved", "saved remove thanks", "saved add thanks " + says(w.r, marks[p.brand]),
		"label " + id + "-label", "priority high", "assign @tom", "assign ana", "unassign", "timeline", "timeline add " + says(w.r, marks[p.brand]),
		"reply " + says(w.r, marks[p.brand]), "reply", "edit " + says(w.r, marks[p.brand]), "delete", "approvals", "drafts", "calendar", "calendar month", "calendar feed",
		"post " + says(w.r, marks[p.brand]), "post " + says(w.r, marks[p.brand]) + ` --at "tomorrow 18:30" --campaign ` + id, "post " + says(w.r, marks[p.brand]) + ` --every "tuesday 9:00"`,
		"post " + says(w.r, marks[p.brand]) + " --to " + w.account(p) + " --at \"next slot\"", "post " + says(w.r, marks[p.brand]) + fmt.Sprintf(" --at %q", w.soon(p)), "post " + says(w.r, marks[p.brand]) + " --to " + w.account(p) + fmt.Sprintf(" --every %q", "every day "+w.soon(p)),
		"post " + says(w.r, marks[p.brand]) + " --at now", "post", "series", "queue", "queue " + w.account(p), "role", "pause " + marks[p.brand].of("strike"),
		"resume", "release all", "accounts", "verdict",
		fmt.Sprint("show ", number), fmt.Sprint("edit ", number), fmt.Sprint("approve ", number), fmt.Sprint("reject ", number, " ", marks[p.brand].of("no")),
		fmt.Sprint("approve ", number), fmt.Sprint("return ", number, " ", marks[p.brand].of("why")), fmt.Sprint("duplicate ", number), fmt.Sprint("cancel ", number),
		fmt.Sprint("schedule ", number, " tomorrow 18:30"), fmt.Sprint("schedule ", number, " next slot"), fmt.Sprint("hold ", number, " ", marks[p.brand].of("wait")),
		fmt.Sprint("release ", number), fmt.Sprint("series ", number), fmt.Sprint("series ", number, " stop"), fmt.Sprint("move ", number, " up"),
		fmt.Sprint("results ", number), fmt.Sprint("picture ", number),
	}
	return lines[w.r.IntN(len(lines))]
}

// account is one of the brand's, as its people call it.
func (w *world) account(p *person) string {
	return strings.TrimPrefix(string(w.brands[p.brand].Accounts[w.r.IntN(2)].ID), "plaza:")
}

// soon is a time of today, in the zone of somebody's brand.
func (w *world) soon(p *person) string {
	return time.Now().Add(5 * time.Minute).In(w.brands[p.brand].Location()).Format("15:04")
}

func (w *world) text(p *person) string {
	if w.r.IntN(3) == 0 {
		return []string{"tomorrow 18:30", "2h", "1", "next slot", "news", "ana", "thanks", "", "https://nowhere.example/x"}[w.r.IntN(9)]
	}
	return says(w.r, marks[p.brand])
}

func (w *world) emoji() string { return []string{"✅", "✅", "❌", "📌", "👍"}[w.r.IntN(5)] }

// verbs are what buttons and forms send.
var verbs = []string{
	"reply", "take", "resolve", "reopen", "snooze", "assign", "label", "who", "history", "spam", "verdict", "open", "edit", "pull", "delete", "undo", "now", "series",
	"return", "results", "reject", "approve", "picture", "cancel", "leave", "close", "timeline", "timeline-add", "timeline-off", "stop-series", "change-series", "edit-time",
	"skip-time", "move-up", "move-down", "add-picture", "show", "schedule", "hold", "release", "duplicate", "retry", "settle", "sent", "gone", "correct", "wrong", "saved",
}

// forges has somebody ask, where they are, for what is anybody's.
func (w *world) forges(p *person, in room) {
	user := p.users[in.space()]
	scene := act.Scene{
		ID: fmt.Sprint("forged-", w.deeds), Who: bot.Actor{Platform: in.Platform, Space: in.Space, User: user, Name: "somebody"},
		At: act.Place{Platform: in.Platform, Space: in.Space, Channel: in.Remote},
	}
	slot, subject := w.anything()
	if w.r.IntN(2) == 0 {
		scene.Thread = slot.Ref
	}
	verb, m := verbs[w.r.IntN(len(verbs))], marks[p.brand]
	values := map[string]string{
		"text": m.of("forged"), "words": topics[0], "person": "ana", "labels": strings.ToLower(string(m)), "until": "2h", "draft": fmt.Sprint(1 + w.r.IntN(5)),
		"name": "thanks", "intent": "praise", "at": "tomorrow 18:30", "reason": m.of("why"),
	}
	var e act.Event
	switch w.r.IntN(8) {
	case 0, 1:
		e = act.Clicked{Scene: scene, Verb: verb, Subject: subject.String(), Revision: w.r.IntN(4), Value: "praise"}
	case 2, 3:
		e = act.Submitted{Scene: scene, Verb: verb, Subject: subject.String(), Revision: w.r.IntN(4), Token: scene.ID, Values: values}
	case 4:
		e = act.Commanded{Scene: scene, Text: w.line(p)}
	case 5:
		e = act.Reacted{Scene: scene, Ref: slot.Ref, Emoji: w.emoji(), Removed: w.r.IntN(3) == 0}
	case 6:
		e = act.Noted{Scene: scene, Ref: slot.Ref, Text: m.of("note")}
	default:
		options := []string{"draft", "series", "person", "label", "labels", "name", "to", "author", "command", "member", "text", "campaign", "words", "conversation", "account"}
		e = act.Suggest{Scene: scene, Command: []string{"show", "saved", "reply", "assign", "find", "post", "queue", "series", "who"}[w.r.IntN(9)], Option: options[w.r.IntN(len(options))]}
	}
	w.does("%s forges %#v", user, e)
	ans, err := w.app.Hear(w.ctx, e)
	if err != nil {
		w.does("and it fails: %v", err)
		return
	}
	w.sees(w.acting, "an answer", ans)
}

// anything is a message that Ponte knows and a thing that it keeps, whoever has them.
func (w *world) anything() (act.Slot, act.Subject) {
	slots, err := storage.Look(w.ctx, w.app.Store(), func(tx *storage.Tx) (list []act.Slot, err error) {
		for s, err := range records.Slots.Under(tx, nil) {
			if err != nil {
				return nil, err
			}
			list = append(list, s)
		}
		return list, nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if len(slots) == 0 {
		return act.Slot{}, act.Subject{}
	}
	return slots[w.r.IntN(len(slots))], slots[w.r.IntN(len(slots))].Subject
}

// shown searches all that is shown since it was last asked for.
func (w *world) shown() {
	for _, p := range w.spaces {
		p.shown(w)
	}
	for _, s := range w.streams {
		w.sees(s.audience, "a live page", s.take())
	}
	w.plaza.mu.Lock()
	defer w.plaza.mu.Unlock()
	for _, c := range w.plaza.carried {
		w.sees(audience{who: c.at.String(), brand: ownerOf(c.at.Space)}, "what goes out", c.act)
	}
	w.plaza.carried = nil
}
