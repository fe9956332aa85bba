package hear

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"
	"time"

	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/direct"
	"ponte/platforms/chat/discord/fetch"
	"ponte/platforms/chat/discord/gate"
	"ponte/platforms/chat/discord/said"
)

const (
	stale   = 15 * time.Minute // a command that was written before is not run any more
	again   = time.Hour        // until a direct message is refused anew
	maxFull = 10               // pictures of one message
)

// message hears what somebody said.
func (d *Desk) message(ctx context.Context, e gate.Event) error {
	var m said.Message
	if err := json.Unmarshal(e.Data, &m); err != nil {
		d.chat.Log.Warn("discord: a message that cannot be read", "err", err)
		return nil
	}
	return d.heard(ctx, &m)
}

// heard takes a message in, once: a command when it begins with the bot's name, else
// a note.
func (d *Desk) heard(ctx context.Context, m *said.Message) error {
	var me string
	err := insist(ctx, func() (err error) { me, err = d.chat.Rooms.Self(ctx); return err })
	switch {
	case err != nil:
		return err
	case m.Author.ID == me:
		d.chat.Saw(m.Key(), m.Channel, m.ID)
		return nil
	case !m.Talk():
		return nil
	case m.Guild == "":
		return d.direct(ctx, m)
	}
	if _, known := d.done.Get(m.ID); known {
		return nil
	}
	at, thread, err := d.place(ctx, m.Guild, m.Channel)
	if err != nil {
		return known(err)
	}
	if thread != "" {
		d.chat.Stands(thread, m.ID)
	}
	if m.ID != m.Channel { // else somebody began a post of their own in a forum
		err = d.say(ctx, m, me, act.Scene{ID: m.Channel + "/" + m.ID, Who: d.actor(m.Guild, m.Author, m.Member), At: at, Thread: thread})
	}
	if err == nil {
		d.done.Put(m.ID, true)
		d.note(ctx, m.ID)
	}
	return err
}

func (d *Desk) say(ctx context.Context, m *said.Message, me string, scene act.Scene) error {
	w := &words{at: scene.At, users: named(m.Mentions)}
	role := ""
	if strings.HasPrefix(strings.TrimSpace(m.Content), "<@&") {
		role = d.role(ctx, m.Guild, me)
	}
	q := asked{scene: scene}
	rest, command := said.Command(m.Content, me, role)
	switch {
	case command && d.chat.Now().Sub(said.At(m.ID)) > stale:
		d.word(ctx, q, card.W("discord.too_late"))
		return nil
	case !command && (!d.ours(scene.At) || scene.Thread == ""):
		return nil
	}
	if err := d.meet(ctx, scene.Who, m.Member, patient...); err != nil {
		return err
	}
	pictures, ok := d.pictures(ctx, q, m.Attachments, command)
	switch {
	case !ok:
		return nil
	case command:
		text := d.plain(w, rest)
		return d.run(ctx, q, act.Commanded{Scene: scene, Text: text, Pictures: pictures, Named: w.named}, patient...)
	case m.Content == "" && len(pictures) == 0: // Discord does not tell what it says
		return nil
	}
	return d.run(ctx, q, act.Noted{Scene: scene, Ref: m.ID, Text: d.plain(w, m.Content), Pictures: pictures}, patient...)
}

// run hands over what somebody did, and shows them what comes of it.
func (d *Desk) run(ctx context.Context, q asked, e act.Event, waits ...time.Duration) error {
	ans, err := d.tell(ctx, e, waits...)
	if err != nil {
		if ctx.Err() == nil || q.way != nil {
			d.refuse(ctx, q, err)
		}
		if q.way == nil {
			return err
		}
		return nil
	}
	d.answer(ctx, q, ans)
	return nil
}

// pictures hands over the pictures of a message, and returns their hashes. Of a
// command all must be there: else who wrote it is told, and ok is false. Talk is talk
// without them as well.
func (d *Desk) pictures(ctx context.Context, q asked, all []said.Attachment, command bool) (hashes []string, ok bool) {
	images := said.Images(all)
	for _, a := range images[:min(len(images), maxFull)] {
		data, err := fetch.Bytes(ctx, d.chat.Client, d.chat.APIURL, a.URL, a.Size)
		var ans act.Answer
		if err == nil {
			scene := q.scene
			scene.ID += "/" + a.ID
			ans, err = d.tell(ctx, act.Uploaded{Scene: scene, Data: data}, brisk...)
		}
		switch {
		case err == nil && ans.Picture != nil:
			hashes = append(hashes, ans.Picture.Hash)
		case !command:
			d.chat.Log.Info("discord: a picture was not kept", "file", a.ID, "err", err)
		case err != nil:
			d.chat.Log.Warn("discord: a picture was not fetched", "file", a.ID, "err", err)
			d.word(ctx, q, card.W("discord.no_picture", card.Text("Name", a.Name)))
			return nil, false
		default:
			d.answer(ctx, q, ans)
			return nil, false
		}
	}
	return hashes, true
}

// direct refuses a direct message, once in a while.
func (d *Desk) direct(ctx context.Context, m *said.Message) error {
	now := d.chat.Now()
	if last, ok := d.turned.Get(m.Author.ID); ok && now.Sub(last) < again {
		return nil
	}
	d.turned.Put(m.Author.ID, now)
	p := d.chat.Pen(act.Place{}, nil)
	d.told(direct.Send(ctx, d.chat.Web, m.Channel, "refused/"+m.ID, p.Card(card.Notice(card.W("discord.no_direct").Print(p)))))
	return nil
}

// whisper shows a message to one person where they did nothing that Discord takes an
// answer to: as a direct message. Where they take none, they are told so in the thread.
func (d *Desk) whisper(ctx context.Context, q asked, c card.Card) {
	c.Actions = nil // they would be pressed where Ponte does not serve
	p := d.chat.Pen(q.scene.At, &q.scene.Who)
	instead := p.Card(card.Notice(card.W("discord.no_whisper").Print(p)), q.scene.Who.User)
	d.told(direct.Whisper(ctx, d.chat.Web, q.scene.Who.User, q.scene.ID, p.Card(c), cmp.Or(q.scene.Thread, q.scene.At.Channel), instead))
}
