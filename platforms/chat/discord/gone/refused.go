package gone

import (
	"cmp"
	"context"
	"errors"
	"strconv"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/direct"
	"ponte/platforms/chat/discord/web"
)

const (
	anew     = 5 * time.Second  // until what stood in a lost thread is tried in the next one
	patience = 30 * time.Second // how long a thread that was told of may go on to be lost
	lockWait = time.Minute      // until something is tried again in a locked thread
)

// Refused tells of what a refusal shows to be gone, once: the channel; the thread; or
// the message ref, which was to be changed or looked at. It returns the refusal as it
// is to be taken: what has lost its thread is tried again, as it then has another one,
// and what is for a locked thread waits until that is unlocked.
func (d *Desk) Refused(ctx context.Context, at act.Place, ref, thread string, err error) error {
	e, ok := errors.AsType[*bot.Error](err)
	if !ok {
		return err
	}
	switch e.Key {
	case "discord.locked":
		return d.locked(ctx, at, cmp.Or(thread, ref), e)
	case "discord.thread_gone":
		again := d.once(at, thread, func() error { return d.thread(ctx, at, thread, d.chat.Try) })
		switch {
		case ref != "": // it stood in the thread, and is gone with it
			d.once(at, ref, func() error { return d.message(ctx, at, ref) })
		case again:
			return &bot.Error{Kind: bot.Unavailable, Key: e.Key, RetryAfter: anew, Err: err}
		}
	case "discord.no_message":
		d.once(at, ref, func() error { return d.message(ctx, at, ref) })
	case "discord.no_channel", "discord.no_server", "discord.no_permission":
		d.once(at, "", func() error { return d.channel(ctx, at, e.Key) })
	}
	return err
}

func (d *Desk) message(ctx context.Context, at act.Place, ref string) error {
	return d.chat.Try(ctx, act.Lost{ID: ref, At: at, Ref: ref})
}

// channel says what became of a channel, and what can be done about it.
func (d *Desk) channel(ctx context.Context, at act.Place, key string) error {
	id, name := "refused/"+d.chat.Now().Format(time.RFC3339), d.name(at)
	switch key {
	case "discord.no_server":
		return d.lost(ctx, id, at, card.W("discord.gone_left", name), d.chat.Try)
	case "discord.no_permission":
		return d.look(ctx, id, at.Space, false, d.chat.Try, at)
	}
	return d.lost(ctx, id, at, card.W("discord.gone_unseen", name), d.chat.Try)
}

// once tells of a loss, unless it was told. It reports whether it was told of just now.
func (d *Desk) once(at act.Place, ref string, tell func() error) bool {
	what, now := at.String(), d.chat.Now()
	if ref != "" {
		what += " " + ref
	}
	if told, known := d.told.Get(what); known {
		return now.Sub(told) < patience
	}
	d.told.Put(what, now)
	if err := tell(); err != nil {
		d.chat.Log.Warn("discord: what is gone could not be told", "what", what, "err", err)
		d.told.Drop(what)
		return false
	}
	return true
}

// Here forgets that a channel was lost: Ponte can write there again.
func (d *Desk) Here(at act.Place) { d.told.Drop(at.String()) }

// locked says once in the channel that a thread is locked, into which something is to
// go, and who can mend it. What is to go there waits.
func (d *Desk) locked(ctx context.Context, at act.Place, thread string, e *bot.Error) error {
	if told, _ := d.shut.Get(thread); !told {
		d.shut.Put(thread, true)
		if err := d.sayLocked(ctx, at, thread); err != nil {
			d.shut.Drop(thread)
			d.chat.Log.Warn("discord: that a thread is locked could not be told", "thread", thread, "err", err)
		}
	}
	return waits(e)
}

// sayLocked says it where people read it: in the channel itself, or, of a forum, in
// which there are only posts, in another channel of the brand's.
func (d *Desk) sayLocked(ctx context.Context, at act.Place, thread string) error {
	r, err := d.chat.Rooms.Get(ctx, at.Channel)
	if err != nil {
		return err
	}
	since := strconv.FormatInt(d.chat.Now().Unix(), 10)
	if r.Forum {
		return d.chat.Try(ctx, act.Lost{ID: "locked/" + thread + "/" + since, At: at, Why: card.W("discord.locked_post", d.name(at))})
	}
	p := d.chat.Pen(at, nil)
	c := card.Card{Mark: card.MarkFailed, Blocks: []card.Block{
		card.Say(card.W("discord.locked_thread").Print(p)), {List: []card.Line{{Words: card.W("discord.locked_which").Print(p), Thread: &card.Ref{Channel: at.Channel, Message: thread}}}},
	}}
	return direct.Send(ctx, d.chat.Web, at.Channel, "locked/"+thread+"/"+since, p.Card(c))
}

// Shut reports that a thread is known to be locked, without asking for it to be written
// in: Discord counts what it refuses. Nil: it is not.
func (d *Desk) Shut(ctx context.Context, at act.Place, thread string) error {
	if locked, _ := d.shut.Get(thread); !locked {
		return nil
	}
	if t, err := d.chat.Rooms.Get(ctx, thread); err != nil || !t.Locked {
		d.shut.Drop(thread)
		return nil //nolint:nilerr // who writes there will know
	}
	return waits(&bot.Error{Key: "discord.locked", Args: map[string]string{"Channel": d.called(at)}, Err: &web.Fault{Code: web.CodeLocked, Message: "the thread is locked"}})
}

// waits is a refusal that is over once the thread is unlocked. Nothing happened.
func waits(e *bot.Error) error {
	return &bot.Error{Kind: bot.Unavailable, Key: e.Key, Args: e.Args, RetryAfter: lockWait, Err: e.Err}
}
