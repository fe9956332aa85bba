package discord

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/gate"
	"ponte/platforms/chat/discord/hear"
	"ponte/platforms/chat/discord/register"
	"ponte/platforms/chat/discord/setup"
	"ponte/platforms/chat/discord/web"
)

const (
	lookAgain = 10 * time.Second // for a changed configuration
	putAgain  = time.Minute      // until commands that were not registered are tried again
	unheard   = 3 * time.Second  // there may be no connection: one that goes on is there again sooner
)

// Listen hands what people do in Discord to h until ctx ends. The error is Denied,
// and says what somebody has to mend before Discord lets Ponte in.
func (d *Discord) Listen(ctx context.Context, h act.Handler) error {
	err := d.desk.Serve(ctx, h, func(take gate.Handler) error {
		for ctx.Err() == nil {
			if err := d.connect(ctx, take); err != nil && ctx.Err() == nil {
				return err
			}
		}
		return nil
	})
	if g := d.gate.Load(); g != nil {
		g.Keep(ctx) // by now all is dealt with that was taken
	}
	if err != nil {
		return d.ended(err)
	}
	return nil
}

// connect keeps a connection for as long as the bot is configured as it is.
func (d *Discord) connect(ctx context.Context, take gate.Handler) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b := d.opt.Bot()
	g := gate.New(gate.Options{
		Token: b.Token, Intents: setup.Told(b.Content), URL: d.opt.GatewayURL, Dial: d.opt.Dial, Notes: d.notes(), Handle: take, Now: d.opt.Now, Log: d.opt.Log, Ask: d.gateway,
	})
	d.gate.Store(g)
	changed := make(chan struct{})
	go func() {
		defer close(changed)
		d.watch(ctx, b)
		cancel()
	}()
	err := g.Run(ctx)
	cancel()
	<-changed
	return err
}

// watch keeps the commands registered, and returns when the connection has to be another.
func (d *Discord) watch(ctx context.Context, was Bot) {
	var tried time.Time
	served := ""
	for ctx.Err() == nil {
		now := d.opt.Bot()
		if now.Token != was.Token || now.Content != was.Content {
			return
		}
		guilds := strings.Join(now.Guilds, " ")
		if guilds != served || time.Since(tried) >= putAgain {
			d.offer(ctx, now.Guilds, tried.IsZero())
			served, tried = guilds, time.Now()
		}
		select {
		case <-ctx.Done():
		case <-time.After(lookAgain):
		}
	}
}

// offer registers the commands in the servers where they are not yet as they are now. At
// first it looks whether those are there still that were registered.
func (d *Discord) offer(ctx context.Context, guilds []string, first bool) {
	if len(d.opt.Commands()) == 0 {
		return
	}
	app, err := d.app(ctx)
	if err == nil && first {
		if err := register.Recall(ctx, d.web, d.notes(), app, guilds); err != nil && ctx.Err() == nil {
			d.opt.Log.Warn("discord: which commands are registered is not known", "err", err)
		}
	}
	if err == nil {
		err = register.Put(ctx, d.web, d.notes(), app, guilds, d.table(), d.offered.Put)
	}
	if err != nil && ctx.Err() == nil {
		d.opt.Log.Error("discord: the commands are not registered; it is tried again", "err", err)
	}
}

// app asks for the id of the app that the bot is of, once for a token.
func (d *Discord) app(ctx context.Context) (string, error) {
	token := nonceOf(d.opt.Bot().Token)
	if id, known := d.apps.Get(token); known {
		return id, nil
	}
	var app struct {
		ID string `json:"id"`
	}
	if err := d.web.Do(ctx, http.MethodGet, "/applications/@me", nil, &app); err != nil {
		return "", err
	}
	d.apps.Put(token, app.ID)
	return app.ID, nil
}

// gateway asks where to connect.
func (d *Discord) gateway(ctx context.Context) (gate.Info, error) {
	var info gate.Info
	err := d.web.Do(ctx, http.MethodGet, "/gateway/bot", nil, &info)
	if f, ok := web.FaultOf(err); ok && f.Status != http.StatusUnauthorized {
		return info, &bot.Error{Kind: bot.Unavailable, Key: "discord.unreachable", RetryAfter: f.RetryAfter, Err: err}
	}
	if err != nil {
		return info, bot.Errorf(bot.Denied, "discord.deaf_token").Because(err)
	}
	return info, nil
}

// ended says what has to be mended before Discord lets Ponte in again.
func (d *Discord) ended(err error) error {
	e, ok := errors.AsType[*gate.Ended](err)
	if !ok {
		return err
	}
	key := map[int]string{
		gate.BadToken: "discord.deaf_token", gate.TooBig: "discord.deaf_sharding", gate.NotIntended: "discord.deaf_intent",
	}[e.Code]
	if key == "" {
		key = "discord.deaf"
	}
	return bot.Errorf(bot.Denied, key).Because(err)
}

// Health is how the way to Discord is while somebody listens, and since when it is so.
// Denied is what a person has to know of; Unavailable is a Discord that cannot be
// reached, and is tried again.
func (d *Discord) Health() (since time.Time, err error) {
	if since, shut := d.web.Shut(); shut {
		return since, bot.Errorf(bot.Denied, "discord.deaf_token")
	}
	g := d.gate.Load()
	if g == nil {
		return time.Time{}, nil
	}
	state, since := g.State()
	switch {
	case state == gate.Spent:
		return since, bot.Errorf(bot.Denied, "discord.deaf_often")
	case state == gate.Closed && d.opt.Now().Sub(since) >= unheard:
		return since, bot.Errorf(bot.Unavailable, "discord.unreachable")
	}
	return since, nil
}

// notes are where the adapter keeps what it knows of itself.
func (d *Discord) notes() Notes {
	if d.opt.Notes == nil {
		return noNotes{}
	}
	return d.opt.Notes
}

// noNotes keeps nothing.
type noNotes struct{}

func (noNotes) Read(context.Context, string) ([]byte, error) { return nil, nil }
func (noNotes) Write(context.Context, string, []byte) error  { return nil }

// ears makes what takes in what is heard.
func (d *Discord) ears() *hear.Desk {
	return hear.New(hear.Chat{
		Platform: Platform, Web: d.web, Client: d.opt.Client, APIURL: d.opt.APIURL, Rooms: d.rooms, Guilds: func() []string { return d.opt.Bot().Guilds },
		Brands: d.opt.Brands, Commands: d.opt.Commands, Notes: d.notes(), Pen: d.pen, Sign: d.sign, Saw: d.saw, Held: d.sure.Get, Now: d.opt.Now, Log: d.opt.Log,
		Stands: func(thread, id string) { d.stands.Put(id, thread) },
		Files: func(ctx context.Context, at act.Place, c card.Card) ([]web.File, map[string]string) {
			return d.bring(ctx, at, c, nil)
		},
		Missed: func(ctx context.Context) {
			if d.opt.Missed != nil {
				d.opt.Missed(ctx)
			}
		},
	})
}
