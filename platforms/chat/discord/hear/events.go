package hear

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"ponte/bot"
	"ponte/platforms/chat/discord/gate"
	"ponte/platforms/chat/discord/said"
	"ponte/platforms/chat/discord/web"
)

var errResting = errors.New("discord: nobody listens")

// maxDeed is how long one thing may take: Discord takes answers for fifteen minutes.
const maxDeed = 14 * time.Minute

// where is what is read of every event to know whose turn it is.
type where struct {
	ID      string `json:"id"`
	Guild   string `json:"guild_id"`
	Channel string `json:"channel_id"`
}

// deal is how an event of a type is dealt with.
type deal func(ctx context.Context, e gate.Event) error

// take takes an event in at once. What happens in one channel is dealt with in its
// order; what people press and type is dealt with at once, as they wait for it.
func (d *Desk) take(ctx context.Context, e gate.Event, done func()) bool {
	var w where
	_ = json.Unmarshal(e.Data, &w) // what cannot be read is about nothing
	f := d.dealt(e.Type)
	switch {
	case e.Type == "READY":
		return d.ready(ctx, e, done)
	case f == nil || w.Guild != "" && !d.serves(w.Guild):
		done()
		return true
	case e.Type == "INTERACTION_CREATE":
		return d.atOnce(ctx, e, f, done)
	}
	return d.lanes.Go(cmp.Or(w.Channel, w.ID), func() { d.deal(ctx, e, f, done) })
}

func (d *Desk) dealt(kind string) deal {
	return map[string]deal{
		"INTERACTION_CREATE": d.interaction, "MESSAGE_CREATE": d.message, "MESSAGE_DELETE": d.gone.Message, "MESSAGE_DELETE_BULK": d.gone.Message,
		"MESSAGE_REACTION_ADD": d.reaction, "MESSAGE_REACTION_REMOVE": d.reaction,
		"MESSAGE_REACTION_REMOVE_ALL": d.cleared, "MESSAGE_REACTION_REMOVE_EMOJI": d.cleared,
		"GUILD_CREATE": d.gone.Server, "GUILD_DELETE": d.gone.Guild, "GUILD_ROLE_UPDATE": d.gone.Roles, "GUILD_ROLE_DELETE": d.gone.Roles,
		"CHANNEL_CREATE": d.gone.Opened, "CHANNEL_UPDATE": d.gone.Opened, "CHANNEL_DELETE": d.gone.Channel,
		"THREAD_CREATE": d.gone.Changed, "THREAD_UPDATE": d.gone.Changed, "THREAD_DELETE": d.gone.Thread,
	}[kind]
}

// deal deals with an event until it is dealt with. What was not is told again by
// Discord to a Ponte that goes on with the session.
func (d *Desk) deal(ctx context.Context, e gate.Event, f deal, done func()) {
	if ctx.Err() != nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, maxDeed)
	defer cancel()
	err := d.safely(ctx, e, f)
	switch {
	case ctx.Err() != nil && err != nil:
		return
	case err != nil:
		d.chat.Log.Error("discord: something that happened was not taken in", "what", e.Type, "event", e.ID(), "err", err)
	}
	done()
}

// safely deals with an event; a panic is an error.
func (d *Desk) safely(ctx context.Context, e gate.Event, f deal) (err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("it broke its handler: %v", v)
			d.chat.Log.Error("discord: something that happened broke its handler", "what", e.Type, "panic", fmt.Sprint(v), "stack", string(debug.Stack()))
		}
	}()
	return f(ctx, e)
}

// atOnce deals with what somebody pressed or typed. With too many of them under way
// the person is told to try again.
func (d *Desk) atOnce(ctx context.Context, e gate.Event, f deal, done func()) bool {
	select {
	case d.busy <- struct{}{}:
	default:
		f = d.turnedAway
		d.chat.Log.Warn("discord: too much at once; somebody is asked to try again")
		return d.lanes.Go("away", func() { d.deal(ctx, e, f, done) })
	}
	return d.lanes.Go("press/"+e.ID(), func() {
		defer func() { <-d.busy }()
		d.deal(ctx, e, f, done)
	})
}

// ready looks for what was said before the session began.
func (d *Desk) ready(ctx context.Context, e gate.Event, done func()) bool {
	d.gone.Ready(e)
	d.lanes.Must("ready", func() {
		d.deal(ctx, e, func(ctx context.Context, _ gate.Event) error {
			d.missed(ctx)
			d.chat.Missed(ctx)
			return nil
		}, done)
	})
	return true
}

// role is the role that is the bot's own in a server: people pick it where they mean
// the bot. It is asked for once.
func (d *Desk) role(ctx context.Context, guild, me string) string {
	if role, known := d.roles.Get(guild); known {
		return role
	}
	var all []said.Role
	if err := d.ask(ctx, "/guilds/"+guild+"/roles", &all); err != nil {
		return ""
	}
	own := ""
	for _, r := range all {
		if r.Tags.Bot != "" && r.Tags.Bot == me {
			own = r.ID
		}
	}
	d.roles.Put(guild, own)
	return own
}

// known returns an error, unless it says for good that there is nothing to tell.
func known(err error) error {
	if unseen(err) {
		return nil
	}
	return err
}

// unseen reports whether something could not be found out for good: then there is
// nothing to tell.
func unseen(err error) bool {
	switch web.Kind(err) {
	case bot.NotFound, bot.Denied, bot.Invalid:
		return true
	}
	return false
}
