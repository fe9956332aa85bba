package demo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/records"
	"ponte/internal/app"
	"ponte/platforms/social/square"
	"ponte/storage"
)

// Seed waits until the demo runs and fills it on its first start, at full speed;
// from then on every channel has its pace. A seed that was interrupted goes on
// where it was. With empty the café is open and nobody has said anything; its
// posts are there to be commented on.
func Seed(ctx context.Context, a *app.App, empty bool) error {
	s := seeder{a: a, now: time.Now()}
	for _, p := range posts {
		if err := a.Set().Square.Post(ctx, p.id, string(p.lang), p.text, s.now.Add(-p.ago)); err != nil {
			return err
		}
	}
	done, err := s.done(ctx)
	if err != nil || done {
		return err
	}
	if !empty {
		a.SetPace(seeding)
		defer a.SetPace(pace)
		if err := s.tell(ctx); err != nil {
			return err
		}
	}
	return s.finish(ctx)
}

// tell tells the whole story. Every step of it has a name, and is done once however often it is told.
func (s seeder) tell(ctx context.Context) error {
	if err := s.customers(ctx); err != nil {
		return err
	}
	for name, text := range savedReplies {
		if err := s.command(ctx, s.scene("saved-"+name, "tom", "inbox", ""), "saved add "+name+" "+text); err != nil {
			return err
		}
	}
	for i, d := range deeds {
		if err := s.does(ctx, fmt.Sprintf("deed-%d", i), d); err != nil {
			return fmt.Errorf("seed: %s, %s: %w", d.author, d.verb, err)
		}
	}
	if err := s.comments(ctx, answers); err != nil {
		return err
	}
	return s.settled(ctx, len(comments)+len(incoming)+len(answers))
}

type seeder struct {
	a   *app.App
	now time.Time
}

// done reports whether the demo was seeded before.
func (s seeder) done(ctx context.Context) (bool, error) {
	return storage.Look(ctx, s.a.Store(), func(tx *storage.Tx) (bool, error) {
		return records.Tolds.Has(tx, storage.K("demo", "seeded"))
	})
}

// finish remembers that it is.
func (s seeder) finish(ctx context.Context) error {
	return s.a.Store().Update(ctx, func(tx *storage.Tx) error {
		_, err := records.TellOnce(tx, "demo", "seeded")
		return err
	})
}

func (s seeder) customers(ctx context.Context) error {
	if err := s.comments(ctx, comments); err != nil {
		return err
	}
	for _, in := range incoming {
		in.item.CreatedAt = s.now.Add(-in.ago)
		if _, err := s.a.Hear(ctx, act.Arrived{Account: hook, Items: []act.Incoming{in.item}}); err != nil {
			return err
		}
	}
	return s.settled(ctx, len(comments)+len(incoming))
}

func (s seeder) comments(ctx context.Context, list []said) error {
	for _, c := range list {
		if _, err := s.a.Set().Square.Comment(ctx, square.Comment{
			ID: c.id, Post: c.post, InReplyTo: c.to, Author: c.author, Text: c.text, At: s.now.Add(-c.ago),
		}); err != nil {
			return err
		}
	}
	return nil
}

// settled waits until so many items came in, and nothing is under way.
func (s seeder) settled(ctx context.Context, items int) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		n, err := storage.Look(ctx, s.a.Store(), func(tx *storage.Tx) (n int, err error) {
			for _, err := range records.Items.Under(tx, storage.K(brand), storage.Limit(items)) {
				if err != nil {
					return 0, err
				}
				n++
			}
			return n, nil
		})
		if err != nil {
			return err
		}
		if n >= items {
			return s.a.Outbox().Idle(ctx)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (s seeder) does(ctx context.Context, id string, d deed) error {
	c, ref, err := s.thread(ctx, d.author)
	if err != nil {
		return err
	}
	scene := s.scene(id, d.by, c.Channel, ref)
	if d.note != "" {
		return s.a.Set().Console.Note(ctx, scene, d.note)
	}
	if err := s.command(ctx, scene, d.verb+" "+d.text); err != nil {
		return err
	}
	if d.verb == "reply" {
		scene.ID += "-now"
		if err := s.command(ctx, scene, "now"); err != nil {
			return err
		}
	}
	return s.a.Outbox().Idle(ctx)
}

// thread finds an author's conversation and the message that opens its thread.
func (s seeder) thread(ctx context.Context, author string) (c bot.Conversation, ref string, err error) {
	err = s.a.Store().View(ctx, func(tx *storage.Tx) error {
		for found, err := range records.Conversations.Under(tx, storage.K(brand)) {
			if err != nil {
				return err
			}
			if found.Author.Name == author {
				c = found
			}
		}
		slot, err := records.Slots.Get(tx, storage.K("card/"+string(c.ID)))
		ref = slot.Ref
		return err
	})
	return c, ref, err
}

func (s seeder) scene(id string, by bot.PersonID, room, thread string) act.Scene {
	b, _ := s.a.Brands().Brand(brand)
	p, _ := b.Person(by)
	return act.Scene{
		ID: "demo-" + id, Who: bot.Actor{Platform: "console", Space: string(brand), User: string(by), Name: p.Name},
		At: act.Place{Platform: "console", Space: string(brand), Channel: room}, Thread: thread,
	}
}

func (s seeder) command(ctx context.Context, scene act.Scene, text string) error {
	ans, err := s.a.Hear(ctx, act.Commanded{Scene: scene, Text: text})
	if err == nil && ans.Refused && text != "now" { // what was interrupted may be out by now
		return errors.New(ans.Notice.Blocks[0].Words.Text)
	}
	return err
}
