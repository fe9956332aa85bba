package slack

import (
	"context"

	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/slack/payload"
	"ponte/platforms/chat/slack/web"
	"ponte/platforms/chat/slack/wire"
)

const (
	maxPicture  = 20 << 20 // bytes
	maxPictures = 10       // of one message
)

// pictured reports whether a message brings pictures that matter: those of a
// command, and those of talk in a thread.
func (s *Slack) pictured(e *payload.Event, scene act.Scene, command bool) bool {
	_, _, ours := s.opt.Brands().Room(scene.At.Platform, scene.At.Space, scene.At.Channel)
	return ours && (command || scene.Thread != "") && len(e.Images()) > 0
}

// withPictures takes a message in together with its pictures. It is acknowledged
// first: fetching takes longer than Slack waits. Who typed a command is told when
// one of its pictures could not be taken, and the command is not run then.
func (s *Slack) withPictures(sp *web.Space, q asked, e *payload.Event, ev act.Event) wire.Ack {
	return wire.Ack{Then: func(ctx context.Context) {
		command, typed := ev.(act.Commanded)
		var hashes []string
		for _, f := range e.Images()[:min(len(e.Images()), maxPictures)] {
			ans, err := s.upload(ctx, sp, q.scene, f)
			if err == nil && ans.Picture != nil {
				hashes = append(hashes, ans.Picture.Hash)
				continue
			}
			if !typed { // talk is talk without it as well
				s.opt.Log.Info("slack: a picture was not kept", "file", f.ID, "err", err)
				continue
			}
			if err != nil {
				s.opt.Log.Warn("slack: a picture was not fetched", "file", f.ID, "err", err)
				s.word(ctx, sp, q, card.W("slack.no_picture", card.Text("Name", f.Name)))
				return
			}
			s.answer(ctx, sp, q, ans)
			return
		}
		if typed {
			command.Pictures = hashes
			s.run(ctx, sp, q, command)
			return
		}
		note, _ := ev.(act.Noted)
		note.Pictures = hashes
		s.run(ctx, sp, q, note)
	}}
}

// upload fetches a picture from Slack and hands it over.
func (s *Slack) upload(ctx context.Context, sp *web.Space, scene act.Scene, f payload.File) (act.Answer, error) {
	data, err := sp.Fetch(ctx, f.URL, f.Size, maxPicture)
	if err != nil {
		return act.Answer{}, err
	}
	scene.ID += "/" + f.ID
	return s.tell(ctx, act.Uploaded{Scene: scene, Data: data})
}
