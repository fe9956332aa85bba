package hear

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"ponte/bot/act"
	"ponte/platforms/chat/discord/gate"
	"ponte/platforms/chat/discord/said"
	"ponte/platforms/chat/discord/web"
)

// reaction hears of an emoji that was put on a message, or taken off it. A card in a
// channel and the thread under it are one to people: who reacts there is in the thread.
func (d *Desk) reaction(ctx context.Context, e gate.Event) error {
	var r said.Reaction
	if err := json.Unmarshal(e.Data, &r); err != nil || r.Guild == "" || r.User == "" {
		return err
	}
	if me, err := d.chat.Rooms.Self(ctx); err != nil || r.User == me {
		return err
	}
	u := said.User{ID: r.User}
	if r.Member != nil && r.Member.User != nil {
		u = *r.Member.User
	}
	at, thread, err := d.place(ctx, r.Guild, r.Channel)
	if err != nil {
		return known(err)
	}
	if u.Bot || !d.ours(at) {
		return nil
	}
	removed, told := strings.HasSuffix(e.Type, "_REMOVE"), e.Session+"/"+r.Message+"/"+r.User+"/"+r.Emoji.Sign()
	if was, known := d.signs.Get(told); known && was == removed {
		return nil
	}
	if thread == "" {
		thread = r.Message
	} else {
		d.chat.Stands(thread, r.Message)
	}
	scene := act.Scene{ID: "react/" + r.Channel + "/" + r.Message + "/" + e.ID(), Who: d.actor(r.Guild, u, r.Member), At: at, Thread: thread}
	if err := d.meet(ctx, scene.Who, r.Member, patient...); err != nil {
		return err
	}
	err = d.run(ctx, asked{scene: scene}, act.Reacted{Scene: scene, Ref: r.Message, Emoji: d.chat.Sign(at, r.Emoji.Sign()), Removed: removed}, patient...)
	if err == nil {
		d.signs.Put(told, removed)
	}
	return err
}

// cleared hears that somebody took other people's emoji off a message. Whose they were
// is not told: it has to be looked at.
func (d *Desk) cleared(ctx context.Context, e gate.Event) error {
	var r said.Reaction
	if err := json.Unmarshal(e.Data, &r); err != nil || r.Guild == "" {
		return err
	}
	at, _, err := d.place(ctx, r.Guild, r.Channel)
	if err == nil && d.ours(at) {
		d.chat.Missed(ctx)
	}
	return known(err)
}

// pause says for how long to wait before the same may be asked again, and whether it
// makes sense.
func pause(err error) (time.Duration, bool) {
	f, ok := web.FaultOf(err)
	if !ok || f.Scope == "guard" || f.Scope == "cloudflare" {
		return 0, false
	}
	if f.Status == http.StatusTooManyRequests {
		return f.RetryAfter, true
	}
	return 2 * time.Second, f.Ambiguous || f.Status == 0
}
