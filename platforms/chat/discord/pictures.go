package discord

import (
	"context"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/discord/draw"
	"ponte/platforms/chat/discord/seen"
	"ponte/platforms/chat/discord/web"
)

const (
	fetching  = 10 * time.Second // for all the pictures of a card, which waits for them
	mostFiles = 7                // of one message, besides texts
	mostBytes = 20 << 20         // of all of them
)

// endings are the kinds of picture that a card in Discord can show.
var endings = map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp"}

var hashes = regexp.MustCompile(`^[0-9A-Za-z_-]{1,100}$`)

// show sends a card, or shows a message anew, with its pictures and long texts as
// files: those that the message has already stay. Where Discord refuses them for
// their size, the card is shown without.
func (d *Discord) show(ctx context.Context, at act.Place, ref, thread string, c card.Card, mark string, mention []string, carry func(outgoing, []web.File) (seen.Message, error)) (seen.Message, error) {
	pen := d.pen(at, nil)
	pen.Mark, pen.Attach = mark, true
	shows := len(pen.Card(c).Texts) > 0 || slices.ContainsFunc(c.Blocks, func(b card.Block) bool { return b.Picture != nil && b.Picture.Hash != "" })
	have := d.has(ctx, at, ref, thread, shows)
	bring, pictures := d.bring(ctx, at, c, have)
	pen.Files = pictures
	out := outgoing{Message: tinted(pen.Card(c, mention...), mark), Attached: []seen.File{}}
	files := out.attach(c, pictures, have, bring)
	m, err := carry(out, files)
	if f, ok := web.FaultOf(err); ok && len(files) > 0 && (f.Code == web.CodeTooLarge || f.Status == http.StatusRequestEntityTooLarge) {
		d.opt.Log.Warn("discord: a card is shown without its files", "channel", at.Channel, "err", err)
		pen.Files, pen.Attach = nil, false
		m, err = carry(outgoing{Message: tinted(pen.Card(c, mention...), mark), Attached: []seen.File{}}, nil)
	}
	if err == nil && m.ID != "" {
		d.shown.Put(m.ID, m.Files)
	}
	return m, err
}

// has are the files that a message of ours has. It is asked for where it matters: where
// a restart has forgotten them, and the card may still show some.
func (d *Discord) has(ctx context.Context, at act.Place, ref, thread string, shows bool) []seen.File {
	if ref == "" {
		return nil
	}
	have, known := d.shown.Get(ref)
	ch, found := d.rooms.Known(at.Channel)
	if known || !shows || !found {
		return have
	}
	m, err := seen.Get(ctx, d.web, d.standsIn(ch, ref, thread).ID, ref)
	if err != nil {
		d.opt.Log.Info("discord: a message's files are not known", "message", ref, "err", err)
	}
	return m.Files
}

// bring loads the pictures of a card that its message does not have yet. One that
// cannot be had is described only.
func (d *Discord) bring(ctx context.Context, at act.Place, c card.Card, have []seen.File) (files []web.File, names map[string]string) {
	ctx, cancel := context.WithTimeout(ctx, fetching)
	defer cancel()
	names = map[string]string{}
	b, _, ours := d.opt.Brands().Room(at.Platform, at.Space, at.Channel)
	left := mostBytes
	for _, block := range c.Blocks {
		if block.Picture == nil || !hashes.MatchString(block.Picture.Hash) || names[block.Picture.Hash] != "" || len(names) == mostFiles {
			continue
		}
		hash := block.Picture.Hash
		if i := slices.IndexFunc(have, func(f seen.File) bool { return strings.HasPrefix(f.Name, hash+".") }); i >= 0 {
			names[hash] = have[i].Name
			continue
		}
		if d.opt.Media == nil || !ours {
			continue
		}
		kind, data, err := d.opt.Media.Bytes(ctx, b.ID, hash)
		if err != nil {
			d.opt.Log.Warn("discord: a picture is not shown, only described", "picture", hash, "err", err)
			continue
		}
		if ending := endings[kind.Type]; ending != "" && len(data) > 0 && len(data) <= min(left, web.MaxFile) {
			left -= len(data)
			names[hash] = hash + ending
			files = append(files, web.File{Name: names[hash], Type: kind.Type, Data: data})
		}
	}
	return files, names
}

// attach lists the files of a message: of those it has the ones that its card still
// shows, and those that come along, which it returns.
func (out *outgoing) attach(c card.Card, names map[string]string, have []seen.File, bring []web.File) []web.File {
	about := map[string]string{}
	for _, b := range c.Blocks {
		if b.Picture != nil && names[b.Picture.Hash] != "" {
			about[names[b.Picture.Hash]] = draw.Alt(*b.Picture)
		}
	}
	stays := func(name string) bool { _, shown := about[name]; return shown }
	for _, t := range out.Texts {
		if !slices.ContainsFunc(have, func(f seen.File) bool { return f.Name == t.Name }) {
			bring = append(bring, web.File{Name: t.Name, Type: "text/plain; charset=utf-8", Data: []byte(t.Body)})
		}
		about[t.Name] = ""
	}
	for _, f := range have {
		if stays(f.Name) {
			out.Attached = append(out.Attached, seen.File{ID: f.ID, Name: f.Name, About: about[f.Name]})
		}
	}
	for i, f := range bring {
		out.Attached = append(out.Attached, seen.File{ID: strconv.Itoa(i), Name: f.Name, About: about[f.Name]})
	}
	return bring
}
