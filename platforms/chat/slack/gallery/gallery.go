// Package gallery brings pictures that Ponte keeps to Slack, so that its cards show
// them: each once in a workspace. It knows the pictures of a card and the Web API's
// uploads, and nothing of messages. What it remembers a restart may lose.
package gallery

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/slack/web"
	"ponte/platforms/chat/slack/wire"
)

const (
	patience = 10 * time.Second // for all the pictures of a card, which waits for them
	rest     = time.Minute      // after one that failed
	most     = 20 << 20         // bytes of one
	atOnce   = 10               // on one card
	memories = 2_000
)

// endings are the kinds of picture that a message of Slack's can show.
var endings = map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif"}

// Gallery knows which pictures are in Slack. It is made by New.
type Gallery struct {
	media act.Media
	now   func() time.Time
	log   *slog.Logger

	files *wire.Recent[string]    // by workspace, brand and hash: the file's id
	rests *wire.Recent[time.Time] // by the same, or by workspace: until when nothing is brought
	mu    sync.Mutex
	turns map[string]chan struct{} // by workspace: one picture is brought at a time
}

// New makes a gallery of the pictures that media has; nil: there are none.
func New(media act.Media, now func() time.Time, log *slog.Logger) *Gallery {
	return &Gallery{
		media: media, now: now, log: log, turns: map[string]chan struct{}{},
		files: wire.NewRecent[string](memories), rests: wire.NewRecent[time.Time](memories),
	}
}

// Bring has the pictures of a brand's card in a workspace, and returns the files they
// are there, by hash. One that cannot be brought soon is left out: a card goes out
// without it rather than not at all.
func (g *Gallery) Bring(ctx context.Context, sp *web.Space, brand bot.BrandID, c card.Card) map[string]string {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	out := map[string]string{}
	for _, b := range c.Blocks {
		if g.media == nil || b.Picture == nil || b.Picture.Hash == "" || len(out) == atOnce {
			continue
		}
		file, err := g.bring(ctx, sp, brand, b.Picture.Hash)
		if err != nil {
			g.log.Warn("slack: a picture is not shown, only described", "workspace", sp.ID, "picture", b.Picture.Hash, "err", err)
		}
		if file != "" {
			out[b.Picture.Hash] = file
		}
	}
	return out
}

// Forget forgets the files of pictures that Slack does not show any more. They are
// brought again after a while.
func (g *Gallery) Forget(sp *web.Space, brand bot.BrandID, files map[string]string) {
	for hash := range files {
		g.files.Put(name(sp, brand, hash), "")
		g.rests.Put(name(sp, brand, hash), g.now().Add(rest))
	}
}

func name(sp *web.Space, brand bot.BrandID, hash string) string {
	return sp.ID + "\n" + string(brand) + "\n" + hash
}

func (g *Gallery) bring(ctx context.Context, sp *web.Space, brand bot.BrandID, hash string) (string, error) {
	turn := g.turn(sp.ID)
	key := name(sp, brand, hash)
	if file, _ := g.files.Get(key); file != "" {
		return file, nil
	}
	select {
	case turn <- struct{}{}:
		defer func() { <-turn }()
	case <-ctx.Done():
		return "", ctx.Err()
	}
	if file, _ := g.files.Get(key); file != "" || g.resting(key) || g.resting(sp.ID) {
		return file, nil
	}
	p, data, err := g.media.Bytes(ctx, brand, hash)
	if err != nil {
		return "", err
	}
	ending := endings[p.Type]
	if ending == "" || len(data) == 0 || len(data) > most {
		return "", nil
	}
	var file string
	err = web.Try(ctx, "", func(ctx context.Context) (err error) {
		file, err = sp.Upload(ctx, "picture"+ending, "", data)
		return err
	})
	if err != nil {
		g.pause(sp.ID, key, err)
		return "", err
	}
	g.files.Put(key, file)
	return file, nil
}

func (g *Gallery) turn(space string) chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.turns[space] == nil {
		g.turns[space] = make(chan struct{}, 1)
	}
	return g.turns[space]
}

func (g *Gallery) resting(name string) bool {
	until, ok := g.rests.Get(name)
	return ok && g.now().Before(until)
}

// pause notes a failure. What Slack refuses whatever the picture is, or asks to wait
// with, goes for all of the workspace.
func (g *Gallery) pause(space, key string, err error) {
	wait, who := rest, key
	if e, ok := errors.AsType[*bot.Error](err); ok && (e.Kind == bot.RateLimited || e.Kind == bot.Denied) {
		wait, who = max(rest, e.RetryAfter), space
	}
	g.rests.Put(who, g.now().Add(wait))
}
