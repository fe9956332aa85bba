package slack

import (
	"bytes"
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"ponte/bot"
	"ponte/bot/act"
	"ponte/bot/card"
	"ponte/platforms/chat/slack/slacktest/blocks"
	"ponte/platforms/chat/slack/slacktest/webapi"
)

// kept are pictures of the brand aurora, by hash.
type kept map[string]bot.Picture

func (k kept) Bytes(_ context.Context, brand bot.BrandID, hash string) (bot.Picture, []byte, error) {
	p, ok := k[hash]
	if !ok || brand != "aurora" {
		return bot.Picture{}, nil, bot.Errorf(bot.NotFound, "error.gone")
	}
	return p, []byte("bytes of " + hash), nil
}

func album(r *Options) { r.Media = kept{"cup": {Type: "image/png"}, "web": {Type: "image/webp"}} }

// pictured is a card that shows kept pictures.
func pictured(hashes ...string) card.Card {
	c := say("Here it is")
	for _, h := range hashes {
		c.Blocks = append(c.Blocks, card.Block{Picture: &card.Picture{Hash: h, Alt: card.Outside("A " + h + " <!channel>")}})
	}
	return c
}

// uploads are the calls by which pictures came to Slack, in their order.
func (r *rig) uploads() (out []string) {
	for _, q := range r.slack.API.Requests() {
		switch {
		case strings.HasPrefix(q.Method, "/upload/"):
			out = append(out, "bytes")
		case strings.HasPrefix(q.Method, "files."), strings.HasPrefix(q.Method, "chat."):
			out = append(out, q.Method)
		}
	}
	return out
}

func TestAKeptPictureIsShown(t *testing.T) {
	r := newRig(t, album)
	m := r.send("a", act.Send{Card: pictured("cup")})
	if len(m.Images) != 1 || m.Images[0].Alt != "A cup <!channel>" || len(m.Pings) != 0 {
		t.Fatalf("people see %+v", m.Shown)
	}
	got, err := r.slack.Workspace.Content(m.Images[0].File)
	if err != nil || string(got) != "bytes of cup" {
		t.Errorf("the file has %q, %v", got, err)
	}
	want := []string{"files.getUploadURLExternal", "bytes", "files.completeUploadExternal", "files.info", "chat.postMessage"}
	if diff := cmp.Diff(want, r.uploads()); diff != "" {
		t.Error(diff)
	}
	if f, _ := r.slack.Workspace.FileInfo(m.Images[0].File); len(f.Channels) != 0 {
		t.Errorf("the file is shared with %v", f.Channels)
	}

	again := r.send("b", act.Send{Card: pictured("cup")})
	r.clock.pass(time.Minute)
	if _, err := r.Carry(t.Context(), "c", act.Edit{Ref: m.TS, Card: pictured("cup")}, r.place()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([][]blocks.Image{m.Images, m.Images}, [][]blocks.Image{again.Images, r.inbox.Find(m.TS).Images}); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(append(want, "chat.postMessage", "chat.update"), r.uploads()); diff != "" {
		t.Error(diff)
	}
}

// What Slack cannot show, what another brand has, and what there is no more, is described.
func TestOtherPicturesAreDescribed(t *testing.T) {
	r := newRig(t, album)
	m := r.send("a", act.Send{Card: pictured("web", "none")})
	if len(m.Images) != 0 || !m.Says("A web") || !m.Says("A none") {
		t.Errorf("people see %+v", m.Shown)
	}
	if diff := cmp.Diff([]string{"chat.postMessage"}, r.uploads()); diff != "" {
		t.Error(diff)
	}
}

func TestAPictureThatCannotBeBroughtIsDescribed(t *testing.T) {
	for name, c := range map[string]struct {
		method string
		fault  webapi.Fault
		shown  bool
		calls  int // for an address, when another card shows it at once
	}{
		"all is well":                  {"files.none", webapi.Dropped(), true, 1},
		"no address":                   {"files.getUploadURLExternal", webapi.Lost(), false, 1},
		"asked to wait":                {"files.getUploadURLExternal", webapi.Limited(90 * time.Second), false, 1},
		"not permitted":                {"files.getUploadURLExternal", webapi.Refused("missing_scope"), false, 1},
		"the bytes are lost":           {"/upload/", webapi.Dropped(), false, 1},
		"their answer is lost":         {"/upload/", webapi.Lost(), true, 1},
		"the end is refused":           {"files.completeUploadExternal", webapi.Refused("file_not_found"), false, 1},
		"the end's answer is lost":     {"files.completeUploadExternal", webapi.Lost(), true, 1},
		"the end is not certain":       {"files.completeUploadExternal", webapi.RefusedAfter("internal_error"), true, 1},
		"the end is not reached":       {"files.completeUploadExternal", webapi.Dropped(), false, 1},
		"it is not told to be there":   {"files.info", webapi.Broken(503), false, 1},
		"Slack refuses it in the card": {"chat.postMessage", webapi.Refused("invalid_blocks"), false, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, album)
			r.slack.API.Fail(c.method, c.fault)
			m := r.send("a", act.Send{Card: pictured("cup")})
			if (len(m.Images) == 1) != c.shown || !m.Says("A cup") {
				t.Errorf("people see %+v", m.Shown)
			}
			r.send("b", act.Send{Card: pictured("cup")})
			if n := len(r.slack.API.Requests("files.getUploadURLExternal")); n != c.calls {
				t.Errorf("it was brought %d times", n)
			}
			r.clock.pass(2 * time.Minute)
			if m := r.send("c", act.Send{Card: pictured("cup")}); len(m.Images) != 1 {
				t.Errorf("later people see %+v", m.Shown)
			}
			if n := len(r.inbox.All()); n != 3 {
				t.Errorf("there are %d messages", n)
			}
		})
	}
}

// A card waits for its pictures only so long.
func TestASlowPictureIsDescribed(t *testing.T) {
	r := newRig(t, album)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	r.slack.API.Fail("files.getUploadURLExternal", webapi.Slow(time.Minute))
	sp, _ := r.space(r.slack.Workspace.ID)
	if files := r.gallery.Bring(ctx, sp, "aurora", pictured("cup")); len(files) != 0 {
		t.Errorf("it has %v", files)
	}
}

// A refusal for another reason is the card's own, and nothing is sent twice.
func TestOnlyARefusalOfBlocksIsTriedWithoutPictures(t *testing.T) {
	r := newRig(t, album)
	r.slack.API.Fail("chat.postMessage", webapi.Lost())
	_, err := r.Carry(t.Context(), "a", act.Send{Card: pictured("cup")}, r.place())
	var e *bot.Error
	if !errors.As(err, &e) || e.Kind != bot.Ambiguous || len(r.inbox.All()) != 1 {
		t.Errorf("it is %v, and there are %d messages", err, len(r.inbox.All()))
	}
	sent := r.slack.API.Requests("/upload/v1/" + strings.TrimPrefix(r.inbox.All()[0].Images[0].File, "/"))
	if len(sent) != 1 || !bytes.Contains(sent[0].Body, []byte("bytes of cup")) || bytes.Contains(sent[0].Body, []byte(url.QueryEscape("A cup"))) {
		t.Errorf("the bytes are sent as %v", sent)
	}
}
