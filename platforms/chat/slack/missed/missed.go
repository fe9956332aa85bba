// Package missed is what follows in Slack when something of Ponte's is gone there: a
// message that somebody deleted, or that Slack lets nobody change any more, or a channel
// that Ponte cannot write in any more. It
// is heard from Slack, or found out by what Slack refuses after it happened while
// nobody listened. The room knows Slack's refusals, and tells of losses; it shows nothing.
package missed

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/slack/web"
)

const (
	anew     = 5 * time.Second  // until what stood in a lost thread is tried in the next one
	patience = 30 * time.Second // how long a thread that was told of may go on to be lost
	most     = 5_000            // losses that are remembered
)

// Desk finds out what is gone, and tells of it.
type Desk struct {
	Tell  func(context.Context, act.Event) (act.Answer, error)
	Named func(act.Place) string // how the team calls a channel
	Now   func() time.Time
	Log   *slog.Logger

	mu   sync.Mutex
	told map[string]time.Time // by what is lost
}

// Message tells of a message of Ponte's that somebody deleted.
func (d *Desk) Message(ctx context.Context, at act.Place, ref string) error {
	d.Log.Info("slack: somebody deleted a message of Ponte's", "channel", at.Channel, "message", ref)
	_, err := d.Tell(ctx, act.Lost{ID: ref, At: at, Ref: ref})
	return err
}

// fixed tells of a message of Ponte's that cannot be changed any more.
func (d *Desk) fixed(ctx context.Context, at act.Place, ref, why string) error {
	d.Log.Warn("slack: a message of Ponte's cannot be changed any more", "why", why, "channel", at.Channel, "message", ref)
	_, err := d.Tell(ctx, act.Lost{ID: ref, At: at, Ref: ref, Stays: true})
	return err
}

// Channel tells of a channel of a brand's that Ponte cannot write in any more, by what
// Slack calls that: an event such as channel_archive, or a refusal.
func (d *Desk) Channel(ctx context.Context, at act.Place, id, what string) error {
	d.Log.Error("slack: Ponte cannot write in a channel of a brand any more", "why", what, "workspace", at.Space, "channel", at.Channel, "named", d.Named(at))
	_, err := d.Tell(ctx, act.Lost{ID: id, At: at, Why: d.why(what, at)})
	return err
}

// Moved tells of a channel of a brand's that has another id now, which the configuration
// has to name.
func (d *Desk) Moved(ctx context.Context, at act.Place, id, to string) error {
	named, room := d.Named(at), at.Platform+"/"+at.Space+"/"+to
	d.Log.Error("slack: a channel of a brand has another id; name it in the configuration, and run ponte reload", "named", named, "was", at.Channel, "room", room)
	now := at
	now.Channel = to
	_, err := d.Tell(ctx, act.Lost{ID: id, At: at, Now: now, Why: card.W("slack.gone_moved", card.Text("Channel", named), card.Text("Line", "room: "+room))})
	return err
}

// why says what became of a channel, and what can be done about it.
func (d *Desk) why(what string, at act.Place) card.Words {
	name := card.Text("Channel", d.Named(at))
	switch {
	case what == "channel_not_found":
		return card.W("slack.gone_unseen", name)
	case strings.HasSuffix(what, "_archive") || what == "is_archived":
		return card.W("slack.gone_archived", name)
	case strings.HasSuffix(what, "_deleted"):
		return card.W("slack.gone_deleted", name)
	}
	return card.W("slack.gone_left", name)
}

// Refused tells of what a refusal shows to be gone, once: the channel; or the message,
// which is the one that was to be changed or stood under. It returns the refusal. A
// message that has lost its thread is tried again, as it then has another one.
func (d *Desk) Refused(ctx context.Context, at act.Place, ref string, err error) error {
	e, ok := errors.AsType[*bot.Error](err)
	if !ok {
		return err
	}
	code, _ := web.Code(err)
	switch code = cmp.Or(code, e.Key); code {
	case "is_archived", "not_in_channel", "channel_not_found":
		d.once(at.String()+" "+code, func() error { return d.Channel(ctx, at, code+"/"+d.Now().Format(time.RFC3339), code) })
	case "message_not_found", "slack.no_message":
		d.once(at.String()+" "+ref, func() error { return d.Message(ctx, at, ref) })
	case "edit_window_closed", "cant_update_message":
		d.once(at.String()+" "+ref, func() error { return d.fixed(ctx, at, ref, code) })
	default:
		if e.Key == "slack.thread_gone" && d.once(at.String()+" "+ref, func() error { return d.Message(ctx, at, ref) }) {
			return &bot.Error{Kind: bot.Unavailable, Key: e.Key, RetryAfter: anew, Err: err}
		}
	}
	return err
}

// once tells of a loss, unless it was told. It reports whether it was told of just now.
func (d *Desk) once(what string, tell func() error) bool {
	now := d.Now()
	d.mu.Lock()
	told, known := d.told[what]
	if !known {
		if d.told == nil || len(d.told) >= most {
			d.told = map[string]time.Time{}
		}
		d.told[what] = now
	}
	d.mu.Unlock()
	if known {
		return now.Sub(told) < patience
	}
	if err := tell(); err != nil {
		d.Log.Warn("slack: what is gone could not be told", "what", what, "err", err)
		d.mu.Lock()
		defer d.mu.Unlock()
		delete(d.told, what)
		return false
	}
	return true
}

// Here forgets that a channel was lost: Ponte can write there again.
func (d *Desk) Here(at act.Place) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, code := range []string{"is_archived", "not_in_channel", "channel_not_found"} {
		delete(d.told, at.String()+" "+code)
	}
}
