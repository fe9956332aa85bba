package hear

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"ponte/platforms/chat/discord/said"
)

const (
	page     = 100
	maxPages = 10             // of one channel
	maxBack  = 24 * time.Hour // what is older is let go
	overlap  = 2 * time.Minute
	noteEach = 30 * time.Second
	noted    = "heard"
)

// note notes which message was taken in last, every now and then where a restart
// finds it: what came after it is looked for when a session is lost.
func (d *Desk) note(ctx context.Context, id string) {
	d.mu.Lock()
	if !said.Older(d.newest, id) {
		d.mu.Unlock()
		return
	}
	d.newest = id
	due := said.At(id).Sub(said.At(d.written)) >= noteEach
	if due {
		d.written = id
	}
	d.mu.Unlock()
	if !due {
		return
	}
	if err := d.chat.Notes.Write(ctx, noted, []byte(id)); err != nil {
		d.chat.Log.Warn("discord: what was heard last was not noted", "err", err)
	}
}

func (d *Desk) remember(ctx context.Context) {
	id, err := d.chat.Notes.Read(ctx, noted)
	d.mu.Lock()
	defer d.mu.Unlock()
	if err == nil && said.IsID(string(id)) && said.Older(d.newest, string(id)) {
		d.newest, d.written = string(id), string(id)
	}
}

// missed takes in what was said in the channels of the brands, and in their threads,
// since the message that was heard last.
func (d *Desk) missed(ctx context.Context) {
	d.mu.Lock()
	last := d.newest
	d.mu.Unlock()
	if last == "" { // nothing was ever heard: nothing was missed
		return
	}
	after := said.First(later(said.At(last).Add(-overlap), d.chat.Now().Add(-maxBack)))
	var failed error
	for _, guild := range d.chat.Guilds() {
		for _, room := range d.rooms(ctx, guild, after) {
			if err := d.back(ctx, guild, room, after); err != nil && !unseen(err) {
				failed = cmp.Or(failed, err)
			}
		}
	}
	if failed != nil {
		d.chat.Log.Warn("discord: what was said while nobody listened is not known in full", "err", failed)
	}
}

// rooms lists the channels of the brands in a server, and the threads of them in
// which somebody wrote.
func (d *Desk) rooms(ctx context.Context, guild, after string) (out []string) {
	served := map[string]bool{}
	for _, b := range d.chat.Brands().All() {
		for _, c := range b.Channels {
			if c.Platform == d.chat.Platform && c.Space == guild && !served[c.Remote] {
				served[c.Remote] = true
				out = append(out, c.Remote)
			}
		}
	}
	var active struct {
		Threads []said.Channel `json:"threads"`
	}
	if err := d.ask(ctx, "/guilds/"+guild+"/threads/active", &active); err != nil {
		d.chat.Log.Warn("discord: the active threads of a server are not known", "server", guild, "err", err)
	}
	for _, t := range active.Threads {
		if served[t.Parent] && !said.Older(t.Last, after) {
			out = append(out, t.ID)
		}
	}
	return out
}

// back takes in the messages of a channel or thread after one, oldest first.
func (d *Desk) back(ctx context.Context, guild, room, after string) error {
	for range maxPages {
		var all []said.Message
		err := d.ask(ctx, fmt.Sprintf("/channels/%s/messages?after=%s&limit=%d", room, after, page), &all)
		if err != nil {
			return err
		}
		slices.SortFunc(all, func(a, b said.Message) int {
			switch {
			case said.Older(a.ID, b.ID):
				return -1
			case said.Older(b.ID, a.ID):
				return 1
			}
			return 0
		})
		for i := range all {
			all[i].Guild = guild // which is not told where it is asked for
			after = all[i].ID
			if err := d.heard(ctx, &all[i]); err != nil {
				return err
			}
		}
		if len(all) < page {
			return nil
		}
	}
	d.chat.Log.Warn("discord: more was said while nobody listened than is read back", "channel", room)
	return nil
}

// ask asks Discord for something, and waits where Discord wants it.
func (d *Desk) ask(ctx context.Context, path string, out any) error {
	return insist(ctx, func() error { return d.chat.Web.Do(ctx, http.MethodGet, path, nil, out) })
}

// insist asks again, after as long as Discord wants, what was not answered: what Discord
// tells, it tells once.
func insist(ctx context.Context, asks func() error) error {
	for try := 0; ; try++ {
		err := asks()
		wait, again := pause(err)
		if !again || try == 5 {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), err)
		case <-time.After(wait):
		}
	}
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
