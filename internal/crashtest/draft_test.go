package crashtest

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
)

// draft is what the team wants the brand to say, in one wording after another.
type draft struct {
	to        []string  // places
	due       time.Time // zero: as soon as it may
	wordings  []*wording
	cancelled bool
	left      bot.PostState // where it is left by what speaks for it no more; empty: nothing
}

// wording is a text of a draft, which no other draft has, and what the team said
// to it. The times are of this side: a yes is not heard before it is begun, and is
// heard once it is answered.
type wording struct {
	text  string
	begun time.Time // when somebody began to say yes; zero: nobody did
	heard time.Time // when it was known that the yes counts
	off   time.Time // when it was known that it must not go out any more
	doubt bool      // a no was said, or the yes taken back, in time or not
}

// pause is a time in which nothing new may start to go out.
type pause struct{ from, to time.Time }

func (d *draft) last() *wording { return d.wordings[len(d.wordings)-1] }

// must reports whether the draft was agreed on in time, and stayed so.
func (d *draft) must() bool {
	w := d.last()
	return d.left == "" && !d.cancelled && !w.doubt && !w.heard.IsZero() && (d.due.IsZero() || w.heard.Before(d.due))
}

// writes has Ana write a draft and reports whether Ponte took it.
func (w *world) writes(ctx context.Context, d *draft) (bool, error) {
	w.knows(d.last())
	text := "post " + d.last().text + " --to " + strings.Join(d.to, ",")
	if !d.due.IsZero() {
		text += " --at " + d.due.UTC().Format(time.RFC3339)
	}
	done, err := w.says(ctx, theBoard, "", text)
	if done {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.drafts = append(w.drafts, d)
	}
	return done, err
}

// knows remembers a text before anybody can be asked about it.
func (w *world) knows(text *wording) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.worded[text.text] = text
}

// rewords has Ana change a draft in the thread where it is asked about.
func (w *world) rewords(ctx context.Context, d *draft, thread string) error {
	next := &wording{text: w.unique("rather said")}
	w.knows(next)
	done, err := w.says(ctx, theBoard, thread, "edit "+next.text)
	if done {
		w.mu.Lock()
		defer w.mu.Unlock()
		d.last().ends()
		d.wordings = append(d.wordings, next)
	}
	return err
}

func (t *wording) ends() {
	if t.off.IsZero() {
		t.off = time.Now()
	}
}

// asks finds the messages that ask for a decision, the newest fifty.
func (w *world) asks(ctx context.Context) (asks []message, err error) {
	err = w.insist(ctx, func(p *ponte) error {
		list, err := p.messages(ctx, theBoard, "", "")
		asks = slices.DeleteFunc(list, func(m message) bool { return m.about(act.OnRequest) == "" })
		return err
	})
	return asks, err
}

// agrees has Olga say yes to what a message asks about, in one of three ways.
func (w *world) agrees(ctx context.Context, m *message, t *wording, how int) error {
	w.mu.Lock()
	if t.begun.IsZero() {
		t.begun = time.Now()
	}
	w.mu.Unlock()
	var sure bool
	var err error
	switch how {
	case byReaction:
		sure, err = w.reacts(ctx, m, false)
	case byCommand:
		sure, err = w.saysAs(ctx, theApprover, theBoard, m.Ref, "approve")
	default:
		var a answer
		a, _, err = w.doesAs(ctx, theApprover, "click", theBoard, "", url.Values{
			"ref": {m.Ref}, "verb": {"approve"}, "subject": {m.Card.Subject}, "revision": {fmt.Sprint(m.Card.Revision)},
		})
		sure = err == nil && !a.Refused
	}
	if sure {
		w.mu.Lock()
		defer w.mu.Unlock()
		t.heard = time.Now()
	}
	return err
}

const (
	byReaction = iota
	byCommand
	byButton
	ways
)

// objects has Olga reject what a message asks about, or take her reaction back.
func (w *world) objects(ctx context.Context, m *message, t *wording, how int) (err error) {
	w.mu.Lock()
	t.doubt = true
	w.mu.Unlock()
	var sure bool
	if how == byReaction {
		sure, err = w.reacts(ctx, m, true)
	} else {
		sure, err = w.saysAs(ctx, theApprover, theBoard, m.Ref, "reject")
	}
	if sure {
		w.mu.Lock()
		defer w.mu.Unlock()
		t.ends()
	}
	return err
}

// reacts puts Olga's yes on a message or takes it off, and reports whether it
// certainly counts: one that had to be sent again may have been refused unread.
func (w *world) reacts(ctx context.Context, m *message, off bool) (bool, error) {
	a, tries, err := w.doesAs(ctx, theApprover, "react", theBoard, "", url.Values{
		"ref": {m.Ref}, "emoji": {"✅"}, "removed": {fmt.Sprint(off)},
	})
	return err == nil && tries == 1 && !a.Refused && a.Notice == nil, err
}

// holds has Ana pause the brand for a moment, and let go of what was held.
func (w *world) holds(ctx context.Context, d time.Duration) error {
	if done, err := w.says(ctx, theBoard, "", "pause"); !done || err != nil {
		return err
	}
	p := pause{from: time.Now()}
	wait(ctx, d)
	p.to = time.Now()
	w.mu.Lock()
	w.pauses = append(w.pauses, p)
	w.mu.Unlock()
	if _, err := w.says(ctx, theBoard, "", "resume"); err != nil {
		return err
	}
	return w.releases(ctx)
}

func (w *world) releases(ctx context.Context) error {
	_, err := w.says(ctx, theBoard, "", "release all")
	return err
}
